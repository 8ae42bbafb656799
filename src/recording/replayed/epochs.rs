//! What the launcher does to the ball: serves, recoveries, a Region that is replaced; and the end.

use super::Replayed;
use super::history::Missing;
use super::misfit::{Misfit, compare, differs};
use super::run::GoesOn;
use super::state::{EPOCHS, State, compare_balls, known, pane_of};
use crate::game::{Control, PaneId, ReferenceSimulation};
use crate::recording::line::{BallLine, RecordingEnd, Recovered, Reinitialized, Serve};

impl Replayed {
    pub(super) fn serve(&mut self, serve: &Serve, goes_on: GoesOn<'_>) -> Result<(), Misfit> {
        let court = self.court();
        let pane = pane_of(&court, serve.pane)?;
        match serve.before {
            Some(before) => self.reach(self.named, (before.tick, before.hop), goes_on)?,
            None if self.state.as_ref().is_some_and(|state| state.rests) => {}
            None => {
                return Err(Misfit::impossible("it takes the ball from nobody, and the ball does not rest"));
            }
        }
        compare_holders(serve.from, self.holder())?;
        let named = self.named;
        let before = match (&serve.before, &self.state) {
            (Some(before), Some(state)) => {
                state.compare(before)?;
                compare("the epoch in which it takes the ball", state.epoch, named)?;
                Some(state.game.ball())
            }
            _ => None,
        };
        self.begin_epoch("the serve", serve.epoch)?;
        let ball = court.serve_by(serve.rules, pane, before);
        compare_balls(&format!("the served ball at tick {}", ball.tick), &serve.ball, &BallLine::of(&ball))?;
        let game = ReferenceSimulation::from_serve(court, pane, ball);
        self.state = Some(State { epoch: serve.epoch, rests: false, game });
        self.count(|tally| &mut tally.serves);
        self.keep();
        Ok(())
    }

    pub(super) fn recover(&mut self, recovered: &Recovered, goes_on: GoesOn<'_>) -> Result<(), Misfit> {
        let Recovered { epoch, pane, ref ball, .. } = *recovered;
        self.reach(self.named, (ball.tick, ball.hop), goes_on)?;
        let named = self.named;
        let state = self.playing()?;
        compare("the epoch of the ball", state.epoch, named)?;
        state.compare(ball)?;
        compare_holders(Some(pane), Some(state.game.pane()))?;
        self.begin_epoch("the recovery", epoch)?;
        self.go_on_in(epoch)?;
        self.count(|tally| &mut tally.recoveries);
        Ok(())
    }

    pub(super) fn reinitialize(&mut self, back: &Reinitialized, goes_on: GoesOn<'_>) -> Result<(), Misfit> {
        let Reinitialized { back_to, epoch, pane, ref ball, .. } = *back;
        if back_to > self.named && self.tally.starts > 0 {
            let why = format!("it goes back to epoch {back_to}, which did not come before it");
            return Err(Misfit::impossible(why));
        }
        if back_to >= EPOCHS {
            return Err(differs(
                "the epoch that it goes back to",
                back_to,
                format_args!("less than {EPOCHS}"),
            ));
        }
        self.taken = 0;
        self.count(|tally| &mut tally.reinitializations);
        compare("the epoch that begins now", epoch, if pane.is_some() { back_to + 1 } else { 0 })?;
        match self.history.back_to(back_to, ball.tick) {
            Ok(state) => self.state = Some(state),
            Err(Missing::NotKept) => return Err(Misfit::NotKept { epoch: back_to, tick: ball.tick }),
            Err(Missing::BeforeAll) => {
                // A `start` line says where the game goes on.
                (self.state, self.named) = (None, epoch);
                return Ok(());
            }
        }
        self.named = back_to;
        if pane.is_none() {
            let state = State::resting(self.court());
            state.compare(ball)?;
            compare("the epoch that it goes back to", back_to, 0)?;
            self.state = Some(state);
            self.keep();
            return Ok(());
        }
        self.reach(back_to, (ball.tick, ball.hop), goes_on)?;
        let state = self.playing()?;
        compare("the epoch of the ball", state.epoch, back_to)?;
        state.compare(ball)?;
        compare_holders(pane, Some(state.game.pane()))?;
        self.named = epoch;
        self.go_on_in(epoch)
    }

    pub(super) fn end(&mut self, end: &RecordingEnd, goes_on: GoesOn<'_>) -> Result<(), Misfit> {
        compare("the number of epochs that were not seen", end.unseen, self.tally.unseen)?;
        if self.state.is_none() {
            // After a gap nothing says where the ball should be.
            self.has_ended = true;
            return Ok(());
        }
        compare("the epoch at the end", end.epoch, self.named)?;
        match &self.state {
            Some(state) if state.rests => {}
            _ => self.reach(self.named, (end.ball.tick, end.ball.hop), goes_on)?,
        }
        compare_holders(end.pane, self.holder())?;
        if let Some(state) = &self.state {
            state.compare(&end.ball)?;
            compare("the epoch of the ball", state.epoch, end.epoch)?;
        }
        self.has_ended = true;
        Ok(())
    }

    /// The next process of the pane goes on with the ball.
    fn go_on_in(&mut self, epoch: u64) -> Result<(), Misfit> {
        let state = self.playing()?;
        state.epoch = epoch;
        state.game.set_control(Control::Autopilot);
        self.keep();
        Ok(())
    }
}

fn compare_holders(found: Option<PaneId>, expected: Option<PaneId>) -> Result<(), Misfit> {
    let name = |pane: Option<PaneId>| pane.map_or("nobody".to_owned(), known);
    compare("who has the ball", name(found), name(expected))
}
