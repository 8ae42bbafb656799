//! The ways to wait, and the words by which the processes of this lab meet.

use crate::lab::stage::LabMemory;
use crate::platform::sync::{Ordering, Word};
use crate::protocol::doorbell::Doorbell;

/// How a process waits.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString, serde::Serialize, serde::Deserialize,
)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Way {
    /// Reads the flag again and again.
    Polling,
    /// Reads the flag, naps, reads it again.
    Napping,
    /// Sleeps on a doorbell's futex.
    Futex,
    /// Sleeps in a read of a pipe.
    Pipe,
    /// As [`Way::Futex`], and stops once between its look and its sleep.
    Careful,
    /// The same in the wrong order: looks, stops, and only then disarms its doorbell.
    Careless,
    /// As [`Way::Pipe`], and stops once before it reads.
    Reader,
}

impl Way {
    /// It gets its messages through a pipe.
    pub(super) fn has_pipe(self) -> bool {
        matches!(self, Self::Pipe | Self::Reader)
    }
}

/// At most so many processes wait at a time.
pub(super) const WAITERS: usize = 4;
/// The bell of the giver.
const GIVER: usize = WAITERS;

/// The words of this lab, by name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a>(pub(super) &'a LabMemory);

impl<'a> Words<'a> {
    /// The flag: the number of the newest message.
    pub(super) fn message(self) -> &'a Word {
        &self.0.lonely[0].0
    }

    /// When that was given.
    pub(super) fn sent_ns(self) -> &'a Word {
        &self.0.lonely[1].0
    }

    /// How often the napping process has looked.
    pub(super) fn looks(self) -> &'a Word {
        &self.0.lonely[2].0
    }

    /// The newest message that a waiter has noticed.
    pub(super) fn noticed(self, waiter: usize) -> &'a Word {
        &self.0.lonely[4 + waiter].0
    }

    /// On which a waiter sleeps.
    pub(super) fn bell(self, waiter: usize) -> &'a Doorbell<()> {
        &self.0.bells[waiter].0
    }

    /// On which the giver sleeps.
    pub(super) fn giver(self) -> &'a Doorbell<()> {
        self.bell(GIVER)
    }

    /// Whether a waiter has noticed this message.
    pub(super) fn has_noticed(self, waiter: usize, number: u64) -> bool {
        // Acquire: what it did before it noticed is done.
        self.noticed(waiter).load(Ordering::Acquire) >= number
    }
}
