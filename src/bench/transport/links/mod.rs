//! The links between processes: the launcher creates them before it starts the processes, which inherit their ends.
//!
//! What has to have a name for a moment (a FIFO, a message queue) has lost it before the first process starts. Only a launcher
//! that is killed in the microseconds between leaves one behind.

mod ends;
mod named;
mod sockets;

use std::io;
use std::os::fd::OwnedFd;

use rustix::event::{EventfdFlags, eventfd};
use rustix::net::SocketType;
use rustix::pipe::{PipeFlags, pipe_with};

use self::ends::Ends;
use crate::bench::key::RowKey;
use crate::bench::mechanism::Mechanism;
use crate::error::{Error, Result};
use crate::platform::uring;

pub(super) use self::named::queue_setting;

/// How many fds a process has of each link.
pub(super) fn fds_of_a_link(mechanism: Mechanism) -> usize {
    match mechanism {
        Mechanism::Shared | Mechanism::File | Mechanism::Signal => 0,
        Mechanism::Eventfd | Mechanism::Uring | Mechanism::Pipe | Mechanism::Fifo | Mechanism::Mqueue => 2,
        Mechanism::Socket
        | Mechanism::Stream
        | Mechanism::Datagram
        | Mechanism::Tcp
        | Mechanism::TcpNagle
        | Mechanism::Udp => 1,
    }
}

/// How many fds of links a process inherits.
pub(in crate::bench) fn count(key: &RowKey, me: usize) -> usize {
    fds_of_a_link(key.transport) * key.peers(me).len()
}

/// For each process its ends of the links to its peers, in the order of their numbers.
pub(in crate::bench) fn links(key: &RowKey) -> Result<Vec<Vec<OwnedFd>>> {
    let mut ends: Vec<Vec<OwnedFd>> = (0..key.processes).map(|_| Vec::new()).collect();
    for (one, other) in key.edges() {
        let made = link(key);
        let [of_one, of_other] =
            made.map_err(Error::failed(format_args!("create a link by {}", key.transport)))?;
        ends[one].extend(of_one);
        ends[other].extend(of_other);
    }
    Ok(ends)
}

/// One link between two processes.
pub(super) fn link(key: &RowKey) -> io::Result<Ends> {
    match key.transport {
        Mechanism::Shared | Mechanism::File | Mechanism::Signal => Ok([Vec::new(), Vec::new()]),
        Mechanism::Eventfd => each_way(|| both_ends(eventfd(0, EventfdFlags::CLOEXEC)?)),
        Mechanism::Uring => each_way(|| both_ends(uring::create()?)),
        Mechanism::Pipe => each_way(|| Ok(pipe_with(PipeFlags::CLOEXEC)?)),
        Mechanism::Fifo => each_way(named::fifo),
        Mechanism::Socket => sockets::unix(SocketType::SEQPACKET),
        Mechanism::Stream => sockets::unix(SocketType::STREAM),
        Mechanism::Datagram => sockets::unix(SocketType::DGRAM),
        Mechanism::Tcp => sockets::tcp(true),
        Mechanism::TcpNagle => sockets::tcp(false),
        Mechanism::Udp => sockets::udp(),
        Mechanism::Mqueue => each_way(|| named::queue(key)),
    }
}

/// A link of two parts, each of which goes one way: `make` returns its end to read from, and the one to write to.
fn each_way(make: impl Fn() -> io::Result<(OwnedFd, OwnedFd)>) -> io::Result<Ends> {
    let ((to_one, from_other), (to_other, from_one)) = (make()?, make()?);
    Ok([vec![to_one, from_one], vec![to_other, from_other]])
}

/// An fd that both processes have, the one to wait on, the other to notify.
fn both_ends(fd: OwnedFd) -> io::Result<(OwnedFd, OwnedFd)> {
    Ok((fd.try_clone()?, fd))
}
