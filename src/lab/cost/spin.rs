//! The task on a factor: how much slower a hand-off is if both spin on one CPU.

use super::facts::{Way, find, measure, why_none};
use crate::bench::Placement;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::platform::units::fmt_ns;

/// Why it is so.
const WHY: &str = "A process that spins never says that it waits. The message is there, but its taker gets the CPU only when the \
    scheduler takes it away from the other one: at the end of a time slice of some milliseconds, which the other spends with \
    looking at a word that cannot change meanwhile. One that blocks gives the CPU away in the same microsecond. The game's adaptive \
    waiters look on which CPU the giver runs: they yield (sched_yield) to one on their own, and spin only for one on another CPU.";

/// The least factor for which the machine has to show it.
const FACTOR: u64 = 100;

/// The task.
pub(super) fn task(draw: &mut Draw) -> Task {
    const RIGHT: &str = "100 times as long, or more";
    let bytes = usize::try_from(8 * draw.within(1, 8)).unwrap_or(8);
    let choices = draw.shuffle(vec![RIGHT, "about as long", "about twice as long", "about 10 times as long"]);
    let place = choices.iter().position(|choice| *choice == RIGHT).unwrap_or(0);
    let keys = [Way::BLOCK, Way::SPIN].map(|way| way.key(Placement::SameCpu, bytes));
    let passing = Answers::predicted(Answer::Choice(place));
    let right = passing.clone();
    Task {
        id: "spin-one-cpu",
        story: format!(
            "Two processes on one CPU hand a message of {bytes} bytes to and fro in shared memory. In a first run the taker blocks (futex), \
             in a second it spins: it reads the word until the message is there."
        ),
        predict: Question::choice(
            "How long does a hop take in the second run, compared with the first (medians)?",
            &choices,
        ),
        choose: None,
        conclude: None,
        act: Box::new(move |stage, _| {
            Ok(measure(stage, &keys, 4, |seen| {
                factor(seen, &keys).map_or(true, |found| found.is_none_or(|(_, _, factor)| factor >= FACTOR))
            }))
        }),
        judge: Box::new(move |given, seen| Ok(Judgement::of(given, &right, truth(seen, &keys)?))),
        passing,
        failing: None,
        explanation: WHY,
        read_on: "man 7 sched; man 2 sched_yield; OSTEP, chapter 28; docs/BENCH.md; src/protocol/doorbell/waiting.rs",
    }
}

fn factor(
    seen: &Observation,
    [block, spin]: &[crate::bench::RowKey; 2],
) -> Result<Option<(u64, u64, u64)>, String> {
    let both = find(seen, block)?.zip(find(seen, spin)?);
    Ok(both.map(|(block, spin)| (block.median_ns, spin.median_ns, spin.median_ns / block.median_ns)))
}

fn truth(seen: &Observation, keys: &[crate::bench::RowKey; 2]) -> Result<String, String> {
    let Some((block, spin, factor)) = factor(seen, keys)? else {
        return Ok(format!(
            "{} A hop takes some microseconds if the taker blocks, and a time slice of some milliseconds if it spins.",
            why_none(seen)
        ));
    };
    if spin < 20_000 {
        return Err(format!("no time slice is as short as {spin} ns"));
    }
    let busy = if factor >= FACTOR {
        ""
    } else {
        " Here the factor is smaller, because other processes had the CPU between a wake-up and its process; on a CPU of their own it is \
         100 and more."
    };
    Ok(format!(
        "A hop took {} if the taker blocks, and {} if it spins: {factor} times as long.{busy}",
        fmt_ns(block),
        fmt_ns(spin)
    ))
}
