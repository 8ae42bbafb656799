//! What a repetition is: the launcher writes it to the stdin of each process.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::spoil::Spoil;
use crate::protocol::TransportKind;
use crate::protocol::doorbell::Wait;

/// What a repetition is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RepetitionSetup {
    pub(super) launcher_pid: u32,
    pub(super) processes: usize,
    pub(super) transport: TransportKind,
    pub(super) wait: Wait,
    /// Of the payload: a multiple of 8.
    pub(super) bytes: usize,
    /// Hops before the counted ones, at most.
    pub(super) warmup_hops: u64,
    /// Counted hops, at most; rounded up to whole rounds.
    pub(super) hops: u64,
    /// For how long, at most, hops are counted.
    pub(super) time: Duration,
    /// Where each process runs, if it is to run there only.
    pub(super) cpus: Vec<Option<usize>>,
    pub(super) spoil: Spoil,
}
