//! The task on wake-ups: how often one that sleeps until it is woken is woken, and one that naps.

use super::crowd::{check, facts, observe};
use super::guess;
use super::way::Way;
use crate::lab::exercise::{Answer, Answers, Draw, Observation, Question, Slot, Task};

/// Why it is so.
const WHY: &str = "A process that sleeps until it is woken is woken once for each message, however long that takes. One that naps is \
    woken by the kernel's timer once for each nap, whether something has come or not: time divided by the nap. On a \
    laptop each wake-up takes a CPU out of its sleep, so it is wake-ups that empty the battery of an idle machine. \
    The game wakes a pane for a hand-off, and once a second to be safe.";

/// The task.
pub(super) fn task(draw: &mut Draw) -> Task {
    let way = draw.pick(&[Way::Futex, Way::Pipe]).unwrap_or(Way::Futex);
    let nap_ms = draw.pick(&[2, 4, 5, 8, 10]).unwrap_or(5);
    let pauses_ms: Vec<_> = (0..draw.within(3, 7)).map(|_| draw.within(80, 140)).collect();
    let (messages, total_ms) = (pauses_ms.len() as u64, pauses_ms.iter().sum::<u64>());
    let minutes = draw.within(10, 60);
    let naps = minutes * 60_000 / nap_ms;
    let ways = [way, Way::Napping];
    let sleeps = if way == Way::Futex { "sleeps on a futex" } else { "sleeps in a read of a pipe" };
    Task {
        id: "wake-ups",
        story: story(sleeps, nap_ms, messages, total_ms),
        predict: Question::number(
            format!("How often is the process woken that {sleeps}?"),
            "wake-ups",
            0,
            10_000,
        ),
        choose: None,
        conclude: Some(conclusion(messages, minutes)),
        act: Box::new(move |stage, _| Ok(facts(&observe(stage, &ways, nap_ms, &pauses_ms)?))),
        judge: Box::new(move |given, seen| {
            check(seen, &ways, messages, nap_ms, total_ms)?;
            let right = [(Slot::Prediction, messages, 0), (Slot::Conclusion, naps, naps / 10)];
            Ok(guess::judge(given, truth(seen, way, messages)?, &right))
        }),
        passing: Answers::predicted(Answer::Number(messages)).concluded(Answer::Number(naps)),
        failing: None,
        explanation: WHY,
        read_on: "man 5 proc_pid_status (voluntary_ctxt_switches); man 7 pipe; man 1 powertop; docs/TRANSPORTS.md",
    }
}

fn story(sleeps: &str, nap_ms: u64, messages: u64, total_ms: u64) -> String {
    format!(
        "One process {sleeps}, and another naps for {nap_ms} ms between two looks at the flag. The giver gives both {messages} messages \
         in {total_ms} ms, never two at once. The lab reads voluntary_ctxt_switches in /proc/PID/status before the first message and \
         after the last, each time while the process sleeps. So each wake-up of it counts once: it must give up its CPU again to \
         sleep again."
    )
}

fn conclusion(messages: u64, minutes: u64) -> Question {
    Question::number(
        format!(
            "The {messages} messages come within {minutes} minutes instead. About how often does the napping process wake up, on a machine \
             with nothing else to do?"
        ),
        "wake-ups",
        0,
        10_000_000,
    )
}

fn truth(seen: &Observation, way: Way, messages: u64) -> Result<String, String> {
    if !seen.is("the kernel counts switches")? {
        return Ok(format!(
            "This kernel does not count switches. Each of the {messages} messages wakes a process that sleeps on a {way} once."
        ));
    }
    let counted = seen.number_of(&format!("{way}: voluntary switches"))?;
    let naps = seen.number_of("napping: voluntary switches")?;
    let others = match counted.cmp(&messages) {
        std::cmp::Ordering::Equal => "",
        std::cmp::Ordering::Greater => " (the others were waits for something else, such as a page)",
        std::cmp::Ordering::Less => " (one that was not asleep yet need not be woken)",
    };
    Ok(format!(
        "{messages} messages woke it {messages} times: the kernel counted {counted} voluntary switches{others}. Of the napping process it \
         counted {naps}, for the same messages."
    ))
}
