//! The line of a hand-off: the most frequent one, and so an array: at most 150 bytes.

use serde::{Deserialize, Serialize};

use super::bits::Bits;
use crate::game::PaneId;
use crate::protocol::TransportKind;

/// A hand-off. As an array, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Fields", into = "Fields")]
pub struct Hop {
    /// The epoch that began with it.
    pub epoch: u64,
    /// Hops of the ball, this one included.
    pub hop: u64,
    /// The ball's tick; None if the giver's record was overwritten before it was read.
    pub tick: Option<u64>,
    /// Who gave it.
    pub from: PaneId,
    /// Who got it.
    pub to: PaneId,
    /// By which transport.
    pub via: TransportKind,
    /// When the giver began the hand-off, in ns; None if the giver had it not from this process's life.
    pub offered: Option<u64>,
    /// How long after that the taker had it in its hands, in ns; None if it died before, or nobody knows.
    pub took: Option<u64>,
    /// The ball as the taker took it over; None as for the tick.
    pub state: Option<Bits>,
}

impl Hop {
    /// When its taker had the ball, in ns, or at least when it was offered; None if not even that is known.
    pub fn accepted(&self) -> Option<u64> {
        self.offered.map(|offered| offered.saturating_add(self.took.unwrap_or(0)))
    }
}

type Fields = (u64, u64, Option<u64>, PaneId, PaneId, TransportKind, Option<u64>, Option<u64>, Option<Bits>);

impl From<Fields> for Hop {
    fn from((epoch, hop, tick, from, to, via, offered, took, state): Fields) -> Self {
        Self { epoch, hop, tick, from, to, via, offered, took, state }
    }
}

impl From<Hop> for Fields {
    fn from(Hop { epoch, hop, tick, from, to, via, offered, took, state }: Hop) -> Self {
        (epoch, hop, tick, from, to, via, offered, took, state)
    }
}
