//! Games in sandboxes that forbid system calls, as seccomp filters do: `strace` answers the call in the kernel's place. A
//! sandbox is either no hindrance or an error in one line that names it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Trial};

use common::report::assert_conserved;
use common::{Ended, Output, Program, is_installed, program, tripong};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let refused: &[(&str, fn())] =
        &[("where_landlock_is_refused_the_game_is_played_and_its_report_says_so", landlock_refused)];
    // On a machine that must have it, a missing one is a failure, not an excuse.
    let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let can_refuse = is_ci || can_refuse();
    let trials =
        refused.iter().map(|(name, test)| trial(name, *test, can_refuse, "ignored: strace is missing"));
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn trial(name: &str, test: fn(), is_run: bool, otherwise: &str) -> Trial {
    let trial = Trial::test(name, move || {
        test();
        Ok(())
    });
    if is_run { trial } else { trial.with_kind(otherwise).with_ignored_flag(true) }
}

/// The executable with these arguments, to which these system calls are refused with EPERM.
fn without(calls: &str, arguments: &str) -> Command {
    let mut command = program("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}")]);
    command.args(["-e", &format!("inject={calls}:error=EPERM"), tripong().get_program().to_str().unwrap()]);
    command.args(arguments.split_whitespace()).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What became of a game to which these system calls are refused.
fn game_without(calls: &str, arguments: &str) -> Output {
    Program::spawn(without(calls, &format!("--headless --seed 1 {arguments}"))).finish()
}

fn can_refuse() -> bool {
    is_installed("strace") && without("sync", "--version").status().is_ok_and(|status| status.success())
}

fn landlock_refused() {
    for call in ["landlock_create_ruleset", "landlock_restrict_self"] {
        let report = game_without(call, "--unpaced --hops 50 --json").quiet_report(0);
        assert_conserved(&report);
        let children = report["children"].as_array().unwrap();
        assert!(children.iter().all(|child| child["confined"] == "refused"), "{report}");
    }
    let report = common::run("--headless --unpaced --hops 50 --seed 1 --json").quiet_report(0);
    let children = report["children"].as_array().unwrap();
    let is_told = |child: &serde_json::Value| {
        ["full", "partial", "absent"].contains(&child["confined"].as_str().unwrap())
    };
    assert!(children.iter().all(is_told), "{report}");
    let output = Program::spawn(without("landlock_restrict_self", "doctor")).finish();
    let line = output.stdout.lines().find(|line| line.contains(" landlock ")).unwrap();
    assert!(line.starts_with("warning") && line.contains("a sandbox refuses it"), "{line}");
    assert_eq!(
        output.ended,
        Ended::Code(tripong::error::exit::NO_DISPLAY.into()),
        "all else is well: {output:?}"
    );
}
