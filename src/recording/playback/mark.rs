//! The marks of a recording: what a viewer wants to go to.

use std::collections::BTreeMap;

use strum::IntoStaticStr;

use crate::game::PaneId;

/// So many marks are kept. Beyond that every second one of the most frequent kind is left out.
pub const MOST_MARKS: usize = 8192;

/// What a mark stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum MarkKind {
    /// A process died.
    Death,
    /// A process was stopped.
    Freeze,
    /// The ball was taken from a pane and served anew.
    Recall,
    /// The ball was taken for the next process of the same pane.
    Recovery,
    /// The Region was replaced.
    Reinitialization,
    /// A fault was injected.
    Fault,
    /// A goal.
    Goal,
    /// The last goal of a match.
    MatchEnd,
}

impl MarkKind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::Death,
        Self::Freeze,
        Self::Recall,
        Self::Recovery,
        Self::Reinitialization,
        Self::Fault,
        Self::Goal,
        Self::MatchEnd,
    ];

    /// Its name in a list.
    pub fn name(self) -> &'static str {
        match self {
            Self::MatchEnd => "match end",
            other => other.into(),
        }
    }

    /// Its letter on a terminal: no two are the same.
    pub fn letter(self) -> char {
        match self {
            Self::Death => 'D',
            Self::Freeze => 'F',
            Self::Recall => 'R',
            Self::Recovery => 'C',
            Self::Reinitialization => 'X',
            Self::Fault => 'A',
            Self::Goal => 'G',
            Self::MatchEnd => 'M',
        }
    }
}

/// A moment of the recording that is worth going to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where it is on the axis of the scrubber, in nanoseconds.
    pub shown_ns: u64,
    /// When it was, in nanoseconds since the recording began.
    pub at_ns: u64,
    /// The tick of the ball there.
    pub tick: u64,
    /// What it is.
    pub kind: MarkKind,
    /// The pane to which it happened.
    pub pane: Option<PaneId>,
    /// The number of its line in the file, or of the line before a goal.
    pub line: u64,
    /// What has happened, as a sentence without a capital.
    pub text: String,
}

/// The marks in the order of the axis. Bounded.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    all: Vec<Mark>,
    /// How many were left out.
    pub(super) left_out: u64,
}

impl Marks {
    pub(super) fn push(&mut self, mark: Mark) {
        // Almost always the last one.
        let place = self.all.partition_point(|other| other.shown_ns <= mark.shown_ns);
        self.all.insert(place, mark);
        if self.all.len() > MOST_MARKS {
            self.thin();
        }
    }

    pub(super) fn all(&self) -> &[Mark] {
        &self.all
    }

    fn thin(&mut self) {
        let mut counts = BTreeMap::<MarkKind, usize>::new();
        self.all.iter().for_each(|mark| *counts.entry(mark.kind).or_default() += 1);
        let Some((most, _)) = counts.into_iter().max_by_key(|(_, count)| *count) else { return };
        let before = self.all.len();
        let mut is_even = false;
        self.all.retain(|mark| {
            is_even ^= mark.kind == most;
            mark.kind != most || is_even
        });
        self.left_out += (before - self.all.len()) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(shown_ns: u64, kind: MarkKind) -> Mark {
        Mark { shown_ns, at_ns: shown_ns, tick: shown_ns, kind, pane: None, line: 1, text: String::new() }
    }

    #[test]
    fn no_two_kinds_have_the_same_letter_or_name() {
        for kind in MarkKind::ALL {
            let is_same = |other: &MarkKind| other.letter() == kind.letter() || other.name() == kind.name();
            assert_eq!(MarkKind::ALL.iter().filter(|other| is_same(other)).count(), 1, "{kind:?}");
        }
    }

    #[test]
    fn marks_are_bounded_and_the_rare_ones_stay() {
        let mut marks = Marks::default();
        marks.push(mark(5, MarkKind::Recall));
        (0..100_000).for_each(|at| marks.push(mark(at, MarkKind::Death)));
        marks.push(mark(100_000, MarkKind::Goal));
        assert!(marks.all().len() <= MOST_MARKS);
        assert_eq!(marks.all().len() as u64 + marks.left_out, 100_002);
        assert!(marks.all().is_sorted_by_key(|mark| mark.shown_ns));
        let of = |kind| marks.all().iter().filter(|mark| mark.kind == kind).count();
        assert_eq!((of(MarkKind::Recall), of(MarkKind::Goal)), (1, 1));
        assert!(of(MarkKind::Death) > MOST_MARKS / 3);
        let last = marks.all().iter().rfind(|mark| mark.kind == MarkKind::Death).unwrap();
        assert!(last.shown_ns > 99_990, "all over the recording: {last:?}");
    }
}
