//! What each mechanism does when the process at its other end is killed: what the kernel reports without anybody asking.

use crate::bench::mechanism::Mechanism;

/// What the survivor learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterDeath {
    /// A read ends, and a write fails: it learns in any case.
    Noticed,
    /// A write fails, but a read waits on.
    ToldWhenItSends,
    /// It waits on, and what it sends is lost.
    NotTold,
}

impl AfterDeath {
    /// What a process at one end of this mechanism learns.
    pub(super) fn of(mechanism: Mechanism) -> Self {
        match mechanism {
            // End of file and EPIPE, or ECONNRESET: the last process that had the other end is gone.
            Mechanism::Pipe
            | Mechanism::Fifo
            | Mechanism::Socket
            | Mechanism::Stream
            | Mechanism::Tcp
            | Mechanism::TcpNagle => Self::Noticed,
            // ECONNREFUSED; of UDP the next call after the one that was in vain. ESRCH, as long as the number is no other process's.
            Mechanism::Datagram | Mechanism::Udp | Mechanism::Signal => Self::ToldWhenItSends,
            // Memory stays as it was, half a message included; an eventfd and a ring belong to the one that still has them; a queue
            // outlives its processes.
            Mechanism::Shared
            | Mechanism::File
            | Mechanism::Eventfd
            | Mechanism::Uring
            | Mechanism::Mqueue => Self::NotTold,
        }
    }

    /// As the end of a sentence about the ways that do so.
    pub(super) fn says(self) -> &'static str {
        match self {
            Self::Noticed => "a read ends and a write fails",
            Self::ToldWhenItSends => "a write fails, but a read waits on",
            Self::NotTold => "a wait goes on",
        }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use rustix::io::{Errno, read, write};
    use rustix::net::{AddressFamily, SendFlags, SocketFlags, SocketType, send, socketpair};

    use super::*;

    /// What a read and a write end with after the other end was closed, as it is when its process is killed.
    fn after_close(kind: SocketType) -> (rustix::io::Result<usize>, rustix::io::Result<usize>) {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let (one, other) = socketpair(AddressFamily::UNIX, kind, flags, None).unwrap();
        drop(other);
        (read(&one, &mut [0; 8]), send(&one, &[0; 8], SendFlags::NOSIGNAL))
    }

    #[test]
    fn the_table_is_what_the_kernel_does() {
        for (mechanism, kind) in [
            (Mechanism::Socket, SocketType::SEQPACKET),
            (Mechanism::Stream, SocketType::STREAM),
            (Mechanism::Datagram, SocketType::DGRAM),
        ] {
            let expected = match after_close(kind) {
                (Ok(0), Err(Errno::PIPE)) => AfterDeath::Noticed,
                (Err(Errno::AGAIN), Err(Errno::CONNREFUSED)) => AfterDeath::ToldWhenItSends,
                other => panic!("{mechanism}: {other:?}"),
            };
            assert_eq!(AfterDeath::of(mechanism), expected, "{mechanism}");
        }
        let (from_other, own) = rustix::pipe::pipe().unwrap();
        drop(own);
        assert_eq!(read(&from_other, &mut [0; 8]), Ok(0), "pipe");
        assert_eq!(AfterDeath::of(Mechanism::Pipe), AfterDeath::Noticed);
        let eventfd = rustix::event::eventfd(0, rustix::event::EventfdFlags::NONBLOCK).unwrap();
        drop(rustix::io::dup(&eventfd).unwrap());
        assert_eq!(read(&eventfd, &mut [0; 8]), Err(Errno::AGAIN), "an eventfd knows of no other end");
        assert_eq!(write(&eventfd, &1u64.to_ne_bytes()), Ok(8));
        assert_eq!(AfterDeath::of(Mechanism::Eventfd), AfterDeath::NotTold);
    }
}
