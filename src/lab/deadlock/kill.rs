//! One of the two is killed: what does the other's write return?

use super::pair::{OUTPUT, Pair};
use crate::error::Result;
use crate::lab::calls::{Call, Ended, Options};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Slot, Task};
use crate::lab::stage::Stage;

const PART: usize = 0;

/// What was drawn.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    capacity: u64,
    message: u64,
}

const EXPLANATION: &str = "The death of B closes its ends. A sleeps in write, has no reader any more, and is woken. A call that has \
     moved some bytes already returns how many; the error, EPIPE, comes with the next call. So a short write \
     is not an error and not the end of it: a program writes the rest, and gets the error then. And what write \
     returns is what the kernel has taken, not what the other process has read: here that was nothing, and \
     all of it is lost.";

pub(super) fn task(draw: &mut Draw) -> Task {
    let capacity = draw.pick(&[4_096, 8_192, 16_384]).unwrap_or(4_096);
    let drawn = Drawn { capacity, message: draw.within(70_000, 99_000) };
    let options = Options::drawn(
        draw,
        [
            format!("it returns {capacity}: as many bytes as the pipe had taken"),
            "it fails with EPIPE".to_owned(),
            format!("it returns {}: all", drawn.message),
            "nothing: it goes on waiting".to_owned(),
            "it returns 0".to_owned(),
        ],
    );
    let right = Answers::predicted(options.answer(PART)).concluded(Answer::Number(capacity));
    Task {
        id: "kill",
        story: format!(
            "A and B are in the same deadlock again, with pipes that hold {capacity} bytes. This time each has called write only \
             once, with its whole message of {} bytes, and sleeps in that call. Both ignore SIGPIPE. Now B is killed.",
            drawn.message
        ),
        predict: options.question("What does A's write do, in which it sleeps?"),
        choose: None,
        conclude: Some(Question::number(
            "How many bytes of A's message are taken by the kernel, and lost because nobody will ever read them?",
            "bytes",
            0,
            100_000,
        )),
        act: Box::new(move |stage, _| observe(stage, drawn)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(drawn, given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 2 write (return value); man 7 pipe; docs/TRANSPORTS.md of this project (data in flight)",
    }
}

fn judge(
    drawn: Drawn,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let capacity = seen.number_of("A's pipe holds")?;
    let write = seen.text_of("A's write")?;
    let (next, read) = (seen.text_of("A's next write")?, seen.number_of("B has read")?);
    let partly = format!("returned {capacity}");
    let is_part =
        write == partly && capacity >= 4_096 && capacity.is_power_of_two() && capacity < drawn.message;
    // Not Linux: a kernel that reports the error at once.
    let is_error = write == "failed: EPIPE";
    if !(is_part || is_error) || next != "failed: EPIPE" || read != 0 {
        return Err(format!("a write cannot have {write} here, and the next {next}"));
    }
    let mut truth = format!("A's write {write}, its next one {next}; B had read {read} bytes.");
    if is_error {
        truth.push_str(
            " This kernel reports the error at once; Linux first returns what was taken, and that counts.",
        );
    }
    // A kernel with larger pages makes no pipe as small as that.
    let lost = [Some(Answer::Number(drawn.capacity)), Some(Answer::Number(capacity))];
    Ok(Judgement::of(given, right, truth).with(Slot::Conclusion, lost.contains(&given.conclusion)))
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Observation> {
    let mut pair = Pair::start(stage, [drawn.capacity; 2])?;
    let bytes = usize::try_from(drawn.message).unwrap_or(0);
    for process in &mut pair.processes {
        process.begin(Call::Write { link: OUTPUT, letter: 'a', bytes, times: 1 })?;
    }
    pair.stand_still(stage)?;
    let capacity = pair.capacities[0];
    let [a, b] = &mut pair.processes;
    let end = b.process().kill()?;
    stage.note(format!("B was killed ({end})"));
    let write = a.settle(stage)?;
    stage.note(format!("A's write {}", write.words()));
    let mut seen = Observation::default();
    seen.count("A's pipe holds", capacity, "bytes").text("A's write", write.words());
    if matches!(write, Ended::Returned(_)) {
        let next = a.make(stage, Call::Write { link: OUTPUT, letter: 'a', bytes, times: 1 })?;
        stage.note(format!("A's next write {}", next.words()));
        seen.text("A's next write", next.words());
    }
    // It never came to its read.
    seen.count("B has read", pair.counts(stage)[1][1], "bytes");
    Ok(seen)
}
