//! The task on one CPU: what a polling process does to the one that it waits for.

use super::company::Company;
use super::guess;
use super::process::{GIVERS, Given, Setup, Wanted};
use super::way::Way;
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Observation, Question, Slot, Task};
use crate::lab::stage::Stage;
use crate::platform::machine;
use crate::platform::units::fmt_ns;

/// So much two clocks of the kernel may differ, and what comes beside the work.
const SLACK_US: u64 = 20_000;

/// Why it is so.
const WHY: &str = "The scheduler cannot know that a process which reads a word again and again only waits. To it both are runnable, so \
    both get the same share of the CPU, in turn, some milliseconds each: the waiter takes half of the time that its \
    own result needs, and of n pollers and a worker each gets one part in n + 1. One that sleeps (futex) leaves the CPU \
    to the worker. So the game's adaptive waiters spin only for a giver that runs on another CPU, and yield \
    (sched_yield) to one on their own.";

/// What is predicted.
const PREDICT: &str = "If the waiter polls the flag without pause, about how many milliseconds is it until the result is there?";

/// The task.
pub(super) fn task(draw: &mut Draw) -> Task {
    let work_ms = draw.within(6, 10) * 10;
    let pollers = draw.within(2, 4);
    let (with_one_ms, with_all_ms) = (2 * work_ms, (pollers + 1) * work_ms);
    Task {
        id: "one-cpu",
        story: format!(
            "Two processes share one CPU: both are pinned to it (sched_setaffinity). A worker needs {work_ms} ms of CPU time for a \
             result, then it sets the flag. The other process waits for that result, and there is nothing else to run on this CPU.\n\
             If the waiter sleeps on a futex, the result is there after {work_ms} ms."
        ),
        predict: Question::number(PREDICT, "ms", 0, 10_000),
        choose: None,
        conclude: Some(conclusion(pollers)),
        act: Box::new(move |stage, _| act(stage, work_ms)),
        judge: Box::new(move |given, seen| {
            let right = [
                (Slot::Prediction, with_one_ms, with_one_ms / 7),
                (Slot::Conclusion, with_all_ms, with_all_ms / 7),
            ];
            Ok(guess::judge(given, truth(seen, work_ms)?, &right))
        }),
        passing: Answers::predicted(Answer::Number(with_one_ms)).concluded(Answer::Number(with_all_ms)),
        failing: None,
        explanation: WHY,
        read_on: "man 7 sched; man 2 sched_setaffinity; man 2 sched_yield; OSTEP, chapters 9 and 28; src/protocol/doorbell/waiting.rs",
    }
}

fn conclusion(pollers: u64) -> Question {
    let text = format!(
        "The worker has the same work, and now {pollers} processes poll on its CPU. After about how many milliseconds is the result there?"
    );
    Question::number(text, "ms", 0, 10_000)
}

fn act(stage: &mut Stage<'_>, work_ms: u64) -> Result<Observation> {
    let mut seen = Observation::default();
    let sleeps = observe(stage, &mut seen, Way::Futex, work_ms)?;
    stage.memory().clear();
    let polls = observe(stage, &mut seen, Way::Polling, work_ms)?;
    seen.flag("both on one CPU", sleeps && polls);
    Ok(seen)
}

/// True if both were on one CPU.
fn observe(stage: &mut Stage<'_>, seen: &mut Observation, way: Way, work_ms: u64) -> Result<bool> {
    let cpu = machine::allowed_cpus()?.first().copied().unwrap_or(0);
    let setup = Setup { waiter: 0, nap_ns: 0, messages: 2, cpu: Some(cpu) };
    let mut company = Company::start_named(stage, &[(&way.to_string(), way)], GIVERS[1], setup)?;
    let given = company.give(stage, Wanted::Work { cpu, cpu_ns: work_ms * 1_000_000 })?;
    company.await_notice(stage)?;
    company.show(stage);
    let noticed = company.noticed()?.pop().unwrap_or_default();
    let waited_ns = match noticed.as_slice() {
        [begin, end] => end.cpu_ns.saturating_sub(begin.cpu_ns),
        _ => 0,
    };
    let Given { cpu_ns, elapsed_ns, is_free } = given;
    let mut count = |what: &str, ns: u64| {
        seen.count(&format!("{way}: {what}"), ns / 1000, "us");
    };
    count("CPU time of the worker", cpu_ns);
    count("CPU time of the waiter meanwhile", waited_ns);
    count("time until the result", elapsed_ns);
    Ok(company.is_pinned && !is_free)
}

