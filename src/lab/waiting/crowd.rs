//! The task on CPU time: four processes wait for the same messages, each in its way.

use super::company::Company;
use super::meter::Meter;
use super::process::{Noticed, Setup, Wanted};
use super::way::Way;
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;
use crate::platform::clock;
use crate::platform::units::fmt_ns;

const MS: u64 = 1_000_000;
const WAYS: [Way; 4] = [Way::Polling, Way::Napping, Way::Futex, Way::Pipe];
/// So much the kernel's own counts may be behind or ahead: two of its ticks at 100 Hz.
const SLACK_US: u64 = 20_000;

/// What was seen of one waiter.
pub(super) struct Seen {
    pub(super) way: Way,
    pub(super) used: Meter,
    pub(super) noticed: Vec<Noticed>,
}

/// Why it is so.
const WHY: &str = "A process that polls is runnable all the time: the scheduler gives it a CPU for nothing. One that naps lets the \
    kernel's timer wake it (clock_nanosleep), looks, and sleeps again: it pays for every look, also while nothing \
    comes. One that sleeps on a futex, or in a read of a pipe, is not runnable: it costs nothing until the giver's \
    call (futex, write) wakes it. The game's panes sleep on a futex, so nine idle panes take no CPU time.";

/// The task.
pub(super) fn task(draw: &mut Draw) -> Task {
    let nap_ms = draw.within(1, 4);
    let pauses_ms: Vec<_> = (0..draw.within(4, 6)).map(|_| draw.within(120, 220)).collect();
    let messages = pauses_ms.len() as u64;
    let order = draw.shuffle(vec![Way::Polling, Way::Napping, Way::Futex]);
    let names = order.clone().into_iter().map(|way| name(way, nap_ms)).collect::<Vec<_>>();
    let place = |way| order.iter().position(|other| *other == way).unwrap_or(0);
    let least_first = Answer::Order([Way::Futex, Way::Napping, Way::Polling].map(place).to_vec());
    let (conclude, right) = conclusion(draw);
    let passing = Answers::predicted(least_first).concluded(right);
    let right = passing.clone();
    let total_ms: u64 = pauses_ms.iter().sum();
    Task {
        id: "cpu-time",
        story: story(nap_ms, messages, total_ms),
        predict: Question::order(
            "Which of these three uses the least CPU time, which comes next, which uses the most?",
            &names.iter().map(String::as_str).collect::<Vec<_>>(),
        ),
        choose: None,
        conclude: Some(conclude),
        act: Box::new(move |stage, _| {
            let seen = observe(stage, &WAYS, nap_ms, &pauses_ms)?;
            Ok(facts(&seen))
        }),
        judge: Box::new(move |given, seen| {
            check(seen, &WAYS, messages, nap_ms, total_ms)?;
            Ok(Judgement::of(given, &right, truth(seen)?))
        }),
        passing,
        failing: None,
        explanation: WHY,
        read_on: "man 2 futex; man 2 clock_nanosleep; man 5 proc_pid_schedstat; OSTEP, chapters 28 (spin-waiting) and 30 (sleeping); \
                  src/protocol/doorbell/mod.rs",
    }
}

fn story(nap_ms: u64, messages: u64, total_ms: u64) -> String {
    format!(
        "Four processes wait for the same messages of a fifth, the giver. A flag in shared memory has the number of the newest \
         message.\n\
         polling: reads the flag again and again, as the thread of many a first program does.\n\
         napping: reads the flag, sleeps for {nap_ms} ms, reads it again.\n\
         futex: sleeps in the kernel (futex) until the giver wakes it, then reads the flag.\n\
         pipe: sleeps in a read of a pipe; the giver writes a byte.\n\
         The giver gives {messages} messages in about {} s. Before and after, the lab reads the CPU time and the context \
         switches of each in /proc/PID/schedstat and /proc/PID/status. A voluntary switch is one where the process gave up its CPU, \
         because it had to wait.",
        seconds(total_ms)
    )
}

fn seconds(ms: u64) -> String {
    format!("{}.{}", ms / 1000, ms % 1000 / 100)
}

fn name(way: Way, nap_ms: u64) -> String {
    match way {
        Way::Napping => format!("napping ({nap_ms} ms)"),
        way => way.to_string(),
    }
}

fn conclusion(draw: &mut Draw) -> (Question, Answer) {
    const RIGHT: &str = "polling and napping";
    let choices = draw.shuffle(vec![RIGHT, "polling alone", "all four", "none of them"]);
    let right = choices.iter().position(|choice| *choice == RIGHT).unwrap_or(0);
    let text = "The same number of messages comes, but it takes ten times as long. Whose CPU time becomes about ten times as much?";
    (Question::choice(text, &choices), Answer::Choice(right))
}

