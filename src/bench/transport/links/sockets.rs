//! Links that are sockets: the same end is for both directions.

use std::io::{self, ErrorKind::WouldBlock};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use super::ends::Ends;

/// On the loopback interface; the kernel chooses the port.
const LOOPBACK: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// A pair of Unix sockets, without a name.
pub(super) fn unix(kind: SocketType) -> io::Result<Ends> {
    let (one, other) = socketpair(AddressFamily::UNIX, kind, SocketFlags::CLOEXEC, None)?;
    Ok(ends(one, other))
}

/// Two ends of a TCP connection. The port is closed again before this returns.
pub(super) fn tcp(at_once: bool) -> io::Result<Ends> {
    let listener = TcpListener::bind(LOOPBACK)?;
    let one = TcpStream::connect(listener.local_addr()?)?;
    let mine = one.local_addr()?;
    let other = loop {
        // Others may have come first: any process of the machine can connect.
        let (other, from) = listener.accept()?;
        if from == mine {
            break other;
        }
    };
    [&one, &other].into_iter().try_for_each(|end| end.set_nodelay(at_once))?;
    Ok(ends(one, other))
}

/// Two UDP sockets that take datagrams from each other only.
pub(super) fn udp() -> io::Result<Ends> {
    let (one, other) = (UdpSocket::bind(LOOPBACK)?, UdpSocket::bind(LOOPBACK)?);
    connect(&one, other.local_addr()?)?;
    connect(&other, one.local_addr()?)?;
    Ok(ends(one, other))
}

/// From now on only what comes from there is taken; what strangers sent before is dropped.
fn connect(socket: &UdpSocket, to: SocketAddr) -> io::Result<()> {
    socket.connect(to)?;
    socket.set_nonblocking(true)?;
    loop {
        match socket.recv(&mut []) {
            Err(error) if error.kind() == WouldBlock => return socket.set_nonblocking(false),
            dropped => dropped?,
        };
    }
}

fn ends(one: impl Into<OwnedFd>, other: impl Into<OwnedFd>) -> Ends {
    [vec![one.into()], vec![other.into()]]
}
