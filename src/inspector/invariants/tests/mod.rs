mod comparison;
mod moments;

use super::*;
use crate::game::{Ball, Court, PaneId, ReferenceSimulation};
use crate::platform::sync::Ordering;
use crate::protocol::{Arrival, Counts, Owner, Ownership, Record, Region, Serve, Setup, TransportKind};
use crate::shm::Mapping;

const COURT: Court = Court { panes: 3, seed: 7 };
const LEFT: PaneId = PaneId(0);
const MIDDLE: PaneId = PaneId(1);
const RIGHT: PaneId = PaneId(2);
const SECOND: u64 = 1_000_000_000;
const PLENTY: u64 = u64::MAX;

/// A game as its panes and its supervisor write it, tick by tick, in one thread.
struct Game {
    mapping: Mapping<Region>,
    ownership: Ownership,
    reference: ReferenceSimulation,
    rally: u64,
    counts: Counts,
}

impl Game {
    fn new() -> Self {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let reference = ReferenceSimulation::new(COURT, MIDDLE);
        Self { mapping, ownership: Ownership::REST, reference, rally: 0, counts: Counts::default() }
    }

    fn served() -> Self {
        let mut game = Self::new();
        game.serve(MIDDLE);
        game
    }

    fn region(&self) -> &Region {
        self.mapping.region()
    }

    fn record(&self) -> Record {
        Record { via: TransportKind::Shared, ..Record::served(self.reference.ball(), self.rally, 0) }
    }

    fn write(&self) {
        self.region().slot(self.ownership.holder).write(self.ownership.epoch, &self.record());
    }

    fn reclaim(&mut self, to: PaneId) {
        self.region().slot(Owner::Supervisor).write(self.ownership.epoch, &self.record());
        self.ownership = self.region().baton.reclaim(self.ownership, to).unwrap();
    }

    fn serve(&mut self, to: PaneId) {
        if self.ownership != Ownership::REST {
            self.reference.serve(to);
        }
        self.rally = self.ownership.epoch + 1;
        self.reclaim(to);
        self.counts.serves += 1;
        self.log_serve(self.reference.ball());
        self.region().event_log.set_counts(&self.counts);
    }

    fn log_serve(&self, ball: Ball) {
        let Owner::Pane(pane) = self.ownership.holder else { panic!("nobody") };
        let serve = Serve { epoch: self.ownership.epoch, pane, ball };
        self.region().event_log.serves.push(serve.words());
    }

    fn recover(&mut self) {
        self.reclaim(self.reference.pane());
        self.counts.recoveries += 1;
        self.region().event_log.set_counts(&self.counts);
    }

    /// Until the ball has been handed over so many times more.
    fn play(&mut self, hops: u64) {
        for _ in 0..hops {
            let hop = self.reference.ball().hop;
            let pane = self.reference.pane();
            self.reference.run_until(|ball| ball.hop == hop && !ball_is_in(pane, ball));
            self.write();
            self.reference.run_until(|ball| ball.hop > hop);
            self.ownership = self.region().baton.hand_off(self.ownership, self.reference.pane()).unwrap();
        }
        self.write();
    }

    /// The pane's process notes it twice, as one does that has a ball.
    fn set_in_hand(&self, pane: PaneId, epoch: u64) {
        let ownership = Ownership { epoch, giver: Owner::Supervisor, holder: Owner::Pane(pane) };
        self.region().arrival_log(pane).push(Arrival::of(ownership, TransportKind::Shared, 0, 0, 1).words());
        self.region().pane(pane).status.in_hand.store(epoch + 1, Ordering::Release);
    }

    fn look(&self, invariants: &mut Invariants) {
        invariants.look(self.region(), 0, PLENTY);
    }

    fn looked(&self) -> Invariants {
        let mut invariants = Invariants::new(COURT);
        self.look(&mut invariants);
        invariants
    }
}

fn ball_is_in(pane: PaneId, ball: &Ball) -> bool {
    COURT.outcome(pane, ball) == crate::game::Outcome::Stays
}

fn is_violated(holds: &Holds) -> bool {
    matches!(holds, Holds::No(_))
}
