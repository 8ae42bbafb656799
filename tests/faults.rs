//! Panes that freeze or hang, limits of the system, and a launcher that is killed: each fault is a row of docs/FAULTS.md.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::os::unix::process::CommandExt;

use common::memory::{Memory, game};
use common::report::{assert_conserved, number, stop};
use common::{Ended, Output, Program, TestProcess, run, tripong, tripong_by_shell, wait_for, wait_until};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

#[test]
fn the_ball_of_a_frozen_pane_is_recalled_and_the_pane_is_fenced_when_it_goes_on() {
    let (game, panes, memory) = game("--stall 200ms");
    let frozen = memory.freeze_the_owner(&panes);
    wait_until("another pane to play", || memory.owner().is_some_and(|owner| owner != frozen));
    memory.wait_for_ticks(20);
    let fenced = || memory.fenced(frozen);
    assert_eq!(fenced(), 0, "who stands still has not noticed");
    panes[frozen].signal(Signal::SIGCONT);
    wait_until("the late pane to be fenced", || fenced() == 1);
    memory.wait_for_ticks(300);
    let (report, stderr) = stop(game);
    assert_eq!(number(&report, "restarts"), 0, "who is frozen is not killed: {report}");
    assert!(number(&report, "recalls") > 0 && number(&report, "fenced") > 0, "{report}");
    let says = format!("tripong: pane {} makes no progress; the ball was recalled to pane ", frozen + 1);
    assert!(stderr.contains(&says), "{stderr}");
}

#[test]
fn with_stall_off_a_frozen_pane_keeps_the_ball() {
    let (game, panes, memory) = game("--stall off");
    let frozen = memory.freeze_the_owner(&panes);
    let ownership = memory.ownership().unwrap();
    common::sleep_for_looks(3);
    assert_eq!(memory.ownership(), Some(ownership), "pane {frozen} has it");
    panes[frozen].signal(Signal::SIGCONT);
    memory.wait_for_ticks(50);
    let (report, stderr) = stop(game);
    assert_eq!((number(&report, "recalls"), stderr.as_str()), (0, ""), "{report}");
}

#[test]
fn a_pane_that_hangs_loses_the_ball_and_then_its_process() {
    let game = Program::start(
        "--headless --for 1min --json --seed 1 --stall 300ms --restarts unlimited --fail accept:hang:1",
    );
    let first = game.panes(3);
    wait_until("a hung pane to be killed", || first.iter().any(TestProcess::is_gone));
    let (report, stderr) = stop(game);
    assert!(number(&report, "recalls") > 0 && number(&report, "restarts") > 0, "{report}");
    assert!(stderr.contains("hangs; it was killed") && stderr.contains("was started again"), "{stderr}");
}

#[test]
fn when_all_panes_are_frozen_the_ball_stays_where_it_is() {
    let (game, panes, memory) = game("--stall 200ms");
    panes.iter().for_each(TestProcess::freeze);
    // A recall to the last of them may be on its way.
    common::sleep_for_looks(1);
    let ownership = memory.ownership().unwrap();
    common::sleep_for_looks(2);
    assert_eq!(memory.ownership(), Some(ownership));
    panes.iter().for_each(|pane| pane.signal(Signal::SIGCONT));
    memory.wait_for_ticks(50);
    stop(game);
}

#[test]
fn nothing_is_recalled_when_the_whole_group_was_stopped_for_a_while() {
    let mut command = tripong();
    let arguments = "--headless --for 1min --json --seed 1 --stall 500ms";
    command.args(arguments.split_whitespace()).process_group(0);
    let game = Program::spawn(command);
    let memory = Memory::of(&game.panes(3)[0]);
    memory.wait_for_ticks(50);
    let group = Pid::from_raw(game.launcher().pid.cast_signed());
    for _ in 0..3 {
        // What ctrl-Z and fg do.
        killpg(group, Signal::SIGTSTP).unwrap();
        let is_stopped = || game.launcher().status("State").is_some_and(|state| state.starts_with('T'));
        wait_until("the launcher to be stopped", is_stopped);
        common::sleep_for_looks(2);
        killpg(group, Signal::SIGCONT).unwrap();
        memory.wait_for_ticks(50);
    }
    let (report, stderr) = stop(game);
    assert_eq!((number(&report, "recalls"), stderr.as_str()), (0, ""), "{report}");
}

