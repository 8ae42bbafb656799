//! The lab on races: a flag and a plain struct, polled without synchronization. The student orders the steps of two processes
//! until the ball is lost, doubled, torn; and sees that no order does so with a baton.

mod outcome;
mod program;
mod run;
mod setup;
mod swap;
mod tasks;

use self::outcome::Balls;
use self::program::Programs;
use self::setup::Setup;
use super::exercise::{Draw, Lab, Task};

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "races",
    title: "Lost, doubled, torn",
    aim: "You can find the order of steps in which unsynchronized processes lose a ball or double it, and say why a \
          compare-and-swap leaves no such order.",
    minutes: 10,
    tasks,
    act: run::act,
};

fn tasks(draw: &mut Draw) -> Vec<Task> {
    let programs = Programs::with_flag(draw);
    let balls = Balls::new(draw.seed(), draw.within(1, 40));
    let with_baton = Programs::with_baton(programs.giver, draw);
    let setup = Setup { programs, balls };
    let traced = tasks::trace(&setup, draw);
    let goals = tasks::goals(&setup, draw);
    let swapped = swap::task(&setup, with_baton, draw);
    std::iter::once(traced).chain(goals).chain([swapped]).collect()
}

#[cfg(test)]
mod tests {
    use super::outcome::{Outcome, Taken};
    use super::*;
    use crate::lab::exercise::{Answer, Answers, Observation, Value};

    fn setups() -> impl Iterator<Item = Setup> {
        (0..100).map(|seed| {
            let mut draw = Draw::new(seed, "races");
            let programs = Programs::with_flag(&mut draw);
            Setup { programs, balls: Balls::new(seed, 3) }
        })
    }

    #[test]
    fn whatever_was_drawn_some_order_loses_the_ball_some_doubles_and_some_tears_it() {
        let mut drawn = Vec::new();
        for setup in setups() {
            for balls in 0..=2 {
                assert!(
                    !setup.orders_to(|outcome| outcome.balls() == balls).is_empty(),
                    "{balls}: {setup:?}"
                );
            }
            assert!(!setup.orders_to(|outcome| outcome.taken.is_torn()).is_empty(), "{setup:?}");
            assert!(setup.orders_to(|outcome| outcome.taken == Taken::Unknown).is_empty(), "{setup:?}");
            if !drawn.contains(&setup.programs) {
                drawn.push(setup.programs);
            }
        }
        assert!(drawn.len() > 30, "only {} programs", drawn.len());
    }

    #[test]
    fn the_taker_must_not_read_the_flag_before_it_is_set_for_a_double() {
        for setup in setups() {
            let (giver, taker) = (setup.programs.giver, setup.programs.taker());
            let reads =
                setup.programs.steps[taker].iter().position(|step| *step == program::Step::ReadFlag).unwrap();
            let done = |order: &Vec<usize>| {
                let at = order.iter().enumerate().filter(|(_, who)| **who == taker).nth(reads).unwrap().0;
                order[..at].iter().filter(|who| **who == giver).count()
            };
            let least =
                setup.orders_to(|outcome| outcome.balls() == 2).iter().map(done).min().unwrap() as u64;
            let set = setup.programs.steps[giver].iter().position(|step| *step == program::Step::SetFlag);
            assert_eq!(least, set.unwrap() as u64 + 1, "{setup:?}");
        }
    }

    #[test]
    fn no_order_of_the_programs_with_a_baton_loses_doubles_or_tears_the_ball() {
        for setup in setups() {
            let programs = Programs::with_baton(setup.programs.giver, &mut Draw::new(1, "races"));
            let with_baton = Setup { programs, balls: setup.balls };
            let orders = with_baton.programs.orders();
            assert_eq!(orders.len(), 126);
            let is_one = |outcome: &Outcome| outcome.balls() == 1 && !outcome.taken.is_torn();
            assert_eq!(with_baton.orders_to(is_one).len(), 126);
            assert!(with_baton.orders_to(|outcome| outcome.has_ball[with_baton.programs.taker()]).len() > 4);
        }
    }

    /// What the processes would say, by the model: as if the real ones had done it.
    fn modelled(setup: &Setup, order: &[usize]) -> Observation {
        let order = setup.programs.complete(order);
        Outcome::of_model(&setup.programs, &setup.balls, &order).facts(&setup.programs, &order)
    }

    #[test]
    fn a_changed_fact_is_rejected_and_an_order_without_steps_reaches_no_goal() {
        for seed in 0..20 {
            let mut draw = Draw::new(seed, "races");
            let programs = Programs::with_flag(&mut draw);
            let setup = Setup { programs, balls: Balls::new(seed, draw.within(1, 40)) };
            for task in tasks(&mut Draw::new(seed, "races")).iter().filter(|task| task.choose.is_some()) {
                let Some(Answer::Order(order)) = &task.passing.choice else { panic!("an order") };
                let seen = modelled(&setup, order);
                let right = (task.judge)(&task.passing, &seen).unwrap();
                assert_eq!(right.right.len(), 2, "{}", right.truth);
                for at in 0..seen.0.len() {
                    let mut other = seen.clone();
                    match &mut other.0[at].value {
                        Value::Flag(is_so) => *is_so = !*is_so,
                        Value::Number(number) => *number += 1,
                        Value::Text(text) => text.push('A'),
                    }
                    assert!((task.judge)(&task.passing, &other).is_err(), "{other:?}");
                }
                assert!((task.judge)(&task.failing(), &seen).is_err(), "the facts of another order");
                let judged = (task.judge)(&task.failing(), &modelled(&setup, &[])).unwrap();
                assert!(judged.right.is_empty(), "{}", judged.truth);
                assert!((task.judge)(&Answers::default(), &Observation::default()).is_err());
            }
        }
    }
}
