//! The simulation on its way to a goal, and back.

use super::history::Missing;
use super::misfit::Misfit;
use super::state::{State, known};
use super::{Replayed, Tally};
use crate::game::Ball;

/// Ticks between two questions whether to go on: some milliseconds.
const STEP: u64 = 100_000;
/// A state is kept after so many hops, or ticks, at the latest: what lies between two is simulated again.
const HOPS_BETWEEN: u64 = 64;
const TICKS_BETWEEN: u64 = 1 << 14;

/// What is wrong with a line that needs a ball.
const NO_START: &str = "no `start` line before it says where the ball is";

/// Asked every 100,000 ticks or so, with the ticks since the last question, whether to go on.
pub(super) type GoesOn<'a> = &'a mut dyn FnMut(u64) -> bool;

impl Replayed {
    /// Simulates up to this tick, for a picture between two lines. A ball that would leave its pane, which no line has said yet, stays.
    ///
    /// # Errors
    /// [`Misfit::Stopped`]
    pub fn advance_to(&mut self, tick: u64, goes_on: &mut dyn FnMut(u64) -> bool) -> Result<(), Misfit> {
        if self.state.as_ref().is_none_or(|state| state.rests) {
            return Ok(());
        }
        self.run(self.named, |ball| ball.tick >= tick, goes_on).map(drop)
    }

    /// The state, in which a pane has the ball.
    pub(super) fn playing(&mut self) -> Result<&mut State, Misfit> {
        match &mut self.state {
            None => Err(Misfit::impossible(NO_START)),
            Some(state) if state.rests => Err(Misfit::impossible("nobody has served yet: the ball rests")),
            Some(state) => Ok(state),
        }
    }

    /// Simulates until the ball is `done`, but not beyond this epoch. False if it does not come so far: the match is over, or the
    /// ball leaves its pane before.
    pub(super) fn run(
        &mut self,
        epoch: u64,
        done: impl Fn(&Ball) -> bool,
        goes_on: GoesOn<'_>,
    ) -> Result<bool, Misfit> {
        loop {
            let state = self.playing()?;
            let before = state.game.ball();
            let last_hop = before.hop + epoch.saturating_sub(state.epoch);
            let last_tick = before.tick.saturating_add(STEP);
            state.game.run_within(last_hop, |ball| done(ball) || ball.tick >= last_tick);
            let ball = state.game.ball();
            state.epoch += ball.hop - before.hop;
            let ticks = ball.tick - before.tick;
            self.tally.ticks += ticks;
            self.unasked += ticks;
            if done(&ball) {
                return Ok(true);
            }
            if ticks < STEP {
                return Ok(false);
            }
            self.keep_sometimes();
            if self.unasked >= STEP && !goes_on(std::mem::take(&mut self.unasked)) {
                return Err(Misfit::Stopped);
            }
        }
    }

    /// Simulates up to exactly this moment of this epoch: on from here, or again from a state before it.
    pub(super) fn reach(
        &mut self,
        epoch: u64,
        (tick, hop): (u64, u64),
        goes_on: GoesOn<'_>,
    ) -> Result<(), Misfit> {
        let state = self.playing()?;
        let ball = state.game.ball();
        if (tick, hop) < (ball.tick, ball.hop) || epoch < state.epoch {
            let again = self.history.back_to(epoch, tick).map_err(|missing| match missing {
                Missing::NotKept => Misfit::NotKept { epoch, tick },
                Missing::BeforeAll => {
                    Misfit::impossible(format!("it goes back to tick {tick}, before the recording began"))
                }
            })?;
            self.state = Some(again);
        }
        let is_there = |ball: &Ball| (ball.tick, ball.hop) >= (tick, hop);
        if self.run(epoch, is_there, goes_on)? {
            return Ok(());
        }
        let why = self.why_no_further()?;
        Err(Misfit::impossible(format!("the ball does not come to tick {tick}, hop {hop}: {why}")))
    }

    /// Why the ball does not fly on.
    pub(super) fn why_no_further(&mut self) -> Result<String, Misfit> {
        let state = self.playing()?;
        let (ball, pane, epoch) = (state.game.ball(), state.game.pane(), state.epoch);
        Ok(if ball.score.is_over() {
            format!("the match is over at tick {}", ball.tick)
        } else {
            format!("it leaves {} at tick {} in epoch {epoch}", known(pane), ball.tick)
        })
    }

    /// Keeps the state to go back to.
    pub(super) fn keep(&mut self) {
        if let Some(state) = &self.state {
            self.history.push(state.clone());
        }
    }

    /// Keeps it, if the last one is long ago.
    pub(super) fn keep_sometimes(&mut self) {
        let (Some(last), Some(state)) = (self.history.last(), &self.state) else { return };
        let (before, now) = (last.game.ball(), state.game.ball());
        if now.hop >= before.hop + HOPS_BETWEEN || now.tick >= before.tick + TICKS_BETWEEN {
            self.keep();
        }
    }

    pub(super) fn count(&mut self, what: impl Fn(&mut Tally) -> &mut u64) {
        let count = what(&mut self.tally);
        *count = count.saturating_add(1);
    }
}
