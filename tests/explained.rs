//! What the windows tell of a hand-off, held against the system calls of real games: `strace` counts them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};

use libtest_mimic::{Arguments, Trial};

use common::strace::whole_calls;
use common::{Ended, Program, program};
use tripong::protocol::TransportKind;
use tripong::transport::facts;

const HOPS: u64 = 300;
/// How every frame begins, as strace shows it.
const FRAME: &str = "pirt";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let is_missing = !can_trace();
    let trials = TransportKind::ALL.map(|kind| {
        let name = format!("a_hand_off_by_{kind}_makes_the_system_calls_that_are_reported");
        let trial = Trial::test(name, move || {
            the_calls_are_those_that_are_reported(kind);
            Ok(())
        });
        if is_missing {
            trial.with_kind("ignored: strace is missing, or may not trace").with_ignored_flag(true)
        } else {
            trial
        }
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

/// Whether strace is there, and is allowed to do its work.
fn can_trace() -> bool {
    let mut command = program("strace");
    command.args(["-f", "-o", "/dev/null", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn the_calls_are_those_that_are_reported(kind: TransportKind) {
    let calls = trace(kind);
    let count = |call: &str, mark: &str| {
        let is_it = |made: &&String| made.starts_with(&format!("{call}(")) && made.contains(mark);
        calls.iter().filter(is_it).count() as u64
    };
    let mut reported = BTreeMap::<&str, u64>::new();
    for call in facts::steps(kind).iter().filter_map(|step| step.call) {
        *reported.entry(call).or_default() += HOPS;
    }
    for call in ["write", "read", "sendto", "recvfrom"] {
        let expected = reported.get(call).copied().unwrap_or(0);
        assert_eq!(count(call, FRAME), expected, "{call} by {kind}: one for each hop, or none at all");
    }
    // A taker may still be awake when the ball comes, or wake before its swap and sleep once more.
    for call in ["futex", "ppoll"] {
        let (made, reported) = (count(call, ""), reported.get(call).copied().unwrap_or(0));
        let range = reported / 3..=reported * 2 + HOPS / 2;
        assert!(range.contains(&made), "{call} by {kind}: {made} of {range:?}");
    }
}

/// All calls of a game, of all its processes, each in one line.
fn trace(kind: TransportKind) -> Vec<String> {
    let file =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{kind}.strace", std::process::id()));
    let mut command = program("strace");
    command.args(["-f", "-e", "trace=futex,poll,ppoll,read,write,sendto,recvfrom", "-o"]).arg(&file);
    let game =
        format!("--headless --unpaced --wait block --hops {HOPS} --seed 7 --stall off --transport {kind}");
    command.arg(env!("CARGO_BIN_EXE_tripong")).args(game.split(' '));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = Program::spawn(command).finish();
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let text = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    whole_calls(&String::from_utf8_lossy(&text)).into_iter().map(|(_, call)| call).collect()
}
