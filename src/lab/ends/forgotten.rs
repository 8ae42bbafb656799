//! A forgotten write end: the reader waits for ever.

use std::os::fd::OwnedFd;

use crate::error::{Error, Result};
use crate::lab::calls::{Call, Caller, Ended, Options, Pipe, end_of, seen_in, show};
use crate::lab::exercise::{Answers, Draw, Judgement, Observation, Task};
use crate::lab::stage::Stage;

/// Three others that were started too.
const OTHERS: [&str; 3] = ["logger", "clock", "sorter"];
const WAITS: usize = 1;

/// What was drawn.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    bytes: usize,
    /// Which of the others has a write end of this pipe, a read end of it, and a write end of another pipe.
    holders: [usize; 3],
}

const EXPLANATION: &str = "A pipe has as many write ends as processes have copies of it, by fork or by passing it on. read returns \
     0 only when the last of them is closed, because any holder might still write. So a process closes each \
     end that it does not use, first of all, and opens with O_CLOEXEC what a child must not inherit. The game \
     uses the same rule on purpose: its launcher alone has the write end of the parent-death pipe, so that \
     its end of file is the launcher's death.";

pub(super) fn task(draw: &mut Draw) -> Task {
    let bytes = draw.below(900) + 100;
    let order = draw.shuffle(vec![0, 1, 2]);
    let drawn = Drawn { bytes, holders: [order[0], order[1], order[2]] };
    let options = Options::drawn(
        draw,
        ["it returns 0: the end of the file", "it waits", "it fails: EPIPE", "the reader dies of SIGPIPE"],
    );
    let others = Options::drawn(draw, OTHERS.into_iter().chain(["the reader", "the writer"]));
    let right = Answers::predicted(options.answer(WAITS)).concluded(others.answer(drawn.holders[0]));
    Task {
        id: "forgotten",
        story: format!(
            "A program has made two pipes and started five processes: a writer, a reader, and three others that have nothing to do \
             with the first pipe: {}. It was careless with what they inherit: one of the three has a write end of the first pipe, \
             one a read end of it, and one a write end of the second pipe. The program itself has closed all ends.\n\
             The writer writes {bytes} bytes into the first pipe, and is killed. The reader reads the {bytes} bytes, and calls \
             read again.",
            OTHERS.join(", ")
        ),
        predict: options.question("What does this second read do?"),
        choose: None,
        conclude: Some(others.question("Which process had to close something, so that the reader went on?")),
        act: Box::new(move |stage, _| observe(stage, drawn)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(drawn, given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 7 pipe (I/O on pipes and FIFOs); man 2 pipe (O_CLOEXEC); OSTEP, chapter 5 (Process API)",
    }
}

fn judge(
    drawn: Drawn,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let (first, last) = (seen.number_of("first read")?, seen.number_of("read after the close")?);
    if first != drawn.bytes as u64 || !seen.is("second read waits")? || last != 0 {
        return Err("a pipe with another write end gives no end of file, and one without gives it".to_owned());
    }
    let pipe = seen.text_of("reader has")?.trim_start_matches("the read end of ").to_owned();
    for (index, expected) in [(0, true), (1, false), (2, false)] {
        let name = OTHERS[drawn.holders[index]];
        let has = seen.text_of(&format!("{name} has"))?;
        if (has == format!("the write end of {pipe}")) != expected {
            return Err(format!("the process {name} cannot have {has} here"));
        }
    }
    let who = OTHERS[drawn.holders[0]];
    let truth =
        format!("The reader slept in read until {who} closed its write end of {pipe}; then read returned 0.");
    Ok(Judgement::of(given, right, truth))
}

fn start(stage: &mut Stage<'_>, drawn: Drawn) -> Result<(Caller, Caller, Vec<Caller>)> {
    let (first, second) = (Pipe::new()?, Pipe::new()?);
    let copy =
        |fd: &OwnedFd| fd.try_clone().map_err(Error::system("copy an end of a pipe (fcntl F_DUPFD_CLOEXEC)"));
    let mut ends = [copy(&first.writer)?, copy(&first.reader)?, second.writer].map(Some);
    let writer = Caller::start(stage, 0, "writer", vec![first.writer])?;
    let reader = Caller::start(stage, 1, "reader", vec![first.reader])?;
    let mut others = Vec::new();
    for (index, name) in OTHERS.into_iter().enumerate() {
        let held = drawn.holders.iter().position(|holder| *holder == index).unwrap_or(0);
        let links = ends[held].take().into_iter().collect();
        others.push(Caller::start(stage, 2 + index, name, links)?);
    }
    Ok((writer, reader, others))
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Observation> {
    let (mut writer, mut reader, mut others) = start(stage, drawn)?;
    writer.returned(stage, Call::Write { link: 0, letter: 'a', bytes: drawn.bytes, times: 1 })?;
    let end = writer.process().kill()?;
    stage.note(format!("the writer wrote {} bytes, and was killed ({end})", drawn.bytes));
    let first = reader.returned(stage, Call::Read { link: 0, room: 4096 })?;
    let second = reader.make(stage, Call::Read { link: 0, room: 4096 })?;
    stage.note(format!("the reader's first read {}; its second read {}", first.words(), second.words()));
    let mut seen = Observation::default();
    seen.count("first read", first.bytes, "bytes").flag("second read waits", second.is_asleep());
    if let Ended::Asleep(how) = second {
        seen.text("seen in", how);
    }
    seen.text("reader has", end_of(&reader, 0)?);
    for (name, other) in OTHERS.iter().zip(&others) {
        seen.text(&format!("{name} has"), end_of(other, 0)?);
    }
    seen.text("who has what was read in", seen_in(&reader, 0));
    let rows: Vec<_> = std::iter::once(&reader).chain(&others).map(|one| (one, String::new())).collect();
    show(stage, &rows, &[("pipe", "a reader, no writer that writes".to_owned())]);
    let forgetful = drawn.holders[0];
    others[forgetful].returned(stage, Call::Close { link: 0 })?;
    stage.note(format!("the {} closed what it had", OTHERS[forgetful]));
    let last = reader.settle(stage)?;
    stage.note(format!("the reader's second read {}", last.words()));
    if let Some(reply) = last.reply().filter(|reply| reply.error.is_empty()) {
        seen.count("read after the close", reply.bytes, "bytes");
    }
    Ok(seen)
}
