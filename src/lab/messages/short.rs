//! A read with too little room: what comes next?

use super::link::{Link, Sort};
use crate::error::Result;
use crate::lab::calls::{Call, Options};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// What was drawn.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    sort: Sort,
    /// Of the first message.
    first: u64,
    /// Of the second message.
    second: u64,
    /// Of the first read.
    room: u64,
}

impl Drawn {
    fn next(self) -> u64 {
        if self.sort.keeps_borders() { self.second } else { self.first - self.room + self.second }
    }
}

const EXPLANATION: &str = "From a stream a read takes what it has room for, and the rest stays in the kernel for the next read. A \
     datagram or a seqpacket message is received once: what did not fit is thrown away, and read does not say \
     so. recvmsg does: it sets the flag MSG_TRUNC in msg_flags. So a reader of messages gives more room than \
     the longest message has, and takes a message that fills all of it for a broken one.";

pub(super) fn task(draw: &mut Draw, sort: Sort) -> Task {
    let drawn =
        Drawn { sort, first: draw.within(25, 40), second: draw.within(3, 9), room: draw.within(10, 20) };
    let rest = drawn.first - drawn.room;
    let options = Options::drawn(
        draw,
        [
            "the kernel has kept them: the next read returned them first",
            "the kernel has thrown them away",
            "they went back to the writer, whose next send fails",
            "the kernel keeps them until the socket is closed, and no read gets them",
        ],
    );
    let right = Answers::predicted(Answer::Number(drawn.next()))
        .concluded(options.answer(usize::from(sort.keeps_borders())));
    Task {
        id: "short-read",
        story: format!(
            "A writer and a reader have a pair of UNIX sockets of the type {} between them. The writer sends {} bytes, then {} \
             bytes. The reader first receives with room for {} bytes only, and gets that many: {rest} bytes of the first \
             message did not fit. Then it reads again, with room for 100 bytes.",
            sort.name(),
            drawn.first,
            drawn.second,
            drawn.room
        ),
        predict: Question::number("How many bytes does the second read return?", "bytes", 0, 100),
        choose: None,
        conclude: Some(options.question(format!("Where are the {rest} bytes that did not fit?"))),
        act: Box::new(move |stage, _| observe(stage, drawn)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(drawn, given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 2 recv (MSG_TRUNC); man 7 unix; man 2 read",
    }
}

fn judge(
    drawn: Drawn,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let (first, second) = (seen.number_of("first read")?, seen.number_of("second read")?);
    let is_cut = seen.is("MSG_TRUNC after the first")?;
    if (first, second) != (drawn.room, drawn.next()) {
        return Err(format!("the reads return {} and {} bytes here", drawn.room, drawn.next()));
    }
    if is_cut != drawn.sort.keeps_borders() {
        return Err("MSG_TRUNC is set for a message that was cut, and for nothing else".to_owned());
    }
    let flag = if is_cut { "set" } else { "not set" };
    let truth = format!("The second read returned {second} bytes; MSG_TRUNC was {flag} by the first.");
    Ok(Judgement::of(given, right, truth))
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Observation> {
    let mut link = Link::start(stage, drawn.sort)?;
    link.send(stage, &[drawn.first, drawn.second])?;
    let first = link.reader.returned(stage, Call::Receive { link: 0, room: drawn.room as usize })?;
    stage.note(format!("the reader's recvmsg with room for {} bytes {}", drawn.room, first.words()));
    let second = link.read_some(stage, 100)?;
    let mut seen = Observation::default();
    seen.count("first read", first.bytes, "bytes").flag("MSG_TRUNC after the first", first.is_cut).count(
        "second read",
        second.bytes,
        "bytes",
    );
    Ok(seen)
}
