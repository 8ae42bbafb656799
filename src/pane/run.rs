//! The loop of a pane: wait until the ball is here, hold it, and play it tick by tick until it leaves.

use std::time::Duration;

use super::state::Player;
use crate::carrier::PATIENCE;
use crate::error;
use crate::game::{Ball, Control, Outcome};
use crate::platform::sync::Ordering;
use crate::protocol::failpoint::{self, Step};
use crate::protocol::{Card, Fenced, Owner, Record, Tenure};

/// As long as something moves in a pane without the ball, it looks again after this.
const FRAME: Duration = Duration::from_millis(16);

impl Player<'_> {
    /// Plays until the game is stopped.
    ///
    /// # Errors
    /// What keeps this process from playing on: the system refuses a call that it cannot do without.
    pub fn run(&mut self) -> error::Result<()> {
        self.play_on();
        self.failure.take().or_else(|| self.carriers.take_failure()).map_or(Ok(()), Err)
    }

    fn play_on(&mut self) {
        loop {
            self.obey(None);
            Card::count(&self.slot().card.looks);
            // Again and again: somebody may have written over it.
            self.slot().card.ready.store(1, Ordering::Release);
            // The bell before the baton: a ring in between is not slept through.
            self.region().bell(self.me()).hear();
            let tenure = self.region().baton.look();
            match tenure {
                Some(tenure) if tenure.holder == Owner::Pane(self.me()) => self.hold(tenure),
                _ if self.is_stopping() => return,
                _ => self.wait(tenure),
            }
            if self.is_stopping() {
                return;
            }
        }
    }

    /// The ball is elsewhere: sleep. An audience is shown where it went, and whatever still moves in this pane.
    fn wait(&mut self, tenure: Option<Tenure>) {
        let moves = self.show_what_is_new(tenure);
        failpoint::reach(Step::Wait);
        self.carriers.by(self.region().carrier()).sleep(if moves { FRAME } else { PATIENCE });
    }

    /// The ball is here: play it until it leaves, is taken, or the game is stopped.
    fn hold(&mut self, tenure: Tenure) {
        let Some(record) = self.ball(tenure) else {
            // Taken meanwhile, or garbage: either way the supervisor has the word.
            self.supervisor.ring();
            return self.wait_for_a_ring();
        };
        failpoint::reach(Step::Accept);
        if !self.region().has_received(tenure) {
            self.slot().card.holding.store(tenure.epoch + 1, Ordering::Release);
            // The other windows say how long it took.
            self.ring_the_windows(|_| true);
        }
        let is_far_enough = self.setup.goal_hops.is_some_and(|goal| record.ball.hop >= goal);
        if is_far_enough || record.ball.standing.is_over() {
            return self.keep(tenure);
        }
        if self.play(tenure, record) == Err(Fenced) {
            Card::count(&self.slot().card.fenced);
        } else if self.region().baton.is_still(tenure) {
            // The game is being stopped, or over.
            return;
        }
        self.slot().card.holding.store(0, Ordering::Release);
    }

    /// The game is over: the ball rests here until the supervisor takes it.
    fn keep(&mut self, tenure: Tenure) {
        if self.kept != Some(tenure) {
            self.kept = Some(tenure);
            // It ends a game that nobody looks at, and the other windows say who has won.
            self.supervisor.ring();
            self.ring_the_windows(|_| true);
        }
        self.show_what_is_new(Some(tenure));
        self.wait_for_a_ring();
        if !self.region().baton.is_still(tenure) {
            self.slot().card.holding.store(0, Ordering::Release);
        }
    }

    /// Tick by tick, each checkpointed, until the ball leaves or the game is stopped.
    fn play(&mut self, tenure: Tenure, mut record: Record) -> Result<(), Fenced> {
        if let Outcome::LeavesTo(to) = self.seat.court.outcome(self.me(), &record.ball) {
            // An earlier process of this pane died between its last tick and the swap: the swap is what is left to do.
            return self.offer(tenure, record, to);
        }
        loop {
            self.pace(tenure, &mut record)?;
            if self.is_stopping() {
                return Ok(());
            }
            if !self.region().baton.is_still(tenure) {
                return Err(Fenced);
            }
            let before = record.ball;
            let control = self.control(tenure);
            let outcome = self.seat.court.advance(self.me(), &mut record.ball, &mut record.paddle, control);
            if let Outcome::LeavesTo(to) = outcome {
                return self.offer(tenure, record, to);
            }
            failpoint::reach(Step::BeforeWrite);
            self.obey(Some((tenure, &record)));
            self.write(tenure, &record);
            self.note_the_best(&record.ball);
            self.show(&before, &record.ball);
            if record.ball.standing.is_over() {
                return Ok(());
            }
        }
    }

    /// The best rally is the one with the most hits.
    fn note_the_best(&self, ball: &Ball) {
        if ball.standing.hits > self.region().best() {
            self.region().set_best(ball.standing.hits);
        }
    }

    /// Without windows there is nobody to move a paddle, whatever the word says: it would change the game. With them it
    /// is noted that somebody does.
    fn control(&self, tenure: Tenure) -> Control {
        if !self.setup.windows {
            return Control::Autopilot;
        }
        let control = self.region().control(self.me());
        if let Control::Manual(_) = control {
            self.slot().card.by_hand.store(tenure.epoch + 1, Ordering::Relaxed);
        }
        control
    }
}
