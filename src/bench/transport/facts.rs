//! What a message costs by each mechanism, to a taker that sleeps: `tripong bench --list` prints it, docs/TRANSPORTS.md has the
//! same, and `tests/mechanisms/` counts the calls of real processes.

use crate::bench::mechanism::Mechanism;

/// What one message costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The system call of the process that sends it, by the name that `strace` gives it.
    pub giver: &'static str,
    /// The system call of the process that takes it.
    pub taker: &'static str,
    /// How often the kernel copies the payload.
    pub copies: u8,
    /// How often the kernel wakes the taker, which sleeps.
    pub wake_ups: u8,
    /// Whether the giver makes its call also for a taker that is awake.
    pub always_calls: bool,
    /// Where the largest payload comes from.
    pub largest: &'static str,
    /// What keeps one message from another.
    pub boundaries: &'static str,
    /// What a process sees when its peer was killed, before the launcher ends it too.
    pub peer_killed: &'static str,
}

const MEMORY: Facts = Facts {
    giver: "futex",
    taker: "futex",
    copies: 0,
    wake_ups: 1,
    always_calls: false,
    largest: "the bench: 64 MiB",
    boundaries: "fixed places in memory",
    peer_killed: "nothing: it sleeps on",
};

const fn bell(giver: &'static str, taker: &'static str) -> Facts {
    Facts { giver, taker, always_calls: true, ..MEMORY }
}

const STREAM: Facts = Facts {
    giver: "write",
    taker: "read",
    copies: 2,
    always_calls: true,
    boundaries: "the taker, by their length",
    peer_killed: "end of file; `EPIPE`",
    ..MEMORY
};

const PACKETS: Facts =
    Facts { largest: "`net.core.wmem_default` - 32 - 24", boundaries: "the kernel", ..STREAM };

impl Mechanism {
    /// What a message costs by it.
    pub const fn facts(self) -> Facts {
        match self {
            Self::Shared | Self::File => MEMORY,
            Self::Eventfd => bell("write", "read"),
            Self::Signal => Facts {
                peer_killed: "`ESRCH`; else it sleeps on",
                ..bell("pidfd_send_signal", "rt_sigtimedwait")
            },
            Self::Uring => bell("io_uring_enter", "io_uring_enter"),
            Self::Pipe | Self::Fifo => STREAM,
            Self::Stream | Self::Tcp | Self::TcpNagle => {
                Facts { peer_killed: "end of file, or `ECONNRESET`; `EPIPE`", ..STREAM }
            }
            Self::Socket => Facts { peer_killed: "end of file; `EPIPE`", ..PACKETS },
            Self::Datagram => {
                Facts { peer_killed: "nothing: it sleeps on; `ECONNREFUSED` when it sends", ..PACKETS }
            }
            Self::Udp => Facts {
                largest: "IPv4: 65,507 - 24",
                peer_killed: "nothing: it sleeps on; `ECONNREFUSED` after it has sent",
                ..PACKETS
            },
            Self::Mqueue => Facts {
                giver: "mq_timedsend",
                taker: "mq_timedreceive",
                largest: "`fs.mqueue.msgsize_max` - 24",
                peer_killed: "nothing: it sleeps on",
                ..PACKETS
            },
        }
    }
}
