//! The rule by which two processes never wait for each other.

use super::pair::{Each, HAS_ENDED, Pair, is_blocked_in};
use crate::error::Result;
use crate::lab::calls::{Options, Rule};
use crate::lab::exercise::{Answers, Draw, Judgement, Observation, Task};
use crate::lab::stage::Stage;

/// What can be chosen; the numbers are those of the options.
const POLL: usize = 0;
const ORDER: usize = 1;
const PIECES: usize = 2;
/// What a pipe is to hold.
const CAPACITY: u64 = 65_536;

const EXPLANATION: &str = "Both read first: each waits for bytes that the other has not written yet, blocked in read. To write in \
     pieces changes nothing, as the pipe is as full; to try again and again is the same deadlock with a busy \
     CPU. To agree on an order works as long as one of them has memory for all that it reads. poll works for \
     any size: a process that reads while it writes is never the one that everybody waits for. The game's \
     panes never wait in write: their pipes do not wait (O_NONBLOCK), a frame is small, and poll waits for \
     all that may come.";

fn rules(draw: &mut Draw) -> Options {
    Options::drawn(
        draw,
        [
            "poll says what does not wait: each reads whenever something is there, and writes whenever there is room",
            "A writes all, then reads; B reads all, keeps it in memory, then writes",
            "each writes all in small pieces of 4,096 bytes, then reads",
            "each writes with O_NONBLOCK, and after EAGAIN tries the same write again, until all is written; then it reads",
        ],
    )
}

pub(super) fn task(draw: &mut Draw) -> Task {
    let messages = [draw.within(150_000, 400_000), draw.within(150_000, 400_000)];
    let options = rules(draw);
    let places = Options::drawn(
        draw,
        [
            "both are blocked in read",
            "both are blocked in write",
            "one is blocked in read, the other in write",
            "nowhere: both come to their end",
        ],
    );
    let right = Answers::predicted(places.answer(0)).chosen(options.answer(POLL));
    Task {
        id: "rule",
        story: format!(
            "A has a message of {} bytes for B, and B one of {} bytes for A; each pipe holds {CAPACITY}. Somebody proposes to avoid \
             the deadlock like this: each process first reads the whole message of the other, and then writes its own. That is \
             done first.\n\
             Then both follow the rule that you choose, with new pipes.",
            messages[0], messages[1]
        ),
        predict: places.question("Where do the two stand still if both read first?"),
        choose: Some(options.question("Which rule brings both to their end, with all bytes?")),
        conclude: None,
        act: Box::new({
            let options = options.clone();
            move |stage, choice| observe(stage, messages, options.item(choice).unwrap_or(PIECES))
        }),
        judge: Box::new({
            let (right, options) = (right.clone(), options.clone());
            move |given, seen| {
                judge(messages, options.item(given.choice.as_ref()), &options, given, &right, seen)
            }
        }),
        failing: Some(Answers::default().chosen(options.answer(PIECES))),
        passing: right,
        explanation: EXPLANATION,
        read_on: "man 2 poll; OSTEP, chapter 33 (Event-based Concurrency); docs/TRANSPORTS.md of this project",
    }
}

fn judge(
    messages: Each<u64>,
    way: Option<usize>,
    options: &Options,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let way = way.ok_or("nothing was chosen")?;
    let first = [seen.text_of("A if both read first")?, seen.text_of("B if both read first")?];
    if !first.iter().all(|state| is_blocked_in(state, "read")) {
        return Err("who reads first gets nothing from one that reads first too".to_owned());
    }
    let (a, b) = (seen.text_of("A")?, seen.text_of("B")?);
    let reads = [seen.number_of("B has read")?, seen.number_of("A has read")?];
    let is_reached = [a, b] == [HAS_ENDED; 2] && reads == messages;
    let leads_there = way == POLL || way == ORDER;
    if is_reached != leads_there || (!leads_there && reads != [0; 2]) {
        return Err(format!("this rule does not end so: A {a}, B {b}"));
    }
    let truth = format!(
        "Both read first: A {}, B {}. By your rule ({}): A {a}, B {b}; {} and {} bytes arrived.",
        first[0],
        first[1],
        options.words(way),
        reads[0],
        reads[1]
    );
    let mut right = right.clone();
    if leads_there {
        right.choice.clone_from(&given.choice);
    }
    Ok(Judgement::of(given, &right, truth))
}

fn observe(stage: &mut Stage<'_>, messages: Each<u64>, way: usize) -> Result<Observation> {
    let mut pair = Pair::start(stage, [CAPACITY; 2])?;
    pair.exchange(stage, [Rule::ReadFirst; 2], messages)?;
    let mut seen = Observation::default();
    let [a, b] = pair.states();
    seen.text("A if both read first", a).text("B if both read first", b).text("seen in", pair.seen_in());
    drop(pair);
    let rules = match way {
        POLL => [Rule::Both; 2],
        ORDER => [Rule::WriteFirst, Rule::ReadFirst],
        PIECES => [Rule::WriteFirst; 2],
        _ => [Rule::TryAgain; 2],
    };
    let mut pair = Pair::start(stage, [CAPACITY; 2])?;
    pair.exchange(stage, rules, messages)?;
    pair.describe(stage, &mut seen);
    Ok(seen)
}
