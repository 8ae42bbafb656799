//! One pane's part of the game: wait, accept, step, offer. The same in every pane, with a window or without.

use std::time::Duration;

use crate::clock;
use crate::court::{Ball, Control, Outcome, Paddle, PaneId, TICKS_PER_SECOND};
use crate::doorbell::{Heard, SupervisorBell};
use crate::failpoint::{self, Step};
use crate::protocol::{Card, Fenced, Owner, Phase, Record, Region, Setup, Slot, Tenure};
use crate::sync::Ordering;

/// One tick of a game in real time.
const TICK_NS: u64 = 1_000_000_000 / TICKS_PER_SECOND as u64;
/// A ball in real time is shown anew every so many ticks: 60 times a second.
const TICKS_PER_FRAME: u64 = 4;
/// As long as something moves in a pane without the ball, it looks again after this.
const FRAME: Duration = Duration::from_millis(16);
/// A pane that nobody rings looks by itself after this, in case a ring was lost with its process.
const PATIENCE: Duration = Duration::from_secs(1);
/// A game that is later than this (stopped, suspended) goes on from now and does not hurry after.
const LATENESS_NS: u64 = 100_000_000;

/// What the audience has last been shown while the ball was elsewhere: who had it, and whether
/// something moved.
type Shown = (Option<Tenure>, bool);

/// Who looks on: a window, or nobody.
pub trait Audience: Sync {
    /// Something to see has changed.
    fn show(&self);
}

/// One pane's process at play.
#[derive(Clone, Copy)]
pub struct Player<'a> {
    /// The shared bytes.
    pub region: &'a Region,
    /// What the game is.
    pub setup: &'a Setup,
    /// The pane that this process plays.
    pub me: PaneId,
    /// Rung when the supervisor has something to do.
    pub supervisor: &'a SupervisorBell,
    /// Who looks on.
    pub audience: Option<&'a dyn Audience>,
}