/// Has them wait, and gives a message after each pause.
pub(super) fn observe(
    stage: &mut Stage<'_>,
    ways: &[Way],
    nap_ms: u64,
    pauses_ms: &[u64],
) -> Result<Vec<Seen>> {
    let messages = pauses_ms.len() as u64;
    // One more ends their wait, when all has been counted.
    let setup = Setup { waiter: 0, nap_ns: nap_ms * MS, messages: messages + 1, cpu: None };
    let mut company = Company::start(stage, ways, setup)?;
    company.await_sleep()?;
    let before = company.meters();
    for pause_ms in pauses_ms {
        clock::sleep_until(clock::now_ns() + pause_ms * MS)?;
        company.give(stage, Wanted::Give)?;
        company.await_notice(stage)?;
        company.await_sleep()?;
        company.show(stage);
    }
    let after = company.meters();
    stage.note("all has been counted; one message more ends their wait");
    company.give(stage, Wanted::Give)?;
    let noticed = company.noticed()?;
    company.show(stage);
    let used = after.into_iter().zip(before).map(|(after, before)| after.since(before));
    let seen = ways.iter().zip(used).zip(noticed).map(|((way, used), mut noticed)| {
        noticed.truncate(pauses_ms.len());
        Seen { way: *way, used, noticed }
    });
    Ok(seen.collect())
}

/// What was seen, as facts.
pub(super) fn facts(all: &[Seen]) -> Observation {
    let mut seen = Observation::default();
    seen.flag("the kernel counts switches", all.iter().all(|one| one.used.switches.is_some()));
    let watched_ns = all.iter().map(|one| one.used.at_ns).max().unwrap_or(0);
    seen.count("watched for", watched_ns / 1000, "us");
    for Seen { way, used, noticed } in all {
        let mut latencies: Vec<_> = noticed.iter().map(|noticed| noticed.latency_ns).collect();
        latencies.sort_unstable();
        let median_ns = latencies.get(latencies.len() / 2).copied().unwrap_or(0);
        seen.count(&format!("{way}: CPU time"), used.cpu_ns / 1000, "us");
        if let Some(switches) = used.switches {
            seen.count(&format!("{way}: voluntary switches"), switches.voluntary, "");
            if *way == Way::Polling {
                seen.count(&format!("{way}: involuntary switches"), switches.involuntary, "");
            }
        }
        seen.count(&format!("{way}: median latency"), median_ns.div_ceil(1000), "us");
    }
    seen
}

/// Whether the facts can be true.
pub(super) fn check(
    seen: &Observation,
    ways: &[Way],
    messages: u64,
    nap_ms: u64,
    total_ms: u64,
) -> std::result::Result<(), String> {
    for way in ways {
        let of = |what: &str| seen.number_of(&format!("{way}: {what}"));
        let (cpu, latency) = (of("CPU time")?, of("median latency")?);
        let watched = seen.number_of("watched for")?;
        if watched < total_ms * 1000 {
            return Err(format!(
                "the pauses alone take {total_ms} ms, but {way} was watched for {watched} us"
            ));
        }
        if cpu > watched.saturating_add(SLACK_US) {
            return Err(format!("{way} cannot use {cpu} us of one CPU in {watched} us"));
        }
        if latency == 0 || latency > watched.saturating_add(SLACK_US) {
            return Err(format!("a latency of {latency} us cannot be, in {watched} us"));
        }
        if seen.is("the kernel counts switches")? {
            check_switches(*way, of("voluntary switches")?, (messages, nap_ms, watched))?;
        }
    }
    Ok(())
}

/// A page that comes from a disk, and a lock in the kernel, make a process wait too: a few switches more are possible.
fn check_switches(
    way: Way,
    voluntary: u64,
    (messages, nap_ms, watched_us): (u64, u64, u64),
) -> std::result::Result<(), String> {
    let most = match way {
        // It never waits of its own accord.
        Way::Polling => 20,
        // No nap is shorter than it was asked to be.
        Way::Napping => watched_us / (nap_ms * 1000) + messages + 20,
        _ => 3 * messages + 20,
    };
    let least = match way {
        Way::Polling => 0,
        _ => 1,
    };
    if (least..=most).contains(&voluntary) {
        Ok(())
    } else {
        Err(format!("{way} makes {least} to {most} voluntary switches here, and not {voluntary}"))
    }
}

