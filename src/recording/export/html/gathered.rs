//! What the page shows: bounded, however long the recording is.

use hdrhistogram::Histogram;

use crate::protocol::End;
use crate::recording::Line;
use crate::recording::export::happening::{HandOff, Happening, Interval, Mark, NotSeen, What};

/// So many hand-offs the diagram shows if no last epoch is named.
pub const DEFAULT_HOPS: usize = 120;
/// So many it shows at most.
pub const MAX_HOPS: usize = 5000;
/// So many marks the table has.
const MAX_MARKS: usize = 100;
/// So many of the slowest hand-offs the table has.
const SLOWEST: usize = 10;
/// A latency that is longer counts as this long in the median.
const LONGEST_NS: u64 = 60_000_000_000;
/// Three digits of each latency.
const DIGITS: u8 = 3;

/// A mark and its number in the table; None if the table has no place for it.
pub(super) type Numbered = (Option<usize>, Mark);

#[derive(Debug)]
pub(super) struct Gathered {
    most: usize,
    /// The diagram: intervals, hand-offs, what was not seen, and marks among them.
    pub(super) intervals: Vec<Interval>,
    pub(super) hand_offs: Vec<HandOff>,
    pub(super) not_seen: Vec<NotSeen>,
    pub(super) shown: Vec<Numbered>,
    /// The tables.
    pub(super) marks: Vec<Mark>,
    pub(super) all_marks: u64,
    pub(super) slowest: Vec<HandOff>,
    latencies: Option<Histogram<u64>>,
    /// The whole.
    pub(super) hops: u64,
    pub(super) deaths: u64,
    pub(super) recalls: u64,
    pub(super) recoveries: u64,
    pub(super) freezes: u64,
    pub(super) unseen: u64,
    pub(super) last_epoch: u64,
    pub(super) hash: Option<u64>,
    pub(super) time: u64,
}

impl Gathered {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            intervals: Vec::new(),
            hand_offs: Vec::new(),
            not_seen: Vec::new(),
            shown: Vec::new(),
            marks: Vec::new(),
            all_marks: 0,
            slowest: Vec::new(),
            latencies: Histogram::new_with_max(LONGEST_NS, DIGITS).ok(),
            hops: 0,
            deaths: 0,
            recalls: 0,
            recoveries: 0,
            freezes: 0,
            unseen: 0,
            last_epoch: 0,
            hash: None,
            time: 0,
        }
    }

    /// What no happening has.
    pub(super) fn line(&mut self, line: &Line) {
        match line {
            Line::End(end) => self.hash = Some(end.ball.state.hash()),
            Line::Hop(hop) => self.hash = hop.state.map(|state| state.hash()).or(self.hash),
            Line::Unseen(unseen) => {
                let epochs = unseen.last.saturating_sub(unseen.first).saturating_add(1);
                self.unseen = self.unseen.saturating_add(epochs);
            }
            _ => {}
        }
    }

    pub(super) fn happening(&mut self, happening: &Happening) {
        let has_place = self.hand_offs.len() < self.most;
        match happening {
            Happening::HandOff(hand_off) => {
                self.hops += 1;
                self.see(hand_off.hop.epoch);
                self.rate(hand_off);
                if has_place {
                    self.hand_offs.push(*hand_off);
                }
            }
            Happening::Interval(interval) => {
                // The last hand-off leads to an interval that is shown as far as it is known.
                if has_place || self.intervals.len() <= self.hand_offs.len() {
                    self.intervals.push(*interval);
                }
            }
            Happening::NotSeen(not_seen) if has_place => self.not_seen.push(*not_seen),
            Happening::NotSeen(_) => {}
            Happening::Mark(mark) => self.mark(mark, has_place),
        }
    }

    fn mark(&mut self, mark: &Mark, has_place: bool) {
        self.see(mark.epoch);
        match mark.what {
            What::Died(how) if how != End::Code(0) => self.deaths += 1,
            What::Recall(..) => self.recalls += 1,
            What::Recovery(_) => self.recoveries += 1,
            What::Frozen => self.freezes += 1,
            _ => {}
        }
        self.all_marks += 1;
        if self.marks.len() < MAX_MARKS {
            self.marks.push(mark.clone());
        }
        if has_place && self.shown.len() < 4 * self.most {
            self.shown.push((None, mark.clone()));
        }
    }

    fn see(&mut self, epoch: u64) {
        self.last_epoch = self.last_epoch.max(epoch);
    }

    fn rate(&mut self, hand_off: &HandOff) {
        let Some(took) = hand_off.hop.took else { return };
        if let Some(latencies) = &mut self.latencies {
            latencies.saturating_record(took);
        }
        let place = self.slowest.partition_point(|slower| slower.hop.took.unwrap_or(0) >= took);
        if place < SLOWEST {
            self.slowest.insert(place, *hand_off);
            self.slowest.truncate(SLOWEST);
        }
    }

    /// The median of all latencies, in ns; None if none is known.
    pub(super) fn median(&self) -> Option<u64> {
        let latencies = self.latencies.as_ref().filter(|latencies| !latencies.is_empty())?;
        Some(latencies.value_at_quantile(0.5))
    }

    /// The marks in the order of time, and their numbers, which the diagram refers to.
    pub(super) fn number_the_marks(&mut self) {
        self.marks.sort_by_key(|mark| mark.at);
        for (number, mark) in &mut self.shown {
            *number = self.marks.iter().position(|other| other == mark).map(|place| place + 1);
        }
    }
}
