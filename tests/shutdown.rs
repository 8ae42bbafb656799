//! How a game ends before its time: by signals, by deaths, in the right order, with nobody left behind.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::os::unix::process::CommandExt;

use common::memory::Memory;
use common::process::wait_until_gone;
use common::report::{assert_conserved, number};
use common::{Ended, Program, TestProcess, tripong, tripong_by_shell, wait_for, wait_until};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tripong::error::exit;

/// A game that goes on until something happens to it, and its three panes.
fn game() -> (Program, Vec<TestProcess>) {
    let game = Program::start("--headless --for 1min --json --seed 1");
    let panes = game.panes(3);
    (game, panes)
}

fn code_of(signal: Signal) -> i32 {
    i32::from(exit::SIGNAL_BASE) + signal as i32
}

/// The game ended by this signal in good order: the report is there and nobody is left.
fn assert_stopped_by(signal: Signal, game: Program, panes: &[TestProcess]) {
    let report = game.finish().quiet_report(code_of(signal));
    assert_conserved(&report);
    wait_until_gone(panes);
}

fn assert_that_it_stops_in_order(signal: Signal) {
    let (game, panes) = game();
    game.launcher().signal(signal);
    assert_stopped_by(signal, game, &panes);
}

#[test]
fn sigint_stops_the_game_in_order() {
    assert_that_it_stops_in_order(Signal::SIGINT);
}

#[test]
fn sigterm_stops_the_game_in_order() {
    assert_that_it_stops_in_order(Signal::SIGTERM);
}

#[test]
fn sighup_stops_the_game_in_order() {
    assert_that_it_stops_in_order(Signal::SIGHUP);
}

#[test]
fn children_leave_the_decision_about_signals_to_the_launcher() {
    let (game, panes) = game();
    for pane in &panes {
        for signal in [Signal::SIGINT, Signal::SIGHUP, Signal::SIGTERM] {
            pane.signal(signal);
        }
    }
    Memory::of(&panes[0]).wait_for_ticks(100);
    assert!(!panes.iter().any(TestProcess::has_ended));
    game.launcher().signal(Signal::SIGTERM);
    assert_stopped_by(Signal::SIGTERM, game, &panes);
}

#[test]
fn a_signal_while_the_panes_start_leaves_nobody_behind() {
    let game = Program::start("--headless --for 1min --panes 16 --json");
    // The signal finds the launcher busy: the first children are there, the last are not.
    wait_until("the first child", || !TestProcess::children_of(game.launcher().pid).is_empty());
    let first = TestProcess::children_of(game.launcher().pid);
    game.launcher().signal(Signal::SIGTERM);
    assert_stopped_by(Signal::SIGTERM, game, &first);
}

#[test]
fn ctrl_c_for_the_whole_group_while_the_panes_start_is_a_ctrl_c() {
    // From the first child on, ever later: at each step of the start somebody else is hit by it.
    for already in 0..20 {
        let mut command = tripong();
        command.args(["--headless", "--for", "1min", "--panes", "16"]).process_group(0);
        let game = Program::spawn(command);
        let leader = Pid::from_raw(game.launcher().pid.cast_signed());
        let children = || TestProcess::children_of(game.launcher().pid);
        wait_until("some children", || children().len() > already % 16);
        let panes = children();
        // The group is ours: its leader was not yet waited for.
        killpg(leader, Signal::SIGINT).unwrap();
        let output = game.finish();
        let interrupted = Ended::Code(code_of(Signal::SIGINT));
        assert_eq!((output.ended, output.stderr.as_str()), (interrupted, ""), "{already}: {output:?}");
        wait_until_gone(&panes);
    }
}

#[test]
fn a_game_that_was_started_by_nohup_goes_on_without_its_terminal() {
    let mut command = tripong_by_shell("trap '' HUP; exec \"$0\" \"$@\"");
    command.args(["--headless", "--for", "1min", "--json"]);
    let game = Program::spawn(command);
    let panes = game.panes(3);
    game.launcher().signal(Signal::SIGHUP);
    Memory::of(&panes[0]).wait_for_ticks(100);
    game.launcher().signal(Signal::SIGTERM);
    assert_stopped_by(Signal::SIGTERM, game, &panes);
}

#[test]
fn panes_that_die_as_fast_as_they_are_started_do_not_deafen_the_launcher() {
    let arguments = "chaos --json --panes 16 --kills 1000000000 --stops 0 --fail wait:kill:1";
    let game = Program::start(arguments);
    let children = || TestProcess::children_of(game.launcher().pid);
    let first = wait_for("the first child", || children().pop());
    wait_until("it to die", || first.is_gone());
    let panes = children();
    game.launcher().signal(Signal::SIGTERM);
    assert_stopped_by(Signal::SIGTERM, game, &panes);
}

