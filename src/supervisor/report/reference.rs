//! The game that is reported, played again by one process alone that is given the same serves.

use crate::game::ReferenceSimulation;
use crate::game::{Ball, Court};
use crate::protocol::Record;
use crate::supervisor::Served;

/// Ticks between two looks at whether the rest is still wanted: some milliseconds.
const STEP: u64 = 100_000;

/// What one process alone has come to.
#[derive(Debug, PartialEq)]
pub(super) enum Comparison {
    /// The same ball.
    Same,
    /// Another one, and where the game first differs.
    Differs(Ball, String),
    /// It was not played to the end.
    NotChecked,
}

impl Comparison {
    /// Whether a ball with this hash is as expected, the hash that is expected, and what is different.
    pub(super) fn for_hash(self, hash: u64) -> (Option<bool>, Option<u64>, Option<String>) {
        match self {
            Self::Same => (Some(true), Some(hash), None),
            Self::Differs(ball, difference) => (Some(false), Some(ball.hash), Some(difference)),
            Self::NotChecked => (None, None, None),
        }
    }
}

/// Plays the same game as far as the shared one came, as long as `goes_on` returns true; its arguments are the ticks
/// played so far, and all of them. It ends: every tick comes once, and the supervisor has believed no more of them than time allows.
pub(super) fn play(
    court: &Court,
    serves: &[Served],
    last: &Record,
    goes_on: &mut dyn FnMut(u64, u64) -> bool,
) -> Comparison {
    let first = serves.first().map(|served| served.serve);
    let mut alone = match first {
        Some(first) => ReferenceSimulation::by(first.ball.score.rules, *court, first.pane),
        None => ReferenceSimulation::new(*court, court.middle()),
    };
    let all = last.ball.tick;
    let mut reach = |alone: &mut ReferenceSimulation, goal: &Ball| {
        while !alone.run_towards(goal, &mut STEP.clone()) {
            if !goes_on(alone.ball().tick, all) {
                return Err(Comparison::NotChecked);
            }
        }
        let Ball { tick, hop, .. } = *goal;
        let same = alone.ball() == *goal;
        let difference = format!("at tick {tick}, hop {hop} the ball was not where one process alone has it");
        if same { Ok(()) } else { Err(Comparison::Differs(alone.ball(), difference)) }
    };
    let mut compare = || {
        for Served { serve, before } in serves {
            // The first serve has nothing before it.
            if let Some(before) = before {
                reach(&mut alone, before)?;
                alone.serve_by(serve.ball.score.rules, serve.pane);
            }
        }
        // Before the first serve the ball rests.
        first.map_or(Ok(()), |_| reach(&mut alone, &last.ball))
    };
    compare().err().unwrap_or(Comparison::Same)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::game::PaneId;
    use crate::protocol::Serve;

    const COURT: Court = Court { panes: 3, seed: 7 };

    /// A game in which the ball was recalled at that tick, as `lie` says it was then.
    fn recalled(at: u64, lie: impl Fn(&mut Ball)) -> (Vec<Served>, Record) {
        let mut game = ReferenceSimulation::new(COURT, PaneId(1));
        let serve = |epoch, pane, ball| Serve { epoch, pane, ball };
        let first = Served { serve: serve(1, PaneId(1), game.ball()), before: None };
        game.run_until(|ball| ball.tick == at);
        let mut before = game.ball();
        lie(&mut before);
        let ball = COURT.serve(PaneId(0), Some(before));
        let recall = Served { serve: serve(9, PaneId(0), ball), before: Some(before) };
        (vec![first, recall], Record::served(ball, 9, 0))
    }

    fn verdict(at: u64, lie: impl Fn(&mut Ball)) -> Comparison {
        let (serves, last) = recalled(at, lie);
        play(&COURT, &serves, &last, &mut |_, _| true)
    }

    #[test]
    fn a_lie_before_a_recall_is_found_although_the_recall_forgets_it() {
        assert_eq!(verdict(500, |_| {}), Comparison::Same);
        let lies: [fn(&mut Ball); 4] = [
            |ball| ball.tick += 1,
            |ball| ball.y += 0.1,
            |ball| (ball.vx, ball.vy) = (ball.vy, ball.vx),
            |ball| ball.hash ^= 1,
        ];
        for lie in lies {
            assert!(matches!(verdict(500, lie), Comparison::Differs(..)));
        }
    }

    #[test]
    fn it_is_played_in_steps_and_no_further_than_it_is_wanted() {
        let (serves, last) = recalled(10 * STEP, |_| {});
        let mut steps = 0;
        let verdict = play(&COURT, &serves, &last, &mut |tick, of| {
            assert!(tick <= of && of == 10 * STEP, "{tick} of {of}");
            steps += 1;
            steps < 3
        });
        assert_eq!((verdict, steps), (Comparison::NotChecked, 3));
    }

    #[test]
    fn a_match_that_was_over_is_no_goal_that_is_never_reached() {
        let (serves, mut last) = recalled(500, |_| {});
        last.ball.tick = 501;
        last.ball.score.hits += 1;
        assert!(matches!(play(&COURT, &serves, &last, &mut |_, _| true), Comparison::Differs(..)));
    }
}
