//! What is known of the flow: written by `follow.rs`, read by the views.

use std::collections::{BTreeMap, VecDeque};

use super::latencies::Latencies;
use super::ownership_interval::{Entry, Gap, Mark, OwnershipInterval};
use crate::game::{MAX_PANES, PaneId};
use crate::inspector::moment::Moment;

/// The place of the event log's events behind the arrival logs of the panes.
pub(super) const EVENTS: usize = MAX_PANES as usize;

/// What was seen so far, sample by sample.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    pub(super) intervals: BTreeMap<u64, OwnershipInterval>,
    pub(super) marks: VecDeque<Mark>,
    /// How long hand-offs took, by every transport that was used.
    pub latencies: Vec<Latencies>,
    /// When the last sample was taken (`CLOCK_MONOTONIC`, ns).
    pub now_ns: u64,
    /// Who had the ball in the last sample.
    pub moment: Moment,
    /// The first time that anything was known of, or the one that was given.
    pub(super) origin_ns: Option<u64>,
    /// The epoch in the last sample.
    pub(super) epoch: u64,
    /// The pane that has the ball; None while it rests.
    pub holder: Option<PaneId>,
    /// Corrupt entries, which were passed over.
    pub corrupt: u64,
    /// All that has happened, from old to new, with the time of each (`CLOCK_MONOTONIC`, ns).
    pub entries: Vec<(u64, Entry)>,
    /// Per pane and for the event log, the number of the next entry.
    pub(super) next: [u64; EVENTS + 1],
    /// Intervals of this epoch and of those before it were there once, and are no longer kept.
    pub forgotten: u64,
}

impl Flow {
    /// Before the first sample, with this time (`CLOCK_MONOTONIC`, ns) as zero of the time that is shown.
    pub fn since(origin_ns: u64) -> Self {
        Self { origin_ns: Some(origin_ns), ..Self::default() }
    }

    /// Intervals, gaps and marks in the order of time.
    pub(super) fn sorted(&self) -> Vec<(u64, Entry)> {
        let mut entries = Vec::with_capacity(self.intervals.len() + self.marks.len());
        let mut at_ns = 0;
        let gaps: BTreeMap<_, _> = self.gaps().map(|gap| (gap.last + 1, gap)).collect();
        for interval in self.intervals.values() {
            if let Some(gap) = gaps.get(&interval.epoch) {
                let gap_ns = gap.from_ns.or(gap.until_ns).map_or(at_ns, |ns| ns.max(at_ns));
                entries.push((gap_ns, Entry::Gap(gap.first)));
            }
            // What has no time of its own comes after the one before it.
            at_ns = interval.first_ns().map_or(at_ns, |ns| ns.max(at_ns));
            entries.push((at_ns, Entry::OwnershipInterval(interval.epoch)));
        }
        entries.extend(self.marks.iter().map(|mark| (mark.event.at_ns, Entry::Mark(mark.number))));
        // Stable: what has the same time stays in the order of epochs.
        entries.sort_by_key(|(at_ns, _)| *at_ns);
        entries
    }

    /// The intervals that are kept, by epoch.
    pub fn intervals(&self) -> impl DoubleEndedIterator<Item = &OwnershipInterval> {
        self.intervals.values()
    }

    /// The interval of an epoch.
    pub fn interval_of(&self, epoch: u64) -> Option<&OwnershipInterval> {
        self.intervals.get(&epoch)
    }

    /// The marks that are kept, from old to new.
    pub fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.marks.iter()
    }

    /// What was not seen, between the intervals that are kept and before them.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        let mut before = None::<&OwnershipInterval>;
        self.intervals.values().filter_map(move |interval| {
            let last = before.replace(interval);
            let seen = last.map_or(self.forgotten, |last| last.epoch);
            let from_ns = last.and_then(|last| last.until_ns.or(last.first_ns()));
            let (first, last) = (seen + 1, interval.epoch - 1);
            (first <= last).then(|| Gap { first, last, from_ns, until_ns: interval.first_ns() })
        })
    }

    /// When an interval ended; now, if it goes on; None if nobody has logged it.
    pub fn end_ns(&self, interval: &OwnershipInterval) -> Option<u64> {
        interval.until_ns.or((interval.epoch == self.epoch).then_some(self.now_ns))
    }

    /// Zero of the time that is shown (`CLOCK_MONOTONIC`, ns): the first time that anything is known of; of a recording, its beginning.
    pub fn origin_ns(&self) -> u64 {
        self.origin_ns.unwrap_or(self.now_ns)
    }
}
