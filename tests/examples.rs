//! The examples, run as the README says: in the build that has neither windows nor a terminal.

#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

mod common;

use std::process::Stdio;

use common::{Ended, Program, program};

/// Runs an example to its end. Returns what it has printed.
fn run(example: &str, arguments: &[&str]) -> String {
    let mut cargo = program(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["run", "--quiet", "--no-default-features", "--example", example, "--"]).args(arguments);
    cargo.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = Program::spawn(cargo).finish();
    assert_eq!(output.ended, Ended::Code(0), "{example}: {output:?}");
    output.stdout
}

#[test]
fn a_ball_survives_its_killed_owner_in_sixty_lines() {
    let printed = run("two_processes", &[]);
    assert!(printed.contains("signal: 9 (SIGKILL)"), "{printed}");
    assert!(printed.ends_with("the same as in one process alone: true\n"), "{printed}");
}

#[test]
fn two_processes_wake_each_other() {
    let printed = run("doorbell", &[]);
    assert!(printed.contains("exit status: 0") && printed.contains("of 1000"), "{printed}");
}

#[test]
fn the_reference_hash_is_that_of_the_readme() {
    assert_eq!(run("reference_hash", &["3", "7", "1000"]), "c5a2eb49276098e9\n");
}
