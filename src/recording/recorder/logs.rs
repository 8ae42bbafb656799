//! What the Region holds for a recording: the arrival logs, the control logs, the records of givers. Any word may be corrupt.

use super::chain::{Begun, Chain, Known};
use crate::game::{Court, PaneId};
use crate::platform::clock;
use crate::protocol::{Arrival, ControlChange, Found, Owner, Ownership, Record, Region};
use crate::recording::line::{self, Bits, Hex, Hop};

/// A pane is the giver of so many hand-offs at most whose records its slot still has: one of an even epoch, one of an odd one.
const KEPT: usize = 2;
/// A log that claims to have grown by more between two looks is corrupt.
const MOST: u64 = 1 << 40;

/// How far the logs of one Region were read.
#[derive(Debug)]
pub(super) struct Logs {
    court: Court,
    origin_ns: u64,
    arrivals: Vec<u64>,
    controls: Vec<u64>,
}

/// What a look has found besides what the chain has learned.
pub(super) struct Look {
    /// Who had the ball before the logs were read: what was noted of earlier epochs was found.
    pub(super) before: Ownership,
    /// Controls were lost, which were overwritten since the last look.
    pub(super) lost_controls: bool,
}

impl Logs {
    pub(super) fn new(court: Court, origin_ns: u64) -> Self {
        let zeroes = vec![0; usize::from(court.panes)];
        Self { court, origin_ns, arrivals: zeroes.clone(), controls: zeroes }
    }

    /// What was there before is not recorded.
    pub(super) fn skip_to_now(&mut self, region: &Region) {
        for pane in self.court.all_panes() {
            self.arrivals[pane.index()] = region.arrival_log(pane).count();
            self.controls[pane.index()] = region.control_log(pane).count();
        }
    }

    /// Reads what is new. `anchors` are the epochs that the supervisor has begun since, and the hops of their balls. None if the
    /// Region cannot be read now.
    ///
    /// The arrivals first: a pane that has handed the ball over has noted its controls before.
    pub(super) fn read(
        &mut self,
        region: &Region,
        chain: &mut Chain,
        anchors: &[Begun],
        is_playable: bool,
    ) -> Option<Look> {
        let before = region.baton.look()?;
        let arrivals = self.new_arrivals(region);
        let changes = if is_playable { self.new_controls(region) } else { (Vec::new(), false) };
        // What was noted is of an epoch that had begun by then.
        let after = region.baton.look()?.epoch;
        if changes.1 {
            // Before what came after the loss is learned.
            chain.lose_the_thread();
        }
        let ball = region.ball(region.baton.look()?, &self.court).ok().map(|record| record.ball);
        for arrival in arrivals {
            match arrival.and_then(|arrival| self.checked(arrival, after, chain, anchors)) {
                Some(known) => chain.learn(known),
                None => chain.corrupt += 1,
            }
        }
        self.find_the_one_under_way(region, before, chain);
        self.find_states(region, chain);
        for (pane, change) in changes.0 {
            let can_be = |change: &ControlChange| {
                // It is noted before its tick is played. Where the ball cannot be read just now, what can be is not known.
                change.epoch <= after && ball.is_none_or(|ball| change.tick <= ball.tick + 1)
            };
            match change.filter(can_be) {
                Some(ControlChange { epoch, tick, control }) => {
                    let word = Hex(control.word());
                    chain.learn_control(line::Control { epoch, tick, pane, word });
                }
                None => chain.corrupt += 1,
            }
        }
        Some(Look { before, lost_controls: changes.1 })
    }

    /// The hand-offs that came since; None is a corrupt entry.
    fn new_arrivals(&mut self, region: &Region) -> Vec<Option<(PaneId, Arrival)>> {
        let mut all = Vec::new();
        for pane in self.court.all_panes() {
            let next = &mut self.arrivals[pane.index()];
            let found = region.arrival_log(pane).since(*next);
            *next = found.next();
            let arrivals = found.entries.into_iter().map(Arrival::from_words);
            // What the supervisor gives is in what it has done.
            let by_panes = arrivals.filter(|it| it.is_none_or(|arrival| arrival.via.is_some()));
            all.extend(by_panes.map(|arrival| arrival.map(|arrival| (pane, arrival))));
        }
        all
    }

