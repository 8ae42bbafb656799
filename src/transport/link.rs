//! One process's ends of what connects it with one neighbour: a pipe each way, or a socket.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use rustix::time::Timespec;

use super::frame::{Decoder, FRAME_BYTES, Frame, Rejection};
use super::interface::Unsent;
use crate::error::is_refusal;
use crate::game::Court;

/// The fds. They never block.
#[derive(Debug)]
pub enum Ends {
    /// A pipe each way.
    Pipe {
        /// From the neighbour.
        reader: OwnedFd,
        /// To the neighbour.
        writer: OwnedFd,
    },
    /// A `SOCK_SEQPACKET` for both ways.
    Socket(OwnedFd),
}

/// What a look into the kernel's buffer has found.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// Something was read.
    Bytes,
    /// There is nothing yet.
    Nothing,
    /// There is nothing, and nothing will ever come: the neighbour's end is closed.
    End,
}

/// A link to one neighbour.
#[derive(Debug)]
pub(super) struct Link {
    ends: Ends,
    /// To which process of the neighbour it leads.
    pub(super) incarnation: u64,
    decoder: Decoder,
    is_at_end: bool,
    is_broken: bool,
    /// Since when it is one of the two.
    useless_since: Option<Instant>,
    /// What keeps every link from being of use: the call that was refused, and how.
    pub(super) refused: Option<(&'static str, Errno)>,
}

impl Link {
    /// A link to the neighbour's process of this incarnation.
    pub(super) fn new(ends: Ends, incarnation: u64) -> Self {
        let (decoder, useless_since, refused) = Default::default();
        Self { ends, incarnation, decoder, is_at_end: false, is_broken: false, useless_since, refused }
    }

    /// How long it has been of no use: its neighbour has ended, or closed its end.
    pub(super) fn useless_for(&self) -> Option<Duration> {
        self.useless_since.map(|since| since.elapsed())
    }

    fn is_of_no_use(&mut self, call: &'static str, errno: Option<Errno>) {
        self.useless_since.get_or_insert_with(Instant::now);
        let refusal = errno.filter(|errno| is_refusal(&(*errno).into()) || *errno == Errno::NOSYS);
        self.refused = self.refused.or(refusal.map(|errno| (call, errno)));
    }

    /// Readable when a frame has come. None after the end of file: it would be readable for ever.
    pub(super) fn reader(&self) -> Option<BorrowedFd<'_>> {
        let (Ends::Pipe { reader: fd, .. } | Ends::Socket(fd)) = &self.ends;
        (!self.is_at_end).then(|| fd.as_fd())
    }

    /// Writable when there is room. None once it is broken: it would be writable for ever.
    pub(super) fn writer(&self) -> Option<BorrowedFd<'_>> {
        let (Ends::Pipe { writer: fd, .. } | Ends::Socket(fd)) = &self.ends;
        (!self.is_broken).then(|| fd.as_fd())
    }

    pub(super) fn send(&mut self, frame: &Frame) -> Result<(), Unsent> {
        let bytes = frame.encode();
        let (call, sent) = match &self.ends {
            Ends::Pipe { writer, .. } => ("write", rustix::io::write(writer, &bytes)),
            Ends::Socket(socket) => ("sendto", rustix::net::send(socket, &bytes, SendFlags::NOSIGNAL)),
        };
        match sent {
            Ok(_whole) => Ok(()),
            Err(Errno::AGAIN | Errno::INTR | Errno::NOBUFS | Errno::NOMEM) => Err(Unsent::Full),
            // EPIPE, ECONNRESET: nobody is there. Whatever else may come, this link is of no use.
            Err(errno) => {
                self.is_broken = true;
                self.is_of_no_use(call, Some(errno));
                Err(Unsent::Broken)
            }
        }
    }

    /// Reads once, and passes on what has come.
    pub(super) fn read(&mut self, court: &Court, pass_on: &mut dyn FnMut(Result<Frame, Rejection>)) -> Found {
        let (call, found) = match &self.ends {
            Ends::Pipe { reader, .. } => {
                let mut bytes = [0; 16 * FRAME_BYTES];
                let read = rustix::io::read(reader, &mut bytes[..]);
                self.decoder.feed(&bytes[..*read.as_ref().unwrap_or(&0)]);
                while let Some(frame) = self.decoder.next(court) {
                    pass_on(frame);
                }
                ("read", read)
            }
            Ends::Socket(socket) => {
                let mut bytes = [0; FRAME_BYTES];
                // Of a longer packet comes the whole length, though not all of its bytes: it is no frame.
                let read = rustix::net::recv(socket, &mut bytes[..], RecvFlags::TRUNC);
                let read = read.map(|(_, length)| length);
                // An empty packet looks like the end of file, but for this.
                let is_packet = read.is_ok_and(|length| length > 0 || !is_hung_up(socket));
                if is_packet {
                    let packet = bytes.get(..read.unwrap_or(0)).ok_or(Rejection::Malformed);
                    pass_on(packet.and_then(|bytes| Frame::decode(bytes, court)));
                }
                ("recvfrom", if is_packet { Ok(FRAME_BYTES) } else { read })
            }
        };
        match found {
            Ok(1..) => Found::Bytes,
            Err(Errno::AGAIN | Errno::INTR) => Found::Nothing,
            Ok(0) | Err(_) => {
                self.is_at_end = true;
                self.is_of_no_use(call, found.err());
                Found::End
            }
        }
    }
}

/// Whether the other end is closed.
fn is_hung_up(socket: &OwnedFd) -> bool {
    let mut fds = [PollFd::new(socket, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&now)).is_ok() && fds[0].revents().contains(PollFlags::HUP)
}
