//! The task on ways to wait: which one is good on one CPU and on two.

use super::facts::{Way, find, measure, why_none};
use crate::bench::{Placement, RowKey};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::platform::units::fmt_ns;

/// Why it is so.
const WHY: &str = "block pays for a wake-up at every hop, also on two CPUs. spin needs a CPU for each process that waits. adaptive looks \
    where the giver runs, which stands in the giver's doorbell: if on another CPU it spins for 50 us at most and then sleeps, if on its \
    own it yields the CPU (sched_yield). So it is as fast as spin where there are CPUs, and as block where there are none. pthread \
    mutexes of the kind PTHREAD_MUTEX_ADAPTIVE_NP, and the locks of the kernel itself, spin in the same way for an owner that runs.";

const WAYS: [Way; 3] = [Way::BLOCK, Way::ADAPTIVE, Way::SPIN];
const PLACES: [Placement; 2] = [Placement::SameCpu, Placement::DistinctCores];

/// The task.
pub(super) fn task(draw: &mut Draw) -> Task {
    let bytes = usize::try_from(8 * draw.within(1, 8)).unwrap_or(8);
    let order = draw.shuffle(vec![
        "block: sleep at once (futex)",
        "adaptive: spin for a short while if the giver runs on another CPU, otherwise give the CPU away",
        "spin: read the word until it changes",
    ]);
    let place = order.iter().position(|name| name.starts_with("adaptive")).unwrap_or(0);
    let keys = keys(bytes);
    let passing = Answers::predicted(Answer::Choice(place));
    let right = passing.clone();
    Task {
        id: "which-way",
        story: format!(
            "A program hands messages of {bytes} bytes to and fro in shared memory. It is to run on machines with one CPU and with many, and \
             you may choose one way in which its processes wait."
        ),
        predict: Question::choice(
            "Which way is never much slower than the best of the three, on one CPU or on two?",
            &order,
        ),
        choose: None,
        conclude: None,
        act: Box::new(move |stage, _| {
            Ok(measure(stage, &keys, 3, |seen| shows(seen, &keys).unwrap_or(true)))
        }),
        judge: Box::new(move |given, seen| Ok(Judgement::of(given, &right, truth(seen, &keys)?))),
        passing,
        failing: None,
        explanation: WHY,
        read_on: "src/protocol/doorbell/waiting.rs; docs/BENCH.md; man 2 sched_yield; man 2 getcpu; OSTEP, chapter 28 (two-phase locks)",
    }
}

/// Of each place the three ways.
fn keys(bytes: usize) -> [RowKey; 6] {
    let [one, two] = PLACES.map(|place| WAYS.map(|way| way.key(place, bytes)));
    [one[0], one[1], one[2], two[0], two[1], two[2]]
}

/// Whether block is much slower than spin on two CPUs, spin than block on one, and adaptive than neither.
fn shows(seen: &Observation, keys: &[RowKey; 6]) -> Result<bool, String> {
    let mut medians = [0; 6];
    for (key, median) in keys.iter().zip(&mut medians) {
        let Some(found) = find(seen, key)? else { return Ok(true) };
        *median = found.median_ns;
    }
    let [block_one, adaptive_one, spin_one, block_two, adaptive_two, spin_two] = medians;
    let is_much = |fast: u64, slow: u64| slow >= 3 * fast;
    Ok(is_much(block_one, spin_one)
        && is_much(adaptive_one, spin_one)
        && is_much(spin_two, block_two)
        && is_much(adaptive_two, block_two))
}

fn truth(seen: &Observation, keys: &[RowKey; 6]) -> Result<String, String> {
    let mut lines = Vec::new();
    for (place, three) in ["One CPU", "Two CPUs"].iter().zip(keys.chunks(3)) {
        let mut found = Vec::new();
        for key in three {
            if let Some(row) = find(seen, key)? {
                found.push(format!("{} {}", key.wait.name(), fmt_ns(row.median_ns)));
            }
        }
        lines.push(match found.as_slice() {
            [] => format!("{place}: {}", why_none(seen)),
            found => format!("{place}: {}.", found.join(", ")),
        });
    }
    let is_complete = find(seen, &keys[0])?.is_some() && find(seen, &keys[3])?.is_some();
    let end = if !is_complete {
        "Where it cannot be measured it counts what is documented (docs/BENCH.md): adaptive is never far from the best."
    } else if shows(seen, keys)? {
        "adaptive is never far from the best."
    } else {
        "That does not show here, because other processes had the CPUs; with CPUs of their own adaptive is never far from the best."
    };
    Ok(format!("{} {end}", lines.join(" ")))
}
