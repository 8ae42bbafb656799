//! A pane's arrival log: when the ball came to it, from which owner, and by which transport. Its own process writes it.

use super::baton::{Owner, Ownership};
use super::kind::TransportKind;
use super::ring::Ring;
use crate::platform::sync::ReadWrite;

/// Words of an arrival.
const WORDS: usize = 4;
/// How many of a pane's arrivals are kept.
const ARRIVALS: usize = 64;
/// In place of a transport's number: the supervisor has put the ball there.
const BY_SUPERVISOR: u64 = 0xff;

/// The last arrivals of the ball in one pane.
pub type ArrivalLog<M = ReadWrite> = Ring<WORDS, ARRIVALS, M>;

/// The ball came to a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Arrival {
    /// The epoch that began with it.
    pub epoch: u64,
    /// Its giver.
    pub giver: Owner,
    /// By which transport; None if the supervisor gave it.
    pub via: Option<TransportKind>,
    /// Hops of the ball so far, this one included.
    pub hop: u64,
    /// When its giver began the hand-off (`CLOCK_MONOTONIC`, ns); 0 if the supervisor gave it, or if that is not known.
    pub handed_ns: u64,
    /// When the process had it in its hands (`CLOCK_MONOTONIC`, ns).
    pub at_ns: u64,
}

impl Arrival {
    /// How long the hand-off took, in nanoseconds; None if there was none, or if that is not known.
    pub fn took_ns(&self) -> Option<u64> {
        self.via.filter(|_| self.handed_ns > 0).map(|_| self.at_ns.saturating_sub(self.handed_ns))
    }

    /// As an entry of a [`ArrivalLog`].
    pub fn words(&self) -> [u64; WORDS] {
        let via = self.via.map_or(BY_SUPERVISOR, TransportKind::number);
        let head = self.epoch << 16 | (self.giver.index() as u64) << 8 | via;
        [head, self.hop, self.handed_ns, self.at_ns]
    }

    /// The arrival of an entry; None if the entry is corrupt.
    pub fn from_words([head, hop, handed_ns, at_ns]: [u64; WORDS]) -> Option<Self> {
        let [via, giver, ..] = head.to_le_bytes();
        let giver = Owner::from_number(giver)?;
        let via = match giver {
            Owner::Supervisor => None,
            Owner::Pane(_) => Some(TransportKind::from_number(via.into())?),
        };
        Some(Self { epoch: head >> 16, giver, via, hop, handed_ns, at_ns })
    }

    /// The ball of `ownership` came to its holder.
    pub fn of(ownership: Ownership, via: TransportKind, hop: u64, handed_ns: u64, at_ns: u64) -> Self {
        let via = (ownership.giver != Owner::Supervisor).then_some(via);
        let handed_ns = via.map_or(0, |_| handed_ns);
        Self { epoch: ownership.epoch, giver: ownership.giver, via, hop, handed_ns, at_ns }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::game::PaneId;

    #[test]
    fn an_arrival_is_read_as_it_was_written() {
        let by_pane =
            Ownership { epoch: 1 << 40, giver: Owner::Pane(PaneId(3)), holder: Owner::Pane(PaneId(2)) };
        let arrival = Arrival::of(by_pane, TransportKind::Socket, 9, 100, 130);
        assert_eq!(Arrival::from_words(arrival.words()), Some(arrival));
        assert_eq!(arrival.took_ns(), Some(30));
        let served =
            Arrival::of(Ownership { giver: Owner::Supervisor, ..by_pane }, TransportKind::Shared, 9, 77, 130);
        assert_eq!(Arrival::from_words(served.words()), Some(served));
        assert_eq!((served.via, served.took_ns(), served.handed_ns), (None, None, 0));
        assert_eq!(Arrival::from_words([0x55_0000 | 17 << 8, 0, 0, 0]), None, "there is no owner 17");
        assert_eq!(Arrival::from_words([0x55_0000 | 1 << 8 | 9, 0, 0, 0]), None, "there is no transport 9");
    }
}
