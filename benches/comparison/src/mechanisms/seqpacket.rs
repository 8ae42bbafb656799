//! A Unix socket pair of type `SOCK_SEQPACKET`, by send(2) and recv(2).

use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair};

use crate::error::{Error, Result, failed};
use crate::mechanism::{Endpoint, Host, Line, Link, Passport, Wanted};

/// Holds the ends until the processes have them.
#[derive(Debug)]
struct Ends([Option<OwnedFd>; 2]);

/// Makes the pair.
///
/// # Errors
/// When a packet may not be as large as a message: the socket's buffer decides.
pub(crate) fn host(wanted: &Wanted<'_>) -> Result<Box<dyn Host>> {
    let (first, second) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
        .map_err(failed("make a socket pair"))?;
    let mut packet = vec![0; wanted.frame];
    send(&first, &packet, SendFlags::NOSIGNAL | SendFlags::DONTWAIT)
        .and_then(|_| recv(&second, &mut packet[..], RecvFlags::DONTWAIT))
        .map_err(|errno| Error::Unfit { bytes: wanted.frame, why: errno.to_string() })?;
    Ok(Box::new(Ends([Some(first), Some(second)])))
}

impl Host for Ends {
    fn passport(&mut self, index: usize) -> Result<Passport> {
        let fds = self.0.get_mut(index).and_then(Option::take).into_iter().collect();
        Ok(Passport { fds, ..Passport::default() })
    }
}

/// A process's end.
#[derive(Debug)]
pub(crate) struct Socket {
    socket: OwnedFd,
    frame: Vec<u8>,
}

impl Line for Socket {
    fn open(endpoint: &Endpoint, fds: Vec<OwnedFd>) -> Result<Self> {
        let [socket] = <[OwnedFd; 1]>::try_from(fds)
            .map_err(|fds| failed("take the socket")(format_args!("{} fds instead of 1", fds.len())))?;
        Ok(Self { socket, frame: vec![0; endpoint.frame] })
    }
}

impl Link for Socket {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        fill(&mut self.frame);
        // A packet goes as a whole or not at all.
        send(&self.socket, &self.frame, SendFlags::NOSIGNAL).map_err(failed("send a packet")).map(drop)
    }

    fn send_copy(&mut self, message: &[u8]) -> Result<()> {
        send(&self.socket, message, SendFlags::NOSIGNAL).map_err(failed("send a packet")).map(drop)
    }

    fn receive_copy(&mut self, place: &mut Vec<u8>) -> Result<()> {
        let (bytes, _) =
            recv(&self.socket, &mut place[..], RecvFlags::empty()).map_err(failed("receive a packet"))?;
        if bytes == place.len() {
            Ok(())
        } else {
            Err(failed("receive a packet")(format_args!("{bytes} bytes instead of {}", place.len())))
        }
    }

    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let (bytes, _) = recv(&self.socket, &mut self.frame[..], RecvFlags::empty())
            .map_err(failed("receive a packet"))?;
        if bytes == 0 {
            return Err(failed("receive a packet")("the other process is gone"));
        }
        Ok(read(&self.frame[..bytes]))
    }
}
