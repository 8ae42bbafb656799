//! Signals of every number, from whatever a parent hands down to what hits a process that has only just begun. Each fault is
//! a row of docs/FAULTS.md.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::os::unix::process::CommandExt;

use common::memory::{Memory, game};
use common::process::wait_until_gone;
use common::report::{assert_conserved, number, stop};
use common::{Ended, Program, TestProcess, program, tripong_by_shell, wait_for, wait_until};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tripong::protocol::{End, Event, What};

/// The first real-time signal that the C library leaves to programs, one in the middle, and the last.
const REAL_TIME: [u8; 3] = [34, 47, 64];
/// All three ask for the end of the game.
const ASKING: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// Sends a signal that has a number only, to a child of a launcher of ours that has not ended.
fn send_number(process: &TestProcess, signal: u8) {
    let mut shell = program("/bin/sh");
    assert!(shell.args(["-c", &format!("kill -{signal} {}", process.pid)]).status().unwrap().success());
}

/// Whether the event log says that this process died of that signal.
fn is_noted(memory: &Memory, process: &TestProcess, number: u8) -> bool {
    let events = memory.region().event_log.events.since(0).entries;
    let mut events = events.into_iter().filter_map(Event::from_words);
    events.any(|event| match event.what {
        What::Died { pid, how, .. } => pid == process.pid && how == End::Signal(number),
        _ => false,
    })
}

#[test]
fn a_pane_that_is_killed_by_a_real_time_signal_is_started_again() {
    let (game, _, memory) = game("--restarts unlimited");
    for number in REAL_TIME {
        let pane = game.panes(3).swap_remove(1);
        send_number(&pane, number);
        wait_until("the death to be noted", || is_noted(&memory, &pane, number));
    }
    game.panes(3);
    memory.wait_for_ticks(50);
    let (report, stderr) = stop(game);
    assert_eq!(number(&report, "restarts"), 3, "{report}");
    for number in REAL_TIME {
        let line = format!("died (killed by signal {number}) and was started again\n");
        assert!(stderr.contains(&line), "{stderr}");
    }
}

#[test]
fn an_inspector_that_is_killed_by_a_real_time_signal_is_not_missed() {
    let (game, panes, memory) = game("--watch");
    let is_inspector = |child: &TestProcess| !panes.iter().any(|pane| pane.pid == child.pid);
    let inspector = wait_for("the inspector", || {
        TestProcess::children_of(game.launcher().pid).into_iter().find(is_inspector)
    });
    send_number(&inspector, 34);
    wait_until_gone(&[inspector]);
    memory.wait_for_ticks(50);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(143), ""), "{output:?}");
    let report = output.stdout.lines().last().unwrap();
    assert_conserved(&serde_json::from_str(report).unwrap());
}

#[test]
fn panes_that_die_of_real_time_signals_while_the_game_stops_are_all_reaped() {
    let (game, panes, _) = game("");
    // All of it is there when the launcher looks next.
    game.launcher().freeze();
    for (pane, number) in panes.iter().zip(REAL_TIME) {
        send_number(pane, number);
    }
    game.launcher().signal(Signal::SIGTERM);
    game.launcher().signal(Signal::SIGCONT);
    stop_was_asked(game);
    wait_until_gone(&panes);
}

/// The end of a game that was sent SIGTERM.
fn stop_was_asked(game: Program) {
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    assert_conserved(&output.report());
}

/// A game as a shell starts it after this, with its three panes.
fn game_after(script: &str) -> (Program, Vec<TestProcess>, Memory) {
    let mut command = tripong_by_shell(&format!("{script} exec \"$0\" \"$@\""));
    command.args("--headless --for 5min --json --seed 1 --restarts unlimited".split(' '));
    let game = Program::spawn(command);
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    (game, panes, memory)
}

#[test]
fn a_parent_that_ignores_sigchld_takes_no_death_away() {
    let (game, panes, memory) = game_after("exec env --ignore-signal=CHLD \"$0\" \"$@\";");
    panes[0].signal(Signal::SIGKILL);
    wait_until("the next process", || memory.incarnation(0) == 2);
    memory.wait_for_ticks(50);
    let (report, stderr) = stop(game);
    assert_eq!(number(&report, "restarts"), 1, "{report}");
    assert!(stderr.contains("pane 1") && stderr.contains("died (killed by SIGKILL)"), "{stderr}");
}