#[test]
fn a_pane_that_dies_too_often_stops_the_game_with_a_line_that_says_how() {
    let game = Program::start("--headless --for 1min --json --seed 1 --restarts 2/1min");
    for death in 0..3 {
        let panes = game.panes(3);
        panes[0].signal(Signal::SIGKILL);
        if death < 2 {
            wait_until("it to be reaped", || panes[0].is_gone());
        }
    }
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(7), "{output:?}");
    let last = output.stderr.lines().last().unwrap();
    assert!(last.starts_with("tripong: pane 1 (pid "), "{last}");
    assert!(
        last.ends_with("died (killed by SIGKILL) after 2 restarts within 1m; the game was stopped"),
        "{last}"
    );
}

#[test]
fn a_launcher_that_is_killed_amid_chaos_leaves_nobody() {
    for round in 0..10 {
        let game = Program::start(&format!("chaos --kills 100000 --stops 100000 --seed {round}"));
        let first = wait_for("the first pane", || TestProcess::children_of(game.launcher().pid).pop());
        wait_until("the chaos to have begun", || first.has_ended());
        let panes = TestProcess::children_of(game.launcher().pid);
        game.launcher().signal(Signal::SIGKILL);
        // The end of stderr, which finish waits for, is also the end of those that were not seen here.
        assert_eq!(game.finish().ended, Ended::By(Signal::SIGKILL));
        wait_until("all panes to end", || panes.iter().all(TestProcess::has_ended));
    }
}

/// What `tripong --headless` does under limits that the shell sets first.
fn under(limits: &str, arguments: &str) -> Output {
    Program::spawn(tripong_by_shell(&format!("{limits} && exec \"$0\" {arguments}"))).finish()
}

fn assert_refused(output: &Output, says: &str) {
    assert_eq!(output.ended, Ended::Code(5), "{output:?}");
    assert!(output.stderr.starts_with("tripong: failed to ") && output.stderr.contains(says), "{output:?}");
    assert!(output.stderr.ends_with("; `tripong doctor` says what is missing\n"), "{output:?}");
    assert_eq!((output.stderr.lines().count(), output.stdout.as_str()), (1, ""), "{output:?}");
}

#[test]
fn too_few_fds_are_an_error_at_the_start() {
    for fds in [4, 6, 8, 10, 12, 14] {
        let output = under(&format!("ulimit -n {fds}"), "--headless --for 100ms");
        assert_refused(&output, "Too many open files");
    }
}

#[test]
fn a_region_that_is_too_large_for_the_limit_of_files_is_an_error_at_the_start() {
    // dash counts in 512-byte blocks.
    for blocks in [0, 100] {
        let output = under(&format!("ulimit -f {blocks}"), "--headless --for 100ms");
        assert_refused(&output, "bytes for the Region");
    }
}

#[test]
fn two_games_with_chaos_do_not_disturb_each_other() {
    let games =
        [1, 2].map(|seed| Program::start(&format!("chaos --kills 20 --stops 20 --json --seed {seed}")));
    for game in games {
        assert_conserved(&game.finish().quiet_report(0));
    }
}

#[test]
fn a_game_is_the_same_with_and_without_deaths() {
    let quiet = run("--headless --unpaced --hops 500 --seed 4 --json").quiet_report(0);
    let arguments =
        "--headless --unpaced --hops 500 --seed 4 --json --restarts unlimited --fail before-swap:kill:20";
    let output = run(arguments);
    let disturbed = output.report();
    assert_conserved(&disturbed);
    assert!(number(&disturbed, "recoveries") > 5, "{disturbed}");
    assert_eq!((&disturbed["hash"], &disturbed["ticks"]), (&quiet["hash"], &quiet["ticks"]));
}
