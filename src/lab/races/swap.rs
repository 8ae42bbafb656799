//! The task on the baton: every order of the steps, one after the other, on real processes.

use super::outcome::Outcome;
use super::program::{Programs, letters};
use super::run::Pair;
use super::setup::Setup;
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// So long orders are run, in nanoseconds; on a machine that is busy these are not all.
const TIME_NS: u64 = 1_500_000_000;

/// What has come of all orders that were run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    run: u64,
    lost: u64,
    doubled: u64,
    torn: u64,
    taken: u64,
}

impl Counts {
    fn add(&mut self, programs: &Programs, outcome: &Outcome) {
        self.run += 1;
        self.lost += u64::from(outcome.balls() == 0);
        self.doubled += u64::from(outcome.balls() > 1);
        self.torn += u64::from(outcome.taken.is_torn());
        self.taken += u64::from(outcome.has_ball[programs.taker()]);
    }
}

/// What is chosen as the reason, and whether it is one.
const REASONS: [(&str, bool); 4] = [
    (
        "the giver forgets the ball only if its swap back fails, and that fails only if the taker's swap has succeeded",
        true,
    ),
    ("a swap is one instruction, so it is faster than the other process", false),
    ("the giver writes position and velocity before it swaps the baton", false),
    ("the kernel takes no CPU away from a process that has swapped the baton", false),
];

/// Why no order does harm.
const WHY: &str = "Compare-and-swap writes only if the word is still what the process has seen, and it does both as one atomic \
                      instruction. So of two processes that want to change the same word one succeeds, and the other learns \
                      that it was too late: it is fenced, and acts accordingly. The epoch grows with every swap, so a word \
                      never comes back, and a process that slept for long cannot take an old word for a new one. The game \
                      hands its ball over in this way: record first, then the swap.";

/// The task.
pub(super) fn task(flag: &Setup, programs: Programs, draw: &mut Draw) -> Task {
    let setup = Setup { programs, balls: flag.balls };
    let mut orders = draw.shuffle(setup.programs.orders());
    // First those in which the ball changes hands: a machine that is busy sees these too.
    orders.sort_by_key(|order| !setup.outcome(order).has_ball[setup.programs.taker()]);
    let reasons = draw.shuffle(REASONS.to_vec());
    let texts: Vec<_> = reasons.iter().map(|(text, _)| *text).collect();
    let reason = reasons.iter().position(|(_, is_right)| *is_right).unwrap_or(0);
    let passing = Answers::predicted(Answer::Number(0)).concluded(Answer::Choice(reason));
    let (right, wrong) = (passing.clone(), with_flag(flag));
    let (acted, judged) = ((setup.clone(), orders.clone()), (setup.clone(), orders));
    Task {
        id: "swap",
        story: story(&setup, judged.1.len()),
        predict: Question::number(
            format!("In how many of the {} orders is the ball lost or doubled?", judged.1.len()),
            "orders",
            0,
            judged.1.len() as u64,
        ),
        choose: None,
        conclude: Some(Question::choice("Why can the ball not be lost here?", &texts)),
        act: Box::new(move |stage, _| observe(stage, &acted.0, &acted.1)),
        judge: Box::new(move |given, seen| {
            let counts = checked(&judged.0, &judged.1, seen)?;
            let truth = format!(
                "In {} of {} orders that were run the ball was lost or doubled; {} took it in {}. {wrong}",
                counts.lost + counts.doubled,
                counts.run,
                judged.0.taker(),
                counts.taken
            );
            Ok(Judgement::of(given, &right, truth))
        }),
        passing,
        failing: None,
        explanation: WHY,
        read_on: "src/protocol/mod.rs of this project (transitions, invariants); OSTEP chapter 28; Herlihy, Wait-free \
                  synchronization (1991)",
    }
}

fn story(setup: &Setup, orders: usize) -> String {
    format!(
        "The flag is replaced by a baton: one word with an epoch and who has the ball: {giver}, {taker}, or on offer. Both \
         processes change it by compare-and-swap only: the swap succeeds if the word is still what the process expects, and \
         changes nothing otherwise.\n{}\n{}\nThe nine steps can be done in {orders} orders. All of them are run on real \
         processes, as many as 1.5 seconds allow.",
        setup.listed(0),
        setup.listed(1),
        giver = setup.giver(),
        taker = setup.taker(),
    )
}

/// What the programs with the flag do, by their model.
fn with_flag(setup: &Setup) -> String {
    let count = |is_so: fn(&Outcome) -> bool| setup.orders_to(is_so).len();
    format!(
        "Of the {} orders of the programs with the flag {} lose it, {} double it, {} tear it.",
        setup.programs.orders().len(),
        count(|outcome| outcome.balls() == 0),
        count(|outcome| outcome.balls() > 1),
        count(|outcome| outcome.taken.is_torn())
    )
}

fn observe(stage: &mut Stage<'_>, setup: &Setup, orders: &[Vec<usize>]) -> Result<Observation> {
    let mut pair = Pair::start(stage, &setup.programs, setup.balls)?;
    let deadline = stage.now_ns() + TIME_NS;
    let mut counts = Counts::default();
    for order in orders {
        // One at least, the first before all eyes.
        if counts.run > 0 && stage.now_ns() >= deadline {
            break;
        }
        let outcome = pair.run(stage, order, counts.run == 0)?;
        counts.add(&setup.programs, &outcome);
        if outcome.balls() != 1 || outcome.taken.is_torn() {
            stage.note(format!("the order {} leaves {} balls", letters(order), outcome.balls()));
        }
    }
    stage.note(format!("{} of {} orders were run", counts.run, orders.len()));
    let mut seen = Observation::default();
    seen.count("orders", orders.len() as u64, "")
        .count("orders run", counts.run, "")
        .count("lost", counts.lost, "")
        .count("doubled", counts.doubled, "")
        .count("torn", counts.torn, "")
        .count("taken", counts.taken, "");
    Ok(seen)
}

/// What was counted; an error if these orders cannot give that.
fn checked(setup: &Setup, orders: &[Vec<usize>], seen: &Observation) -> std::result::Result<Counts, String> {
    let run = seen.number_of("orders run")?;
    if seen.number_of("orders")? != orders.len() as u64 || !(1..=orders.len() as u64).contains(&run) {
        return Err(format!("there are {} orders, of which at least one is run", orders.len()));
    }
    let mut expected = Counts::default();
    for order in orders.iter().take(usize::try_from(run).unwrap_or(usize::MAX)) {
        expected.add(&setup.programs, &Outcome::of_model(&setup.programs, &setup.balls, order));
    }
    let [lost, doubled, torn, taken] = ["lost", "doubled", "torn", "taken"].map(|name| seen.number_of(name));
    let counts = Counts { run, lost: lost?, doubled: doubled?, torn: torn?, taken: taken? };
    if counts != expected {
        return Err(format!("the first {run} orders give {expected:?}, and not {counts:?}"));
    }
    Ok(counts)
}
