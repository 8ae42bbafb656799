//! Sockets of three sorts, with a writer and a reader.

use std::net::UdpSocket;
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use crate::error::{Error, Result};
use crate::lab::calls::{Call, Caller, Ended, Reply, show};
use crate::lab::stage::Stage;

/// A sort of socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// `SOCK_STREAM`.
    Stream,
    /// `SOCK_DGRAM`.
    Datagram,
    /// `SOCK_SEQPACKET`.
    Sequenced,
}

impl Sort {
    /// As the manual calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Stream => "SOCK_STREAM",
            Self::Datagram => "SOCK_DGRAM",
            Self::Sequenced => "SOCK_SEQPACKET",
        }
    }

    /// Whether one read gets one message.
    pub(super) fn keeps_borders(self) -> bool {
        self != Self::Stream
    }

    fn number(self) -> SocketType {
        match self {
            Self::Stream => SocketType::STREAM,
            Self::Datagram => SocketType::DGRAM,
            Self::Sequenced => SocketType::SEQPACKET,
        }
    }
}

/// A writer and a reader, each at its end of a pair of sockets.
pub(super) struct Link {
    pub(super) writer: Caller,
    pub(super) reader: Caller,
}

impl Link {
    /// Starts both.
    pub(super) fn start(stage: &mut Stage<'_>, sort: Sort) -> Result<Self> {
        let pair = socketpair(AddressFamily::UNIX, sort.number(), SocketFlags::CLOEXEC, None)
            .map_err(Error::system("create a pair of sockets of the lab (socketpair)"))?;
        Self::between(stage, pair)
    }

    /// Starts both, at the ends of two UDP sockets of this machine. None where it has no network, not even with itself.
    pub(super) fn start_udp(stage: &mut Stage<'_>) -> Result<Option<Self>> {
        udp().map(|pair| Self::between(stage, pair)).transpose()
    }

    fn between(stage: &mut Stage<'_>, (one, other): (OwnedFd, OwnedFd)) -> Result<Self> {
        let writer = Caller::start(stage, 0, "writer", vec![one])?;
        let reader = Caller::start(stage, 1, "reader", vec![other])?;
        let link = Self { writer, reader };
        link.show(stage, "has written nothing yet", "has read nothing yet", "nothing");
        Ok(link)
    }

    /// The writer sends messages of these sizes, of the letters a, b, c and so on; each is sent before this returns.
    pub(super) fn send(&mut self, stage: &mut Stage<'_>, sizes: &[u64]) -> Result<()> {
        for (size, letter) in sizes.iter().zip('a'..) {
            let bytes = usize::try_from(*size).unwrap_or(0);
            let reply = self.writer.returned(stage, Call::Send { link: 0, letter, bytes })?;
            stage.note(format!("the writer's send of {size} bytes {}", reply.words()));
        }
        let waits = format!("sent {} messages", sizes.len());
        self.show(stage, &waits, "has read nothing yet", &format!("{} bytes", sizes.iter().sum::<u64>()));
        Ok(())
    }

    /// The reader reads once.
    pub(super) fn read(&mut self, stage: &mut Stage<'_>, room: usize) -> Result<Ended> {
        let ended = self.reader.make(stage, Call::Read { link: 0, room })?;
        let words = format!("read with room for {room} bytes {}", ended.words());
        stage.note(format!("the reader's {words}"));
        self.show(stage, "waits for the next command", &words, "what was not read yet");
        Ok(ended)
    }

    /// The reader reads once, and has something to read.
    pub(super) fn read_some(&mut self, stage: &mut Stage<'_>, room: usize) -> Result<Reply> {
        match self.read(stage, room)? {
            Ended::Returned(reply) => Ok(reply),
            other => Err(Error::failed("read what was sent")(std::io::Error::other(other.words()))),
        }
    }

    fn show(&self, stage: &mut Stage<'_>, writer: &str, reader: &str, between: &str) {
        let processes = [(&self.writer, writer.to_owned()), (&self.reader, reader.to_owned())];
        show(stage, &processes, &[("socket", between.to_owned())]);
    }
}

fn udp() -> Option<(OwnedFd, OwnedFd)> {
    let bind = || UdpSocket::bind(("127.0.0.1", 0)).ok();
    let (one, other) = (bind()?, bind()?);
    one.connect(other.local_addr().ok()?).ok()?;
    other.connect(one.local_addr().ok()?).ok()?;
    // A container whose lo is down binds, and sends nothing.
    one.send(b"?").ok()?;
    other.set_read_timeout(Some(std::time::Duration::from_secs(5))).ok()?;
    other.recv(&mut [0; 1]).ok()?;
    other.set_read_timeout(None).ok()?;
    Some((one.into(), other.into()))
}
