//! Games in sandboxes that forbid system calls, as seccomp filters do: `strace` answers the call in the kernel's place. A
//! sandbox is either no hindrance or an error in one line that names it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};

use common::report::assert_conserved;
use common::{Ended, Output, Program, clean, is_installed, program};
use tripong::error::exit;
use tripong::protocol::TransportKind;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let refused: &[(&str, fn())] = &[
        ("where_landlock_is_refused_the_game_is_played_and_its_report_says_so", landlock_refused),
        ("panes_that_cannot_take_their_links_end_the_game_with_a_line", links_refused),
        ("a_game_that_cannot_be_paced_ends_with_a_line", pace_refused),
        ("a_link_that_may_not_be_used_ends_the_game_with_a_line", use_of_links_refused),
        ("a_call_that_is_refused_is_named_with_the_sandbox", any_call_refused),
        ("a_signal_while_memory_is_allocated_is_no_error", allocation_interrupted),
    ];
    let missing: &[(&str, fn())] = &[("what_is_missing_of_proc_and_dev_is_named", proc_or_dev_missing)];
    // On a machine that must have it, a missing one is a failure, not an excuse.
    let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let can_refuse = is_ci || can_refuse();
    let trials = refused
        .iter()
        .map(|(name, test)| trial(name, *test, can_refuse, "ignored: strace is missing, or may not trace"));
    let cannot = "ignored: nothing can be mounted (unshare -rm)";
    let missing = missing.iter().map(|(name, test)| trial(name, *test, can_mount(), cannot));
    libtest_mimic::run(&arguments, trials.chain(missing).collect()).exit_code()
}

fn trial(name: &str, test: fn(), is_run: bool, otherwise: &str) -> Trial {
    let trial = Trial::test(name, move || {
        test();
        Ok(())
    });
    if is_run { trial } else { trial.with_kind(otherwise).with_ignored_flag(true) }
}

/// The executable with these arguments, to which this system call is refused.
fn without(call: &str, arguments: &str) -> Command {
    with(&format!("{call}:error=EPERM"), arguments)
}

/// The executable with these arguments, to which a system call answers like this.
fn with(answer: &str, arguments: &str) -> Command {
    let (call, _) = answer.split_once(':').unwrap();
    let mut command = program("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
    command.args(["-e", &format!("inject={answer}"), env!("CARGO_BIN_EXE_tripong")]);
    command.args(arguments.split_whitespace());
    clean(command)
}

/// What became of a game to which this system call is refused.
fn game_without(call: &str, arguments: &str) -> Output {
    Program::spawn(without(call, &format!("--headless --seed 1 {arguments}"))).finish()
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
    let is_reported = |child: &serde_json::Value| {
        ["full", "partial", "absent"].contains(&child["confined"].as_str().unwrap())
    };
    assert!(children.iter().all(is_reported), "{report}");
    let output = Program::spawn(without("landlock_restrict_self", "doctor")).finish();
    let line = output.stdout.lines().find(|line| line.contains(" landlock ")).unwrap();
    assert!(line.starts_with("warning") && line.contains("a sandbox refuses it"), "{line}");
    assert_eq!(output.ended, Ended::Code(exit::NO_DISPLAY.into()), "all else is well: {output:?}");
}

/// The game ended as one to which the system has refused something: one line, which names the call, and no success.
fn assert_refused(output: &Output, call: &str) {
    assert_eq!(output.ended, Ended::Code(exit::SYSTEM.into()), "{output:?}");
    let line = output.stderr.strip_suffix('\n').unwrap_or_default();
    assert!(line.starts_with("tripong: ") && !line.contains('\n'), "{output:?}");
    let is_named = ["(", ", "].iter().any(|before| line.contains(&format!("{before}{call}")));
    assert!(is_named && line.contains("a sandbox (seccomp, a container) may forbid this call"), "{output:?}");
}

fn links_refused() {
    for transport in TransportKind::ALL {
        let output = game_without("recvmsg", &format!("--unpaced --hops 100000 --transport {transport}"));
        assert_refused(&output, "recvmsg");
    }
    let doctor = Program::spawn(without("recvmsg", "doctor")).finish();
    let failing = doctor.stdout.lines().filter(|line| line.starts_with("fails"));
    let names: Vec<_> = failing.filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(names, ["display", "passed-fd", "futex", "game"], "{doctor:?}");
}

fn pace_refused() {
    assert_refused(&game_without("clock_nanosleep", "--for 5min"), "clock_nanosleep");
    let doctor = Program::spawn(without("clock_nanosleep", "doctor")).finish();
    let line = doctor.stdout.lines().find(|line| line.contains(" clock ")).unwrap();
    assert!(line.starts_with("fails") && line.contains("clock_nanosleep"), "{line}");
}

fn use_of_links_refused() {
    assert_refused(&game_without("sendto", "--unpaced --hops 100000 --transport socket"), "sendto");
}

fn any_call_refused() {
    for call in [
        "clone3",
        "clone",
        "eventfd2",
        "fallocate",
        "fcntl",
        "memfd_create",
        "pipe2",
        "prctl",
        "pidfd_open",
        "ppoll",
        "recvfrom",
        "sendmsg",
        "signalfd4",
        "socketpair",
        "waitid",
    ] {
        assert_refused(&game_without(call, "--for 5min"), call);
    }
}

fn allocation_interrupted() {
    let output =
        Program::spawn(with("fallocate:error=EINTR:when=1", "--headless --unpaced --hops 20 --json"))
            .finish();
    assert_conserved(&output.quiet_report(0));
}

/// The executable with these arguments, where this folder is empty.
fn with_empty(folder: &str, arguments: &str) -> Output {
    let mut command = program("unshare");
    command.args(["-rm", "sh", "-c", &format!("mount -t tmpfs none {folder} && exec \"$0\" {arguments}")]);
    command.arg(env!("CARGO_BIN_EXE_tripong"));
    Program::spawn(clean(command)).finish()
}

fn can_mount() -> bool {
    with_empty("/proc", "--version").ended == Ended::Code(0)
}

fn proc_or_dev_missing() {
    let assert_named = |folder: &str, missing: &str, arguments: &str| {
        let output = with_empty(folder, arguments);
        assert_eq!(output.ended, Ended::Code(exit::SYSTEM.into()), "{output:?}");
        let line = output.stderr.strip_suffix('\n').unwrap_or_default();
        assert!(line.starts_with("tripong: failed to ") && !line.contains('\n'), "{output:?}");
        assert!(line.contains(&format!("there is no {missing}; mount or make it")), "{output:?}");
    };
    assert_named("/proc", "/proc/self/exe", "--headless --for 1s");
    assert_named("/proc", "/proc/self/exe", "bench --hops 10");
    assert_named("/dev", "/dev/null", "--headless --for 1s");
    // The processes of the bench have pipes only.
    let bench = with_empty("/dev", "bench --hops 10 --repeats 1 --wait block --json");
    assert_eq!(bench.ended, Ended::Code(0), "{bench:?}");
}
