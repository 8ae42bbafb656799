//! Four processes stand still: which of them form the cycle?

use super::pair::{INPUT, OUTPUT, is_blocked_in, state};
use crate::error::Result;
use crate::lab::calls::{Call, Caller, Options, PIECE, Pipe, Rule, end_of, seen_in, show, stand_still};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

const NAMES: [&str; 4] = ["A", "B", "C", "D"];
/// What each pipe is to hold.
const CAPACITY: u64 = 4_096;

/// What was drawn: the ring, in the order in which they write to each other, and the one that writes to its first.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    ring: [usize; 3],
    outside: usize,
    /// Of each message.
    bytes: usize,
}

/// Who waits for whom, beginning with the first letter.
fn words(ring: [usize; 3]) -> String {
    let first = (0..3).min_by_key(|index| ring[*index]).unwrap_or(0);
    let name = |step: usize| NAMES[ring[(first + step) % 3]];
    format!("{0} waits for {1}, {1} for {2}, {2} for {0}", name(0), name(1), name(2))
}

const EXPLANATION: &str = "Draw an arrow from each process to the one that it waits for: who is blocked in write on pipe:[N] waits \
     for the holder of its read end. A cycle of arrows is a deadlock: none of its processes can be the first \
     to go on. The fourth process waits too, and for ever, but nobody waits for it: to kill it would help \
     nobody, and to break the cycle helps it as well. All of this is to be read in /proc: syscall says in \
     which call and on which fd a process sleeps, fd says which pipe that is, and who else has it.";

pub(super) fn task(draw: &mut Draw) -> Task {
    let order = draw.shuffle(vec![0, 1, 2, 3]);
    let drawn = Drawn {
        ring: [order[0], order[1], order[2]],
        outside: order[3],
        // More than a pipe holds with the largest pages.
        bytes: 70_000 + draw.below(9_000),
    };
    let [x, y, z] = drawn.ring;
    let w = drawn.outside;
    let options =
        Options::drawn(draw, [[x, y, z], [x, z, y], [x, y, w], [x, w, y], [y, z, w], [x, w, z]].map(words));
    let right = Answers::predicted(Answer::Number(4)).concluded(options.answer(0));
    Task {
        id: "cycle",
        story: format!(
            "Four processes, A, B, C and D. Each writes {} bytes into a pipe that holds {CAPACITY}, and reads only then. Three of \
             them form a ring: each writes to the next, and the last to the first; the program has drawn in which order. The \
             fourth only writes, to one of the three, which wants to read that after all else. Nobody writes to the fourth.",
            drawn.bytes
        ),
        predict: Question::number("How many of the four processes will stand still?", "processes", 0, 4),
        choose: None,
        conclude: Some(options.question(
            "A process that is blocked in write waits for the one that has the read end of that pipe. Which three wait for each \
             other, and how?",
        )),
        act: Box::new(move |stage, _| observe(stage, drawn)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(drawn, given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 5 proc (/proc/PID/syscall, /proc/PID/fd); OSTEP, chapter 32 (Deadlock Bugs)",
    }
}

/// The numbers of the pipes in a sentence.
fn pipes_in(text: &str) -> Vec<u64> {
    let parts = text.split("pipe:[").skip(1);
    parts.filter_map(|part| part.split(']').next()?.parse().ok()).collect()
}

fn judge(
    drawn: Drawn,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let (mut into, mut from) = (Vec::new(), Vec::new());
    for name in NAMES {
        if !is_blocked_in(seen.text_of(name)?, "write") {
            return Err(format!("{name} must be blocked in write"));
        }
        into.push(pipes_in(seen.text_of(&format!("{name} writes into"))?));
        from.push(pipes_in(seen.text_of(&format!("{name} reads from"))?));
    }
    let waits_for =
        |writer: usize, reader: usize| into[writer].len() == 1 && from[reader].contains(&into[writer][0]);
    let [x, y, z] = drawn.ring;
    let arrows = [(x, y), (y, z), (z, x), (drawn.outside, x)];
    let expected = |writer, reader| arrows.contains(&(writer, reader));
    let all = (0..4).flat_map(|writer| (0..4).map(move |reader| (writer, reader)));
    if all.into_iter().any(|(writer, reader)| waits_for(writer, reader) != expected(writer, reader)) {
        return Err("these pipes do not connect the processes as they were drawn".to_owned());
    }
    let outside = NAMES[drawn.outside];
    let truth = format!(
        "All four stood still: {}. {outside} waits for {}, and nobody for {outside}.",
        words(drawn.ring),
        NAMES[x]
    );
    Ok(Judgement::of(given, right, truth))
}

fn start(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Vec<Caller>> {
    let ring = [Pipe::holding(CAPACITY)?, Pipe::holding(CAPACITY)?, Pipe::holding(CAPACITY)?];
    let (outer, spare) = (Pipe::holding(CAPACITY)?, Pipe::new()?);
    // The ring's process number i writes into pipe i, and reads from the one before.
    let [first, second, third] = ring;
    let links = [
        vec![first.writer, third.reader, outer.reader],
        vec![second.writer, first.reader],
        vec![third.writer, second.reader],
        vec![outer.writer, spare.reader],
    ];
    let [x, y, z] = drawn.ring;
    let mut links: Vec<_> = [x, y, z, drawn.outside].into_iter().zip(links).collect();
    links.sort_by_key(|(index, _)| *index);
    links.into_iter().map(|(index, links)| Caller::start(stage, index, NAMES[index], links)).collect()
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Observation> {
    let mut callers = start(stage, drawn)?;
    for (index, caller) in callers.iter_mut().enumerate() {
        let expect = if index == drawn.outside { 0 } else { drawn.bytes };
        let rule = Rule::WriteFirst;
        caller.begin(Call::Exchange { rule, output: OUTPUT, send: drawn.bytes, input: INPUT, expect })?;
    }
    let ended = stand_still(stage, &mut callers.iter_mut().collect::<Vec<_>>())?;
    let mut seen = Observation::default();
    let mut rows = Vec::new();
    for (index, (caller, ended)) in callers.iter().zip(&ended).enumerate() {
        let (name, state) = (NAMES[index], state(ended, caller));
        stage.note(format!("{name} (pid {}) {state}", caller.pid()));
        let mut from = end_of(caller, INPUT)?;
        if index == drawn.ring[0] {
            from = format!("{from} and {}", end_of(caller, INPUT + 1)?);
        }
        seen.text(name, state.clone())
            .text(&format!("{name} writes into"), end_of(caller, OUTPUT)?)
            .text(&format!("{name} reads from"), from);
        rows.push((caller, state));
    }
    show(stage, &rows, &[("each pipe", format!("full: {PIECE} bytes"))]);
    seen.text("who has what was read in", callers.first().map_or("", |caller| seen_in(caller, OUTPUT)));
    Ok(seen)
}
