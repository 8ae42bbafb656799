//! What makes a row of the report, and what it can be made of.

use clap::ValueEnum;
use serde::Serialize;

use crate::protocol::TransportKind;
use crate::protocol::doorbell::Wait;

/// The most processes in a line.
pub const MAX_PROCESSES: usize = 16;
/// The largest payload.
pub const MAX_BYTES: usize = 64 * 1024;

/// Where the processes of a row run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Placement {
    /// All on one CPU
    SameCore,
    /// Process i on CPU i, counted round
    DistinctCores,
    /// The scheduler's choice
    Unpinned,
}

impl Placement {
    /// The CPU of a process, of those that there are.
    pub fn cpu(self, process: usize, cpus: &[usize]) -> Option<usize> {
        match self {
            Self::SameCore => cpus.first().copied(),
            Self::DistinctCores => cpus.get(process % cpus.len().max(1)).copied(),
            Self::Unpinned => None,
        }
    }
}

/// What makes a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RowKey {
    /// By what the message travels.
    pub transport: TransportKind,
    /// How its taker waits.
    pub wait: Wait,
    /// Where the processes run.
    pub placement: Placement,
    /// How many there are.
    pub processes: usize,
    /// Of the payload.
    pub bytes: usize,
}

impl RowKey {
    /// Transport and wait: `shared/spin`.
    pub fn way(&self) -> String {
        match self.transport {
            TransportKind::Shared => format!("{}/{}", self.transport, self.wait.name()),
            TransportKind::Pipe | TransportKind::Socket => self.transport.to_string(),
        }
    }

    /// All of it, for people.
    pub fn name(&self) -> String {
        format!("{}, {} processes, {}, {} B", self.way(), self.processes, self.placement, self.bytes)
    }
}
