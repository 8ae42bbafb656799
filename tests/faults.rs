//! Whatever else can happen to a game: frozen and hung panes, spent budgets, limits of the system, launchers that die.
//! Every fault is a row of docs/FAULTS.md.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::fs::File;
use std::os::unix::process::CommandExt;

use common::memory::Memory;
use common::process::wait_until_gone;
use common::report::{assert_conserved, number};
use common::{Ended, Output, Process, Program, tripong, tripong_by_shell, wait_for, wait_until};
use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use rustix::process::{Resource, Rlimit, prlimit};
use serde_json::Value;
use tripong::error::exit;

/// A game that goes on until a signal ends it, after the ball has flown for a while.
fn game(arguments: &str, count: usize) -> (Program, Vec<Process>, Memory) {
    let game = Program::start(&format!("--headless --json --for 5min --panes {count} {arguments}"));
    let panes = game.panes(count);
    let memory = Memory::of(&panes[0]);
    memory.wait_for_ticks(50);
    (game, panes, memory)
}

/// The game goes on, conserved, until it is told to stop; its report, and what it has told.
fn stop(game: Program, memory: &Memory) -> (Value, String) {
    memory.wait_for_ticks(50);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(128 + Signal::SIGTERM as i32), "{output:?}");
    assert_conserved(&output.report());
    (output.report(), output.stderr)
}

#[test]
fn a_frozen_owner_is_recalled_from_and_fenced_when_it_wakes_up() {
    let (game, panes, memory) = game("--seed 1 --stall 200ms", 3);
    let frozen = memory.freeze_the_owner(&panes);
    let epoch = memory.tenure().unwrap().epoch;
    wait_until("the recall", || memory.tenure().is_some_and(|tenure| tenure.epoch > epoch));
    panes[frozen].signal(Signal::SIGCONT);
    wait_until("the late one to be fenced", || memory.fenced() > 0);
    let (report, told) = stop(game, &memory);
    assert!(number(&report, "recalls") >= 1 && number(&report, "fenced") >= 1, "{report}");
    let line = format!("tripong: pane {frozen} makes no progress; the ball was recalled to pane ");
    assert!(told.starts_with(&line), "{told}");
    assert_eq!(number(&report, "restarts"), 0, "a frozen pane is not a dead one: {told}");
}

#[test]
fn a_frozen_owner_that_is_still_frozen_at_the_end_does_not_count_as_a_second_ball() {
    let (game, panes, memory) = game("--seed 2 --stall 200ms", 3);
    let frozen = memory.freeze_the_owner(&panes);
    let epoch = memory.tenure().unwrap().epoch;
    wait_until("the recall", || memory.tenure().is_some_and(|tenure| tenure.epoch > epoch));
    let (_, told) = stop(game, &memory);
    assert!(told.contains(&format!("pane {frozen} makes no progress")), "{told}");
    wait_until_gone(&panes);
}

#[test]
fn a_hung_owner_is_killed_and_its_pane_started_again() {
    let (game, _, memory) =
        game("--seed 3 --unpaced --stall 200ms --restarts unlimited --fail accept:hang:30", 3);
    wait_until("a pane to be started again", || (0..3).any(|pane| memory.incarnation(pane) > 1));
    memory.wait_for_ticks(50);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(128 + Signal::SIGTERM as i32), "{output:?}");
    assert_conserved(&output.report());
    for words in ["makes no progress; the ball was recalled to", "hangs; it was killed", "was started again"]
    {
        assert!(output.stderr.contains(words), "{words}: {output:?}");
    }
}

#[test]
fn a_stopped_pane_without_the_ball_is_left_alone() {
    // The first of sixteen panes is many seconds away from the ball.
    let (game, panes, memory) = game("--seed 4 --stall 1s", 16);
    panes[0].freeze();
    memory.wait_for_ticks(500);
    assert!(!panes[0].has_ended());
    panes[0].signal(Signal::SIGCONT);
    let (report, told) = stop(game, &memory);
    assert_eq!((number(&report, "recalls"), number(&report, "restarts"), told.as_str()), (0, 0, ""));
}