fn truth(seen: &Observation) -> std::result::Result<String, String> {
    let cpu = |way: Way| seen.number_of(&format!("{way}: CPU time"));
    let [polling, napping, futex] = [cpu(Way::Polling)?, cpu(Way::Napping)?, cpu(Way::Futex)?];
    if polling <= napping.max(futex) || futex > napping.saturating_add(SLACK_US) {
        return Err(format!(
            "a process that never sleeps uses the most CPU time, and not {polling} us beside {napping} us and {futex} us"
        ));
    }
    let words = |us: u64| fmt_ns(us.saturating_mul(1000));
    let text = format!(
        "In {} polling used {} of CPU time, napping {}, futex {}, pipe {}: polling {} times as much as futex. Polling and napping pay for \
         time, futex and pipe for messages.",
        words(seen.number_of("watched for")?),
        words(polling),
        words(napping),
        words(futex),
        words(cpu(Way::Pipe)?),
        polling / futex.max(1)
    );
    Ok(text + &late(seen)?)
}

/// Why polling noticed later than those that sleep, if it did.
fn late(seen: &Observation) -> std::result::Result<String, String> {
    let latency = |way: Way| seen.number_of(&format!("{way}: median latency"));
    let (polling, futex, pipe) = (latency(Way::Polling)?, latency(Way::Futex)?, latency(Way::Pipe)?);
    if polling <= futex.max(pipe) {
        return Ok(String::new());
    }
    Ok(format!(
        " Here polling noticed later ({}) than futex ({}) and pipe ({}): the machine is busy, and one that polls has used up its share \
         of the CPU, which the kernel gives to others, while one that was asleep gets a CPU soon after it is woken.",
        fmt_ns(polling.saturating_mul(1000)),
        fmt_ns(futex.saturating_mul(1000)),
        fmt_ns(pipe.saturating_mul(1000))
    ))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::super::meter::Switches;
    use super::*;
    use crate::lab::exercise::Value;

    /// Five messages in a second, naps of 2 ms.
    fn plausible() -> Observation {
        let seen = |way, cpu_ms: u64, voluntary| Seen {
            way,
            used: Meter {
                at_ns: 1_000 * MS,
                cpu_ns: cpu_ms * MS,
                switches: Some(Switches { voluntary, involuntary: 7 }),
            },
            noticed: vec![Noticed { latency_ns: 50_000, cpu_ns: MS }; 5],
        };
        facts(&[
            seen(Way::Polling, 950, 0),
            seen(Way::Napping, 9, 480),
            seen(Way::Futex, 0, 5),
            seen(Way::Pipe, 0, 5),
        ])
    }

    fn judged(seen: &Observation) -> std::result::Result<String, String> {
        check(seen, &WAYS, 5, 2, 900).and_then(|()| truth(seen))
    }

    #[test]
    fn facts_that_can_be_are_judged_and_those_that_cannot_are_not() {
        judged(&plausible()).unwrap();
        for (name, number) in [
            ("watched for", 800_000),
            ("polling: CPU time", 1_100_000),
            ("polling: CPU time", 5_000),
            ("polling: voluntary switches", 400),
            ("napping: voluntary switches", 900),
            ("napping: voluntary switches", 0),
            ("napping: CPU time", 960_000),
            ("futex: voluntary switches", 0),
            ("futex: voluntary switches", 36),
            ("futex: CPU time", 40_000),
            ("pipe: median latency", 0),
            ("pipe: median latency", 2_000_000),
        ] {
            let mut seen = plausible();
            let fact = seen.0.iter_mut().find(|fact| fact.name == name).unwrap();
            fact.value = Value::Number(number);
            judged(&seen).unwrap_err();
            seen.0.retain(|fact| fact.name != name);
            judged(&seen).unwrap_err();
        }
    }

    #[test]
    fn a_polling_process_that_is_late_is_explained_and_only_then() {
        let mut seen = plausible();
        assert!(!judged(&seen).unwrap().contains("busy"));
        let fact = seen.0.iter_mut().find(|fact| fact.name == "polling: median latency").unwrap();
        fact.value = Value::Number(4_000);
        let truth = judged(&seen).unwrap();
        assert!(truth.contains("polling noticed later (4.00 ms)") && truth.contains("busy"), "{truth}");
    }

    #[test]
    fn a_kernel_that_counts_no_switches_is_no_obstacle() {
        let mut seen = plausible();
        seen.0.retain(|fact| !fact.name.ends_with("switches"));
        seen.flag("the kernel counts switches", false);
        judged(&seen).unwrap();
    }
}
