//! What came of the last action: what the supervisor has seen and done since, in words.

use std::fmt;

use serde::Serialize;

use crate::game::{Court, PaneId};
use crate::platform::sync::{Ordering, Rights};
use crate::platform::units::fmt_ns;
use crate::protocol::{Arrival, Event, Region, What};

/// So many happenings of one action are kept.
const MOST: usize = 24;
/// What happens later than this has nothing to do with it.
const LONGEST_NS: u64 = 30_000_000_000;

/// Something that has happened after an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happening {
    /// How long after the action, in nanoseconds.
    pub after_ns: u64,
    /// What.
    pub text: String,
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{} {}", fmt_ns(self.after_ns), self.text)
    }
}

/// The last action, and what came of it.
#[derive(Debug, Default)]
pub struct Aftermath {
    next_event: u64,
    /// When the action was done (`CLOCK_MONOTONIC`, ns); 0 if there has been none.
    since_ns: u64,
    happenings: Vec<Happening>,
    /// A ball that the supervisor has given and that has not been seen in the pane's hands yet: pane and epoch.
    awaited: Option<(PaneId, u64)>,
    /// Per pane, how often it was late so far.
    fenced: Vec<u64>,
}

impl Aftermath {
    /// Reads what is new.
    pub fn follow(&mut self, region: &Region<impl Rights>, court: &Court, now_ns: u64) {
        let found = region.event_log.events.since(self.next_event);
        self.next_event = found.next();
        for event in found.entries.into_iter().filter_map(Event::from_words) {
            self.take_note(event, court);
        }
        self.see_the_ball_arrive(region, court);
        self.see_who_was_late(region, court, now_ns);
    }

    /// The action and what came of it, in the order in which it happened.
    pub fn happenings(&self) -> &[Happening] {
        &self.happenings
    }

    fn take_note(&mut self, event: Event, court: &Court) {
        if let What::Done { .. } | What::NotDone { .. } = event.what {
            (self.since_ns, self.awaited) = (event.at_ns, None);
            self.happenings.clear();
        }
        if let What::Recovered { pane, epoch } | What::Served { pane, epoch, .. } = event.what {
            self.awaited = Some((pane, epoch));
        }
        self.report(event.at_ns, event.what.in_words(court));
    }

    fn report(&mut self, at_ns: u64, text: String) {
        let after_ns = at_ns.saturating_sub(self.since_ns);
        if self.since_ns > 0 && after_ns <= LONGEST_NS && self.happenings.len() < MOST {
            self.happenings.push(Happening { after_ns, text });
            self.happenings.sort_by_key(|happening| happening.after_ns);
        }
    }

    fn see_the_ball_arrive(&mut self, region: &Region<impl Rights>, court: &Court) {
        let Some((pane, epoch)) = self.awaited.filter(|(pane, _)| *pane <= court.last()) else { return };
        let arrivals = region.arrival_log(pane).since(0).entries.into_iter().filter_map(Arrival::from_words);
        if let Some(arrival) = arrivals.into_iter().find(|arrival| arrival.epoch == epoch) {
            self.awaited = None;
            let pid = region.pane(pane).status.pid.load(Ordering::Acquire);
            let name = court.pane_name(pane);
            let text = format!("{name} (pid {pid}) has the ball in its hands: epoch {epoch}");
            self.report(arrival.at_ns, text);
        }
    }

    fn see_who_was_late(&mut self, region: &Region<impl Rights>, court: &Court, now_ns: u64) {
        let fenced = |pane| region.pane(pane).status.fenced.load(Ordering::Acquire);
        let fenced: Vec<_> = court.all_panes().map(fenced).collect();
        for ((pane, before), after) in court.all_panes().zip(std::mem::take(&mut self.fenced)).zip(&fenced) {
            if before < *after {
                let name = court.pane_name(pane);
                self.report(now_ns, format!("{name} has found out that it is late: it was fenced"));
            }
        }
        self.fenced = fenced;
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::protocol::{Action, End, Owner, Ownership, Setup, TransportKind};
    use crate::shm::Mapping;

    const COURT: Court = Court { panes: 3, seed: 1 };
    const LEFT: PaneId = PaneId(0);

    #[test]
    fn what_comes_of_an_action_is_reported_in_order_and_forgotten_at_the_next() {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let region = mapping.region();
        let push = |at_ns, what| region.event_log.events.push(Event { at_ns, what }.words());
        let mut aftermath = Aftermath::default();
        push(900, What::Started { pane: LEFT, pid: 1 });
        aftermath.follow(region, &COURT, 950);
        assert_eq!(aftermath.happenings(), [], "nothing was done yet");
        push(1_000, What::Done { pane: LEFT, action: Action::Kill });
        push(1_300, What::Died { pane: LEFT, pid: 7, how: End::Signal(9) });
        push(1_400, What::Recovered { pane: LEFT, epoch: 5 });
        aftermath.follow(region, &COURT, 1_450);
        let ownership = Ownership { epoch: 5, giver: Owner::Supervisor, holder: Owner::Pane(LEFT) };
        let arrival = Arrival::of(ownership, TransportKind::Shared, 3, 0, 1_900);
        region.arrival_log(LEFT).push(arrival.words());
        region.pane(LEFT).status.fenced.store(1, Ordering::Relaxed);
        aftermath.follow(region, &COURT, 2_500);
        let reported: Vec<_> =
            aftermath.happenings().iter().map(|one| (one.after_ns, &one.text[..])).collect();
        let expected = [
            (0, "kill (SIGKILL), the left pane: done"),
            (300, "the process of the left pane (pid 7) was killed by SIGKILL and was reaped"),
            (400, "the ball was taken for the next process of the left pane: epoch 5"),
            (900, "the left pane (pid 0) has the ball in its hands: epoch 5"),
            (1_500, "the left pane has found out that it is late: it was fenced"),
        ];
        assert_eq!(reported, expected);
        push(9_000, What::NotDone { pane: LEFT, action: Action::Tear });
        aftermath.follow(region, &COURT, 9_100);
        assert_eq!(aftermath.happenings().len(), 1);
    }

    #[test]
    fn what_happens_much_later_is_not_its_doing() {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let events = &mapping.region().event_log.events;
        events.push(Event { at_ns: 1, what: What::Done { pane: LEFT, action: Action::Freeze } }.words());
        events.push(Event { at_ns: 31_000_000_000, what: What::Stalled { pane: LEFT } }.words());
        let mut aftermath = Aftermath::default();
        aftermath.follow(mapping.region(), &COURT, 31_000_000_001);
        assert_eq!(aftermath.happenings().len(), 1);
    }
}