#[test]
fn when_all_panes_are_stopped_the_ball_stays_where_it_is() {
    let (game, panes, memory) = game("--seed 5 --stall 200ms", 3);
    let owner = memory.freeze_the_owner(&panes);
    panes.iter().enumerate().filter(|(index, _)| *index != owner).for_each(|(_, pane)| pane.freeze());
    let before = memory.tenure();
    common::sleep_for_looks(1);
    // Unless it was recalled before the others stood still, on a slow machine.
    let recalled_early = memory.tenure().unwrap().epoch - before.unwrap().epoch;
    assert_eq!(recalled_early, 0);
    // The owner first: another one that lives is somebody to recall the ball to.
    panes[owner].signal(Signal::SIGCONT);
    memory.wait_for_ticks(1);
    panes.iter().for_each(|pane| pane.signal(Signal::SIGCONT));
    let (report, _) = stop(game, &memory);
    assert_eq!(number(&report, "restarts"), 0, "{report}");
}

#[test]
fn a_game_that_was_stopped_as_a_whole_goes_on_without_a_recall() {
    let mut command = tripong();
    command.args("--headless --json --for 5min --seed 6 --stall 1s".split(' ')).process_group(0);
    let game = Program::spawn(command);
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    memory.wait_for_ticks(50);
    // The group is ours: its leader was not yet waited for.
    let group = Pid::from_raw(game.launcher().pid.cast_signed());
    killpg(group, Signal::SIGSTOP).unwrap();
    wait_until("all to stand still", || panes.iter().chain([game.launcher()]).all(Process::is_stopped));
    common::sleep_for_looks(3);
    killpg(group, Signal::SIGCONT).unwrap();
    let (report, told) = stop(game, &memory);
    assert_eq!((number(&report, "recalls"), told.as_str()), (0, ""), "{report}");
}

/// Kills a pane, and tells the process that comes after it.
fn kill_and_wait_for_the_next(game: &Program, pane: u8, memory: &Memory) -> u32 {
    let old = game.panes(3).remove(pane.into());
    let incarnation = memory.incarnation(pane);
    old.signal(Signal::SIGKILL);
    wait_until("the next process", || memory.incarnation(pane) > incarnation);
    game.panes(3)[usize::from(pane)].pid
}

#[test]
fn a_budget_of_two_restarts_is_spent_by_the_third_death() {
    let (game, panes, memory) = game("--seed 7 --restarts 2/1min", 3);
    let first = panes[1].pid;
    let second = kill_and_wait_for_the_next(&game, 1, &memory);
    let third = kill_and_wait_for_the_next(&game, 1, &memory);
    game.panes(3)[1].signal(Signal::SIGKILL);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(exit::PANE_DIED.into()), "{output:?}");
    let again = |pid| format!("tripong: pane 1 (pid {pid}) died (killed by SIGKILL) and was started again\n");
    let last = format!(
        "tripong: pane 1 (pid {third}) died (killed by SIGKILL) after 2 restarts within 1m; the game was stopped\n"
    );
    assert_eq!(output.stderr, again(first) + &again(second) + &last);
}

#[test]
fn without_a_budget_the_game_goes_on_after_any_number_of_deaths() {
    let (game, _, memory) = game("--seed 8 --restarts unlimited", 3);
    for death in 0..6 {
        kill_and_wait_for_the_next(&game, death % 3, &memory);
    }
    let (report, told) = stop(game, &memory);
    assert_eq!((number(&report, "restarts"), told.lines().count()), (6, 6), "{told}");
}

#[test]
fn a_launcher_that_is_killed_amid_chaos_leaves_nobody_behind() {
    for round in 0..10 {
        let arguments =
            format!("chaos --kills 1000000 --stops 1000000 --panes {} --seed {round}", [3, 16][round % 2]);
        let game = Program::start(&arguments);
        let first = wait_for("the first child", || Process::children_of(game.launcher().pid).pop());
        wait_until("its death", || first.is_gone());
        // Anybody may be stopped now, or just be started.
        game.launcher().signal(Signal::SIGKILL);
        // The end of stderr, which finish waits for, is the end of all who have inherited it.
        assert_eq!(game.finish().ended, Ended::By(Signal::SIGKILL), "{arguments}");
    }
}

