//! Two writers, one pipe: which messages arrive whole?

use crate::error::{Error, Result};
use crate::lab::calls::{Call, Caller, Ended, Options, Pipe, Run, show};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// Writes that are larger may mix with those of others (`PIPE_BUF` of Linux).
const PIPE_BUF: u64 = 4_096;
/// So much is written of small messages by each writer: more than a pipe holds, so that each of them waits in a write.
const ENOUGH: usize = 80_000;
const ONLY_SMALL: usize = 0;

const EXPLANATION: &str = "Up to PIPE_BUF bytes (at least 512 by POSIX, 4,096 on Linux) a write into a pipe is atomic: it waits \
     until all of it fits. A larger one is put in piece by piece; while it waits for room, another writer \
     that has been waiting gets the next free page. So lines that many processes write into one log stay \
     whole as long as each is one short write. Larger messages of several writers need a lock, a pipe for \
     each, or a socket that keeps messages apart.";

pub(super) fn task(draw: &mut Draw) -> Task {
    let small = draw.below(3_000) + 1_000;
    let large = draw.below(20_000) + 90_000;
    let options = Options::drawn(
        draw,
        ["only the small ones", "only the large ones", "all of both sizes", "neither size"],
    );
    let right = Answers::predicted(options.answer(ONLY_SMALL)).concluded(Answer::Number(PIPE_BUF));
    Task {
        id: "mix",
        story: format!(
            "Two writers write into the same pipe at the same time; one reader reads 4,096 bytes at a time. In the first run each \
             writer makes many writes of {small} bytes. In the second run each makes a single write of {large} bytes, which is more \
             than the pipe holds. A message is whole if no byte of the other writer is between its bytes."
        ),
        predict: options.question("Which messages arrive whole?"),
        choose: None,
        conclude: Some(Question::number(
            "Up to how many bytes does Linux guarantee that a write into a pipe stays whole?",
            "bytes",
            1,
            1_048_576,
        )),
        act: Box::new(move |stage, _| observe(stage, small, large)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge((small, large), given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 7 pipe (PIPE_BUF); man 2 write (notes)",
    }
}

fn times(small: usize) -> usize {
    ENOUGH / small
}

fn judge(
    (small, large): (usize, usize),
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let (messages, whole) = (seen.number_of("small messages")?, seen.number_of("small ones that are whole")?);
    let pieces = seen.number_of("pieces of the two large ones")?;
    if messages != 2 * times(small) as u64 || whole != messages {
        return Err("a pipe keeps writes of up to 4,096 bytes whole".to_owned());
    }
    if !(2..=2 * large as u64 / 512).contains(&pieces) {
        return Err(format!("two messages of {large} bytes cannot arrive in {pieces} pieces"));
    }
    let mut truth =
        format!("All {messages} small messages were whole; the two large ones arrived in {pieces} pieces.");
    if pieces == 2 {
        truth.push_str(" This kernel did not mix them this time; Linux does not promise that, and the answers count by Linux.");
    }
    Ok(Judgement::of(given, right, truth))
}

/// Both writers write at the same time; what the reader gets.
fn together(stage: &mut Stage<'_>, bytes: usize, times: usize) -> Result<Vec<Run>> {
    let pipe = Pipe::new()?;
    let copy = pipe.writer.try_clone();
    let copy = copy.map_err(Error::system("copy an end of a pipe (fcntl F_DUPFD_CLOEXEC)"))?;
    let mut reader = Caller::start(stage, 0, "reader", vec![pipe.reader])?;
    let writers = [("first-writer", 'a', pipe.writer), ("second-writer", 'x', copy)];
    let mut writing = Vec::new();
    for (place, (part, letter, end)) in writers.into_iter().enumerate() {
        let mut writer = Caller::start(stage, place + 1, part, vec![end])?;
        let ended = writer.make(stage, Call::Write { link: 0, letter, bytes, times })?;
        stage.note(format!("the {part} writes {times} times {bytes} bytes: it {}", ended.words()));
        writing.push((writer, ended));
    }
    let (mut runs, mut left) = (Vec::<Run>::new(), 2 * bytes * times);
    while left > 0 {
        let reply = reader.returned(stage, Call::Read { link: 0, room: 4096 })?;
        left = left.saturating_sub(usize::try_from(reply.bytes).unwrap_or(0));
        append(&mut runs, reply.runs);
        // Each goes on as far as it can: then both wait again, in the order in which they came.
        for (writer, ended) in writing.iter_mut().filter(|(_, ended)| ended.is_asleep()) {
            *ended = writer.settle(stage)?;
        }
        let mut rows: Vec<_> = writing.iter().map(|(writer, ended)| (writer, ended.words())).collect();
        rows.push((&reader, format!("{left} bytes to read")));
        show(stage, &rows, &[("pieces that were read", runs.len().to_string())]);
    }
    let all =
        writing.iter().all(|(_, ended)| matches!(ended, Ended::Returned(reply) if reply.error.is_empty()));
    stage.note(format!("the reader has read all; both writes returned: {}", if all { "yes" } else { "no" }));
    Ok(runs)
}

/// Bytes with the same letter belong together, in which read they may have come.
fn append(runs: &mut Vec<Run>, more: Vec<Run>) {
    for run in more {
        match runs.last_mut().filter(|last| last.letter == run.letter) {
            Some(last) => last.bytes += run.bytes,
            None => runs.push(run),
        }
    }
}

fn observe(stage: &mut Stage<'_>, small: usize, large: usize) -> Result<Observation> {
    let mut seen = Observation::default();
    let runs = together(stage, small, times(small))?;
    let whole = runs.iter().filter(|run| run.bytes == small).count();
    seen.count("small messages", 2 * times(small) as u64, "").count(
        "small ones that are whole",
        whole as u64,
        "",
    );
    let runs = together(stage, large, 1)?;
    seen.count("pieces of the two large ones", runs.len() as u64, "");
    Ok(seen)
}
