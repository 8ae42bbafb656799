mod comparison;
mod moments;

use super::*;
use crate::game::{Ball, Court, Lone, PaneId};
use crate::platform::sync::Ordering;
use crate::protocol::{Arrival, CarrierKind, Counts, Owner, Record, Region, Serve, Setup, Tenure};
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
    tenure: Tenure,
    lone: Lone,
    rally: u64,
    counts: Counts,
}

impl Game {
    fn new() -> Self {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let lone = Lone::new(COURT, MIDDLE);
        Self { mapping, tenure: Tenure::REST, lone, rally: 0, counts: Counts::default() }
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
        Record { via: CarrierKind::Shared, ..Record::served(self.lone.ball(), self.rally, 0) }
    }

    fn write(&self) {
        self.region().slot(self.tenure.holder).write(self.tenure.epoch, &self.record());
    }

    fn take(&mut self, to: PaneId) {
        self.region().slot(Owner::Supervisor).write(self.tenure.epoch, &self.record());
        self.tenure = self.region().baton.take(self.tenure, to).unwrap();
    }

    fn serve(&mut self, to: PaneId) {
        if self.tenure != Tenure::REST {
            self.lone.serve(to);
        }
        self.rally = self.tenure.epoch + 1;
        self.take(to);
        self.counts.serves += 1;
        self.tell_of_serve(self.lone.ball());
        self.region().journal.set_counts(&self.counts);
    }

    fn tell_of_serve(&self, ball: Ball) {
        let Owner::Pane(pane) = self.tenure.holder else { panic!("nobody") };
        let serve = Serve { epoch: self.tenure.epoch, pane, ball };
        self.region().journal.serves.push(serve.words());
    }

    fn recover(&mut self) {
        self.take(self.lone.pane());
        self.counts.recoveries += 1;
        self.region().journal.set_counts(&self.counts);
    }

    /// Until the ball has been handed over so many times more.
    fn play(&mut self, hops: u64) {
        for _ in 0..hops {
            let hop = self.lone.ball().hop;
            let pane = self.lone.pane();
            self.lone.run_until(|ball| ball.hop == hop && !ball_is_in(pane, ball));
            self.write();
            self.lone.run_until(|ball| ball.hop > hop);
            self.tenure = self.region().baton.hand_off(self.tenure, self.lone.pane()).unwrap();
        }
        self.write();
    }

    /// The pane's process says so twice, as one does that has a ball.
    fn set_holding(&self, pane: PaneId, epoch: u64) {
        let tenure = Tenure { epoch, giver: Owner::Supervisor, holder: Owner::Pane(pane) };
        self.region().trail(pane).push(Arrival::of(tenure, CarrierKind::Shared, 0, 0, 1).words());
        self.region().pane(pane).card.holding.store(epoch + 1, Ordering::Release);
    }

    fn look(&self, laws: &mut Laws) {
        laws.look(self.region(), 0, PLENTY);
    }

    fn looked(&self) -> Laws {
        let mut laws = Laws::new(COURT);
        self.look(&mut laws);
        laws
    }
}

fn ball_is_in(pane: PaneId, ball: &Ball) -> bool {
    COURT.outcome(pane, ball) == crate::game::Outcome::Stays
}

fn is_violated(holds: &Holds) -> bool {
    matches!(holds, Holds::No(_))
}
