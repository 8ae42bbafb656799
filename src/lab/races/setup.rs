//! A student's programs and balls: what the story says of them, what is done with them, and what must be seen.

use super::outcome::{Balls, Outcome, taken_by};
use super::program::{NAMES, Programs, letters};
use super::run::Pair;
use crate::error::Result;
use crate::lab::exercise::{Observation, Value};
use crate::lab::stage::Stage;

/// What a fact says of the ball that was taken, where a student is asked which one it is.
const AS_GIVEN: &str = "the one that this order gives";

/// The programs of a student, and the balls that they hand over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setup {
    pub(super) programs: Programs,
    pub(super) balls: Balls,
}

impl Setup {
    pub(super) fn giver(&self) -> &'static str {
        NAMES[self.programs.giver]
    }

    pub(super) fn taker(&self) -> &'static str {
        NAMES[self.programs.taker()]
    }

    pub(super) fn outcome(&self, order: &[usize]) -> Outcome {
        Outcome::of_model(&self.programs, &self.balls, order)
    }

    /// The orders of all steps that give this.
    pub(super) fn orders_to(&self, is_so: impl Fn(&Outcome) -> bool) -> Vec<Vec<usize>> {
        self.programs.orders().into_iter().filter(|order| is_so(&self.outcome(order))).collect()
    }

    /// The steps of a process, numbered.
    pub(super) fn listed(&self, who: usize) -> String {
        let steps = self.programs.steps[who].iter().enumerate();
        let steps: Vec<_> = steps.map(|(at, step)| format!("{}) {}", at + 1, step.text())).collect();
        format!("{} does: {}.", NAMES[who], steps.join("; "))
    }

    /// The processes, the words and the programs, in words.
    pub(super) fn scene(&self) -> String {
        let (giver, taker) = (self.giver(), self.taker());
        format!(
            "Two processes share five words: a position (x, y), a velocity (vx, vy) and a flag. {giver} has the ball, in its own \
             memory, and offers it to {taker}. In the words are the position and the velocity of the last hop; the flag is \
             clear.\n{}\n{}\n{giver} looks again whether its offer was taken: a clear flag means to {giver} that {taker} has \
             the ball. {taker} clears the flag in every round of its polling, so that it takes no ball twice.",
            self.listed(0),
            self.listed(1)
        )
    }

    /// Runs this order on real processes.
    pub(super) fn observe(&self, stage: &mut Stage<'_>, order: &[usize]) -> Result<Observation> {
        let outcome = Pair::start(stage, &self.programs, self.balls)?.run(stage, order, true)?;
        stage.note(match outcome.balls() {
            0 => "no process has a ball: it is lost",
            1 => "one process has a ball",
            _ => "both processes have a ball: it is doubled",
        });
        Ok(outcome.facts(&self.programs, order))
    }

    /// The facts for a student who is asked which ball was taken: where it is the one that the order gives, they say only that.
    pub(super) fn without_the_answer(&self, order: &[usize], mut seen: Observation) -> Observation {
        let given = Value::Text(self.outcome(order).taken.text());
        let name = taken_by(&self.programs);
        if let Some(ball) = seen.0.iter_mut().find(|fact| fact.name == name && fact.value == given) {
            ball.value = Value::Text(AS_GIVEN.to_owned());
        }
        seen
    }

    /// What the order must give; an error if something else was observed.
    pub(super) fn judged(&self, order: &[usize], seen: &Observation) -> std::result::Result<Outcome, String> {
        let outcome = self.outcome(order);
        let expected = outcome.facts(&self.programs, order);
        Self::compared(order, &expected, seen).map(|()| outcome)
    }

    /// The same of facts without the answer.
    pub(super) fn judged_without_the_answer(
        &self,
        order: &[usize],
        seen: &Observation,
    ) -> std::result::Result<Outcome, String> {
        let outcome = self.outcome(order);
        let expected = self.without_the_answer(order, outcome.facts(&self.programs, order));
        Self::compared(order, &expected, seen).map(|()| outcome)
    }

    fn compared(
        order: &[usize],
        expected: &Observation,
        seen: &Observation,
    ) -> std::result::Result<(), String> {
        if seen.0.len() != expected.0.len() {
            return Err(format!(
                "there are {} facts of an order, and not {}",
                expected.0.len(),
                seen.0.len()
            ));
        }
        match expected.0.iter().zip(&seen.0).find(|(expected, seen)| expected != seen) {
            Some((expected, seen)) => {
                Err(format!("the order {} gives \"{expected}\", and not \"{seen}\"", letters(order)))
            }
            None => Ok(()),
        }
    }
}
