//! The task on context switches: how many a hand-off on one CPU needs.

use super::facts::{Way, find, measure, why_none};
use crate::bench::{Placement, RowKey};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Slot, Task};

/// Why it is so.
const WHY: &str = "One CPU runs one process at a time, so for every hop it must leave the giver and run the taker: one context switch for \
    each hop, by whatever the message travels. The giver that waits for its answer (futex, read) makes it of its own accord: a \
    voluntary switch. If the kernel lets a woken taker in at once, before the giver has gone to sleep, a hop costs two. On two CPUs a \
    taker that spins needs none.";

/// A thousand hops need so many, and a few more or less where the processes begin and end.
const LEAST: u64 = 900;
/// If the woken one gets the CPU at once, and the other gets it back to go to sleep, it is two for each hop.
const MOST: u64 = 2_200;

/// The task.
pub(super) fn task(draw: &mut Draw) -> Task {
    let (way, name) = draw
        .pick(&[
            (Way::BLOCK, "in shared memory; a process that waits sleeps on a futex"),
            (Way::PIPE, "through a pipe; a process that waits sleeps in read"),
            (Way::SOCKET, "through a socket; a process that waits sleeps in read"),
        ])
        .unwrap_or((Way::BLOCK, "in shared memory"));
    let bytes = usize::try_from(8 * draw.within(1, 8)).unwrap_or(8);
    let thousands = draw.within(2, 9);
    let key = way.key(Placement::SameCpu, bytes);
    let spins = Way::SPIN.key(Placement::DistinctCores, bytes);
    Task {
        id: "switches",
        story: format!(
            "Two processes on one CPU hand a message to and fro {name}. The lab counts the context switches of both, voluntary and \
             involuntary (getrusage), and divides them by the hops."
        ),
        predict: Question::number(
            format!("How many context switches do {thousands},000 hops need at least?"),
            "switches",
            0,
            1_000_000,
        ),
        choose: None,
        conclude: None,
        act: Box::new(move |stage, _| Ok(measure(stage, &[key, spins], 1, |_| true))),
        judge: Box::new(move |given, seen| {
            let near = match given.prediction {
                Some(Answer::Number(number)) => (LEAST * thousands..=1_100 * thousands).contains(&number),
                _ => false,
            };
            let judgement = Judgement { truth: truth(seen, &key, &spins)?, ..Judgement::default() };
            Ok(judgement.with(Slot::Prediction, near))
        }),
        passing: Answers::predicted(Answer::Number(1_000 * thousands)),
        failing: None,
        explanation: WHY,
        read_on: "man 2 getrusage (ru_nvcsw, ru_nivcsw); man 5 proc_pid_status; OSTEP, chapter 6; docs/BENCH.md",
    }
}

fn truth(seen: &Observation, key: &RowKey, spins: &RowKey) -> Result<String, String> {
    let Some(found) = find(seen, key)? else {
        return Ok(format!("{} A hop on one CPU needs one context switch at least.", why_none(seen)));
    };
    let count = found.switches_per_1000;
    if count == 0 {
        return Ok("This kernel does not count switches. A hop on one CPU needs one at least.".to_owned());
    }
    if count < LEAST {
        return Err(format!("1,000 hops on one CPU need {LEAST} switches at least, and not {count}"));
    }
    let two =
        if count > MOST { " (more than two for each hop: other processes took the CPU away)" } else { "" };
    let beside = find(seen, spins)?.map_or(String::new(), |found| {
        let count = found.switches_per_1000;
        let why = if count > 100 { ", because other processes took the CPUs away" } else { "" };
        format!(" With a taker that spins on a second CPU it counted {count} in 1,000 hops{why}.")
    });
    Ok(format!("The kernel counted {count} switches in 1,000 hops{two}.{beside}"))
}
