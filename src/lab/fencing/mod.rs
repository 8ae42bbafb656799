//! The lab on fencing: the owner of the ball is frozen, the ball is recalled, the owner goes on. How many balls are there, with
//! a check, without one, with an epoch, and if the owner was killed?

mod program;
mod run;
mod tasks;
mod truth;

use super::exercise::Lab;

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "fencing",
    title: "The owner that was only frozen",
    aim: "You can say why a timeout cannot tell a dead owner from a slow one, and how an epoch makes the mistake harmless.",
    minutes: 8,
    tasks: tasks::all,
    act: run::act,
};

#[cfg(test)]
mod tests {
    use super::program::{Design, NEIGHBOUR, OWNER, REPLACEMENT};
    use super::tasks;
    use super::truth::Setup;
    use crate::game::ReferenceSimulation;
    use crate::lab::exercise::{Draw, Value};
    use crate::lab::steps::{Crossing, court};

    fn have(design: Design, before: usize, dies: bool) -> Vec<usize> {
        let asked =
            Setup { design, seed: 5, crossing: Crossing::new(5, 4), before, dies }.modelled().asked[0];
        [OWNER, REPLACEMENT, NEIGHBOUR].into_iter().filter(|who| asked[*who]).collect()
    }

    #[test]
    fn without_an_epoch_there_are_two_balls_unless_the_owner_looks_after_the_freeze() {
        for before in 2..=4 {
            assert_eq!(have(Design::Plain, before, false), [REPLACEMENT, NEIGHBOUR], "{before}");
            assert_eq!(have(Design::Checked, before, false), [REPLACEMENT], "{before}");
        }
        assert_eq!(have(Design::Checked, 5, false), [REPLACEMENT, NEIGHBOUR]);
    }

    #[test]
    fn with_an_epoch_or_after_a_death_there_is_one_ball() {
        for before in 2..=4 {
            assert_eq!(have(Design::Epoch, before, false), [REPLACEMENT], "{before}");
            assert_eq!(have(Design::Plain, before, true), [REPLACEMENT], "{before}");
        }
    }

    #[test]
    fn with_an_epoch_the_ball_flies_on_as_in_the_reference_simulation() {
        for (seed, before) in (0..30).zip([2, 3, 4].into_iter().cycle()) {
            let crossing = Crossing::new(seed, seed);
            let setup = Setup { design: Design::Epoch, seed, crossing, before, dies: false };
            let seen = setup.modelled();
            let court = court(seed);
            let mut simulation = ReferenceSimulation::new(court, court.middle());
            simulation.run_until(|ball| ball.hop == seed + 1);
            assert_eq!(seen.ball, Some(simulation.ball()));
            assert_eq!(seen.asked[1], [false, false, true]);
        }
    }

    #[test]
    fn a_changed_fact_is_rejected() {
        for seed in 0..20 {
            for task in tasks::all(&mut Draw::new(seed, "fencing")) {
                let setup = tasks::setups(&mut Draw::new(seed, "fencing")).into_iter();
                let setup = setup.zip(tasks::IDS).find(|(_, id)| *id == task.id).unwrap().0;
                let seen = setup.modelled().facts(setup.design);
                let right = (task.judge)(&task.passing, &seen).unwrap();
                assert_eq!(right.right.len(), 2, "{}", right.truth);
                assert!((task.judge)(&task.failing(), &seen).unwrap().right.is_empty());
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