    /// The controls that came since, and whether others were overwritten before they were read.
    fn new_controls(&mut self, region: &Region) -> (Vec<(PaneId, Option<ControlChange>)>, bool) {
        let (mut all, mut lost) = (Vec::new(), false);
        for pane in self.court.all_panes() {
            let next = &mut self.controls[pane.index()];
            let found = region.control_log(pane).since(*next);
            lost |= has_lost(*next, &found);
            *next = found.next();
            all.extend(found.entries.into_iter().map(|words| (pane, ControlChange::from_words(words))));
        }
        (all, lost)
    }

    /// An arrival that can be, as a hand-off.
    fn checked(
        &self,
        (to, arrival): (PaneId, Arrival),
        latest: u64,
        chain: &Chain,
        anchors: &[Begun],
    ) -> Option<Known> {
        let Arrival { epoch, giver, via, hop, handed_ns, at_ns } = arrival;
        let (from, via) = (giver.pane()?, via?);
        let is_neighbour = self.court.neighbours(to).any(|pane| pane == from);
        let is_then = handed_ns <= at_ns && at_ns <= clock::now_ns();
        // All epochs but those of the supervisor, which are known, are begun by hops.
        let anchor = anchors.iter().copied().chain(chain.last()).filter(|anchor| anchor.epoch < epoch);
        let anchor = anchor.max_by_key(|anchor| anchor.epoch);
        let is_number = anchor.is_none_or(|anchor| hop == anchor.hop + (epoch - anchor.epoch));
        let is_late = !chain.is_to_come(epoch);
        if !(is_neighbour && is_then && epoch <= latest && hop < epoch && (is_number || is_late)) {
            return None;
        }
        let offered = (handed_ns > 0).then(|| handed_ns.saturating_sub(self.origin_ns));
        let took = arrival.took_ns();
        let hop = Hop { epoch, hop, tick: None, from, to, via, offered, took, state: None };
        Some(Known { hop, arrived_ns: Some(at_ns) })
    }

    /// A hand-off whose taker has not noted it yet, or never will: it is in the baton, and in the record of its giver.
    pub(super) fn find_the_one_under_way(&self, region: &Region, ownership: Ownership, chain: &mut Chain) {
        let (Owner::Pane(from), Owner::Pane(to)) = (ownership.giver, ownership.holder) else { return };
        if !chain.is_to_come(ownership.epoch) || chain.knows(ownership.epoch) {
            return;
        }
        // Its time and its transport are in the record; without it nothing of it is known.
        let Ok(record) = region.ball_as_given(ownership, &self.court) else { return };
        let Record { ball, handed_ns, via, .. } = record;
        let is_then = (1..=clock::now_ns()).contains(&handed_ns);
        let offered = is_then.then(|| handed_ns.saturating_sub(self.origin_ns));
        let (tick, state) = (Some(ball.tick), Some(Bits::of(&ball)));
        let hop =
            Hop { epoch: ownership.epoch, hop: ball.hop, tick, from, to, via, offered, took: None, state };
        chain.learn(Known { hop, arrived_ns: None });
    }

    /// The balls of the hand-offs, as far as the slots of the givers still have them.
    fn find_states(&self, region: &Region, chain: &mut Chain) {
        let mut tries = vec![KEPT; usize::from(self.court.panes)];
        for hop in chain.hops().rev() {
            let left = &mut tries[hop.from.index()];
            if hop.state.is_some() || *left == 0 {
                continue;
            }
            *left -= 1;
            let (giver, holder) = (Owner::Pane(hop.from), Owner::Pane(hop.to));
            let given = region.ball_as_given(Ownership { epoch: hop.epoch, giver, holder }, &self.court);
            if let Ok(record) = given
                && record.ball.hop == hop.hop
            {
                (hop.tick, hop.state) = (Some(record.ball.tick), Some(Bits::of(&record.ball)));
            }
        }
    }
}

/// Whether entries were overwritten before they were read, or the count was, and nobody knows what is lost.
fn has_lost<const W: usize>(next: u64, found: &Found<W>) -> bool {
    found.first != next || found.next() - next > MOST
}