impl Player<'_> {
    /// Plays until the game is stopped.
    pub fn run(&self) {
        let mut shown = (None, false);
        loop {
            Card::count(&self.slot().card.looks);
            // The bell before the baton: a ring in between is not slept through.
            let heard = self.region.bell(self.me).heard();
            let tenure = self.region.baton.look();
            match tenure {
                Some(tenure) if tenure.holder == Owner::Pane(self.me) => self.hold(tenure, heard),
                _ if self.is_stopping() => return,
                _ => self.wait(heard, tenure, &mut shown),
            }
            if self.is_stopping() {
                return;
            }
        }
    }

    fn is_stopping(&self) -> bool {
        self.region.header.phase() == Phase::Stopping
    }

    fn slot(&self) -> &Slot {
        self.region.pane(self.me)
    }

    /// The ball is elsewhere: sleep. An audience is shown where it went, and whatever still moves in this pane.
    fn wait(&self, heard: Heard, tenure: Option<Tenure>, shown: &mut Shown) {
        let mut patience = PATIENCE;
        if let Some(audience) = self.audience {
            let moves = self.something_moves(tenure);
            if moves {
                patience = FRAME;
            }
            if moves || *shown != (tenure, moves) {
                audience.show();
            }
            *shown = (tenure, moves);
        }
        failpoint::reach(Step::Wait);
        self.region.bell(self.me).wait(heard, patience);
    }

    /// Without the ball, two things can move in a pane: a part of the ball that the neighbour has, and the paddle
    /// that the autopilot brings back to the middle. A ball that rests moves nothing.
    fn something_moves(&self, tenure: Option<Tenure>) -> bool {
        let court = &self.setup.court;
        let moving = tenure.filter(|tenure| tenure.holder != Owner::Supervisor);
        let Some(record) = moving.and_then(|tenure| self.region.ball(tenure, court).ok()) else {
            return false;
        };
        let is_manual = self.region.control(self.me) != Control::Autopilot;
        record.ball.overlaps(self.me)
            || !is_manual && self.slot().paddle_for(&record, court) != Paddle::MIDDLE
    }

    /// The ball is here: play it until it leaves, is taken, or the game is stopped.
    fn hold(&self, tenure: Tenure, heard: Heard) {
        let court = &self.setup.court;
        // A ball that is given to this pane is in it, or the baton is not what the giver has written.
        let is_here = |record: &Record| court.can_have(self.me, &record.ball);
        let Some(mut record) = self.region.ball(tenure, court).ok().filter(is_here) else {
            // Taken meanwhile, or garbage: either way the supervisor has the word.
            self.supervisor.ring();
            return self.region.bell(self.me).wait(heard, PATIENCE);
        };
        failpoint::reach(Step::Accept);
        self.slot().card.holding.store(tenure.epoch + 1, Ordering::Release);
        self.accept(tenure, &mut record);
        if self.setup.goal_hops.is_some_and(|goal| record.ball.hop >= goal) {
            self.supervisor.ring();
            return self.region.bell(self.me).wait(heard, PATIENCE);
        }
        if self.play(tenure, record) == Err(Fenced) {
            Card::count(&self.slot().card.fenced);
        } else if self.is_stopping() && self.region.baton.is_still(tenure) {
            return;
        }
        self.slot().card.holding.store(0, Ordering::Release);
    }

    /// Takes over the clock and the paddle that this pane had when it last had the ball.
    fn accept(&self, tenure: Tenure, record: &mut Record) {
        let now = clock::now_ns();
        if let Owner::Pane(_) = tenure.giver
            && record.handed_ns != 0
        {
            self.region.latency(self.me).record(now.saturating_sub(record.handed_ns));
        }
        record.handed_ns = 0;
        record.paddle = self.slot().paddle_for(record, &self.setup.court);
    }

    /// Tick by tick, each checkpointed, until the ball leaves or the game is stopped.
    fn play(&self, tenure: Tenure, mut record: Record) -> Result<(), Fenced> {
        if let Outcome::LeavesTo(to) = self.setup.court.outcome(self.me, &record.ball) {
            // An earlier process of this pane died between its last tick and the swap: the swap is what is left to do.
            return self.offer(tenure, record, to);
        }
        loop {
            self.pace(&mut record);
            if self.is_stopping() {
                return Ok(());
            }
            if !self.region.baton.is_still(tenure) {
                return Err(Fenced);
            }
            let before = record.ball;
            let control = self.control();
            let outcome = self.setup.court.advance(self.me, &mut record.ball, &mut record.paddle, control);
            if let Outcome::LeavesTo(to) = outcome {
                return self.offer(tenure, record, to);
            }
            failpoint::reach(Step::BeforeWrite);
            self.slot().write(tenure.epoch, &record);
            self.show(&before, &record.ball);
        }
    }

    /// Without windows there is nobody to move a paddle, whatever the word says: it would change the game.
    fn control(&self) -> Control {
        if self.setup.windows { self.region.control(self.me) } else { Control::Autopilot }
    }

    /// Waits until the next tick is due, and says when the one after it is.
    fn pace(&self, record: &mut Record) {
        if self.setup.paced {
            clock::sleep_until(record.due_ns);
            let now = clock::now_ns();
            if now > record.due_ns + LATENESS_NS {
                record.due_ns = now;
            }
            record.due_ns += TICK_NS;
        }
    }

    /// Hands the ball over to a neighbour and wakes it.
    fn offer(&self, tenure: Tenure, mut record: Record, to: PaneId) -> Result<(), Fenced> {
        record.handed_ns = clock::now_ns();
        self.slot().write(tenure.epoch, &record);
        failpoint::reach(Step::BeforeSwap);
        self.region.baton.hand_off(tenure, to)?;
        failpoint::reach(Step::AfterSwap);
        self.region.bell(to).ring();
        failpoint::reach(Step::AfterRing);
        Card::count(&self.slot().card.hops);
        if self.setup.windows {
            // The other windows say where the ball is.
            let others = self.setup.court.all_panes().filter(|pane| *pane != to && *pane != self.me);
            others.for_each(|pane| self.region.bell(pane).ring());
        }
        Ok(())
    }

    /// Shows the ball, and rings the neighbour whose pane the ball begins to touch: it shows its part.
    fn show(&self, before: &Ball, ball: &Ball) {
        let Some(audience) = self.audience else { return };
        if ball.tick.is_multiple_of(TICKS_PER_FRAME) {
            audience.show();
        }
        let panes = self.setup.court.all_panes().filter(|pane| *pane != self.me);
        let touched = panes.filter(|pane| ball.overlaps(*pane) && !before.overlaps(*pane));
        touched.for_each(|pane| self.region.bell(pane).ring());
    }
}
