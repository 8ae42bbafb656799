//! A deadlock is to be broken, from outside.

use std::os::fd::OwnedFd;
use std::time::Instant;

use rustix::pipe::fcntl_setpipe_size;
use rustix::process::Signal;

use super::pair::{Each, HAS_ENDED, INPUT, OTHER_MACHINE, Pair};
use crate::error::Result;
use crate::lab::calls::{Call, Caller, Options, PIECE, Rule, open_end_of};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::{PATIENCE, Stage};

/// What can be done; the numbers are those of the options.
const LARGER: usize = 0;
const TOO_LITTLE_LARGER: usize = 1;
const READ_ENOUGH: usize = 2;
const READ_TOO_LITTLE: usize = 3;
const KILL: usize = 4;

/// What was drawn.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    capacity: u64,
    messages: Each<u64>,
}

impl Drawn {
    /// So many bytes of A's message do not fit into its pipe.
    fn missing(self) -> u64 {
        self.messages[0] - self.capacity
    }

    fn larger(self) -> u64 {
        self.messages[0].next_power_of_two()
    }
}

const EXPLANATION: &str = "A cycle is broken when one of its waits ends: A must be able to write the rest. A larger pipe takes it, \
     and nothing is lost. A third process that reads makes room as well, but has bytes that B never gets; if \
     it reads too little, both stop again, later. A kill frees the other by EPIPE: its message is lost. \
     SIGSTOP and SIGCONT change nothing: the write goes on where it was. Each of these is first aid: with a \
     larger message the program stops again.";

fn options(draw: &mut Draw, drawn: Drawn) -> Options {
    let (capacity, piece) = (drawn.capacity, PIECE as u64);
    Options::drawn(
        draw,
        [
            format!("make the pipe into which A writes hold {} bytes (fcntl F_SETPIPE_SZ)", drawn.larger()),
            format!("make the pipe into which A writes hold {} bytes (fcntl F_SETPIPE_SZ)", 2 * capacity),
            format!("read {} bytes out of the pipe into which A writes", drawn.missing()),
            format!("read {} bytes out of the pipe into which A writes", drawn.missing() - piece),
            "kill B".to_owned(),
            "stop A (SIGSTOP), and continue it (SIGCONT)".to_owned(),
        ],
    )
}

