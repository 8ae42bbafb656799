//! The task on naps: how late a napping process notices at worst, and the nap that two limits allow.

use super::company::Company;
use super::guess;
use super::process::{Setup, Wanted};
use super::way::{Way, Words};
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Observation, Question, Slot, Task};
use crate::lab::stage::Stage;
use crate::platform::clock;
use crate::platform::sync::Ordering;

const MS: u64 = 1_000_000;
const MESSAGES: u64 = 5;
/// The longest nap that can be chosen.
const LONGEST_MS: u64 = 60;

/// Why it is so.
const WHY: &str = "A napping process notices a message at its next look: after a whole nap at worst, after half of one on average. On a \
    busy machine it is later still, because the end of a nap makes it runnable only, and other processes have the \
    CPUs. A shorter nap notices sooner and looks more often: 1000 divided by the nap in milliseconds is the looks \
    per second. No nap has both, few looks and a short latency; a futex has, because the giver says when.";

/// What is predicted.
const PREDICT: &str = "About how many milliseconds does such a message lie there until it is noticed, on a machine with nothing else to do?";

/// The task.
pub(super) fn task(draw: &mut Draw) -> Task {
    let nap_ms = draw.within(10, 50);
    let latest_ms = draw.within(20, 40);
    let looks_per_s = 1000_u64.div_ceil(latest_ms * 3 / 4);
    let fits = move |nap_ms: u64| nap_ms <= latest_ms && nap_ms * looks_per_s >= 1000;
    Task {
        id: "nap",
        story: format!(
            "A process looks at a flag, naps for {nap_ms} ms (clock_nanosleep), looks again. The giver gives {MESSAGES} messages at the \
             worst moment: each right after the process has looked.\n\
             Then the same with a nap that you choose."
        ),
        predict: Question::number(PREDICT, "ms", 0, 1000),
        choose: Some(choice(looks_per_s, latest_ms)),
        conclude: None,
        act: Box::new(move |stage, choice| act(stage, nap_ms, guess::number(choice).unwrap_or(1))),
        judge: Box::new(move |given, seen| {
            let chosen_ms = guess::number(given.choice.as_ref()).ok_or("no nap was chosen")?;
            check(seen, "first", nap_ms)?;
            check(seen, "chosen", chosen_ms)?;
            let truth = truth(seen, nap_ms, chosen_ms, (looks_per_s, latest_ms))?;
            Ok(guess::judge(given, truth, &[(Slot::Prediction, nap_ms, (nap_ms / 10).max(1))])
                .with(Slot::Choice, fits(chosen_ms)))
        }),
        passing: Answers::predicted(Answer::Number(nap_ms)).chosen(Answer::Number(latest_ms - 2)),
        failing: None,
        explanation: WHY,
        read_on: "man 2 clock_nanosleep; man 7 time; OSTEP, chapter 30; BENCHMARKS.md",
    }
}

fn choice(looks_per_s: u64, latest_ms: u64) -> Question {
    Question::number(
        format!(
            "The process may look at most {looks_per_s} times a second, and a message may lie there for {latest_ms} ms at most. How long a \
             nap do you choose?"
        ),
        "ms",
        1,
        LONGEST_MS,
    )
}

fn act(stage: &mut Stage<'_>, nap_ms: u64, chosen_ms: u64) -> Result<Observation> {
    let mut seen = Observation::default();
    observe(stage, &mut seen, "first", nap_ms)?;
    stage.memory().clear();
    observe(stage, &mut seen, "chosen", chosen_ms)?;
    Ok(seen)
}

