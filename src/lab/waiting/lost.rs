//! The task on lost wake-ups: a message comes between the look and the sleep.

use super::company::Company;
use super::process::{GIVERS, Setup, Wanted};
use super::way::{Way, Words};
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;
use crate::platform::clock;

const NAMES: [&str; 3] = ["A", "B", "C"];
/// So long the process that sleeps on is watched after the others have noticed.
const WATCHED_NS: u64 = 200_000_000;

/// Why it is so.
const WHY: &str = "Between the look and the sleep there is a gap, and a wake-up that falls into it finds nobody asleep. FUTEX_WAIT closes \
    it: the caller says which value the word had, and the kernel compares and falls asleep in one step, or returns \
    EAGAIN. But the word must still say so: a process that sets it to AWAKE after its look wipes out the only \
    trace of the notification. So the game sets it to AWAKE (it disarms its doorbell), then looks, then sleeps. A pipe needs no such care: the byte stays \
    in it until it is read. A condition variable closes the same gap with its mutex.";

/// The task.
pub(super) fn task(draw: &mut Draw) -> Task {
    let ways = draw.shuffle(vec![Way::Careful, Way::Careless, Way::Reader]);
    let careless = ways.iter().position(|way| *way == Way::Careless).unwrap_or(0);
    let (conclude, saved) = conclusion(draw);
    let passing = Answers::predicted(Answer::Choice(careless)).concluded(saved);
    let right = passing.clone();
    let story = story(&ways);
    Task {
        id: "lost-wake-up",
        story,
        predict: Question::choice(
            "Which of them sleeps on, although its message is there?",
            &["A", "B", "C", "none of them, the wake-up only comes later"],
        ),
        choose: None,
        conclude: Some(conclude),
        act: Box::new(move |stage, _| observe(stage, &ways)),
        judge: Box::new(move |given, seen| {
            check(seen, careless)?;
            let truth = format!(
                "{} slept on with its message before it, until a second message woke it; the others noticed at once.",
                NAMES[careless]
            );
            Ok(Judgement::of(given, &right, truth))
        }),
        passing,
        failing: None,
        explanation: WHY,
        read_on: "man 2 futex (FUTEX_WAIT); man 3 pthread_cond_wait; OSTEP, chapter 30; src/protocol/doorbell/mod.rs",
    }
}

/// Whether the facts can be true: here the kernel leaves no choice.
fn check(seen: &Observation, careless: usize) -> std::result::Result<(), String> {
    for (index, name) in NAMES.iter().enumerate() {
        let sleeps = seen.is(&format!("{name} sleeps on"))?;
        if sleeps != (index == careless) {
            return Err(format!("{name} cannot have {}", if sleeps { "slept on" } else { "noticed" }));
        }
    }
    let wakes = seen.is("a second message wakes it")?;
    wakes.then_some(()).ok_or_else(|| "a second message wakes the one that slept on".to_owned())
}

fn story(ways: &[Way]) -> String {
    let what = |way: &Way| match way {
        Way::Careful => {
            "1 sets its doorbell's word to AWAKE; 2 looks at the flag, and there is no message; 3 sleeps by FUTEX_WAIT, but only if the \
             word is AWAKE still"
        }
        Way::Careless => {
            "1 looks at the flag, and there is no message; 2 sets its doorbell's word to AWAKE; 3 sleeps by FUTEX_WAIT, but only if the \
             word is AWAKE still"
        }
        _ => "1 does nothing; 2 does nothing; 3 reads a byte from its pipe, and sleeps while there is none",
    };
    let lines = NAMES.iter().zip(ways).map(|(name, way)| format!("{name}: {}.\n", what(way)));
    format!(
        "Three processes wait for one message:\n{}Each is stopped (SIGSTOP) before it sleeps: right after it has looked, and the one with \
         the pipe before its read. While they stand still the giver sets the flag, sets the word of each doorbell to NOTIFIED, wakes everybody who \
         sleeps on one (FUTEX_WAKE: nobody does yet), and writes a byte to the pipe. Then all three go on (SIGCONT).",
        lines.collect::<String>()
    )
}

fn conclusion(draw: &mut Draw) -> (Question, Answer) {
    const RIGHT: &str = "it sets its doorbell's word to AWAKE before it looks";
    let choices = draw.shuffle(vec![
        RIGHT,
        "it looks twice before it sets its doorbell's word to AWAKE",
        "the giver calls FUTEX_WAKE twice in a row",
        "it reads the flag by an atomic instruction",
    ]);
    let right = choices.iter().position(|choice| *choice == RIGHT).unwrap_or(0);
    (
        Question::choice("Which change makes sure that it notices every message?", &choices),
        Answer::Choice(right),
    )
}

fn observe(stage: &mut Stage<'_>, ways: &[Way]) -> Result<Observation> {
    let setup = Setup { waiter: 0, nap_ns: 0, messages: 1, cpu: None };
    let named: Vec<_> = NAMES.into_iter().zip(ways.iter().copied()).collect();
    let mut company = Company::start_named(stage, &named, GIVERS[0], setup)?;
    for waiter in 0..ways.len() {
        company.waiter(waiter).wait_until_stopped()?;
    }
    stage.note("all three stand still before they sleep");
    company.show(stage);
    company.give(stage, Wanted::Give)?;
    for waiter in 0..ways.len() {
        company.waiter(waiter).go_on();
    }
    let is_careless = |waiter: usize| ways[waiter] == Way::Careless;
    for waiter in (0..ways.len()).filter(|waiter| !is_careless(*waiter)) {
        company.await_notice_of(stage, waiter)?;
    }
    // It has been asleep in the kernel for a while: then it does not notice any more.
    company.await_sleep()?;
    clock::sleep_until(clock::now_ns() + WATCHED_NS)?;
    company.await_sleep()?;
    company.show(stage);
    let mut seen = Observation::default();
    for (waiter, name) in NAMES.iter().enumerate().take(ways.len()) {
        let sleeps = !Words(stage.memory()).has_noticed(waiter, 1);
        stage.note(format!("{name} {}", if sleeps { "sleeps on" } else { "has noticed" }));
        seen.flag(&format!("{name} sleeps on"), sleeps);
    }
    company.give(stage, Wanted::Give)?;
    let first = |waiter| Words(stage.memory()).has_noticed(waiter, 1);
    for waiter in (0..ways.len()).filter(|waiter| is_careless(*waiter)) {
        company.waiter(waiter).wait_until("notice a second message by", |_| first(waiter))?;
    }
    seen.flag("a second message wakes it", (0..ways.len()).all(first));
    company.show(stage);
    Ok(seen)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn only_the_careless_one_sleeps_on() {
        for sleeping in 0..8_u8 {
            for wakes in [true, false] {
                let mut seen = Observation::default();
                for (index, name) in NAMES.iter().enumerate() {
                    seen.flag(&format!("{name} sleeps on"), sleeping & (1 << index) != 0);
                }
                seen.flag("a second message wakes it", wakes);
                assert_eq!(check(&seen, 1).is_ok(), sleeping == 0b010 && wakes, "{sleeping:b}");
            }
        }
    }
}