pub(super) fn task(draw: &mut Draw) -> Task {
    let capacity: u64 = draw.pick(&[4_096, 8_192, 16_384]).unwrap_or(4_096);
    let piece = PIECE as u64;
    let mut message = || 2 * capacity + draw.within(1, 7) * piece;
    let drawn = Drawn { capacity, messages: [message(), message()] };
    let options = options(draw, drawn);
    let right = Answers::predicted(Answer::Number(drawn.missing())).chosen(options.answer(LARGER));
    Task {
        id: "break",
        story: format!(
            "The same deadlock, once more: both pipes hold {capacity} bytes; A has a message of {} bytes, and B one of {} bytes. Each \
             writes all of it, 4,096 bytes with each write, closes its write end, and reads only then.\n\
             You are a third process of the same user: /proc/PID/fd opens the ends of both for you.",
            drawn.messages[0], drawn.messages[1]
        ),
        predict: Question::number(
            "How many bytes must leave the pipe into which A writes, at least, so that A comes to the end of its writes?",
            "bytes",
            0,
            200_000,
        ),
        choose: Some(
            options.question("Both shall come to their end, and no byte may be lost. What do you do?"),
        ),
        conclude: None,
        act: Box::new({
            let options = options.clone();
            move |stage, choice| observe(stage, drawn, options.item(choice).unwrap_or(KILL))
        }),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(drawn, options.item(given.choice.as_ref()), given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 2 fcntl (F_SETPIPE_SZ); man 5 proc (/proc/PID/fd); OSTEP, chapter 32 (Detect and Recover)",
    }
}

/// How many bytes A has written in the end, and B read, if the pipe is as it was drawn.
fn expected(drawn: Drawn, way: usize) -> (u64, u64) {
    let (all, missing) = (drawn.messages[0], drawn.missing());
    match way {
        LARGER => (all, all),
        TOO_LITTLE_LARGER => (2 * drawn.capacity, 0),
        READ_ENOUGH => (all, all - missing),
        READ_TOO_LITTLE => (all - PIECE as u64, 0),
        _ => (drawn.capacity, 0),
    }
}

fn judge(
    drawn: Drawn,
    way: Option<usize>,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let way = way.ok_or("nothing was chosen")?;
    let (written, read) = (seen.number_of("A has written")?, seen.number_of("B has read")?);
    let (states, back) = ([seen.text_of("A")?, seen.text_of("B")?], seen.number_of("A has read")?);
    let is_reached = states == [HAS_ENDED; 2] && [read, back] == drawn.messages;
    let (was_done, capacity) = (seen.text_of("done")?, seen.number_of("A's pipe held")?);
    let is_as_drawn = capacity == drawn.capacity && was_done == "yes";
    // An old kernel makes the pipe larger, and does not wake the writer.
    let is_woken = way != LARGER || written != drawn.capacity;
    if is_as_drawn && is_woken && ((written, read) != expected(drawn, way) || is_reached != (way == LARGER)) {
        return Err(format!("A cannot have written {written} bytes, and B read {read}, after this"));
    }
    let outcome =
        if is_reached { "Both came to their end, and no byte was lost" } else { "This was not reached" };
    let mut truth = format!(
        "{outcome}: A {}, B {}; A had written {written} bytes, and B read {read}.",
        states[0], states[1]
    );
    if !is_as_drawn || !is_woken {
        truth.push_str(OTHER_MACHINE);
    }
    Ok(Judgement::of(given, right, truth))
}

/// What came of it: `yes`, or why it was not done.
fn intervene(stage: &mut Stage<'_>, pair: &mut Pair, drawn: Drawn, way: usize) -> Result<String> {
    let [a, b] = &mut pair.processes;
    let mut with_end =
        |act: &mut dyn FnMut(&mut Stage<'_>, OwnedFd) -> Result<String>| match open_end_of(b, INPUT) {
            Some(end) => act(stage, end),
            None => Ok("no: /proc/PID/fd does not open the pipe here".to_owned()),
        };
    let mut resize = |bytes: u64| {
        with_end(&mut |_, end| {
            let resized = fcntl_setpipe_size(&end, usize::try_from(bytes).unwrap_or(0));
            Ok(resized.map_or_else(|error| format!("no: {error}"), |_| "yes".to_owned()))
        })
    };
    match way {
        LARGER => resize(drawn.larger()),
        TOO_LITTLE_LARGER => resize(2 * drawn.capacity),
        READ_ENOUGH => with_end(&mut |stage, end| take(stage, end, drawn.missing())),
        READ_TOO_LITTLE => with_end(&mut |stage, end| take(stage, end, drawn.missing() - PIECE as u64)),
        KILL => b.process().kill().map(|_| "yes".to_owned()),
        _ => {
            a.process().signal(Signal::STOP);
            a.process().wait_until_stopped()?;
            a.process().go_on();
            Ok("yes".to_owned())
        }
    }
}

/// A third process reads so many bytes.
fn take(stage: &mut Stage<'_>, end: OwnedFd, bytes: u64) -> Result<String> {
    let mut third = Caller::start(stage, 2, "third", vec![end])?;
    let mut left = usize::try_from(bytes).unwrap_or(0);
    let deadline = Instant::now() + PATIENCE;
    while left > 0 {
        if Instant::now() > deadline {
            return Ok(format!("no: {left} of {bytes} bytes did not come"));
        }
        // What is read makes room, and A fills it again; its end does not wait.
        let reply = third.returned(stage, Call::Read { link: 0, room: left.min(PIECE) })?;
        left -= usize::try_from(reply.bytes).unwrap_or(0);
    }
    stage.note(format!("a third process read {bytes} bytes out of the pipe"));
    Ok("yes".to_owned())
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn, way: usize) -> Result<Observation> {
    let mut pair = Pair::start(stage, [drawn.capacity; 2])?;
    pair.exchange(stage, [Rule::WriteFirst; 2], drawn.messages)?;
    let done = intervene(stage, &mut pair, drawn, way)?;
    stage.note(format!("what was chosen was done: {done}"));
    pair.stand_still(stage)?;
    let mut seen = Observation::default();
    seen.count("A's pipe held", pair.capacities[0], "bytes").text("done", done);
    pair.describe(stage, &mut seen);
    Ok(seen)
}
