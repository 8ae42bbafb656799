//! What all windows of a replay show: one moment of the recording.

use std::sync::Arc;

use crate::game::{Court, PaneId};
use crate::inspector::Watcher;
use crate::platform::units::{fmt_clock, fmt_clock_ns};
use crate::recording::playback::{Mark, Rate};

const SECOND_NS: u64 = 1_000_000_000;

/// One moment of a recording.
#[derive(Debug)]
pub struct Shown {
    /// The court of the game.
    pub court: Court,
    /// What is seen of the Region.
    pub watcher: Watcher,
    /// The processes of the panes, from the left.
    pub processes: Vec<RecordedProcess>,
    /// Where in the recording that is.
    pub playhead: Playhead,
}

/// Where a replay is in its recording, and how it goes on.
#[derive(Debug, Clone, Default)]
pub struct Playhead {
    /// The place on the scrubber, in nanoseconds. In it long moments in which nothing moved are shortened.
    pub shown_ns: u64,
    /// The end of the scrubber, as far as the recording was read.
    pub length_ns: u64,
    /// The time since the recording began, in nanoseconds: the one that is written, as everywhere else.
    pub at_ns: u64,
    /// How long the game was recorded, in nanoseconds, as far as the recording was read.
    pub until_ns: u64,
    /// The tick of the ball.
    pub tick: u64,
    /// Its hops so far.
    pub hop: u64,
    /// The epoch.
    pub epoch: u64,
    /// Whether it plays.
    pub is_playing: bool,
    /// How fast.
    pub rate: Rate,
    /// Whether the game was played as fast as it could be: it is shown at the pace of others.
    pub is_unpaced: bool,
    /// The marks, as far as the recording was read.
    pub marks: Arc<[Mark]>,
    /// While the recording is still read: how much of it was, in percent; None where that is not known, as of a pipe.
    pub reading: Option<Option<u8>>,
    /// Why it ends before its last line: the first line that does not fit.
    pub fault: Option<String>,
    /// Whether the recording has no last line: its game has died, or it is still being written.
    pub is_cut: bool,
}

impl Playhead {
    /// The number of the last mark at this place or before, from 1, and the mark.
    pub fn last_mark(&self) -> Option<(usize, &Mark)> {
        let number = self.marks.partition_point(|mark| mark.shown_ns <= self.shown_ns);
        Some((number, self.marks.get(number.checked_sub(1)?)?))
    }

    /// Where it is, in a few words.
    pub fn place_in_words(&self) -> String {
        format!("{} of {}", clock_time(self.at_ns, true), clock_time(self.until_ns, true))
    }

    /// Tick, hop and epoch.
    pub fn count_in_words(&self) -> String {
        format!("tick {}, hop {}, epoch {}", self.tick, self.hop, self.epoch)
    }
}

/// Minutes and seconds, with hours where there are some; `is_fine`: with milliseconds, rounded as those of the flow.
pub(super) fn clock_time(ns: u64, is_fine: bool) -> String {
    if is_fine { fmt_clock_ns(ns) } else { fmt_clock(ns / SECOND_NS) }
}

/// The process of a pane at that moment, as it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedProcess {
    /// Its pane.
    pub pane: PaneId,
    /// Its pid; 0 if the recording does not say.
    pub pid: u32,
    /// Which process of its pane it is, from 1; 0 if the recording does not say.
    pub incarnation: u64,
    /// What it was.
    pub state: RecordedState,
    /// How often the ball came to its pane so far, as far as the recording has seen it.
    pub hops: u64,
    /// How many of its late writes were fenced.
    pub fenced: u64,
}

/// What a process was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedState {
    /// It ran.
    Alive,
    /// It was stopped.
    Frozen,
    /// It had died, and the next one was not there yet.
    Dead,
}

impl RecordedState {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Frozen => "frozen",
            Self::Dead => "dead",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::playback::MarkKind;

    #[test]
    fn times_are_as_on_a_clock() {
        let cases = [
            (0, "0:00.000"),
            (61_001_600_000, "1:01.002"),
            (59_999_600_000, "1:00.000"),
            (3_600_000_000_000, "1:00:00.000"),
        ];
        for (ns, text) in cases {
            assert_eq!(clock_time(ns, true), text);
        }
        assert_eq!(clock_time(u64::MAX, false), "5124095:34:33");
    }

    #[test]
    fn the_last_mark_is_the_one_that_was_reached() {
        let mark = |shown_ns| Mark {
            shown_ns,
            at_ns: 0,
            tick: 0,
            kind: MarkKind::Goal,
            pane: None,
            line: 1,
            text: String::new(),
        };
        let at = |shown_ns| {
            let playhead = Playhead { shown_ns, marks: [mark(5), mark(9)].into(), ..Playhead::default() };
            playhead.last_mark().map(|(number, _)| number)
        };
        assert_eq!([0, 4, 5, 8, 9, 10].map(at), [None, None, Some(1), Some(1), Some(2), Some(2)]);
    }
}
