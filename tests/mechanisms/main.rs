//! Every mechanism of `tripong bench` between real processes: what it carries, that it notices what it should, what it costs in
//! system calls, and that nothing stays behind. A mechanism that this machine does not have is ignored, and the list says why.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

mod calls;
mod documents;
mod runs;

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};

use common::{Ended, Output, Program, tripong};
use tripong::bench::Mechanism;

const NO_STRACE: &str = "strace is missing, or may not trace";

fn bench(arguments: &str) -> Command {
    let mut command = tripong();
    command.arg("bench").args(arguments.split_whitespace());
    command
}

fn run(arguments: &str) -> Output {
    Program::spawn(bench(arguments)).finish()
}

/// The report of a run that went well.
fn report(arguments: &str) -> serde_json::Value {
    let output = run(&format!("{arguments} --json"));
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    output.report()
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let list = run("--list");
    assert_eq!((list.ended, list.stderr.as_str()), (Ended::Code(0), ""), "{list:?}");
    let can_trace = calls::can_trace();
    let mut trials: Vec<_> =
        Mechanism::ALL.iter().flat_map(|mechanism| of_one(*mechanism, &list.stdout, can_trace)).collect();
    trials.extend(of_all());
    let refused =
        Trial::test("a_refused_mechanism_is_left_out_with_a_line_and_the_others_are_measured", || {
            calls::that_are_refused();
            Ok(())
        });
    trials.push(if can_trace { refused } else { refused.with_kind(NO_STRACE).with_ignored_flag(true) });
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What is tried with each mechanism, unless the list says why this machine does not have it.
fn of_one(mechanism: Mechanism, list: &str, can_trace: bool) -> [Trial; 4] {
    let missing = why_not(list, mechanism);
    let cannot_trace = (!can_trace).then(|| NO_STRACE.to_owned());
    let trial = |name: &str, missing: Option<String>, test: fn(Mechanism)| {
        let trial = Trial::test(format!("{name}_by_{mechanism}"), move || {
            test(mechanism);
            Ok(())
        });
        match missing {
            Some(why) => trial.with_kind(format!("ignored: {why}")).with_ignored_flag(true),
            None => trial,
        }
    };
    [
        trial("messages_of_all_sizes_go_down_the_line_and_back", missing.clone(), runs::sizes),
        trial("a_changed_byte_fails_the_run", missing.clone(), runs::a_changed_byte),
        trial(
            "a_killed_process_fails_the_run_and_only_its_own_fds_were_open",
            missing.clone(),
            runs::a_killed_process,
        ),
        trial(
            "a_message_makes_the_system_calls_that_are_listed",
            missing.or(cannot_trace),
            calls::are_those_listed,
        ),
    ]
}

fn of_all() -> [Trial; 6] {
    let trial = |name: &str, test: fn()| {
        let test = move || {
            test();
            Ok(())
        };
        Trial::test(name, test)
    };
    [
        trial("a_lost_datagram_is_an_error_and_no_hang", runs::a_lost_datagram),
        trial("rows_with_too_large_messages_are_left_out_with_a_line_and_in_the_report", runs::too_large),
        trial("a_run_of_all_mechanisms_measures_each_or_says_why_not", runs::all),
        trial("two_runs_at_a_time_do_not_meet", runs::two_at_a_time),
        trial("the_page_on_transports_has_the_facts_of_the_code", documents::facts),
        trial("the_list_names_every_mechanism_with_its_calls_and_its_limit", documents::list),
    ]
}

/// Why this machine does not have a mechanism, as the list says it.
fn why_not(list: &str, mechanism: Mechanism) -> Option<String> {
    let mut lines = list.lines().skip_while(|line| line.split(' ').next() != Some(mechanism.name()));
    let lines = [lines.next()?, lines.next()?, lines.next()?];
    lines[2].trim().strip_prefix("not here: ").map(str::to_owned)
}
