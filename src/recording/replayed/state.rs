//! The state of the game between two lines: all that the next tick depends on.

use super::misfit::{Misfit, compare, compare_bits, differs};
use crate::game::{Ball, Court, Paddle, PaneId, ReferenceSimulation, SPEED};
use crate::recording::line::{BallLine, Hex, Start};

/// More ticks than any game has, as in a record.
const TICKS: u64 = 1 << 52;
/// Epochs have so many bits in the baton.
pub(super) const EPOCHS: u64 = 1 << 48;
/// No serve and no paddle makes a ball fly more steeply: slower across than this.
const SLOWEST_ACROSS: f64 = SPEED / 2.0;

/// A game at one moment.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) epoch: u64,
    /// Whether nobody has the ball: nothing moves then.
    pub(super) rests: bool,
    pub(super) game: ReferenceSimulation,
}

impl State {
    /// The one of a `start` line.
    pub(super) fn of(court: Court, start: &Start) -> Result<Self, Misfit> {
        let ball = ball_of(&court, "the ball", &start.ball)?;
        let Start { epoch, pane, ref paddles, .. } = *start;
        if epoch >= EPOCHS || ball.hop > epoch {
            return Err(Misfit::impossible(format!("no ball has made {} hops by epoch {epoch}", ball.hop)));
        }
        compare("the number of paddles", paddles.len(), usize::from(court.panes))?;
        let paddles = paddles.iter().map(|(place, tick)| {
            let paddle = Paddle { y: f64::from_bits(place.0) };
            let can_be = Paddle::RANGE.contains(&paddle.y) && *tick <= ball.tick;
            can_be.then_some((paddle, *tick)).ok_or_else(|| {
                let y = paddle.y;
                Misfit::impossible(format!(
                    "no paddle is at {y} at tick {tick} when the ball is at tick {}",
                    ball.tick
                ))
            })
        });
        let paddles = paddles.collect::<Result<_, _>>()?;
        match pane {
            None if epoch != 0 => Err(Misfit::impossible(format!("in epoch {epoch} a pane has the ball"))),
            None => Ok(Self::resting(court)),
            Some(_) if epoch == 0 => Err(Misfit::impossible("in epoch 0 nobody has the ball")),
            Some(pane) if !court.can_have(pane, &ball) => {
                Err(Misfit::impossible(format!("a ball at x {} is not with {}", ball.x, known(pane))))
            }
            Some(pane) => {
                let game = ReferenceSimulation::resumed(court, pane, ball, paddles);
                Ok(Self { epoch, rests: false, game })
            }
        }
    }

    /// Before the first serve.
    pub(super) fn resting(court: Court) -> Self {
        Self { epoch: 0, rests: true, game: ReferenceSimulation::new(court, court.middle()) }
    }

    /// Which moments are later.
    pub(super) fn moment(&self) -> (u64, u64) {
        (self.epoch, self.game.ball().tick)
    }

    /// Who has the ball.
    pub(super) fn holder(&self) -> Option<PaneId> {
        (!self.rests).then(|| self.game.pane())
    }

    /// Compares the whole ball with that of a line.
    pub(super) fn compare(&self, found: &BallLine) -> Result<(), Misfit> {
        compare_balls(&format!("at tick {}", found.tick), found, &BallLine::of(&self.game.ball()))
    }
}

/// Compares two balls, bit by bit.
pub(super) fn compare_balls(place: &str, found: &BallLine, expected: &BallLine) -> Result<(), Misfit> {
    if found == expected {
        return Ok(());
    }
    compare(format_args!("{place}: tick"), found.tick, expected.tick)?;
    compare(format_args!("{place}: hop"), found.hop, expected.hop)?;
    compare_flight(place, &found.state.0, &expected.state.0)?;
    compare(format_args!("{place}: score"), Hex(found.score.0), Hex(expected.score.0))
}

/// Compares where two balls are, how they fly, and their hashes.
pub(super) fn compare_flight(place: &str, found: &[u64; 5], expected: &[u64; 5]) -> Result<(), Misfit> {
    let [.., hash] = found;
    let [.., expected_hash] = expected;
    for ((name, found), expected) in ["x", "y", "vx", "vy"].into_iter().zip(found).zip(expected) {
        compare_bits(format_args!("{place}: {name}"), *found, *expected)?;
    }
    compare(format_args!("{place}: hash"), Hex(*hash), Hex(*expected_hash))
}

/// The ball of a line, checked: no game is simulated from another one.
pub(super) fn ball_of(court: &Court, what: &str, line: &BallLine) -> Result<Ball, Misfit> {
    let impossible = || Misfit::impossible(format!("{what} is one that this court cannot have"));
    let ball = line.ball().ok_or_else(impossible)?;
    let is_sound = court.is_sound(&ball) && ball.vx.abs() > SLOWEST_ACROSS && ball.tick <= TICKS;
    if is_sound { Ok(ball) } else { Err(impossible()) }
}

/// The pane, if the court has it.
pub(super) fn pane_of(court: &Court, pane: PaneId) -> Result<PaneId, Misfit> {
    if pane <= court.last() {
        Ok(pane)
    } else {
        Err(differs("the number of a pane", pane.0, format_args!("0 to {}", court.last().0)))
    }
}

/// A pane as the file has it, where panes are numbered from 0.
pub(super) fn known(pane: PaneId) -> String {
    format!("{pane} ({} in the file)", pane.0)
}
