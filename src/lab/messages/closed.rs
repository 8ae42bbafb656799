//! The writer is gone: does the reader get to know it?

use super::link::{Link, Sort};
use crate::error::Result;
use crate::lab::calls::{Ended, Options};
use crate::lab::exercise::{Answers, Draw, Judgement, Observation, Task};
use crate::lab::stage::Stage;

/// What a read after the last message does.
const WAITS: usize = 0;
const RETURNS_0: usize = 1;

const EXPLANATION: &str = "When the last copy of one end of a stream or seqpacket pair is closed, and a death closes all that a \
     process has, the other end reads what is left and then gets 0: the end of file. Datagram sockets are not \
     connections: anybody may send the next one, so a reader waits. A reader of datagrams needs a \
     deadline, or another sign of life, such as the game's launcher has in its pidfds.";

pub(super) fn task(draw: &mut Draw) -> Task {
    let sort = draw.pick(&[Sort::Stream, Sort::Datagram, Sort::Sequenced]).unwrap_or(Sort::Datagram);
    let size = draw.within(10, 90);
    let options = Options::drawn(draw, ["it waits, for ever", "it returns 0", "it fails: ECONNRESET"]);
    let expected = if sort == Sort::Datagram { WAITS } else { RETURNS_0 };
    let others = Options::drawn(
        draw,
        [
            "SOCK_STREAM and SOCK_SEQPACKET: they are connections, and a connection has an end",
            "all three: the kernel knows that the process has died",
            "SOCK_DGRAM and SOCK_SEQPACKET: they have messages, and the last one says so",
            "none: a process that dies says nothing",
        ],
    );
    let right = Answers::predicted(options.answer(expected)).concluded(others.answer(0));
    Task {
        id: "closed",
        story: format!(
            "A pair of UNIX sockets of the type {}; the writer has one, the reader the other, and nobody has a copy. The writer \
             sends {size} bytes, and is killed. The reader reads these {size} bytes, and then calls read once more.",
            sort.name()
        ),
        predict: options.question("What does this second read do?"),
        choose: None,
        conclude: Some(
            others.question("On which sorts of UNIX sockets does the death of the writer reach the reader?"),
        ),
        act: Box::new(move |stage, _| observe(stage, sort, size)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(expected, size, given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 7 unix; man 2 recv; man 2 pidfd_open",
    }
}

fn judge(
    expected: usize,
    size: u64,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let waits = seen.is("second read waits")?;
    let found = if waits { WAITS } else { RETURNS_0 };
    if seen.number_of("first read")? != size
        || found != expected
        || !(waits || seen.number_of("second read")? == 0)
    {
        return Err("the kernel does not answer so here".to_owned());
    }
    let truth = if waits { "The second read slept in the kernel." } else { "The second read returned 0." };
    Ok(Judgement::of(given, right, truth))
}

fn observe(stage: &mut Stage<'_>, sort: Sort, size: u64) -> Result<Observation> {
    let mut link = Link::start(stage, sort)?;
    link.send(stage, &[size])?;
    let end = link.writer.process().kill()?;
    stage.note(format!("the writer was killed ({end})"));
    let first = link.read_some(stage, 100)?;
    let second = link.read(stage, 100)?;
    let mut seen = Observation::default();
    seen.count("first read", first.bytes, "bytes").flag("second read waits", second.is_asleep());
    match second {
        Ended::Asleep(how) => seen.text("seen in", how),
        Ended::Returned(reply) if reply.error.is_empty() => seen.count("second read", reply.bytes, "bytes"),
        Ended::Returned(reply) => seen.text("second read failed", reply.error),
        Ended::Died(_) => &mut seen,
    };
    Ok(seen)
}