/// The worker's CPU time, the waiter's, and the time until the result, in microseconds.
fn of(seen: &Observation, way: Way, work_ms: u64) -> std::result::Result<[u64; 3], String> {
    let of = |what: &str| seen.number_of(&format!("{way}: {what}"));
    let (worker, waiter) = (of("CPU time of the worker")?, of("CPU time of the waiter meanwhile")?);
    let elapsed = of("time until the result")?;
    if worker < work_ms * 1000 || elapsed.saturating_add(SLACK_US) < worker {
        return Err(format!("the work takes {work_ms} ms of CPU time, and not {worker} us in {elapsed} us"));
    }
    if seen.is("both on one CPU")? && worker.saturating_add(waiter) > elapsed.saturating_add(SLACK_US) {
        return Err(format!("one CPU cannot give {worker} us and {waiter} us in {elapsed} us"));
    }
    Ok([worker, waiter, elapsed])
}

fn truth(seen: &Observation, work_ms: u64) -> std::result::Result<String, String> {
    let (asleep, polling) = (of(seen, Way::Futex, work_ms)?, of(seen, Way::Polling, work_ms)?);
    if asleep[1] > asleep[0] / 2 {
        return Err(format!("a waiter that sleeps cannot use {} us meanwhile", asleep[1]));
    }
    if !seen.is("both on one CPU")? {
        return Ok(format!(
            "Here the two could not be pinned to one CPU, so it does not show. On one CPU both get the same share: the result comes \
             after {} ms.",
            2 * work_ms
        ));
    }
    if polling[1] < polling[0] / 10 {
        return Err(format!(
            "a waiter that polls on the same CPU cannot use as little as {} us meanwhile",
            polling[1]
        ));
    }
    let words = |us: u64| fmt_ns(us.saturating_mul(1000));
    Ok(format!(
        "While the worker got its {} of CPU time, the polling waiter took {}, the one on a futex {}. The result was there after {} and {}: \
         what is more than the two together had is the time of other processes.",
        words(polling[0]),
        words(polling[1]),
        words(asleep[1]),
        words(polling[2]),
        words(asleep[2])
    ))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    /// Of each way the worker's and the waiter's CPU time, and how long it took, in milliseconds.
    fn judged(is_pinned: bool, futex: [u64; 3], polling: [u64; 3]) -> std::result::Result<String, String> {
        let mut seen = Observation::default();
        for (way, [worker, waiter, elapsed]) in [(Way::Futex, futex), (Way::Polling, polling)] {
            seen.count(&format!("{way}: CPU time of the worker"), worker * 1000, "us");
            seen.count(&format!("{way}: CPU time of the waiter meanwhile"), waiter * 1000, "us");
            seen.count(&format!("{way}: time until the result"), elapsed * 1000, "us");
        }
        seen.flag("both on one CPU", is_pinned);
        truth(&seen, 80)
    }

    #[test]
    fn one_cpu_gives_no_more_time_than_passes() {
        judged(true, [80, 0, 81], [80, 78, 160]).unwrap();
        judged(true, [80, 0, 400], [80, 82, 700]).unwrap();
        judged(true, [80, 0, 81], [80, 80, 90]).unwrap_err();
        judged(true, [70, 0, 81], [80, 78, 160]).unwrap_err();
        judged(true, [80, 0, 40], [80, 78, 160]).unwrap_err();
        judged(true, [80, 60, 160], [80, 78, 160]).unwrap_err();
        judged(true, [80, 0, 81], [80, 1, 160]).unwrap_err();
    }

    #[test]
    fn where_nothing_can_be_pinned_it_is_said() {
        let truth = judged(false, [80, 0, 81], [80, 80, 81]).unwrap();
        assert!(truth.contains("could not be pinned"), "{truth}");
    }
}
