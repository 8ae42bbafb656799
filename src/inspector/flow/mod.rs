//! The flow: where the ball was, when, and how it came there, as the panes and the supervisor have written it down.
//!
//! Nothing is invented. What was overwritten before anybody looked is a [`Gap`]; of an epoch that only its successor tells
//! of, only what that one knows is told.

mod latencies;
mod stay;
mod told;

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use crate::game::{Court, MAX_PANES, PaneId};
use crate::platform::clock;
use crate::platform::sync::Rights;
use crate::protocol::{Arrival, Event, Owner, Region, Tenure, What};

pub use latencies::{Bar, Latencies, latencies};
pub use stay::{By, Entry, Gap, Mark, Stay};

/// So many of the last stays are kept.
const STAYS: usize = 2000;
/// So many of the last marks are kept.
const MARKS: usize = 1000;
/// The place of the journal's events behind the trails of the panes.
const EVENTS: usize = MAX_PANES as usize;

/// What was seen so far, look by look.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flow {
    stays: BTreeMap<u64, Stay>,
    marks: VecDeque<Mark>,
    latencies: Vec<Latencies>,
    /// When it was looked last.
    now_ns: u64,
    /// The first time that anything was known of.
    origin_ns: Option<u64>,
    /// Epoch and holder when it was looked last.
    epoch: u64,
    holder: Option<PaneId>,
    /// Entries that say what cannot be.
    nonsense: u64,
    /// Events that were overwritten before they were read.
    missed_events: u64,
    /// From old to new.
    #[serde(skip)]
    entries: Vec<(u64, Entry)>,
    /// Per pane and for the journal, the number of the next entry.
    #[serde(skip)]
    next: [u64; EVENTS + 1],
    /// Stays of this epoch and of those before it were there once, and are no longer kept.
    #[serde(skip)]
    forgotten: u64,
}

impl Flow {
    /// Reads what was written since the last look.
    pub fn follow(&mut self, region: &Region<impl Rights>, court: &Court) {
        let since = |pane: PaneId| (pane, region.trail(pane).since(self.next[pane.index()]));
        let trails: Vec<_> = court.all_panes().map(since).collect();
        let events = region.journal.events.since(self.next[EVENTS]);
        // After the rings: no epoch in them can be beyond this one.
        let Some(tenure) = region.baton.look() else { return };
        self.now_ns = clock::now_ns();
        self.epoch = tenure.epoch;
        for (number, words) in (events.first..).zip(&events.entries) {
            self.take_event(number, Event::from_words(*words), court);
        }
        self.missed_events += events.first.saturating_sub(self.next[EVENTS]);
        self.next[EVENTS] = events.next();
        for (pane, found) in trails {
            self.next[pane.index()] = found.next();
            let arrivals = found.entries.into_iter().map(Arrival::from_words);
            arrivals.for_each(|arrival| self.take_arrival(pane, arrival, court));
        }
        self.take_tenure(tenure, region, court);
        self.forget();
        self.entries = self.sorted();
        self.origin_ns = self.origin_ns.or(self.entries.first().map(|(at_ns, _)| *at_ns));
        let before: u64 = self.latencies.iter().map(|kind| kind.percentiles.count).sum();
        let count = latencies::count(region, court);
        if before != count {
            self.latencies = latencies(region, court);
        }
    }

    fn take_arrival(&mut self, pane: PaneId, arrival: Option<Arrival>, court: &Court) {
        let can_be = |arrival: &Arrival| {
            let is_giver = match arrival.giver {
                Owner::Pane(giver) => giver != pane && giver <= court.last(),
                Owner::Supervisor => true,
            };
            let is_then = arrival.handed_ns <= arrival.at_ns && arrival.at_ns <= self.now_ns;
            is_giver && is_then && (1..=self.epoch).contains(&arrival.epoch) && arrival.hop < arrival.epoch
        };
        let Some(arrival) = arrival.filter(can_be) else {
            self.nonsense += 1;
            return;
        };
        let (handed_ns, took_ns) = (arrival.handed_ns, arrival.took_ns());
        let by = match (arrival.giver, arrival.via) {
            (Owner::Pane(from), Some(via)) => By::HandOff { from, via, handed_ns, took_ns },
            _ => By::Supervisor,
        };
        let Some(stay) = self.stay(arrival.epoch, pane) else { return };
        // A process that comes back to the same ball says so again: the first time counts.
        stay.from_ns = stay.from_ns.or(Some(arrival.at_ns));
        stay.hop = Some(arrival.hop);
        match by {
            By::HandOff { from, .. } => {
                stay.by = Some(by);
                self.close(arrival.epoch, from, handed_ns);
            }
            _ => stay.by = stay.by.or(Some(by)),
        }
    }

    fn take_event(&mut self, number: u64, event: Option<Event>, court: &Court) {
        let is_known = |event: &Event| event.at_ns <= self.now_ns;
        let Some(event) = event.filter(is_known) else {
            self.nonsense += 1;
            return;
        };
        let at_ns = event.at_ns;
        let (pane, epoch, from, by) = match event.what {
            What::Served { pane, epoch, from: Owner::Supervisor } => {
                (pane, epoch, None, By::Served { at_ns })
            }
            What::Served { pane, epoch, from: Owner::Pane(from) } => {
                (pane, epoch, Some(from), By::Recalled { from, at_ns })
            }
            What::Recovered { pane, epoch } => (pane, epoch, Some(pane), By::Recovered { at_ns }),
            _ => return self.marks.push_back(Mark { number, event }),
        };
        if pane > court.last() || !(1..=self.epoch).contains(&epoch) {
            self.nonsense += 1;
            return;
        }
        let Some(stay) = self.stay(epoch, pane) else { return };
        stay.by = Some(by);
        if let Some(from) = from.filter(|from| *from <= court.last()) {
            self.close(epoch, from, at_ns);
        }
    }

