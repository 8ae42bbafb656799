//! The tasks on the flag: one order is traced, then the student looks for orders that reach a goal.

use super::outcome::{Outcome, Taken};
use super::program::{NAMES, Step, letters};
use super::setup::Setup;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Question, Slot, Task};

/// Why any order can happen.
const STEP_BY_STEP: &str = "A step is one store or load, or two. Between two steps of a process anything can happen: the kernel may \
    take its CPU away there (preemption), or the other process runs on another CPU. What a process has read \
    can be out of date when it acts on it. Here the processes were stopped to make one order happen; in a \
    polling loop every order happens sooner or later, without a witness.";

/// The task in which a drawn order is traced.
pub(super) fn trace(setup: &Setup, draw: &mut Draw) -> Task {
    // Each number of balls is as likely as the others.
    let balls = draw.below(3) as u64;
    let mut orders = setup.orders_to(|outcome| outcome.balls() == balls);
    let order = orders.swap_remove(draw.below(orders.len()));
    let taken = setup.outcome(&order).taken;
    let kinds = draw.shuffle(Taken::ALL.to_vec());
    let texts: Vec<_> = kinds.iter().map(|kind| kind.text()).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let right = kinds.iter().position(|kind| *kind == taken).unwrap_or(0);
    let passing = Answers::predicted(Answer::Number(balls)).concluded(Answer::Choice(right));
    let (acted, judged, asked) =
        ((setup.clone(), order.clone()), (setup.clone(), order.clone()), letters(&order));
    Task {
        id: "trace",
        story: format!(
            "{}\nEach process stands still before each of its steps, stopped by SIGSTOP, until it is let go on. They are let \
             go on in this order: {asked}.",
            setup.scene()
        ),
        predict: Question::number("How many of the two processes have a ball in the end?", "balls", 0, 2),
        choose: None,
        conclude: Some(Question::choice(
            format!("Which ball has {} taken in this order?", setup.taker()),
            &texts,
        )),
        act: Box::new(move |stage, _| {
            let seen = acted.0.observe(stage, &acted.1)?;
            Ok(acted.0.without_the_answer(&acted.1, seen))
        }),
        judge: Box::new({
            let right = passing.clone();
            move |given, seen| {
                let outcome = judged.0.judged_without_the_answer(&judged.1, seen)?;
                Ok(Judgement::of(given, &right, truth(&judged.0, &judged.1, &outcome)))
            }
        }),
        passing,
        failing: None,
        explanation: STEP_BY_STEP,
        read_on: "OSTEP chapter 26 (concurrency: an introduction); man 2 sigaction (SIGSTOP); man 5 proc (state T)",
    }
}

/// What has come of an order, in one sentence.
fn truth(setup: &Setup, order: &[usize], outcome: &Outcome) -> String {
    let balls = match outcome.balls() {
        0 => "no process has a ball".to_owned(),
        1 => format!("{} has the ball", NAMES[usize::from(outcome.has_ball[1])]),
        _ => "both processes have a ball".to_owned(),
    };
    let torn = if outcome.taken.is_torn() { "; it is torn" } else { "" };
    format!("After {} {balls}; {} has taken: {}{torn}.", letters(order), setup.taker(), outcome.taken.text())
}

/// A goal that an order of steps can reach.
struct Goal {
    id: &'static str,
    /// What is wanted, after "so that".
    wanted: String,
    /// What goes wrong, after a number of orders.
    verb: &'static str,
    is_reached: fn(&Outcome) -> bool,
    predict: Question,
    right: Answer,
    explanation: &'static str,
    read_on: &'static str,
}

/// The tasks in which an order is looked for.
pub(super) fn goals(setup: &Setup, draw: &mut Draw) -> Vec<Task> {
    [lost(setup), doubled(setup), torn(setup, draw)].map(|goal| search(setup, goal)).into()
}

fn lost(setup: &Setup) -> Goal {
    let (giver, taker) = (setup.giver(), setup.taker());
    let steps = &setup.programs.steps[setup.programs.taker()];
    let texts: Vec<_> = steps.iter().map(|step| step.text()).collect();
    let clears = steps.iter().position(|step| *step == Step::ClearFlag).unwrap_or(0);
    Goal {
        id: "lose",
        wanted: "no process has the ball in the end".to_owned(),
        verb: "lose the ball",
        is_reached: |outcome| outcome.balls() == 0,
        predict: Question::choice(
            format!(
                "Which step of {taker} can make {giver} forget the ball although {taker} does not take it?"
            ),
            &texts,
        ),
        right: Answer::Choice(clears),
        explanation: "The flag was clear when the taker read it; then the giver set it; then the taker cleared it, as it does in \
                      every round: so it overwrote an offer that it had not seen. The giver found the flag clear and forgot the \
                      ball. That is a lost update: read, decide and write are three steps, and what was decided was out of \
                      date. The game has no such flag: a process that wants to change the baton names the word that it has \
                      seen, and the swap fails if it is another one by now.",
        read_on: "OSTEP chapters 26 and 32 (atomicity violations); src/protocol/baton.rs of this project",
    }
}

