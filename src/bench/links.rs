//! Pipes and sockets between neighbours.

use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::pipe::{PipeFlags, pipe_with};

use super::setup::RepetitionSetup;
use crate::error::{Error, Result};
use crate::protocol::TransportKind;

/// For each process of the line its ends of the links to its neighbours: of the left one first, and of a pipe the
/// reading end first. They block.
///
/// # Errors
/// [`Error::System`] if there is no fd left.
pub(super) fn links(setup: &RepetitionSetup) -> Result<Vec<Vec<OwnedFd>>> {
    let mut ends: Vec<Vec<OwnedFd>> = (0..setup.processes).map(|_| Vec::new()).collect();
    for right in 1..setup.processes {
        let (of_left, of_right) =
            link(setup.transport).map_err(Error::system("create the links between processes"))?;
        ends[right - 1].extend(of_left);
        ends[right].extend(of_right);
    }
    Ok(ends)
}

/// The ends of the left and of the right process.
fn link(transport: TransportKind) -> rustix::io::Result<(Vec<OwnedFd>, Vec<OwnedFd>)> {
    match transport {
        TransportKind::Shared => Ok((Vec::new(), Vec::new())),
        TransportKind::Pipe => {
            let (to_left, from_right) = pipe_with(PipeFlags::CLOEXEC)?;
            let (to_right, from_left) = pipe_with(PipeFlags::CLOEXEC)?;
            Ok((vec![to_left, from_left], vec![to_right, from_right]))
        }
        TransportKind::Socket => {
            let (left, right) =
                socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
            Ok((vec![left], vec![right]))
        }
    }
}
