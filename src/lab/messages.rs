//! The lab on messages: where they begin and end, in a stream, in datagrams and in sequenced packets.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use super::exercise::{Answer, Answers, Draw, Judgement, Lab, Observation, Question, Task};
use super::stage::{Actor, Stage};
use crate::error::{Error, Result};

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "messages",
    title: "Where messages begin",
    aim: "You can say which sockets keep the borders of messages, and what a short read does to each.",
    minutes: 6,
    tasks,
    act,
};

fn tasks(draw: &mut Draw) -> Vec<Task> {
    let sizes = [draw.within(3, 9), draw.within(3, 9), draw.within(3, 9)];
    vec![borders(SocketType::STREAM, "stream", sizes)]
}

fn borders(kind: SocketType, name: &'static str, sizes: [u64; 3]) -> Task {
    let total: u64 = sizes.iter().sum();
    let expected = if kind == SocketType::STREAM { total } else { sizes[0] };
    let story = format!(
        "A writer and a reader have a socket of the kind {name} between them. The writer calls write three times, with \
         {}, {} and {} bytes. Only then does the reader call read, once, with room for 100 bytes.",
        sizes[0], sizes[1], sizes[2]
    );
    Task {
        id: "stream-read",
        story,
        predict: Question::number("How many bytes does this one read return?", "bytes", 0, 100),
        choose: None,
        conclude: None,
        act: Box::new(move |stage, _| observe(stage, kind, sizes)),
        judge: Box::new(move |given, seen| {
            let read = seen.number_of("read")?;
            if read != expected {
                return Err(format!("the kernel returns {expected} bytes here, and not {read}"));
            }
            let truth = format!("read returned {read} bytes.");
            Ok(Judgement::of(given, &Answers::predicted(Answer::Number(read)), truth))
        }),
        passing: Answers::predicted(Answer::Number(expected)),
        failing: None,
        explanation: "A stream is bytes without borders: read returns what is there, up to the room that it was given.",
        read_on: "man 7 unix; man 2 socket",
    }
}

fn observe(stage: &mut Stage<'_>, kind: SocketType, sizes: [u64; 3]) -> Result<Observation> {
    let (one, other) = socketpair(AddressFamily::UNIX, kind, SocketFlags::CLOEXEC, None)
        .map_err(Error::system("create a pair of sockets (socketpair)"))?;
    let mut writer = stage.start("writer", vec![one])?;
    let mut reader = stage.start("reader", vec![other])?;
    writer.say(&sizes.map(|size| size.to_string()).join(" "));
    stage.note(format!("the writer has written: {}", writer.hear()?));
    reader.say("read");
    let read = reader.hear()?;
    stage.note(format!("the reader's read returned {read}"));
    let mut seen = Observation::default();
    seen.count("read", read.parse().unwrap_or(0), "bytes");
    Ok(seen)
}

fn act(actor: &mut Actor) -> Result<()> {
    let links = std::mem::take(&mut actor.links);
    let mut link = links.into_iter().map(|link: OwnedFd| File::from(link));
    let failed =
        || Error::failed("find the socket of a process of the lab")(std::io::ErrorKind::NotFound.into());
    let mut link = link.next().ok_or_else(failed)?;
    let line = actor.hear()?;
    if actor.part == "writer" {
        for size in line.split(' ').filter_map(|size| size.parse::<usize>().ok()) {
            link.write_all(&vec![b'x'; size]).map_err(Error::system("write to a socket"))?;
        }
        actor.say(&line)?;
        // The socket stays open until the stage has seen enough.
        return actor.hear().map(drop);
    }
    let read = link.read(&mut [0; 100]).map_err(Error::system("read from a socket"))?;
    actor.say(&read.to_string())
}
