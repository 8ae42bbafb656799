//! A write that does not wait, and does not fit.

use super::capacity::{DOCUMENTED, OTHER_MACHINE, check_sizes};
use crate::error::Result;
use crate::lab::calls::{Call, Caller, Options, PIECE, Pipe, show};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// What was drawn.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    /// Pages that are full before.
    pages: usize,
    /// Bytes of the write that does not fit.
    large: usize,
    /// Bytes in the last page of the second pipe.
    last: usize,
    /// Bytes of the write that does not fit there.
    small: usize,
}

impl Drawn {
    fn before(self) -> u64 {
        (self.pages * PIECE) as u64
    }
}

const EXPLANATION: &str = "A write of more than PIPE_BUF bytes that does not wait takes what fits, and returns how much that was: \
     the program must send the rest later. One of at most PIPE_BUF bytes is atomic: whole, or EAGAIN. poll \
     says that a pipe can be written to when at least one page is free. The frames of the game's pipe \
     transport have 136 bytes: none is ever half in a pipe.";

fn options(draw: &mut Draw, free: usize) -> Options {
    Options::drawn(
        draw,
        [
            format!(
                "a write of at most PIPE_BUF (4,096) bytes is taken whole or not at all, and {free} bytes are not enough"
            ),
            "a pipe that does not wait takes no part of a message, whatever its size".to_owned(),
            "the reader was about to read, and the kernel waits for that first".to_owned(),
            format!("of {free} bytes in a pipe the kernel keeps some for itself"),
        ],
    )
}

pub(super) fn task(draw: &mut Draw) -> Task {
    let last = draw.below(900) + 100;
    let drawn = Drawn {
        pages: draw.below(12) + 2,
        large: draw.below(9_000) + 70_000,
        last,
        small: PIECE - draw.below(last - 1),
    };
    let free = PIECE - drawn.last;
    let options = options(draw, free);
    let right = Answers::predicted(Answer::Number(DOCUMENTED - drawn.before())).concluded(options.answer(0));
    Task {
        id: "part",
        story: format!(
            "A pipe holds 65,536 bytes, and {} bytes are in it already; nobody reads. A writer whose end does not wait \
             (O_NONBLOCK) calls write once, with {} bytes.\n\
             Then the same with a second pipe, in which all but the last {free} bytes are full: this time it calls write with {} \
             bytes.",
            drawn.before(),
            drawn.large,
            drawn.small
        ),
        predict: Question::number("How many bytes does the first pipe take?", "bytes", 0, 100_000),
        choose: None,
        conclude: Some(
            options.question(format!(
                "The second pipe took nothing (EAGAIN), though {free} bytes were free. Why?"
            )),
        ),
        act: Box::new(move |stage, _| observe(stage, drawn)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(drawn, given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 7 pipe (PIPE_BUF); man 2 write; src/transport/frame.rs of this project",
    }
}

fn judge(
    drawn: Drawn,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let (capacity, before) = (seen.number_of("F_GETPIPE_SZ")?, seen.number_of("in it before")?);
    check_sizes(PIECE as u64, capacity)?;
    let taken = seen.number_of("taken")?;
    let fits = before == drawn.before().min(capacity) && taken == (capacity - before).min(drawn.large as u64);
    if !fits || seen.text_of("second write")? != "failed: EAGAIN" {
        return Err(format!("a pipe of {capacity} bytes does not take {taken} bytes here"));
    }
    let mut truth = format!("The first pipe took {taken} bytes of {}; the second took nothing.", drawn.large);
    if capacity != DOCUMENTED {
        truth.push_str(OTHER_MACHINE);
    }
    Ok(Judgement::of(given, right, truth))
}

/// A pipe with so many bytes in it, and its writer, which does not wait.
fn start(stage: &mut Stage<'_>, bytes: &[(usize, usize)]) -> Result<(Caller, Caller, u64, u64)> {
    let pipe = Pipe::holding(DOCUMENTED)?;
    let reader = Caller::start(stage, 1, "reader", vec![pipe.reader])?;
    let mut writer = Caller::start(stage, 0, "writer", vec![pipe.writer])?;
    writer.returned(stage, Call::DoNotWait { link: 0 })?;
    let mut before = 0;
    for (bytes, times) in bytes.iter().copied() {
        before += writer.returned(stage, Call::Write { link: 0, letter: 'a', bytes, times })?.bytes;
    }
    stage.note(format!("{before} bytes are in the pipe, which holds {}", pipe.capacity));
    Ok((reader, writer, before, pipe.capacity))
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Observation> {
    let mut seen = Observation::default();
    let (reader, mut writer, before, capacity) = start(stage, &[(PIECE, drawn.pages)])?;
    let large = Call::Write { link: 0, letter: 'b', bytes: drawn.large, times: 1 };
    let large = writer.returned(stage, large)?;
    stage.note(format!("a write of {} bytes {}", drawn.large, large.words()));
    let rows = [(&writer, format!("write {}", large.words())), (&reader, "does not read".to_owned())];
    show(stage, &rows, &[("pipe", format!("{} bytes of {capacity}", before + large.bytes))]);
    seen.count("F_GETPIPE_SZ", capacity, "bytes").count("in it before", before, "bytes").count(
        "taken",
        large.bytes,
        "bytes",
    );
    let full = usize::try_from(capacity).unwrap_or(0) / PIECE - 1;
    let (_reader, mut writer, before, _) = start(stage, &[(PIECE, full), (drawn.last, 1)])?;
    let small = writer.returned(stage, Call::Write { link: 0, letter: 'b', bytes: drawn.small, times: 1 })?;
    stage.note(format!("a write of {} bytes {}", drawn.small, small.words()));
    seen.count("free in the second", capacity - before.min(capacity), "bytes")
        .text("second write", small.words());
    Ok(seen)
}
