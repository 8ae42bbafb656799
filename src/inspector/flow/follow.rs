//! How the flow is read, sample by sample, out of what panes and supervisor have written.

use super::history::{EVENTS, Flow};
use super::latencies;
use super::ownership_interval::{By, Mark, OwnershipInterval};
use crate::game::{Court, PaneId};
use crate::inspector::moment::Moment;
use crate::platform::clock;
use crate::platform::sync::Rights;
use crate::protocol::{Arrival, Event, Owner, Ownership, Region, What};

/// So many of the last intervals are kept.
pub(super) const INTERVALS: usize = 2000;
/// So many of the last marks are kept.
const MARKS: usize = 1000;

impl Flow {
    /// Reads what was written since the last sample.
    pub fn follow(&mut self, region: &Region<impl Rights>, court: &Court) {
        self.read(region, court, clock::now_ns);
    }

    /// The same, where it is `now_ns`: of a game that was recorded.
    pub fn follow_at(&mut self, region: &Region<impl Rights>, court: &Court, now_ns: u64) {
        self.read(region, court, || now_ns);
    }

    fn read(&mut self, region: &Region<impl Rights>, court: &Court, now: impl FnOnce() -> u64) {
        let since = |pane: PaneId| (pane, region.arrival_log(pane).since(self.next[pane.index()]));
        let arrival_logs: Vec<_> = court.all_panes().map(since).collect();
        let events = region.event_log.events.since(self.next[EVENTS]);
        // After the rings: no epoch in them can be beyond this one.
        let Some(ownership) = region.baton.look() else { return };
        self.now_ns = now();
        self.epoch = ownership.epoch;
        self.moment = Moment::read(region, court, Some(ownership));
        for (number, words) in (events.first..).zip(&events.entries) {
            self.take_event(number, Event::from_words(*words), court);
        }
        self.next[EVENTS] = events.next();
        for (pane, found) in arrival_logs {
            self.next[pane.index()] = found.next();
            let arrivals = found.entries.into_iter().map(Arrival::from_words);
            arrivals.for_each(|arrival| self.take_arrival(pane, arrival, court));
        }
        self.take_ownership(ownership, region, court);
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
            self.corrupt += 1;
            return;
        };
        let (handed_ns, took_ns) = (arrival.handed_ns, arrival.took_ns());
        let by = match (arrival.giver, arrival.via) {
            (Owner::Pane(from), Some(via)) => By::HandOff { from, via, handed_ns, took_ns },
            _ => By::Supervisor,
        };
        let Some(interval) = self.interval(arrival.epoch, pane) else { return };
        // A process that comes back to the same ball logs it again: the first time counts.
        interval.from_ns = interval.from_ns.or(Some(arrival.at_ns));
        interval.hop = Some(arrival.hop);
        match by {
            By::HandOff { from, .. } => {
                interval.by = Some(by);
                self.close(arrival.epoch, from, handed_ns);
            }
            _ => interval.by = interval.by.or(Some(by)),
        }
    }

    fn take_event(&mut self, number: u64, event: Option<Event>, court: &Court) {
        let is_known = |event: &Event| event.at_ns <= self.now_ns;
        let Some(event) = event.filter(is_known) else {
            self.corrupt += 1;
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
            self.corrupt += 1;
            return;
        }
        let Some(interval) = self.interval(epoch, pane) else { return };
        interval.by = Some(by);
        if let Some(from) = from.filter(|from| *from <= court.last()) {
            self.close(epoch, from, at_ns);
        }
    }

    /// The baton and the giver's record show a hand-off even where the taker has logged nothing: it may be frozen.
    fn take_ownership(&mut self, ownership: Ownership, region: &Region<impl Rights>, court: &Court) {
        self.holder = match ownership.holder {
            Owner::Pane(pane) if pane <= court.last() => Some(pane),
            _ => None,
        };
        let now_ns = self.now_ns;
        let Some(interval) = self.holder.and_then(|pane| self.interval(ownership.epoch, pane)) else {
            return;
        };
        if interval.by.is_some() {
            return;
        }
        let given = region.ball_as_given(ownership, court).ok().filter(|_| region.baton.is_still(ownership));
        if let (Owner::Pane(from), Some(record)) = (ownership.giver, given)
            && (1..=now_ns).contains(&record.handed_ns)
        {
            let handed_ns = record.handed_ns;
            interval.hop = Some(record.ball.hop);
            interval.by = Some(By::HandOff { from, via: record.via, handed_ns, took_ns: None });
            self.close(ownership.epoch, from, handed_ns);
        }
    }

    /// The interval of an epoch. None if it is no longer kept, or if it is known that another pane had the ball.
    fn interval(&mut self, epoch: u64, pane: PaneId) -> Option<&mut OwnershipInterval> {
        if epoch <= self.forgotten {
            return None;
        }
        let interval = self.intervals.entry(epoch).or_insert_with(|| OwnershipInterval::unknown(epoch, pane));
        if interval.pane == pane {
            return Some(interval);
        }
        self.corrupt += 1;
        None
    }

    /// The epoch before `epoch` ended then, and was this pane's.
    fn close(&mut self, epoch: u64, pane: PaneId, until_ns: u64) {
        let before = epoch.checked_sub(1).filter(|before| *before > 0);
        if let Some(interval) = before.and_then(|before| self.interval(before, pane)) {
            interval.until_ns = Some(until_ns);
        }
    }

    fn forget(&mut self) {
        while self.intervals.len() > INTERVALS
            && let Some((epoch, _)) = self.intervals.pop_first()
        {
            self.forgotten = epoch;
        }
        let many = self.marks.len().saturating_sub(MARKS);
        self.marks.drain(..many);
    }
}
