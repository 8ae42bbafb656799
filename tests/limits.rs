//! What a game does at its limits, seen from inside its Region: the budget of restarts, frozen panes, fds, address space.
//! Each fault is a row of docs/FAULTS.md.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use common::memory::Memory;
use common::process::wait_until_gone;
use common::report::{assert_conserved, number};
use common::{Ended, Output, Program, TestProcess, wait_until};
use nix::sys::signal::Signal;
use rustix::process::{Resource, Rlimit, prlimit};
use serde_json::Value;
use tripong::error::exit;

/// A game that goes on until a signal ends it, after the ball has flown for a while.
fn game(arguments: &str, count: usize) -> (Program, Vec<TestProcess>, Memory) {
    let game = Program::start(&format!("--headless --json --for 5min --panes {count} {arguments}"));
    let panes = game.panes(count);
    let memory = Memory::of(&panes[0]);
    memory.wait_for_ticks(50);
    (game, panes, memory)
}

/// The game goes on, conserved, until it gets the signal to stop; its report, and its lines.
fn stop(game: Program, memory: &Memory) -> (Value, String) {
    memory.wait_for_ticks(50);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(128 + Signal::SIGTERM as i32), "{output:?}");
    assert_conserved(&output.report());
    (output.report(), output.stderr)
}

#[test]
fn a_frozen_owner_that_is_still_frozen_at_the_end_does_not_count_as_a_second_ball() {
    let (game, panes, memory) = game("--seed 2 --stall 200ms", 3);
    let frozen = memory.freeze_the_owner(&panes);
    let epoch = memory.ownership().unwrap().epoch;
    wait_until("the recall", || memory.ownership().is_some_and(|ownership| ownership.epoch > epoch));
    let (_, reported) = stop(game, &memory);
    assert!(reported.contains(&format!("pane {} makes no progress", frozen + 1)), "{reported}");
    wait_until_gone(&panes);
}

#[test]
fn a_stopped_pane_without_the_ball_is_left_alone() {
    // The first of sixteen panes is many seconds away from the ball.
    let (game, panes, memory) = game("--seed 4 --stall 1s", 16);
    panes[0].freeze();
    memory.wait_for_ticks(500);
    assert!(!panes[0].has_ended());
    panes[0].signal(Signal::SIGCONT);
    let (report, reported) = stop(game, &memory);
    assert_eq!((number(&report, "recalls"), number(&report, "restarts"), reported.as_str()), (0, 0, ""));
}

/// Kills a pane, and returns the process that comes after it.
fn kill_and_wait_for_the_next(game: &Program, pane: u8, memory: &Memory) -> u32 {
    let old = game.panes(3).remove(pane.into());
    let incarnation = memory.incarnation(pane);
    old.signal(Signal::SIGKILL);
    wait_until("the next process", || memory.incarnation(pane) > incarnation);
    game.panes(3)[usize::from(pane)].pid
}

#[test]
fn without_a_budget_the_game_goes_on_after_any_number_of_deaths() {
    let (game, _, memory) = game("--seed 8 --restarts unlimited", 3);
    for death in 0..6 {
        kill_and_wait_for_the_next(&game, death % 3, &memory);
    }
    let (report, reported) = stop(game, &memory);
    assert_eq!((number(&report, "restarts"), reported.lines().count()), (6, 6), "{reported}");
}

/// A game that the system has ended has its report all the same.
fn assert_system_error(what: &str, output: &Output, cause: &str) {
    let Output { ended, stderr, .. } = output;
    assert_eq!(*ended, Ended::Code(exit::SYSTEM.into()), "{what}: {stderr}");
    // It reports its result all the same.
    assert_conserved(&output.report());
    let line = stderr.strip_suffix('\n').unwrap_or_default();
    let end = format!("{cause}; `tripong doctor` says what is missing");
    assert!(line.starts_with("tripong: failed to ") && line.ends_with(&end), "{what}: {stderr}");
    assert!(!line.contains('\n'), "{what}: {stderr}");
}

/// Takes the rest of a resource from a running launcher.
fn limit(game: &Program, resource: Resource, limit: u64) {
    let pid = rustix::process::Pid::from_raw(game.launcher().pid.cast_signed());
    // It was not yet waited for, so that the pid cannot be a stranger's.
    prlimit(pid, resource, Rlimit { current: Some(limit), maximum: Some(limit) }).unwrap();
}

#[test]
fn too_few_fds_at_a_restart_are_an_error_with_a_report_and_no_child_is_left() {
    let (game, panes, _) = game("--seed 10", 3);
    // All that it has are above: it can have no other.
    limit(&game, Resource::Nofile, 4);
    panes[2].signal(Signal::SIGKILL);
    assert_system_error("restart", &game.finish(), "Too many open files (os error 24)");
    wait_until_gone(&panes);
}

#[test]
fn too_little_address_space_at_a_restart_is_an_error_and_no_child_is_left() {
    let (game, panes, _) = game("--seed 11", 3);
    limit(&game, Resource::As, 1 << 20);
    panes[0].signal(Signal::SIGKILL);
    let output = game.finish();
    // The system starts no process, or ends it before it is a program of ours.
    let codes = [exit::SYSTEM, exit::PANE_DIED].map(|code| Ended::Code(code.into()));
    assert!(codes.contains(&output.ended), "{output:?}");
    let lines: Vec<_> = output.stderr.lines().collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with("tripong: ")), "{output:?}");
    wait_until_gone(&panes);
}
