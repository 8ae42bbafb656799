//! How the last rally ended: a goal, or a miss. One word of the controls, so that every window can show it, also one that
//! opens only then.

use super::region::{Controls, Region};
use crate::game::{MOST_HITS, PaneId, Score, Side};
use crate::platform::sync::{Ordering, Rights};

const NS_PER_MS: u64 = 1_000_000;
/// Bits of a word from which each part is read.
const HITS_BITS: u32 = 20;
const GOAL: u64 = 1 << HITS_BITS;
const RIGHT: u64 = 1 << (HITS_BITS + 1);
/// So that no end is zero.
const IS_ONE: u64 = 1 << (HITS_BITS + 2);
const TIME_FROM: u32 = HITS_BITS + 3;

/// A rally that has ended at an outer wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RallyEnd {
    /// When (`CLOCK_MONOTONIC`, ns; whole milliseconds).
    pub at_ns: u64,
    /// The side whose wall the ball has met.
    pub side: Side,
    /// Whether it was a goal, for the other side; else a miss.
    pub is_goal: bool,
    /// How many hits the rally had.
    pub hits: u32,
}

impl RallyEnd {
    /// The end of the rally that stood like `before`, at `at_ns` in this pane.
    pub fn of(before: &Score, pane: PaneId, at_ns: u64) -> Self {
        let side = if pane == PaneId(0) { Side::Left } else { Side::Right };
        Self { at_ns, side, is_goal: before.is_match(), hits: before.hits }
    }

    /// As a word: `time:41, ms | 1 | right:1 | goal:1 | hits:20`.
    pub fn word(&self) -> u64 {
        let flag = |is_set: bool, flag| if is_set { flag } else { 0 };
        let flags = IS_ONE | flag(self.side == Side::Right, RIGHT) | flag(self.is_goal, GOAL);
        (self.at_ns / NS_PER_MS) << TIME_FROM | flags | u64::from(self.hits.min(MOST_HITS))
    }

    /// The end of a word; None if there was none yet.
    pub fn from_word(word: u64) -> Option<Self> {
        let side = if word & RIGHT != 0 { Side::Right } else { Side::Left };
        let hits = u32::try_from(word & u64::from(MOST_HITS)).unwrap_or(MOST_HITS);
        let at_ns = (word >> TIME_FROM).saturating_mul(NS_PER_MS);
        (word & IS_ONE != 0).then_some(Self { at_ns, side, is_goal: word & GOAL != 0, hits })
    }
}

/// The word stands for itself: relaxed.
impl<M: Rights> Region<M> {
    /// How the last rally ended.
    pub fn rally_end(&self) -> Option<RallyEnd> {
        let Controls { rally_end, .. } = &self.controls;
        RallyEnd::from_word(rally_end.load(Ordering::Relaxed))
    }
}

impl Region {
    /// Writes how a rally has ended. The ball's owner does.
    pub fn set_rally_end(&self, end: &RallyEnd) {
        self.controls.rally_end.store(end.word(), Ordering::Relaxed);
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn every_end_is_read_as_it_was_written_and_a_zeroed_word_is_none() {
        for (side, is_goal, hits) in
            [(Side::Left, true, 0), (Side::Right, false, 7), (Side::Right, true, MOST_HITS)]
        {
            // A hundred days after the machine was started.
            let end = RallyEnd { at_ns: 8_640_000_123_000_000, side, is_goal, hits };
            assert_eq!(RallyEnd::from_word(end.word()), Some(end));
        }
        assert_eq!(RallyEnd::from_word(0), None);
        assert!(RallyEnd::from_word(u64::MAX).is_some_and(|end| end.hits == MOST_HITS));
    }
}
