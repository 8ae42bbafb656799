//! Goals: no line names them; they are found when the game is played again.

use crate::game::GameMode;
use crate::recording::line::Header;
use crate::recording::replayed::next_tick_of;
use crate::recording::{Line, Replayed};

/// So many ticks between two lines are looked at one by one; a game that is recorded has less.
const MOST_TICKS: u64 = 1 << 20;

/// A goal between two lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Goal {
    /// How far it is from the line before to the next one, in ticks: 0 to 1.
    pub(super) share: f64,
    /// The points of the left and of the right side after it.
    pub(super) points: (u8, u8),
}

/// The game, played again as long as its lines fit and there may be goals in it.
#[derive(Debug)]
pub(super) struct Goals {
    replayed: Option<Replayed>,
    points: (u8, u8),
}

impl Goals {
    /// Of this game. A rally of autopilots has no goals, and is not played again.
    pub(super) fn of(header: &Header) -> Self {
        let is_match = header.settings.rules.is_some_and(|rules| rules.mode == GameMode::Match);
        let may_have_some = is_match || header.playable;
        let replayed = may_have_some.then(|| Replayed::begin(header.clone()).ok()).flatten();
        Self { replayed, points: (0, 0) }
    }

    /// The goals before this line.
    pub(super) fn before(&mut self, line: &Line) -> Vec<Goal> {
        let mut goals = Vec::new();
        let Some(mut replayed) = self.replayed.take() else { return goals };
        if matches!(line, Line::Recording(_)) {
            self.replayed = Some(replayed);
            return goals;
        }
        let is_match = |replayed: &Replayed| replayed.ball().is_some_and(|ball| ball.score.is_match());
        if let Some(last) = next_tick_of(line).filter(|_| is_match(&replayed)) {
            self.look(&mut replayed, last, &mut goals);
        }
        let mut left = MOST_TICKS;
        let goes_on = &mut |ticks| {
            left = left.saturating_sub(ticks);
            left > 0
        };
        if replayed.apply(line, goes_on).is_ok() {
            let points = replayed.ball().map_or(self.points, |ball| (ball.score.left, ball.score.right));
            // Where no tick is known, somewhere in between.
            if points.0 >= self.points.0 && points.1 >= self.points.1 && points != self.points {
                goals.push(Goal { share: 0.5, points });
            }
            // Another match, or a state before.
            self.points = points;
            self.replayed = Some(replayed);
        }
        goals
    }

    /// Plays tick by tick to the last one.
    fn look(&mut self, replayed: &mut Replayed, last: u64, goals: &mut Vec<Goal>) {
        let Some(first) = replayed.ball().map(|ball| ball.tick) else { return };
        let ticks = last.saturating_sub(first);
        for tick in first..first.saturating_add(ticks.min(MOST_TICKS)) {
            let _stopped = replayed.advance_to(tick + 1, &mut |_| true);
            let Some(ball) = replayed.ball().filter(|ball| ball.tick > tick) else { return };
            let points = (ball.score.left, ball.score.right);
            if points.0 > self.points.0 || points.1 > self.points.1 {
                goals.push(Goal { share: (tick + 1 - first) as f64 / ticks as f64, points });
            }
            self.points = points;
        }
    }
}
