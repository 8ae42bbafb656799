//! The task on copies: how many bytes the kernel copies for a message, by transport.

use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::pipe::{PipeFlags, pipe_with};

use super::hop::{self, Plan};
use crate::error::{Error, Result};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::front::{Cell, Picture, ProcessPicture};
use crate::lab::stage::{LabProcess, Stage};
use crate::platform::sync::Ordering;
use crate::protocol::TransportKind;
use crate::transport::facts;

/// Why it is so.
const WHY: &str = "write copies the message from the giver's memory into the kernel, and read copies it from there into the taker's: \
    each byte twice, by a pipe and by a socket alike, and a call for each copy. In shared memory the taker reads the giver's \
    own stores, because the same page is in both page tables: the kernel copies nothing, and is called only to wake and to sleep \
    (futex). The game's panes call ppoll too before they read, because a doorbell may wake them as well as a frame.";

/// The task.
pub(super) fn task(draw: &mut Draw) -> Task {
    let kind = draw.pick(&[TransportKind::Pipe, TransportKind::Socket]).unwrap_or(TransportKind::Pipe);
    let hops = 2 * draw.within(100, 400);
    let bytes = 8 * draw.within(5, 60);
    let (conclude, calls) = conclusion(draw, hops);
    let passing = Answers::predicted(Answer::Number(2 * hops * bytes)).concluded(calls);
    let right = passing.clone();
    Task {
        id: "copies",
        story: format!(
            "Two processes hand a message of {bytes} bytes to and fro, {hops} hops in all: first through a {kind}, by write and read, then in \
             shared memory with a futex. The lab reads in /proc/PID/task/PID/io (rchar, wchar, syscr, syscw) how many bytes the two have moved by \
             read and write, and by how many calls."
        ),
        predict: Question::number(
            format!(
                "How many bytes does the kernel copy for these {hops} hops through the {kind}, into itself and out of itself?"
            ),
            "bytes",
            0,
            10_000_000,
        ),
        choose: None,
        conclude: Some(conclude),
        act: Box::new(move |stage, _| {
            let bytes = usize::try_from(bytes).unwrap_or(8);
            let mut seen = Observation::default();
            for kind in [kind, TransportKind::Shared] {
                observe(stage, &mut seen, kind, Plan { hops, bytes })?;
            }
            Ok(seen)
        }),
        judge: Box::new(move |given, seen| {
            Ok(Judgement::of(given, &right, truth(seen, kind, (hops, bytes))?))
        }),
        passing,
        failing: None,
        explanation: WHY,
        read_on: "man 5 proc_pid_io; man 7 pipe; docs/TRANSPORTS.md; src/transport/facts.rs",
    }
}

fn conclusion(draw: &mut Draw, hops: u64) -> (Question, Answer) {
    let right = "none: it calls futex only, to wake and to sleep".to_owned();
    let choices = draw.shuffle(vec![
        right.clone(),
        format!("{hops}: one for each hop"),
        format!("{}: two for each hop", 2 * hops),
        "one for each page of the shared memory".to_owned(),
    ]);
    let place = choices.iter().position(|choice| *choice == right).unwrap_or(0);
    let choices: Vec<_> = choices.iter().map(String::as_str).collect();
    let text =
        "How many calls of read and write do the hops in shared memory need, however large the message is?";
    (Question::choice(text, &choices), Answer::Choice(place))
}

/// What the two processes have moved by read and write: bytes, and calls. None where the kernel does not say.
fn moved(both: &[LabProcess; 2]) -> Option<[u64; 2]> {
    let mut sum = [0; 2];
    for process in both {
        // Of its main thread: a read in which another one waits is counted whenever the process is stopped.
        let io = process.proc()?.task_main_thread().ok()?.io().ok()?;
        sum[0] += io.rchar + io.wchar;
        sum[1] += io.syscr + io.syscw;
    }
    Some(sum)
}

fn observe(stage: &mut Stage<'_>, seen: &mut Observation, kind: TransportKind, plan: Plan) -> Result<()> {
    let (of_first, of_second) = links(kind).map_err(Error::system("create the links between processes"))?;
    stage.memory().clear();
    let mut both = [stage.start("first", of_first)?, stage.start("second", of_second)?];
    let line = serde_json::to_string(&plan).map_err(std::io::Error::from);
    let line = line.map_err(Error::failed("write a line for a process of the lab"))?;
    both.iter_mut().for_each(|process| process.say(&line));
    await_stop(stage, &mut both, hop::READY)?;
    show(stage, &both, kind, "stopped before the first hop");
    let before = moved(&both);
    both.iter().for_each(LabProcess::go_on);
    await_stop(stage, &mut both, hop::DONE)?;
    show(stage, &both, kind, "stopped after the last hop");
    let after = moved(&both);
    both.iter().for_each(LabProcess::go_on);
    stage.note(format!("{} hops by {kind}", plan.hops));
    seen.flag(&format!("{kind}: counted in /proc/PID/task/PID/io"), before.is_some() && after.is_some());
    if let (Some(before), Some(after)) = (before, after) {
        seen.count(&format!("{kind}: moved by read and write"), after[0].saturating_sub(before[0]), "bytes");
        seen.count(&format!("{kind}: calls of read and write"), after[1].saturating_sub(before[1]), "");
    }
    Ok(())
}

