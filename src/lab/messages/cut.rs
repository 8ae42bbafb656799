//! `recv` with the flag `MSG_TRUNC` on UDP: the length that a message had.

use super::link::{Link, Sort};
use crate::error::Result;
use crate::lab::calls::{Call, Options};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

const UDP: &str = "UDP";
const UNIX: &str = "UNIX datagrams: this machine has no UDP with itself";

const EXPLANATION: &str = "As an argument MSG_TRUNC makes recv return the true length of a datagram, even if that is more than the \
     room: who compares the two sees that something was cut. Together with MSG_PEEK, which leaves the \
     datagram where it is, it is a way to ask for the length first. UDP loses more than the ends of messages: \
     a receiver whose buffer is full gets no datagram at all, and no error says so.";

pub(super) fn task(draw: &mut Draw) -> Task {
    let (size, room) = (draw.within(200, 900), draw.within(10, 50));
    let options = Options::drawn(
        draw,
        [
            format!(
                "recv with no room and the flags MSG_PEEK and MSG_TRUNC returns {size}, and takes nothing away"
            ),
            "read until it returns 0".to_owned(),
            "it cannot: only the writer knows".to_owned(),
        ],
    );
    let right = Answers::predicted(Answer::Number(size)).concluded(options.answer(0));
    Task {
        id: "length",
        story: format!(
            "This time the sockets are UDP, on 127.0.0.1. The writer sends one datagram of {size} bytes. The reader calls recv \
             with room for {room} bytes and with the flag MSG_TRUNC as an argument. It gets the first {room} bytes."
        ),
        predict: Question::number("Which number does this recv return?", "bytes", 0, 1_000),
        choose: None,
        conclude: Some(options.question("How can a reader find out how much room the next datagram needs?")),
        act: Box::new(move |stage, _| observe(stage, size, room)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| {
                let (returned, sockets) = (seen.number_of("recv returned")?, seen.text_of("sockets")?);
                if returned != size || ![UDP, UNIX].contains(&sockets) {
                    return Err(format!("recv with MSG_TRUNC returns {size} here"));
                }
                let truth = format!("recv returned {returned}, with room for {room} ({sockets}).");
                Ok(Judgement::of(given, &right, truth))
            }
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 2 recv (MSG_TRUNC, MSG_PEEK); man 7 udp",
    }
}

fn observe(stage: &mut Stage<'_>, size: u64, room: u64) -> Result<Observation> {
    let (mut link, sockets) = match Link::start_udp(stage)? {
        Some(link) => (link, UDP),
        None => (Link::start(stage, Sort::Datagram)?, UNIX),
    };
    link.send(stage, &[size])?;
    let reply = link.reader.returned(stage, Call::ReceiveLength { link: 0, room: room as usize })?;
    stage.note(format!("recv with MSG_TRUNC and room for {room} bytes {}", reply.words()));
    let mut seen = Observation::default();
    seen.text("sockets", sockets).count("recv returned", reply.bytes, "");
    Ok(seen)
}