fn observe(stage: &mut Stage<'_>, seen: &mut Observation, which: &str, nap_ms: u64) -> Result<()> {
    let setup = Setup { waiter: 0, nap_ns: nap_ms * MS, messages: MESSAGES, cpu: None };
    let began_ns = clock::now_ns();
    let mut company = Company::start(stage, &[Way::Napping], setup)?;
    for _message in 0..MESSAGES {
        company.give(stage, Wanted::GiveAfterALook)?;
        company.show(stage);
        company.await_notice(stage)?;
    }
    let noticed = company.noticed()?.pop().unwrap_or_default();
    let looks = Words(stage.memory()).looks().load(Ordering::Acquire);
    let latencies = noticed.iter().map(|noticed| noticed.latency_ns.div_ceil(1000));
    let mut count = |what: &str, number, unit| {
        seen.count(&format!("{which} nap: {what}"), number, unit);
    };
    count("watched for", (clock::now_ns() - began_ns) / 1000, "us");
    count("looks", looks, "");
    count("least latency", latencies.clone().min().unwrap_or(0), "us");
    count("worst latency", latencies.max().unwrap_or(0), "us");
    Ok(())
}

/// Whether the facts can be true.
fn check(seen: &Observation, which: &str, nap_ms: u64) -> std::result::Result<(), String> {
    let of = |what: &str| seen.number_of(&format!("{which} nap: {what}"));
    let (watched, looks) = (of("watched for")?, of("looks")?);
    let (least, worst) = (of("least latency")?, of("worst latency")?);
    let most = watched / (nap_ms.max(1) * 1000) + 2;
    if nap_ms == 0 || looks < MESSAGES || looks > most {
        return Err(format!(
            "naps of {nap_ms} ms allow {MESSAGES} to {most} looks in {watched} us, and not {looks}"
        ));
    }
    if least == 0 || least > worst || worst > watched || worst < nap_ms * 100 {
        return Err(format!(
            "of {MESSAGES} messages that come right after a look, none can be noticed after {least} us and none after {worst} us"
        ));
    }
    Ok(())
}

fn truth(
    seen: &Observation,
    nap_ms: u64,
    chosen_ms: u64,
    (looks_per_s, latest_ms): (u64, u64),
) -> std::result::Result<String, String> {
    let ms = |name: &str| seen.number_of(name).map(|us| format!("{}.{}", us / 1000, us % 1000 / 100));
    Ok(format!(
        "With naps of {nap_ms} ms the messages lay there for {} ms to {} ms. Naps of {chosen_ms} ms are at most {} looks a second, and a \
         message lies there for {chosen_ms} ms at worst while nothing else has the CPU; here it was {} ms. Allowed were {looks_per_s} \
         looks and {latest_ms} ms.",
        ms("first nap: least latency")?,
        ms("first nap: worst latency")?,
        1000 / chosen_ms.max(1),
        ms("chosen nap: worst latency")?
    ))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn no_nap_is_shorter_than_it_was_asked_to_be() {
        let judged = |watched, looks, least, worst| {
            let mut seen = Observation::default();
            seen.count("first nap: watched for", watched, "us").count("first nap: looks", looks, "");
            seen.count("first nap: least latency", least, "us").count(
                "first nap: worst latency",
                worst,
                "us",
            );
            check(&seen, "first", 20)
        };
        judged(250_000, 10, 19_000, 21_000).unwrap();
        // On a busy machine.
        judged(900_000, 10, 4_000, 80_000).unwrap();
        for (watched, looks, least, worst) in [
            (250_000, 30, 19_000, 21_000),
            (250_000, 4, 19_000, 21_000),
            (250_000, 10, 0, 21_000),
            (250_000, 10, 22_000, 21_000),
            (250_000, 10, 10, 20),
            (250_000, 10, 19_000, 300_000),
        ] {
            judged(watched, looks, least, worst).unwrap_err();
        }
    }

    #[test]
    fn the_nap_of_the_passing_reference_fits_both_limits_for_every_student() {
        for seed in 0..500 {
            let task = task(&mut Draw::new(seed, "waiting"));
            let chosen = guess::number(task.passing.choice.as_ref()).unwrap();
            let Some(Question { text, .. }) = &task.choose else { panic!("a nap is chosen") };
            let limits: Vec<u64> = text.split(' ').filter_map(|word| word.parse().ok()).collect();
            let [looks_per_s, latest_ms] = limits[..] else { panic!("{text}") };
            assert!(chosen <= latest_ms && chosen * looks_per_s >= 1000, "{text} {chosen}");
        }
    }
}
