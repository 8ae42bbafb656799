//! Each writes all before it reads: after how many bytes do they stop?

use super::pair::{Each, HAS_ENDED, OTHER_MACHINE, Pair, check_seen_in, is_blocked_in};
use crate::error::Result;
use crate::lab::calls::{PIECE, Rule};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// How much a pipe is to hold.
const CAPACITIES: [u64; 5] = [4_096, 8_192, 16_384, 32_768, 65_536];

/// What was drawn.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    capacities: Each<u64>,
    messages: Each<u64>,
}

const EXPLANATION: &str = "write waits when the pipe is full, until somebody reads; and the only process that could read is waiting \
     in write too. Neither has made a mistake by itself: with a message that fits into the pipe all goes \
     well, so such a program works in tests and stops on the day of a large input. One message that fits is \
     enough: its writer comes to its read, and frees the other. The same happens with sockets, and between a \
     parent and a child whose stdin and stdout are both pipes.";

pub(super) fn task(draw: &mut Draw) -> Task {
    let sizes = draw.shuffle(CAPACITIES.to_vec());
    let capacities = [sizes[0], sizes[1]];
    let messages = capacities.map(|capacity| capacity + draw.within(1, 8) * PIECE as u64);
    let drawn = Drawn { capacities, messages };
    let right = Answers::predicted(Answer::Number(capacities[0])).concluded(Answer::Number(capacities[1]));
    Task {
        id: "fill",
        story: format!(
            "Two processes and two pipes. A writes into the first, which holds {} bytes; B reads from it. B writes into the second, \
             which holds {} bytes; A reads from it. A has a message of {} bytes for B, and B one of {} bytes for A. Each writes \
             its whole message, 4,096 bytes with each write, and begins to read only then.",
            capacities[0], capacities[1], messages[0], messages[1]
        ),
        predict: Question::number(
            "How many bytes will A have written when nothing moves any more?",
            "bytes",
            0,
            200_000,
        ),
        choose: None,
        conclude: Some(Question::number(
            format!(
                "A's message stays as it is, {} bytes. B's is made shorter. How many bytes may it have at most, so that both come to \
                 their end?",
                messages[0]
            ),
            "bytes",
            0,
            200_000,
        )),
        act: Box::new(move |stage, _| observe(stage, drawn)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(drawn, given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 7 pipe; OSTEP, chapter 32 (Common Concurrency Problems); Python's subprocess.communicate, and why it is there",
    }
}

fn judge(
    drawn: Drawn,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let capacities = [seen.number_of("A's pipe holds")?, seen.number_of("B's pipe holds")?];
    let is_full = drawn.messages.iter().zip(&capacities).all(|(message, capacity)| message > capacity);
    let mut written = [0; 2];
    for (index, name) in ["A", "B"].into_iter().enumerate() {
        // A kernel may give more than was asked for (larger pages), or keep the size that it gave before.
        if capacities[index] < 4_096 || !capacities[index].is_power_of_two() {
            return Err(format!("no pipe holds {} bytes", capacities[index]));
        }
        written[index] = seen.number_of(&format!("{name} has written"))?;
        let state = seen.text_of(name)?;
        let (expected, stands_still) = if is_full {
            (capacities[index], is_blocked_in(state, "write"))
        } else {
            (drawn.messages[index], state == HAS_ENDED)
        };
        if written[index] != expected || !stands_still {
            return Err(format!("{name} cannot have written {} bytes, and {state}", written[index]));
        }
    }
    if is_full {
        check_seen_in(seen.text_of("seen in")?)?;
    }
    let mut truth = format!("A had written {} bytes, and B {}.", written[0], written[1]);
    if capacities != drawn.capacities {
        truth.push_str(OTHER_MACHINE);
    }
    Ok(Judgement::of(given, right, truth))
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Observation> {
    let mut pair = Pair::start(stage, drawn.capacities)?;
    pair.exchange(stage, [Rule::WriteFirst; 2], drawn.messages)?;
    let mut seen = Observation::default();
    seen.count("A's pipe holds", pair.capacities[0], "bytes").count(
        "B's pipe holds",
        pair.capacities[1],
        "bytes",
    );
    pair.describe(stage, &mut seen);
    seen.text("seen in", pair.seen_in());
    Ok(seen)
}
