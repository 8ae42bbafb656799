//! The system calls of a message, counted by `strace`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use tripong::bench::Mechanism;

use crate::common::strace::whole_calls;
use crate::common::{Ended, Program, program};

/// Counted hops of the run.
const HOPS: u64 = 100;
/// All hops: the warm-up has 100, and the message that ends it all goes to the end of the line and not back.
const ALL_HOPS: u64 = 100 + HOPS + 1;
/// Of the payload: with its header of 24 bytes a message is of a size that nothing else has.
const BYTES: usize = 200;

/// Whether strace is there, and is allowed to do its work.
pub(crate) fn can_trace() -> bool {
    let mut command = program("strace");
    command.args(["-f", "-o", "/dev/null", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

pub(crate) fn are_those_listed(mechanism: Mechanism) {
    let calls = trace(mechanism);
    let facts = mechanism.facts();
    let [given, taken] = marks(mechanism);
    let count = |call: &str, mark: &str| {
        let is_it = |made: &&String| made.starts_with(&format!("{call}(")) && made.contains(mark);
        calls.iter().filter(is_it).count() as u64
    };
    let (given, taken) = (count(facts.giver, given), count(facts.taker, taken));
    if facts.always_calls {
        assert_eq!(given, ALL_HOPS, "{} by {mechanism}: one for each message", facts.giver);
    } else {
        // A taker may be awake, and the first process waits for all to be ready. strace holds a giver up, so that the taker has
        // answered before it looks: that may go on for long.
        assert!((1..=ALL_HOPS + 10).contains(&given), "{} by {mechanism}: {given}", facts.giver);
    }
    if mechanism.is_in_memory() {
        // A taker looks before it waits.
        assert!((1..=ALL_HOPS + 10).contains(&taken), "{} by {mechanism}: {taken}", facts.taker);
    } else {
        assert_eq!(taken, ALL_HOPS, "{} by {mechanism}: one for each message", facts.taker);
    }
    // The payload goes through the kernel once in and once out, or not at all.
    let copied = calls.iter().filter(|call| call.contains(&format!(", {}", BYTES + 24))).count() as u64;
    assert_eq!(copied, u64::from(facts.copies) * ALL_HOPS, "copies by {mechanism}");
}

/// What a sandbox refuses is left out, with a line, and the other rows are measured.
pub(crate) fn that_are_refused() {
    let refused = [("uring", "io_uring_setup"), ("mqueue", "mq_open"), ("signal", "pidfd_send_signal")];
    let calls = refused.map(|(_, call)| call).join(",");
    let mut command = program("strace");
    command.args(["-f", "-o", "/dev/null", "-e", &format!("inject={calls}:error=EPERM")]);
    let run = "bench --transports uring,mqueue,signal,pipe --placement unpinned --processes 2 --hops 10 --repeats 1 --no-floors --json";
    command.arg(env!("CARGO_BIN_EXE_tripong")).args(run.split(' '));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = Program::spawn(command).finish();
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let report = output.report();
    let rows: Vec<_> = report["rows"].as_array().unwrap().iter().map(|row| &row["transport"]).collect();
    assert_eq!(rows, ["pipe"], "{report}");
    let left_out = report["left_out"].as_array().unwrap();
    assert_eq!(left_out.len(), 3, "{report}");
    for ((mechanism, _), left_out) in refused.iter().zip(left_out) {
        assert_eq!(left_out["what"], *mechanism, "{report}");
        let why = left_out["why"].as_str().unwrap();
        assert!(why.contains("Operation not permitted"), "{why}");
        assert!(output.stderr.contains(&format!("tripong: {mechanism} is left out: {why}\n")), "{output:?}");
    }
}

/// What the giver's and the taker's calls have that no others of the same name have.
fn marks(mechanism: Mechanism) -> [&'static str; 2] {
    match mechanism {
        Mechanism::Shared | Mechanism::File => ["FUTEX_WAKE, ", "FUTEX_WAIT, "],
        Mechanism::Eventfd => [r#", "\1\0\0\0\0\0\0\0", 8)"#, r#"\0\0\0\0\0\0\0", 8)"#],
        Mechanism::Signal => ["", ""],
        Mechanism::Uring => [", 1, 0, ", ", 0, 1, IORING_ENTER_GETEVENTS"],
        _ => [", 224", ", 224"],
    }
}

/// All calls of the processes of a run, each in one line.
fn trace(mechanism: Mechanism) -> Vec<String> {
    let name = format!("{}-{mechanism}.strace", std::process::id());
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = program("strace");
    let traced = "trace=execve,futex,write,read,pidfd_send_signal,rt_sigtimedwait,io_uring_enter,mq_timedsend,mq_timedreceive";
    command.args(["-f", "-s", "400", "-e", traced, "-o"]).arg(&file);
    command.arg(env!("CARGO_BIN_EXE_tripong"));
    let run = format!(
        "bench --transports {mechanism} --wait block --placement same-cpu --processes 2 --bytes {BYTES} --hops {HOPS} \
         --time 10min --repeats 1 --no-floors --json"
    );
    command.args(run.split(' ')).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = Program::spawn(command).finish();
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let text = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    calls_of_the_line(&String::from_utf8_lossy(&text))
}

/// The calls of the processes of the line.
fn calls_of_the_line(text: &str) -> Vec<String> {
    let mut calls: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (pid, call) in whole_calls(text) {
        calls.entry(pid).or_default().push(call);
    }
    let is_of_the_line = |calls: &Vec<String>| calls.iter().any(|call| call.contains("\"bench:"));
    calls.into_values().filter(is_of_the_line).flatten().collect()
}
