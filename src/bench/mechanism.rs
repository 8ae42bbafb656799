//! The mechanisms of inter-process communication that the bench knows.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// By what a message travels. What each costs in system calls, copies and wake-ups stands in docs/TRANSPORTS.md.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    ValueEnum,
    Serialize,
    Deserialize,
    strum::Display,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Mechanism {
    /// Shared memory (a sealed memfd), with a doorbell on a futex
    Shared,
    /// The same in a file that is mapped
    File,
    /// Payload in shared memory, an eventfd to wake
    Eventfd,
    /// Payload in shared memory, a real-time signal to wake
    Signal,
    /// Payload in shared memory, messages between io_uring rings to wake
    Uring,
    /// A pipe each way
    Pipe,
    /// A named pipe (FIFO) each way
    Fifo,
    /// A Unix socket of packets (`SOCK_SEQPACKET`)
    Socket,
    /// A Unix socket of bytes (`SOCK_STREAM`)
    Stream,
    /// A Unix socket of datagrams (`SOCK_DGRAM`)
    Datagram,
    /// TCP on the loopback interface, with `TCP_NODELAY`
    Tcp,
    /// TCP on the loopback interface as it is by default, with Nagle's algorithm
    TcpNagle,
    /// UDP on the loopback interface
    Udp,
    /// A POSIX message queue each way
    Mqueue,
}

impl Mechanism {
    /// All of them, in the order of lists and reports.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name in arguments and reports.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether the payload lies in memory that both processes map.
    pub fn is_in_memory(self) -> bool {
        matches!(self, Self::Shared | Self::File | Self::Eventfd | Self::Signal | Self::Uring)
    }

    /// Whether it has bytes, and no boundaries between messages: many can be written at once.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Pipe | Self::Fifo | Self::Stream | Self::Tcp | Self::TcpNagle)
    }

    /// Whether a process can wait for it in more than one way: awake, in user mode.
    pub fn has_waits(self) -> bool {
        matches!(self, Self::Shared | Self::File)
    }
}
