//! Three writes, one read: how many bytes? And afterwards: how many reads until nothing is left?

use super::link::{Link, Sort};
use crate::error::Result;
use crate::lab::calls::{Call, Options};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

const ROOM: u64 = 100;

const EXPLANATION: &str = "A stream is bytes without borders: read returns what is there, up to its room, whether it came with one \
     write or with three. A datagram socket and a seqpacket socket keep each message apart: one read, one \
     message, however much room there is. A program that takes one read for one message works on a stream by \
     luck only. The game's socket transport is a seqpacket pair: one send, one frame.";

fn options(draw: &mut Draw) -> Options {
    Options::drawn(
        draw,
        [
            "the borders of the writer's messages",
            "as many bytes as the room allows, whatever was written",
            "what the writer has written since the last read, and never more than 64 bytes",
        ],
    )
}

pub(super) fn task(draw: &mut Draw, sort: Sort) -> Task {
    let sizes = [draw.within(3, 9), draw.within(10, 19), draw.within(20, 30)];
    let total: u64 = sizes.iter().sum();
    let first = if sort.keeps_borders() { sizes[0] } else { total };
    let options = options(draw);
    let meaning = usize::from(!sort.keeps_borders());
    let right = Answers::predicted(Answer::Number(first)).concluded(options.answer(meaning));
    Task {
        id: "borders",
        story: format!(
            "A writer and a reader have a pair of UNIX sockets of the type {} between them. The writer sends three messages, \
             of {}, {} and {} bytes. Only when all three are sent does the reader call read, with room for {ROOM} bytes.",
            sort.name(),
            sizes[0],
            sizes[1],
            sizes[2]
        ),
        predict: Question::number("How many bytes does this first read return?", "bytes", 0, ROOM),
        choose: None,
        conclude: Some(options.question(format!("So what does a read from a {} follow?", sort.name()))),
        act: Box::new(move |stage, _| observe(stage, sort, &sizes)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| {
                let (read, reads) = (seen.number_of("first read")?, seen.number_of("reads")?);
                let expected = (first, if sort.keeps_borders() { 3 } else { 1 });
                if (read, reads) != expected {
                    let (bytes, reads) = expected;
                    return Err(format!(
                        "the first read returns {bytes} bytes here, and there are {reads} reads"
                    ));
                }
                let truth = format!("The first of {reads} read(s) returned {read} bytes.");
                Ok(Judgement::of(given, &right, truth))
            }
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 2 socket; man 7 unix; docs/TRANSPORTS.md of this project",
    }
}

fn observe(stage: &mut Stage<'_>, sort: Sort, sizes: &[u64]) -> Result<Observation> {
    let mut link = Link::start(stage, sort)?;
    link.send(stage, sizes)?;
    let total: u64 = sizes.iter().sum();
    let mut seen = Observation::default();
    let (mut got, mut reads) = (0, 0);
    link.reader.returned(stage, Call::DoNotWait { link: 0 })?;
    while got < total && reads < 10 {
        let reply = link.read_some(stage, ROOM as usize)?;
        if reads == 0 {
            seen.count("first read", reply.bytes, "bytes");
        }
        (got, reads) = (got + reply.bytes, reads + 1);
    }
    seen.count("reads", reads, "").count("read in all", got, "bytes");
    Ok(seen)
}
