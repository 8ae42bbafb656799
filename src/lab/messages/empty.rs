//! An empty message: does the reader notice it?

use super::link::{Link, Sort};
use crate::error::Result;
use crate::lab::calls::Options;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

const EXPLANATION: &str = "A stream has no room for an empty message: nothing is added to it, and a 0 from read can only be the end \
     of the file. A datagram may be empty, and read returns 0 for it; a datagram socket has no end of file. A \
     seqpacket socket has both, and returns 0 for both: a protocol on it sends no empty messages. That is how \
     the game's frames, which all have the same length, tell a death from a message.";

fn options(draw: &mut Draw) -> Options {
    Options::drawn(
        draw,
        [
            "the other side has closed its end, and all it had sent was read",
            "the message was empty: nobody has closed anything",
            "one of two: the message was empty, or the other side has closed; the number does not say which",
            "nothing is there now; try again later",
        ],
    )
}

pub(super) fn task(draw: &mut Draw, sort: Sort) -> Task {
    let size = draw.within(3, 90);
    let first = if sort.keeps_borders() { 0 } else { size };
    let options = options(draw);
    let meaning = match sort {
        Sort::Stream => 0,
        Sort::Datagram => 1,
        Sort::Sequenced => 2,
    };
    let right = Answers::predicted(Answer::Number(first)).concluded(options.answer(meaning));
    Task {
        id: "empty",
        story: format!(
            "A pair of UNIX sockets of the type {}. The writer calls send twice: first with no bytes at all, then with {size} \
             bytes. Both succeed. Then the reader calls read, with room for 100 bytes.",
            sort.name()
        ),
        predict: Question::number("How many bytes does the first read return?", "bytes", 0, 100),
        choose: None,
        conclude: Some(options.question(format!(
            "In general: a read with room from a {} returns 0. What does that mean?",
            sort.name()
        ))),
        act: Box::new(move |stage, _| observe(stage, sort, size)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| {
                let read = seen.number_of("first read")?;
                if read != first {
                    return Err(format!("the first read returns {first} bytes here"));
                }
                Ok(Judgement::of(given, &right, format!("The first read returned {read} bytes.")))
            }
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 2 send; man 2 recv (return value); man 7 unix",
    }
}

fn observe(stage: &mut Stage<'_>, sort: Sort, size: u64) -> Result<Observation> {
    let mut link = Link::start(stage, sort)?;
    link.send(stage, &[0, size])?;
    let first = link.read_some(stage, 100)?;
    let mut seen = Observation::default();
    seen.count("first read", first.bytes, "bytes");
    if sort.keeps_borders() {
        let second = link.read_some(stage, 100)?;
        seen.count("second read", second.bytes, "bytes");
    }
    Ok(seen)
}