#[test]
fn what_was_ignored_at_the_start_stays_ignored_all_three_alike() {
    for ignored in ASKING {
        let name = &ignored.as_str()[3..];
        let (game, panes, memory) = game_after(&format!("trap '' {name};"));
        game.launcher().signal(ignored);
        panes[0].signal(ignored);
        memory.wait_for_ticks(100);
        let other = if ignored == Signal::SIGTERM { Signal::SIGINT } else { Signal::SIGTERM };
        game.launcher().signal(other);
        let report = game.finish().quiet_report(128 + other as i32);
        assert_conserved(&report);
        assert_eq!(number(&report, "restarts"), 0, "{ignored}: {report}");
        wait_until_gone(&panes);
    }
}

#[test]
fn what_was_blocked_at_the_start_is_heard() {
    for blocked in ASKING {
        let script = format!("exec env --block-signal={} \"$0\" \"$@\";", &blocked.as_str()[3..]);
        let (game, panes, memory) = game_after(&script);
        memory.wait_for_ticks(20);
        game.launcher().signal(blocked);
        assert_conserved(&game.finish().quiet_report(128 + blocked as i32));
        wait_until_gone(&panes);
    }
}

#[test]
fn a_launcher_dies_of_the_first_signal_that_means_a_crash() {
    for signal in [Signal::SIGSEGV, Signal::SIGBUS] {
        let (game, panes, _) = game_after("ulimit -c 0;");
        game.launcher().signal(signal);
        assert_eq!(game.finish().ended, Ended::By(signal));
        wait_until("the children to end", || panes.iter().all(TestProcess::has_ended));
    }
}

#[test]
fn a_signal_to_a_process_that_has_just_begun_does_not_end_the_game() {
    let (game, _, memory) = game("--restarts unlimited");
    for round in 0..30_u8 {
        let (pane, signal) = (round % 3, ASKING[usize::from(round / 3 % 3)]);
        let old = game.panes(3).swap_remove(pane.into());
        let known: Vec<_> =
            TestProcess::children_of(game.launcher().pid).iter().map(|child| child.pid).collect();
        old.signal(Signal::SIGKILL);
        let begun = wait_for("the next process", || {
            let children = TestProcess::children_of(game.launcher().pid);
            children.into_iter().find(|child| !known.contains(&child.pid))
        });
        begun.signal(signal);
        // A process begins with the mask of the one that starts it.
        for process in [game.launcher(), &begun] {
            let blocked = u64::from_str_radix(&process.status("SigBlk").unwrap(), 16).unwrap();
            for asking in ASKING {
                assert!(blocked >> (asking as u32 - 1) & 1 == 1, "{asking} is not blocked: {blocked:#x}");
            }
        }
        wait_until("it to attach", || begun.has_attached());
    }
    memory.wait_for_ticks(50);
    let (report, _) = stop(game);
    assert_eq!(number(&report, "restarts"), 30, "nobody died of it: {report}");
}

#[test]
fn ctrl_c_for_the_whole_group_while_a_pane_is_started_again_is_one_ctrl_c() {
    for _ in 0..5 {
        let mut command = tripong_by_shell("exec \"$0\" \"$@\"");
        command.args("--headless --for 5min --json --seed 1".split(' ')).process_group(0);
        let game = Program::spawn(command);
        let panes = game.panes(3);
        panes[1].signal(Signal::SIGKILL);
        wait_until("it to be reaped", || panes[1].is_gone());
        // The group is ours: its leader was not yet waited for.
        killpg(Pid::from_raw(game.launcher().pid.cast_signed()), Signal::SIGINT).unwrap();
        let output = game.finish();
        assert_eq!(output.ended, Ended::Code(130), "{output:?}");
        assert_conserved(&output.report());
        assert_eq!(number(&output.report(), "restarts"), 1);
    }
}
