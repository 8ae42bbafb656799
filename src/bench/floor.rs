//! The least that a row could cost on this machine: what is measured in the same run without any protocol.

use serde::{Deserialize, Serialize};

use super::placement::Placement;

/// A floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FloorKind {
    /// Two processes wake each other by the futex alone: one way
    FutexPair,
    /// Two processes on one CPU yield to each other: one way
    YieldSwitch,
    /// A cache line from CPU to CPU, there and back
    CacheLine,
    /// A copy of so many bytes by one process, over as many buffers as may be on their way
    Memcpy,
    /// A system call that does nothing
    EmptyCall,
}

/// What was measured of a floor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// Which.
    pub kind: FloorKind,
    /// Where.
    pub placement: Placement,
    /// Of a copy, how large; null for the others.
    pub bytes: Option<usize>,
    /// Of a copy, how many buffers; null for the others.
    pub in_flight: Option<usize>,
    /// The median of all repetitions, in nanoseconds.
    pub p50_ns: f64,
    /// The median of each repetition, in their order.
    pub repeat_p50_ns: Vec<f64>,
    /// Of a copy, bytes per second; null for the others.
    pub bytes_per_s: Option<f64>,
}

/// A row beside its floor. Of latencies it is the row over the floor, of throughput the floor over the row: 1 is the floor, more is
/// worse.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FloorRatio {
    /// Which.
    pub kind: FloorKind,
    /// The median of the ratios of the repetitions.
    pub ratio: f64,
    /// The least and the greatest of them.
    pub range: [f64; 2],
}