#[test]
fn a_frozen_child_does_not_keep_the_game_from_stopping() {
    // Each of them: one has the ball, the others wait for it.
    for frozen in 0..3 {
        let (game, panes) = game();
        panes[frozen].freeze();
        game.launcher().signal(Signal::SIGINT);
        assert_stopped_by(Signal::SIGINT, game, &panes);
    }
}

#[test]
fn a_second_signal_kills_who_has_not_left() {
    for (first, second) in [(Signal::SIGINT, Signal::SIGINT), (Signal::SIGTERM, Signal::SIGINT)] {
        let (game, panes) = game();
        panes[0].freeze();
        game.launcher().signal(first);
        // Two signals that come at once may be one: the second comes when the first was heard.
        wait_until("the others to leave", || panes[1].is_gone() && panes[2].is_gone());
        game.launcher().signal(second);
        assert_stopped_by(first, game, &panes);
    }
}

/// After this, init (or who stands in for it) reaps the children, in its own time.
fn assert_that_none_survives_the_launcher(game: Program, panes: &[TestProcess]) {
    game.launcher().signal(Signal::SIGKILL);
    let output = game.finish();
    assert_eq!(output.ended, Ended::By(Signal::SIGKILL));
    wait_until("the children to end", || panes.iter().all(TestProcess::has_ended));
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
}

#[test]
fn a_killed_launcher_takes_its_children_along() {
    let (game, panes) = game();
    assert_that_none_survives_the_launcher(game, &panes);
}

#[test]
fn a_killed_launcher_takes_a_frozen_child_along() {
    let (game, panes) = game();
    panes[1].freeze();
    assert_that_none_survives_the_launcher(game, &panes);
}

#[test]
fn a_launcher_that_is_killed_while_the_panes_start_takes_them_along() {
    for _ in 0..10 {
        let game = Program::start("--headless --for 1min --panes 16");
        wait_until("the first child", || !TestProcess::children_of(game.launcher().pid).is_empty());
        let panes = TestProcess::children_of(game.launcher().pid);
        // The end of stderr, which finish waits for, is also the end of those that were not seen here.
        assert_that_none_survives_the_launcher(game, &panes);
    }
}

#[test]
fn a_pane_that_dies_beyond_the_budget_stops_the_game_with_a_line_that_names_it() {
    for (killed, signal) in [(0, Signal::SIGKILL), (1, Signal::SIGKILL), (2, Signal::SIGUSR1)] {
        let game = Program::start("--headless --for 1min --json --seed 1 --restarts 0/5s");
        let panes = game.panes(3);
        Memory::of(&panes[0]).wait_for_ticks(10);
        let pid = panes[killed].pid;
        panes[killed].signal(signal);
        let output = game.finish();
        let how = format!("died (killed by {signal}) after 0 restarts within 5s; the game was stopped");
        assert_eq!(output.stderr, format!("tripong: pane {} (pid {pid}) {how}\n", killed + 1));
        assert_eq!(output.ended, Ended::Code(exit::PANE_DIED.into()));
        // It reports its result all the same.
        assert_conserved(&output.report());
        wait_until_gone(&panes);
    }
}

#[test]
fn two_games_at_once_know_nothing_of_each_other() {
    let ((killed, its_panes), (survivor, panes)) = (game(), game());
    assert_that_none_survives_the_launcher(killed, &its_panes);
    Memory::of(&panes[0]).wait_for_ticks(100);
    survivor.launcher().signal(Signal::SIGTERM);
    assert_stopped_by(Signal::SIGTERM, survivor, &panes);
}

#[test]
fn a_signal_while_the_game_is_checked_leaves_without_a_verdict_and_says_so() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let game = Program::start("--headless --json --unpaced --for 4s --seed 1");
        let panes = game.panes(3);
        wait_until("the panes to be gone", || panes.iter().all(TestProcess::has_ended));
        // As fast as they played together, one process alone needs some time for it.
        wait_until_gone(&panes);
        game.launcher().signal(signal);
        let output = game.finish();
        assert_eq!(output.ended, Ended::Code(128 + signal as i32), "{output:?}");
        let said = format!("tripong: stopped by {signal} before the game was checked to its end\n");
        assert_eq!(output.stderr, said);
        let report = output.report();
        assert!(report["conserved"].is_null() && report["expected_hash"].is_null(), "{report}");
        assert!(number(&report, "hops") > 0, "{report}");
    }
}