fn doubled(setup: &Setup) -> Goal {
    let (giver, taker) = (setup.giver(), setup.taker());
    let steps = &setup.programs.steps[setup.programs.giver];
    let set = steps.iter().position(|step| *step == Step::SetFlag).unwrap_or(0) as u64;
    Goal {
        id: "double",
        wanted: "both processes have a ball in the end".to_owned(),
        verb: "double it",
        is_reached: |outcome| outcome.balls() == 2,
        predict: Question::number(
            format!(
                "When {taker} reads the flag, how many of its five steps must {giver} have done at least, so that both can \
                 have a ball in the end?"
            ),
            "steps",
            0,
            5,
        ),
        right: Answer::Number(set + 1),
        explanation: "The giver looked at the flag before the taker had cleared it, decided to keep the ball, and wrote that down \
                      too late: the taker had seen the flag set, and took the ball as well. Both acted on something that was \
                      true when they looked (check, then act; also called time of check to time of use). The game makes check \
                      and act one instruction: compare-and-swap.",
        read_on: "OSTEP chapter 28 (locks: test-and-set, compare-and-swap); man 7 signal; docs/MODELS.md of this project",
    }
}

fn torn(setup: &Setup, draw: &mut Draw) -> Goal {
    let taker = setup.taker();
    let [new_position, new_velocity] = [true, false].map(|new| {
        let parts = Taken::Parts { new_position: new, new_velocity: !new };
        !setup.orders_to(|outcome| outcome.taken == parts).is_empty()
    });
    let kinds = [
        ((true, false), "only the position of this hop with the velocity of the last hop"),
        ((false, true), "only the position of the last hop with the velocity of this hop"),
        ((true, true), "either of these two, by the order"),
        ((false, false), "neither: position and velocity are always of one hop"),
    ];
    let kinds = draw.shuffle(kinds.to_vec());
    let right = kinds.iter().position(|(kind, _)| *kind == (new_position, new_velocity)).unwrap_or(0);
    let texts: Vec<_> = kinds.iter().map(|(_, text)| *text).collect();
    Goal {
        id: "tear",
        wanted: format!("{taker} has a ball with the position of one hop and the velocity of another"),
        verb: "tear it",
        is_reached: |outcome| outcome.taken.is_torn(),
        predict: Question::choice(
            format!("Which mixed ball can {taker} take with these two programs, in any order of the steps?"),
            &texts,
        ),
        right: Answer::Choice(right),
        explanation: "A struct of several words is not written at once, and not read at once. The flag would protect it if it \
                      were set after all words are written and read before any word is read (publication); these programs \
                      keep only one of the two rules, or none. Then the taker reads half of the old struct and half of the new \
                      one: each word is whole, the ball is not. The game writes a record with a number and a checksum before \
                      the swap of the baton, and reads it after.",
        read_on: "OSTEP chapter 32 (order violations); src/protocol/slot.rs of this project",
    }
}

fn search(setup: &Setup, goal: Goal) -> Task {
    let Goal { id, wanted, verb, is_reached, predict, right, explanation, read_on } = goal;
    let reaching = setup.orders_to(is_reached);
    let (count, of) = (reaching.len(), setup.programs.orders().len());
    let found = reaching.into_iter().next().unwrap_or_default();
    let (acted, judged) = (setup.clone(), setup.clone());
    let predicted = Answers::predicted(right);
    let passing = predicted.clone().chosen(Answer::Order(found));
    Task {
        id,
        story: format!(
            "{}\nNow you decide in which order they are let go on, step by step, and try again until {wanted}. Steps that you leave \
             out are done at the end, those of A first. The same order once more ends the tries.",
            setup.scene()
        ),
        predict,
        choose: Some(steps_question(setup, &wanted)),
        conclude: None,
        act: Box::new(move |stage, choice| acted.observe(stage, &acted.programs.complete(order_of(choice)))),
        judge: Box::new(move |given, seen| {
            let order = judged.programs.complete(order_of(given.choice.as_ref()));
            let outcome = judged.judged(&order, seen)?;
            let truth = format!(
                "{} Of all {of} orders of the ten steps, {count} {verb}.",
                truth(&judged, &order, &outcome)
            );
            Ok(Judgement::of(given, &predicted, truth).with(Slot::Choice, is_reached(&outcome)))
        }),
        passing,
        failing: None,
        explanation,
        read_on,
    }
}

fn steps_question(setup: &Setup, wanted: &str) -> Question {
    let texts =
        [0, 1].map(|who| setup.programs.steps[who].iter().map(|step| step.text()).collect::<Vec<_>>());
    Question::steps(
        format!("Which process does its next step, again and again, so that {wanted}?"),
        &[(NAMES[0], &texts[0]), (NAMES[1], &texts[1])],
    )
}

/// The steps that a student has chosen.
fn order_of(choice: Option<&Answer>) -> &[usize] {
    match choice {
        Some(Answer::Order(order)) => order,
        _ => &[],
    }
}