#[test]
fn two_games_of_chaos_at_once_know_nothing_of_each_other() {
    let games =
        [21, 22].map(|seed| Program::start(&format!("chaos --json --kills 30 --stops 30 --seed {seed}")));
    for (game, seed) in games.into_iter().zip([21, 22]) {
        let report = game.finish().quiet_report(0);
        assert_conserved(&report);
        assert_eq!(number(&report, "seed"), seed);
    }
}

#[test]
fn a_reader_that_is_gone_or_a_full_disk_does_not_change_the_result_of_chaos() {
    let (reader, writer) = nix::unistd::pipe2(OFlag::O_CLOEXEC).unwrap();
    drop(reader);
    let full = File::options().write(true).open("/dev/full").unwrap();
    for (stdout, error) in
        [(writer.into(), "Broken pipe (os error 32)"), (full.into(), "No space left on device (os error 28)")]
    {
        let stdout: std::process::Stdio = stdout;
        let mut command = tripong();
        command.args("chaos --kills 20 --stops 20 --json --seed 9".split(' ')).stdout(stdout);
        let output = Program::spawn(command).finish();
        let line = format!("tripong: failed to write the report to stdout: {error}\n");
        assert_eq!((output.ended, output.stderr), (Ended::Code(0), line));
    }
}

/// The program as it fares with a limit of the shell's `ulimit`.
fn run_within(limit: &str, arguments: &str) -> Output {
    let mut command = tripong_by_shell(&format!("ulimit {limit}; exec \"$0\" \"$@\""));
    command.args(arguments.split(' '));
    Program::spawn(command).finish()
}

fn assert_system_error(what: &str, output: &Output, cause: &str) {
    let Output { ended, stdout, stderr } = output;
    assert_eq!((*ended, stdout.as_str()), (Ended::Code(exit::SYSTEM.into()), ""), "{what}: {stderr}");
    let line = stderr.strip_suffix('\n').unwrap_or_default();
    assert!(line.starts_with("tripong: failed to ") && line.ends_with(cause), "{what}: {stderr}");
    assert!(!line.contains('\n'), "{what}: {stderr}");
}

#[test]
fn too_few_fds_at_the_start_are_an_error_and_no_child_is_left() {
    let mut refused = 0;
    for fds in 5..40 {
        // finish waits until nobody has its stderr any more: no child is left.
        let what = format!("-n {fds}");
        let output = run_within(&what, "--headless --unpaced --panes 16 --hops 2");
        if output.ended != Ended::Code(0) {
            assert_system_error(&what, &output, "Too many open files (os error 24)");
            refused += 1;
        }
    }
    assert!(refused > 20, "a pane needs an fd of its launcher");
}

/// Takes the rest of a resource from a running launcher.
fn limit(game: &Program, resource: Resource, limit: u64) {
    let pid = rustix::process::Pid::from_raw(game.launcher().pid.cast_signed());
    // It was not yet waited for, so that the pid cannot be a stranger's.
    prlimit(pid, resource, Rlimit { current: Some(limit), maximum: Some(limit) }).unwrap();
}

#[test]
fn too_few_fds_at_a_restart_are_an_error_and_no_child_is_left() {
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
    assert!(output.stderr.lines().all(|line| line.starts_with("tripong: ")), "{output:?}");
    wait_until_gone(&panes);
}

/// The limit counts 512 bytes in some shells and 1024 in others; the Region has 85,376.
#[test]
fn a_file_size_limit_too_small_for_the_region_is_an_error() {
    for blocks in [0, 1, 80] {
        let output = run_within(&format!("-f {blocks}"), "--headless --unpaced --hops 2");
        assert_system_error("-f", &output, "File too large (os error 27)");
        let what =
            "allocate 85376 bytes for the Region (is there memory left, and is `ulimit -f` large enough?)";
        assert!(output.stderr.contains(what), "{output:?}");
    }
}
