//! The lab on death: the owner of the ball is killed after each of eight steps, under three designs. Which of them lose it?

mod design;
mod left;
mod process;
mod run;
mod tasks;
mod truth;
mod wires;

use self::design::{Design, Program};
use self::truth::Setup;
use super::exercise::{Draw, Lab, Task};
use super::steps::Crossing;

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "death",
    title: "Where the ball is when its owner dies",
    aim: "You can say after which step of a hand-off a death loses the ball, by pipe, by plain shared memory, and by a baton with \
          records and a supervisor.",
    minutes: 9,
    tasks,
    act: process::act,
};

/// A student's hand-off under each of the designs.
fn setups(draw: &mut Draw) -> [Setup; 3] {
    let seed = draw.seed();
    let others = draw.within(1, 40);
    let (crossing, last) = (Crossing::new(seed, others), Crossing::new(seed, others - 1));
    let setup = |design| Setup { program: Program::drawn(design, draw), seed, crossing, last };
    [Design::Pipe, Design::Shared, Design::Baton].map(setup)
}

fn tasks(draw: &mut Draw) -> Vec<Task> {
    let setups = setups(draw);
    let each: Vec<_> = setups.iter().map(|setup| tasks::one(setup, draw)).collect();
    each.into_iter().chain([tasks::all(&setups, draw)]).collect()
}

#[cfg(test)]
mod tests {
    use super::design::STEPS;
    use super::left::Found;
    use super::*;
    use crate::game::ReferenceSimulation;
    use crate::lab::exercise::{Observation, Value};
    use crate::lab::steps::court;

    fn all(design: Design) -> impl Iterator<Item = Setup> {
        Program::all(design).zip(2..).map(|(program, others)| {
            let (crossing, last) = (Crossing::new(7, others), Crossing::new(7, others - 1));
            Setup { program, seed: 7, crossing, last }
        })
    }

    #[test]
    fn the_baton_loses_no_ball_and_the_others_do() {
        for design in [Design::Pipe, Design::Shared, Design::Baton] {
            for setup in all(design) {
                assert_eq!(setup.losing().is_empty(), design == Design::Baton, "{setup:?}");
            }
        }
    }

    #[test]
    fn a_recovered_ball_is_that_of_the_reference_simulation() {
        for setup in all(Design::Baton) {
            for found in setup.all_found() {
                let Found::Ball(ball, Some(epoch)) = found else { panic!("{found:?}") };
                let court = court(setup.seed);
                let mut simulation = ReferenceSimulation::new(court, court.middle());
                simulation.run_until(|now| (now.tick, now.hop) >= (ball.tick, ball.hop));
                assert_eq!(simulation.ball(), ball);
                assert_eq!(epoch, ball.hop + 2, "one for each hop, one for the serve, one for the recovery");
            }
        }
    }

    #[test]
    fn half_a_ball_and_a_mixed_one_are_among_what_is_found() {
        let any =
            |design, is_so: fn(&Found) -> bool| all(design).any(|setup| setup.all_found().iter().any(is_so));
        assert!(any(Design::Pipe, |found| matches!(found, Found::Bytes(56))));
        assert!(any(Design::Shared, |found| *found == Found::Wrong));
        assert!(!any(Design::Pipe, |found| *found == Found::Wrong));
    }

    #[test]
    fn the_right_answers_are_among_those_that_are_offered() {
        for design in [Design::Pipe, Design::Shared, Design::Baton] {
            for setup in all(design) {
                let lost = setup.losing();
                assert!(tasks::sets(design).contains(&lost.as_slice()), "{lost:?} of {setup:?}");
            }
        }
    }

    #[test]
    fn a_changed_fact_is_rejected() {
        for seed in 0..10 {
            let setups = super::setups(&mut Draw::new(seed, "death"));
            for (task, setup) in tasks(&mut Draw::new(seed, "death")).iter().zip(setups) {
                let design = setup.program.design;
                let mut seen = Observation::default();
                truth::add_facts(&mut seen, design, &setup.all_found(), STEPS as u64);
                assert_eq!((task.judge)(&task.passing, &seen).unwrap().right.len(), 2, "{}", task.id);
                assert!((task.judge)(&task.failing(), &seen).unwrap().right.is_empty(), "{}", task.id);
                for at in 0..seen.0.len() {
                    let mut other = seen.clone();
                    match &mut other.0[at].value {
                        Value::Flag(is_so) => *is_so = !*is_so,
                        Value::Number(number) => *number -= 1,
                        Value::Text(text) => text.push('1'),
                    }
                    assert!((task.judge)(&task.passing, &other).is_err(), "{other:?}");
                }
            }
        }
    }
}
