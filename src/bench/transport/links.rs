//! The links between processes: the launcher creates them before it starts the processes, which inherit their ends.

use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::pipe::{PipeFlags, pipe_with};

use super::message::HEADER_BYTES;
use crate::bench::key::RowKey;
use crate::bench::mechanism::Mechanism;
use crate::error::{Error, Result};

/// How many fds a process has of each link.
pub(super) fn fds_of_a_link(mechanism: Mechanism) -> usize {
    match mechanism {
        Mechanism::Pipe => 2,
        Mechanism::Socket => 1,
        _ => 0,
    }
}

/// How many fds of links a process inherits.
pub(in crate::bench) fn count(key: &RowKey, me: usize) -> usize {
    fds_of_a_link(key.transport) * key.peers(me).len()
}

/// For each process its ends of the links to its peers, in the order of their numbers; of two fds the one to read from first. They
/// block.
pub(in crate::bench) fn links(key: &RowKey) -> Result<Vec<Vec<OwnedFd>>> {
    let mut ends: Vec<Vec<OwnedFd>> = (0..key.processes).map(|_| Vec::new()).collect();
    for (one, other) in key.edges() {
        let (of_one, of_other) =
            link(key.transport).map_err(Error::system("create the links between processes"))?;
        ends[one].extend(of_one);
        ends[other].extend(of_other);
    }
    Ok(ends)
}

/// The ends of the one and of the other process.
fn link(mechanism: Mechanism) -> rustix::io::Result<(Vec<OwnedFd>, Vec<OwnedFd>)> {
    match mechanism {
        Mechanism::Shared => Ok((Vec::new(), Vec::new())),
        Mechanism::Pipe => {
            let (to_one, from_other) = pipe_with(PipeFlags::CLOEXEC)?;
            let (to_other, from_one) = pipe_with(PipeFlags::CLOEXEC)?;
            Ok((vec![to_one, from_one], vec![to_other, from_other]))
        }
        Mechanism::Socket => {
            let (one, other) =
                socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
            Ok((vec![one], vec![other]))
        }
        _ => Err(Errno::NOSYS),
    }
}

/// Room of a socket that a packet does not get: of its size the kernel keeps this back.
const KEPT_BACK: usize = 32;

/// The largest payload of a message that this kernel takes in one piece; None where a message may go in parts.
pub(in crate::bench) fn message_limit(key: &RowKey) -> Option<usize> {
    if key.transport != Mechanism::Socket {
        return None;
    }
    let (_, ends) = link(key.transport).ok()?;
    // What a socket may have in its buffer, in the kernel's own measure; a packet must be smaller.
    let room = rustix::net::sockopt::socket_send_buffer_size(ends.first()?).ok()?;
    Some(room.saturating_sub(KEPT_BACK + HEADER_BYTES) / 8 * 8)
}
