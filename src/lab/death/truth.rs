//! What must be left, by a model of the eight steps.

use super::design::{Design, EACH, Program, STEPS};
use super::left::{Found, ModelLeft, find, lay_out};
use super::process::Mind;
use crate::lab::exercise::Observation;
use crate::lab::steps::{Crossing, court};

/// A student's hand-off by one design.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setup {
    pub(super) program: Program,
    pub(super) seed: u64,
    /// The hand-off.
    pub(super) crossing: Crossing,
    /// The one before: its ball is in the structs.
    pub(super) last: Crossing,
}

impl Setup {
    /// What A (0) or B (1) knows before its first step.
    pub(super) fn mind(&self, who: usize) -> Mind {
        let Crossing { giver, taker, before, handed, .. } = self.crossing;
        let record = if who == 0 { before } else { handed };
        Mind::new(who, court(self.seed), [giver, taker], self.crossing.epoch(), record)
    }

    /// What is found when the process that has done this step, from 1, is killed after it.
    pub(super) fn found_after(&self, step: usize) -> Found {
        let left = ModelLeft::new();
        lay_out(&left, &self.crossing, &self.last);
        let mut minds = [self.mind(0), self.mind(1)];
        let done = (0..step).try_for_each(|at| minds[at / EACH].perform(self.program.steps[at], &left));
        let found = done.and_then(|()| find(self.program.design, &left, &self.crossing, self.seed));
        // A model's pipe does not fail.
        found.unwrap_or(Found::Nothing)
    }

    /// What is found after each of the steps.
    pub(super) fn all_found(&self) -> Vec<Found> {
        (1..=STEPS).map(|step| self.found_after(step)).collect()
    }

    /// The steps after which the ball is lost, or wrong.
    pub(super) fn losing(&self) -> Vec<usize> {
        (1..=STEPS).filter(|step| !self.found_after(*step).is_ball()).collect()
    }
}

/// The facts of the deaths under one design.
pub(super) fn add_facts(seen: &mut Observation, design: Design, found: &[Found], kills: u64) {
    for (at, found) in found.iter().enumerate() {
        seen.text(&format!("{}, after step {}", design.name(), at + 1), found.text());
    }
    seen.count(&format!("{}, deaths by SIGKILL", design.name()), kills, "");
}

/// An error if the facts are not these.
pub(super) fn must_be(expected: &Observation, seen: &Observation) -> Result<(), String> {
    if expected.0.len() != seen.0.len() {
        return Err(format!("there are {} facts, and not {}", expected.0.len(), seen.0.len()));
    }
    match expected.0.iter().zip(&seen.0).find(|(expected, seen)| expected != seen) {
        Some((expected, seen)) => Err(format!("the steps give \"{expected}\", and not \"{seen}\"")),
        None => Ok(()),
    }
}
