//! How a process gets the ends of its links: over a socket of its own from the launcher, because a neighbour that dies
//! is succeeded by a process that needs new ones, and so do both of its neighbours.
//!
//! The launcher makes a link, sends each of the two processes its ends, and closes its own. So an end is open in one
//! process only: when that one dies, its neighbour reads the end of file and gets EPIPE.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

use super::link::Ends;
use crate::error::{Error, Result};
use crate::game::PaneId;
use crate::platform::fd_passing;

/// Fds in one message: the reading and the writing end of a pipe each, and a socket.
const FDS: usize = 3;

/// Where a neighbour is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeighbourSide {
    /// The pane with the next lower number.
    Left,
    /// The pane with the next higher number.
    Right,
}

impl NeighbourSide {
    /// Left and right.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// Its place in an array.
    pub fn index(self) -> usize {
        self as usize
    }

    /// On which side of `me` the neighbour `other` is.
    pub fn towards(me: PaneId, other: PaneId) -> Self {
        if other < me { Self::Left } else { Self::Right }
    }

    /// The neighbour on this side of `me`.
    pub fn neighbour(self, me: PaneId) -> PaneId {
        PaneId(match self {
            Self::Left => me.0.wrapping_sub(1),
            Self::Right => me.0 + 1,
        })
    }
}

/// A link of which a process has no use any more, though its neighbour may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// To which neighbour.
    pub side: NeighbourSide,
    /// To which process of that neighbour the old one leads.
    pub incarnation: u64,
}

/// A side, and an incarnation: how a message in either direction names a link.
const WANTED_BYTES: usize = 9;

impl Wanted {
    fn bytes(self) -> [u8; WANTED_BYTES] {
        let mut bytes = [self.side as u8; WANTED_BYTES];
        bytes[1..].copy_from_slice(&self.incarnation.to_ne_bytes());
        bytes
    }

    fn from_bytes([side, incarnation @ ..]: [u8; WANTED_BYTES]) -> Option<Self> {
        let side = *NeighbourSide::BOTH.get(usize::from(side))?;
        Some(Self { side, incarnation: u64::from_ne_bytes(incarnation) })
    }
}

/// What a look into the control socket has found.
#[derive(Debug)]
pub enum Came {
    /// New ends of the links to one neighbour.
    Link {
        /// To which neighbour, and to which process of that neighbour.
        to: Wanted,
        /// The pipes.
        pipe: Ends,
        /// The socket.
        socket: Ends,
    },
    /// This process had no fd left for the ends that were sent: they are gone.
    Lost(Wanted),
    /// There is something, and no memory to read it now.
    Later,
    /// There is nothing.
    Nothing,
}

/// The child's end of the socket over which it is sent its links.
#[derive(Debug)]
pub struct ControlSocket(pub OwnedFd);

impl ControlSocket {
    /// Both ends: the launcher's, and the child's.
    ///
    /// # Errors
    /// [`Error::System`] if there is no fd left.
    pub fn pair() -> Result<(OwnedFd, OwnedFd)> {
        fd_passing::socket()
            .map_err(Error::system("create the socket over which a pane is sent its links (socketpair)"))
    }

    /// The next thing that has come.
    ///
    /// # Errors
    /// [`Error::System`] if nothing can ever come: the call is refused.
    pub fn take(&self) -> Result<Came> {
        let mut bytes = [0; WANTED_BYTES];
        let fds = match fd_passing::receive(&self.0, &mut bytes) {
            // The end of file: the launcher is dead, and this process will be in a moment.
            Ok((0, _)) | Err(Errno::AGAIN | Errno::INTR) => return Ok(Came::Nothing),
            Ok((_, fds)) => fds,
            Err(Errno::NOBUFS | Errno::NOMEM) => return Ok(Came::Later),
            Err(errno) => {
                return Err(Error::system("take the links to the neighbours (recvmsg)")(errno));
            }
        };
        let Some(wanted) = Wanted::from_bytes(bytes) else { return Ok(Came::Later) };
        let Ok([reader, writer, socket]) = <[OwnedFd; FDS]>::try_from(fds) else {
            return Ok(Came::Lost(wanted));
        };
        Ok(Came::Link { to: wanted, pipe: Ends::Pipe { reader, writer }, socket: Ends::Socket(socket) })
    }

    /// Asks the launcher for another link.
    pub fn ask(&self, wanted: Wanted) {
        // Where it does not get through, it is asked again later.
        let _sent = fd_passing::send(&self.0, &wanted.bytes(), &[]);
    }
}

/// The next link that a process asks for, at the launcher's end of its control socket. What is no such request is none.
pub fn wanted(control_socket: BorrowedFd<'_>) -> Option<Wanted> {
    // One more, so that what is too long is seen.
    let mut bytes = [0; WANTED_BYTES + 1];
    let (length, _no_fds) = fd_passing::receive(control_socket, &mut bytes).ok()?;
    Wanted::from_bytes(bytes[..length].try_into().ok()?)
}

/// What became of the ends that were sent to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// They are in its control socket.
    Sent,
    /// It has ended; its successor will be sent others.
    Gone,
    /// It has not taken any for so long that there is no room for more.
    Stuck,
}

/// One process that is to be linked with a neighbour.
#[derive(Debug, Clone, Copy)]
pub struct Party<'a> {
    /// The launcher's end of its control socket.
    pub control_socket: BorrowedFd<'a>,
    /// Which process of its pane it is.
    pub incarnation: u64,
}

/// Makes links between two neighbours and sends each its ends. Returns what became of those of the left and of the right
/// one.
///
/// # Errors
/// [`Error::System`] if there is no fd left.
pub fn connect(left: Party<'_>, right: Party<'_>) -> Result<[Sent; 2]> {
    let failed = || {
        Error::system::<Errno>(
            "create the links between two panes and send them (pipe2, socketpair, sendmsg)",
        )
    };
    let nonblocking = PipeFlags::CLOEXEC | PipeFlags::NONBLOCK;
    let (to_left, from_right) = pipe_with(nonblocking).map_err(failed())?;
    let (to_right, from_left) = pipe_with(nonblocking).map_err(failed())?;
    let (left_socket, right_socket) = fd_passing::socket().map_err(failed())?;
    let of_left = [to_left.as_fd(), from_left.as_fd(), left_socket.as_fd()];
    let of_right = [to_right.as_fd(), from_right.as_fd(), right_socket.as_fd()];
    let send_left = send(left.control_socket, NeighbourSide::Right, right.incarnation, of_left);
    let send_right = send(right.control_socket, NeighbourSide::Left, left.incarnation, of_right);
    Ok([send_left.map_err(failed())?, send_right.map_err(failed())?])
}

fn send(
    control_socket: BorrowedFd<'_>,
    side: NeighbourSide,
    incarnation: u64,
    fds: [BorrowedFd<'_>; FDS],
) -> rustix::io::Result<Sent> {
    match fd_passing::send(control_socket, &Wanted { side, incarnation }.bytes(), &fds) {
        Ok(()) => Ok(Sent::Sent),
        Err(Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN) => Ok(Sent::Gone),
        Err(Errno::AGAIN | Errno::TOOMANYREFS | Errno::NOBUFS) => Ok(Sent::Stuck),
        Err(errno) => Err(errno),
    }
}
