//! The two things that are measured.

use clap::ValueEnum;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// One message, there and back: how long a hop takes.
    Latency,
    /// Many messages, one way: how many arrive in a second.
    Throughput,
}