/// Waits until both have come so far, and stand still there.
fn await_stop(stage: &Stage<'_>, both: &mut [LabProcess; 2], progress: u64) -> Result<()> {
    let memory = stage.memory();
    for (me, process) in both.iter_mut().enumerate() {
        process
            .wait_until("hand over in", |_| hop::progress(memory, me).load(Ordering::Acquire) >= progress)?;
        process.wait_until_stopped()?;
    }
    Ok(())
}

/// Of the first process, and of the second: what it reads, and what it writes where that is another.
fn links(kind: TransportKind) -> rustix::io::Result<(Vec<OwnedFd>, Vec<OwnedFd>)> {
    match kind {
        TransportKind::Shared => Ok((Vec::new(), Vec::new())),
        TransportKind::Pipe => {
            let (by_first, to_first) = pipe_with(PipeFlags::CLOEXEC)?;
            let (by_second, to_second) = pipe_with(PipeFlags::CLOEXEC)?;
            Ok((vec![by_first, to_second], vec![by_second, to_first]))
        }
        TransportKind::Socket => {
            let (first, second) =
                socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
            Ok((vec![first], vec![second]))
        }
    }
}

fn show(stage: &mut Stage<'_>, both: &[LabProcess; 2], kind: TransportKind, state: &str) {
    let picture = |process: &LabProcess| ProcessPicture {
        name: process.part.clone(),
        pid: process.pid(),
        state: state.to_owned(),
        has_ball: false,
    };
    let between = Cell { name: "between them".to_owned(), value: kind.to_string() };
    stage.show(&Picture { processes: both.iter().map(picture).collect(), cells: vec![between] });
}

fn truth(
    seen: &Observation,
    kind: TransportKind,
    (hops, bytes): (u64, u64),
) -> std::result::Result<String, String> {
    let expected = 2 * hops * bytes;
    for (kind, bytes, calls) in [(kind, expected, 2 * hops), (TransportKind::Shared, 0, 0)] {
        if !seen.is(&format!("{kind}: counted in /proc/PID/task/PID/io"))? {
            return Ok(format!(
                "Here /proc does not say it. Each byte is copied twice, by write and by read: {expected} bytes; in shared memory \
                 none is."
            ));
        }
        let moved = seen.number_of(&format!("{kind}: moved by read and write"))?;
        let called = seen.number_of(&format!("{kind}: calls of read and write"))?;
        if (moved, called) != (bytes, calls) {
            return Err(format!(
                "by {kind} {bytes} bytes are moved by {calls} calls, and not {moved} by {called}"
            ));
        }
    }
    Ok(format!(
        "Through the {kind} the kernel copied {expected} bytes, each of the {bytes} of a message twice, by {} calls of read and write; in \
         shared memory 0 bytes by 0 calls. A hand-off of the game by {kind}: {}.",
        2 * hops,
        facts::cost(kind)
    ))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    fn judged(by_pipe: [u64; 2], shared: [u64; 2]) -> std::result::Result<String, String> {
        let mut seen = Observation::default();
        for (kind, [bytes, calls]) in [(TransportKind::Pipe, by_pipe), (TransportKind::Shared, shared)] {
            seen.flag(&format!("{kind}: counted in /proc/PID/task/PID/io"), true);
            seen.count(&format!("{kind}: moved by read and write"), bytes, "bytes");
            seen.count(&format!("{kind}: calls of read and write"), calls, "");
        }
        truth(&seen, TransportKind::Pipe, (100, 64))
    }

    #[test]
    fn the_kernel_leaves_no_choice() {
        judged([12_800, 200], [0, 0]).unwrap();
        for (by_pipe, shared) in [
            ([6_400, 200], [0, 0]),
            ([12_800, 100], [0, 0]),
            ([12_800, 200], [64, 0]),
            ([12_800, 200], [0, 1]),
        ] {
            judged(by_pipe, shared).unwrap_err();
        }
    }
}
