//! A moment of the game at which all that was read belongs together.

use std::fmt;

use crate::game::Court;
use crate::platform::sync::{Ordering, Rights, spin_loop};
use crate::protocol::{Corrupt, Counts, Ownership, Record, Region};

/// How often a moment is tried at which ball, baton and counts belong together.
const ATTEMPTS: usize = 100;

/// What belongs together.
pub(super) struct Moment {
    pub(super) ownership: Ownership,
    pub(super) record: Record,
    pub(super) counts: Counts,
    /// Per pane, the epoch of the ball that its process has in its hands.
    pub(super) held: Vec<Option<u64>>,
    /// The last epoch in which a person has moved a paddle.
    pub(super) by_hand: Option<u64>,
}

/// Why there was no such moment.
pub(super) enum Blind {
    Restless,
    NoBaton,
    NoBall(Corrupt),
}

/// The baton is read before all else and after it: if nothing has changed, all that was read in between is of its ownership.
/// So is what a process holds: one that holds a later ball has seen a later baton, which would then be seen here too.
pub(super) fn look(region: &Region<impl Rights>, court: &Court) -> Result<Moment, Blind> {
    let mut blind = Blind::NoBaton;
    for _ in 0..ATTEMPTS {
        let counts = region.event_log.counts();
        let Some(ownership) = region.baton.look() else {
            blind = Blind::NoBaton;
            continue;
        };
        let record = region.ball(ownership, court);
        let statuses = || court.all_panes().map(|pane| &region.pane(pane).status);
        // The ball before the hands: a pane whose paddle a person moves notes that before the ball shows it.
        let epoch_of = |word: u64| word.checked_sub(1);
        let by_hand = statuses().filter_map(|status| epoch_of(status.by_hand.load(Ordering::Acquire))).max();
        let held = court.all_panes().map(|pane| region.in_hand(pane).unwrap_or(None)).collect();
        if region.baton.is_still(ownership) && region.event_log.counts() == counts {
            match record {
                Ok(record) => return Ok(Moment { ownership, record, counts, held, by_hand }),
                Err(corrupt) => blind = Blind::NoBall(corrupt),
            }
        } else {
            blind = Blind::Restless;
        }
        spin_loop();
    }
    Err(blind)
}

impl fmt::Display for Blind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Restless => write!(f, "the ball went on at every try; looking again"),
            Self::NoBaton => write!(f, "the baton names nobody"),
            Self::NoBall(corrupt) => write!(f, "the ball cannot be read: {corrupt}"),
        }
    }
}
