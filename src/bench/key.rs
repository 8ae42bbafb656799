//! What makes a row of the report, and what it can be made of.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::mechanism::Mechanism;
use super::placement::Placement;
use crate::protocol::doorbell::Wait;

/// The most processes of a row.
pub const MAX_PROCESSES: usize = 16;
/// The largest payload.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The most messages that may be on their way at a time.
pub(super) const MAX_IN_FLIGHT: usize = 1 << 20;

/// What is done with the messages, and so what is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Mode {
    /// One message from process to process, to the end of the line and back: the latency of each hop, one way (closed loop)
    Latency,
    /// Messages from the first process to the second, as many as it takes: messages per second
    Throughput,
    /// The same at fixed times, whatever became of those before: the latency from when each was due (open loop)
    Rate,
    /// A request and its reply: the latency of both together (closed loop)
    RequestReply,
    /// One message from the first process to all others: the latency to each of them (closed loop)
    FanOut,
}

impl Mode {
    /// Whether the first process sends and all others receive, from slots of a ring in shared memory.
    pub(super) fn sends_ahead(self) -> bool {
        matches!(self, Self::Throughput | Self::Rate | Self::FanOut)
    }

    /// Whether a sender may wait for room for many messages.
    pub(super) fn waits_for_room(self) -> bool {
        matches!(self, Self::Throughput | Self::Rate)
    }
}

/// Where a process writes and reads the payload of a message in shared memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Copying {
    /// In the shared memory itself: no copy
    InPlace,
    /// In memory of its own: the sender copies it in, the receiver copies it out
    Both,
}

/// What makes a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RowKey {
    /// What is done.
    pub mode: Mode,
    /// By what the messages travel.
    pub transport: Mechanism,
    /// How a process waits for them.
    pub wait: Wait,
    /// Where the processes run.
    pub placement: Placement,
    /// How many there are.
    pub processes: usize,
    /// Of the payload.
    pub bytes: usize,
    /// Where the payload is written and read. Through the kernel it is always copied.
    pub copy: Copying,
    /// Messages that may be on their way at a time.
    pub in_flight: usize,
    /// Messages for each wake-up, or for each write to a stream.
    pub batch: usize,
    /// Messages that are due each second, where they are due at fixed times.
    pub rate_per_s: Option<u64>,
}

impl RowKey {
    /// One message in a line of processes, in place.
    pub fn latency(
        transport: Mechanism,
        wait: Wait,
        placement: Placement,
        processes: usize,
        bytes: usize,
    ) -> Self {
        let copy = if transport.is_in_memory() { Copying::InPlace } else { Copying::Both };
        Self {
            mode: Mode::Latency,
            transport,
            wait,
            placement,
            processes,
            bytes,
            copy,
            in_flight: 1,
            batch: 1,
            rate_per_s: None,
        }
    }

    /// Transport, wait and copy: `shared/spin`, `shared/spin/copy`.
    pub fn way(&self) -> String {
        let mut way = self.transport.to_string();
        if self.transport.has_waits() {
            way = format!("{way}/{}", self.wait.name());
        }
        if self.transport.is_in_memory() && self.copy == Copying::Both {
            way += "/copy";
        }
        way
    }

    /// All of it, for people.
    pub fn name(&self) -> String {
        let Self { mode, processes, placement, bytes, .. } = self;
        let mut name = format!("{}, {processes} processes, {placement}, {bytes} B", self.way());
        if *mode != Mode::Latency {
            name = format!("{mode}: {name}");
        }
        if self.in_flight > 1 {
            name = format!("{name}, {} in flight", self.in_flight);
        }
        if self.batch > 1 {
            name = format!("{name}, batches of {}", self.batch);
        }
        self.rate_per_s.map_or(name.clone(), |rate| format!("{name}, {rate}/s"))
    }

    /// The pairs of processes between which messages travel, the lower number first.
    pub(super) fn edges(&self) -> Vec<(usize, usize)> {
        match self.mode {
            Mode::FanOut => (1..self.processes).map(|receiver| (0, receiver)).collect(),
            _ => (1..self.processes).map(|right| (right - 1, right)).collect(),
        }
    }

    /// With which others a process exchanges messages, in the order of their numbers.
    pub(super) fn peers(&self, me: usize) -> Vec<usize> {
        let other = |(one, two): (usize, usize)| match (one == me, two == me) {
            (true, _) => Some(two),
            (_, true) => Some(one),
            _ => None,
        };
        self.edges().into_iter().filter_map(other).collect()
    }
}
