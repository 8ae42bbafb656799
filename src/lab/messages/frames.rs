//! How a stream gets borders.

use std::time::Duration;

use super::link::{Link, Sort};
use crate::error::Result;
use crate::lab::calls::{Call, Options};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;
use crate::platform::clock;

/// What can be done; the numbers are those of the options.
const LENGTHS: usize = 0;
const PAUSES: usize = 2;
const LONGEST: usize = 3;
/// Between two sends.
const PAUSE: Duration = Duration::from_millis(20);

const EXPLANATION: &str = "On a stream the program itself says where a message ends: by its length in front, by a byte that no \
     message contains, or by one fixed size, as the frames of the game's pipe transport have. The reader then \
     reads until it has that many bytes, because any read may return less. Pauses only make the mistake rare: \
     a reader that is late finds everything in one piece.";

fn options(draw: &mut Draw) -> Options {
    Options::drawn(
        draw,
        [
            "the writer sends a byte with the length before each message; the reader reads that byte, then exactly so many bytes",
            "the writer makes one send per message, the reader one read per message with room for 100 bytes, and no other process runs",
            "the writer pauses for 20 ms after each send; the reader makes one read per message, with room for 100 bytes",
            "the reader makes reads with room for exactly the longest message",
        ],
    )
}

pub(super) fn task(draw: &mut Draw) -> Task {
    let sizes: Vec<u64> = (0..draw.within(4, 6)).map(|_| draw.within(3, 15)).collect();
    let options = options(draw);
    let words: Vec<_> = sizes.iter().map(u64::to_string).collect();
    let right = Answers::predicted(Answer::Number(1)).chosen(options.answer(LENGTHS));
    Task {
        id: "frames",
        story: format!(
            "A pair of UNIX sockets of the type SOCK_STREAM. The writer sends {} messages, of {} bytes, one send each. The reader \
             is busy meanwhile. Then it reads again and again, each time with room for 100 bytes, until all bytes are there, and \
             takes what one read returns for one message.\n\
             Afterwards you decide how the two keep the messages apart, and both do it, with new sockets; the reader is as busy \
             as before.",
            sizes.len(),
            words.join(", ")
        ),
        predict: Question::number("How many messages does the reader find?", "messages", 0, 100),
        choose: Some(
            options.question("The reader shall get every message as it was sent. What do the two do?"),
        ),
        conclude: None,
        act: Box::new({
            let (options, sizes) = (options.clone(), sizes.clone());
            move |stage, choice| observe(stage, &sizes, options.item(choice).unwrap_or(LENGTHS))
        }),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(&sizes, options.item(given.choice.as_ref()), given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 2 read; man 7 pipe; man 7 tcp; docs/TRANSPORTS.md of this project",
    }
}

/// The messages that a reader makes of the bytes.
fn expected(sizes: &[u64], way: usize) -> Vec<u64> {
    let total: u64 = sizes.iter().sum();
    match way {
        LENGTHS => sizes.to_vec(),
        LONGEST => {
            let longest = sizes.iter().copied().max().unwrap_or(1);
            let rest = Some(total % longest).filter(|rest| *rest > 0);
            (0..total / longest).map(|_| longest).chain(rest).collect()
        }
        _ => vec![total],
    }
}

fn list(sizes: &[u64]) -> String {
    sizes.iter().map(u64::to_string).collect::<Vec<_>>().join(" ")
}

fn judge(
    sizes: &[u64],
    way: Option<usize>,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let way = way.ok_or("nothing was chosen")?;
    let (found, got) = (seen.number_of("messages found")?, seen.text_of("sizes your way")?);
    if found != 1 || got != list(&expected(sizes, way)) {
        return Err("a stream does not give these pieces here".to_owned());
    }
    let is_whole = expected(sizes, way) == sizes;
    let verdict = if is_whole { "every message as it was sent" } else { "not the messages that were sent" };
    let truth = format!("The reader found {found} message; your way it got {got}: {verdict}.");
    Ok(Judgement::of(given, right, truth))
}

fn observe(stage: &mut Stage<'_>, sizes: &[u64], way: usize) -> Result<Observation> {
    let mut link = Link::start(stage, Sort::Stream)?;
    link.send(stage, sizes)?;
    let found = read_pieces(stage, &mut link, sizes.iter().sum(), 100)?;
    drop(link);
    let got = keep_apart(stage, sizes, way)?;
    let mut seen = Observation::default();
    seen.text("sizes sent", list(sizes))
        .count("messages found", found.len() as u64, "")
        .text("sizes your way", list(&got));
    Ok(seen)
}

/// Reads until so many bytes have come; the size of each piece.
fn read_pieces(stage: &mut Stage<'_>, link: &mut Link, total: u64, room: usize) -> Result<Vec<u64>> {
    let mut pieces = Vec::new();
    while pieces.iter().sum::<u64>() < total {
        pieces.push(link.read_some(stage, room)?.bytes);
    }
    Ok(pieces)
}

fn keep_apart(stage: &mut Stage<'_>, sizes: &[u64], way: usize) -> Result<Vec<u64>> {
    let mut link = Link::start(stage, Sort::Stream)?;
    let total = sizes.iter().sum();
    match way {
        LENGTHS => return with_lengths(stage, &mut link, sizes),
        PAUSES => {
            for size in sizes {
                link.send(stage, &[*size])?;
                clock::sleep_until(clock::now_ns() + clock::ns(PAUSE))?;
            }
        }
        _ => link.send(stage, sizes)?,
    }
    let longest = sizes.iter().copied().max().unwrap_or(1);
    let room = if way == LONGEST { longest as usize } else { 100 };
    read_pieces(stage, &mut link, total, room)
}

fn with_lengths(stage: &mut Stage<'_>, link: &mut Link, sizes: &[u64]) -> Result<Vec<u64>> {
    for size in sizes {
        // A byte with this value.
        let letter = char::from(u8::try_from(*size).unwrap_or(u8::MAX));
        link.writer.returned(stage, Call::Send { link: 0, letter, bytes: 1 })?;
        link.send(stage, &[*size])?;
    }
    let mut got = Vec::new();
    for _ in sizes {
        let length = link.read_some(stage, 1)?.runs.first().map_or(0, |run| u32::from(run.letter));
        let bytes = length as usize;
        let message = link.reader.returned(stage, Call::ReadAll { link: 0, bytes })?;
        stage.note(format!("the reader read a length of {length}, then {} bytes", message.bytes));
        got.push(message.bytes);
    }
    Ok(got)
}