    /// The baton and the giver's record tell of a hand-off even where the taker has not come to say anything: it may be
    /// frozen.
    fn take_tenure(&mut self, tenure: Tenure, region: &Region<impl Rights>, court: &Court) {
        self.holder = match tenure.holder {
            Owner::Pane(pane) if pane <= court.last() => Some(pane),
            _ => None,
        };
        let now_ns = self.now_ns;
        let Some(stay) = self.holder.and_then(|pane| self.stay(tenure.epoch, pane)) else { return };
        if stay.by.is_some() {
            return;
        }
        let given = region.ball_as_given(tenure, court).ok().filter(|_| region.baton.is_still(tenure));
        if let (Owner::Pane(from), Some(record)) = (tenure.giver, given)
            && (1..=now_ns).contains(&record.handed_ns)
        {
            let handed_ns = record.handed_ns;
            stay.hop = Some(record.ball.hop);
            stay.by = Some(By::HandOff { from, via: record.via, handed_ns, took_ns: None });
            self.close(tenure.epoch, from, handed_ns);
        }
    }

    /// The stay of an epoch. None if it is no longer kept, or if it is known that another pane had the ball.
    fn stay(&mut self, epoch: u64, pane: PaneId) -> Option<&mut Stay> {
        if epoch <= self.forgotten {
            return None;
        }
        let stay = self.stays.entry(epoch).or_insert_with(|| Stay::unknown(epoch, pane));
        if stay.pane == pane {
            return Some(stay);
        }
        self.nonsense += 1;
        None
    }

    /// The epoch before `epoch` ended then, and was this pane's.
    fn close(&mut self, epoch: u64, pane: PaneId, until_ns: u64) {
        let before = epoch.checked_sub(1).filter(|before| *before > 0);
        if let Some(stay) = before.and_then(|before| self.stay(before, pane)) {
            stay.until_ns = Some(until_ns);
        }
    }

    fn forget(&mut self) {
        while self.stays.len() > STAYS
            && let Some((epoch, _)) = self.stays.pop_first()
        {
            self.forgotten = epoch;
        }
        let many = self.marks.len().saturating_sub(MARKS);
        self.marks.drain(..many);
    }

    /// Stays, gaps and marks in the order of time.
    fn sorted(&self) -> Vec<(u64, Entry)> {
        let mut entries = Vec::with_capacity(self.stays.len() + self.marks.len());
        let mut at_ns = 0;
        let gaps: BTreeMap<_, _> = self.gaps().map(|gap| (gap.last + 1, gap)).collect();
        for stay in self.stays.values() {
            if let Some(gap) = gaps.get(&stay.epoch) {
                entries.push((
                    gap.from_ns.or(gap.until_ns).map_or(at_ns, |ns| ns.max(at_ns)),
                    Entry::Gap(gap.first),
                ));
            }
            // What has no time of its own comes after the one before it.
            at_ns = stay.first_ns().map_or(at_ns, |ns| ns.max(at_ns));
            entries.push((at_ns, Entry::Stay(stay.epoch)));
        }
        entries.extend(self.marks.iter().map(|mark| (mark.event.at_ns, Entry::Mark(mark.number))));
        // Stable: what has the same time stays in the order of epochs.
        entries.sort_by_key(|(at_ns, _)| *at_ns);
        entries
    }

    /// The stays that are kept, by epoch.
    pub fn stays(&self) -> impl DoubleEndedIterator<Item = &Stay> {
        self.stays.values()
    }

    /// The stay of an epoch.
    #[must_use]
    pub fn stay_of(&self, epoch: u64) -> Option<&Stay> {
        self.stays.get(&epoch)
    }

    /// The marks that are kept, from old to new.
    pub fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.marks.iter()
    }

    /// What was not seen, between the stays that are kept and before them.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        let mut before = None::<&Stay>;
        self.stays.values().filter_map(move |stay| {
            let last = before.replace(stay);
            let seen = last.map_or(self.forgotten, |last| last.epoch);
            let from_ns = last.and_then(|last| last.until_ns.or(last.first_ns()));
            let (first, last) = (seen + 1, stay.epoch - 1);
            (first <= last).then(|| Gap { first, last, from_ns, until_ns: stay.first_ns() })
        })
    }

    /// So many of the first epochs were seen and are no longer kept.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// All that has happened, from old to new, with the time of each (`CLOCK_MONOTONIC`, ns).
    #[must_use]
    pub fn entries(&self) -> &[(u64, Entry)] {
        &self.entries
    }

    /// When a stay ended; now, if it goes on; None if nobody has said.
    #[must_use]
    pub fn end_ns(&self, stay: &Stay) -> Option<u64> {
        stay.until_ns.or((stay.epoch == self.epoch).then_some(self.now_ns))
    }

    /// Who has the ball now; None while it rests.
    #[must_use]
    pub fn holder(&self) -> Option<PaneId> {
        self.holder
    }

    /// When it was looked last (`CLOCK_MONOTONIC`, ns).
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// The first time that anything is known of (`CLOCK_MONOTONIC`, ns): zero of the time that is shown.
    #[must_use]
    pub fn origin_ns(&self) -> u64 {
        self.origin_ns.unwrap_or(self.now_ns)
    }

    /// Entries that said what cannot be, and were passed over.
    #[must_use]
    pub fn nonsense(&self) -> u64 {
        self.nonsense
    }

    /// How long hand-offs took, by every carrier that was used.
    #[must_use]
    pub fn latencies(&self) -> &[Latencies] {
        &self.latencies
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
