//! What the command line answers: one line on stderr, nothing on stdout, and the right exit code.

#![allow(clippy::panic, reason = "that is how a test fails")]

mod common;

use common::{Ended, Output, Program, run, tripong, tripong_without_fds};
use tripong::cli;
use tripong::error::exit;

/// The program refuses these arguments with exactly this line.
fn assert_refused(arguments: &[&str], code: u8, line: &str) {
    let mut command = tripong();
    command.args(arguments);
    assert_says(Program::spawn(command), code, line);
}

fn assert_says(program: Program, code: u8, line: &str) {
    let Output { ended, stdout, stderr } = program.finish();
    assert_eq!(stderr, format!("{line}\n"));
    assert_eq!((ended, stdout.as_str()), (Ended::Code(code.into()), ""), "{line}");
}

fn assert_usage(arguments: &str, problem: &str) {
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    assert_refused(&arguments, exit::USAGE, &format!("tripong: {problem}; see `tripong --help`"));
}

#[test]
fn a_number_out_of_its_range_is_refused_with_the_range() {
    assert_usage("--panes 1", "invalid value '1' for '--panes <N>': 1 is not in 2..=16");
    assert_usage("--panes 99", "invalid value '99' for '--panes <N>': 99 is not in 2..=16");
    let hops = "invalid value '0' for '--hops <N>': 0 is not in 1..18446744073709551615";
    assert_usage("--headless --hops 0", hops);
    assert_usage("--hops 0", hops);
}

#[test]
fn what_is_no_number_or_duration_is_refused_with_the_value() {
    assert_usage("--headless --hops -1", "unexpected argument '-1' found");
    assert_usage(
        "--headless --hops=-1",
        "invalid value '-1' for '--hops <N>': invalid digit found in string",
    );
    assert_usage("--seed x", "invalid value 'x' for '--seed <S>': invalid digit found in string");
    assert_usage("--headless --for xyz", "invalid value 'xyz' for '--for <DURATION>': expected number at 0");
    assert_usage("--panes", "a value is required for '--panes <N>' but none was supplied");
}

#[test]
fn what_needs_headless_is_refused_without_it() {
    for arguments in ["--json", "--unpaced", "--hops 9", "--for 1s"] {
        assert_usage(arguments, "the following required arguments were not provided: --headless");
    }
}

#[test]
fn an_unknown_argument_is_refused_by_its_name() {
    assert_usage("--bogus", "unexpected argument '--bogus' found");
    assert_usage("--headless extra", "unexpected argument 'extra' found");
    assert_usage("--panes 3 --panes 4", "the argument '--panes <N>' cannot be used multiple times");
}

#[test]
fn a_role_that_is_none_is_refused_with_those_that_are() {
    assert_usage("--role ball", "invalid value 'ball' for '--role <ROLE>': the roles are pane:0 to pane:15");
    assert_usage("--role pane:99", "invalid value 'pane:99' for '--role <ROLE>': the panes are 0 to 15");
    let with_others =
        "the argument '--role <ROLE>' cannot be used with one or more of the other specified arguments";
    assert_usage("--role pane:0 --headless", with_others);
}

#[test]
fn a_role_taken_by_hand_is_refused_for_want_of_the_fds() {
    let mut command = tripong_without_fds(&[3, 4, 5]);
    command.args(["--role", "pane:0"]);
    let line = "tripong: pane 0: refused the Region: fd 3 was not passed on; \
                panes are started by `tripong` itself, not by hand";
    assert_says(Program::spawn(command), exit::REFUSED, line);
}

#[test]
fn windows_without_a_display_are_refused_with_a_way_out() {
    let way_out = "start it in a graphical session, or run `tripong --headless`, which needs no display";
    let refused = |variables: &[(&str, &str)], reason: &str| {
        let mut command = tripong();
        command.envs(variables.iter().copied());
        let line = format!("tripong: no display: {reason}; {way_out}");
        assert_says(Program::spawn(command), exit::NO_DISPLAY, &line);
    };
    refused(&[], "neither DISPLAY nor WAYLAND_DISPLAY is set");
    refused(&[("DISPLAY", ""), ("WAYLAND_DISPLAY", "")], "neither DISPLAY nor WAYLAND_DISPLAY is set");
    let nonsense = ("WAYLAND_DISPLAY", "nonsense");
    refused(&[nonsense], "WAYLAND_DISPLAY=nonsense does not answer, and DISPLAY is not set");
    let silent = "DISPLAY=:9999 does not answer (Connection refused (os error 111))";
    refused(&[("DISPLAY", ":9999")], silent);
    refused(&[nonsense, ("DISPLAY", ":9999")], silent);
}

#[test]
fn version_is_one_line_on_stdout() {
    let Output { ended, stdout, stderr } = run("--version");
    assert_eq!(ended, Ended::Code(0));
    assert_eq!((stdout, stderr.as_str()), (format!("tripong {}\n", env!("CARGO_PKG_VERSION")), ""));
}

/// The fenced block of the README that follows `<!-- help -->`.
fn help_in_the_readme() -> Option<&'static str> {
    let (_, after) = include_str!("../README.md").split_once("<!-- help -->\n```text\n")?;
    after.split_once("\n```\n").map(|(block, _)| block)
}

#[test]
fn help_is_the_same_on_stdout_in_the_library_and_in_the_readme() {
    let Output { ended, stdout, stderr } = run("--help");
    assert_eq!((ended, stderr.as_str()), (Ended::Code(0), ""));
    assert_eq!(stdout, cli::help());
    let paste = format!("paste this into README.md:\n<!-- help -->\n```text\n{}\n```\n", stdout.trim_end());
    let found = help_in_the_readme().unwrap_or_else(|| panic!("README.md has no help block; {paste}"));
    assert!(found == stdout.trim_end(), "README.md has another help text; {paste}");
}

#[test]
fn help_names_every_exit_code_and_hides_what_is_not_for_people() {
    let help = cli::help();
    assert!(!help.contains("role"), "{help}");
    let (_, codes) = help.split_once("Exit codes:\n").unwrap_or_else(|| panic!("no exit codes in {help}"));
    let firsts: Vec<_> = codes.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let mut expected = vec!["0".to_owned()];
    let of_errors = [exit::USAGE, exit::NO_DISPLAY, exit::REFUSED, exit::SYSTEM, exit::RULE, exit::PANE_DIED];
    expected.extend(of_errors.map(|code| code.to_string()));
    expected.push(format!("{}+N", exit::SIGNAL_BASE));
    assert_eq!(firsts, expected);
}

#[test]
fn help_fits_into_100_columns() {
    let too_long: Vec<_> = cli::help().lines().filter(|line| line.len() > 100).map(str::to_owned).collect();
    assert!(too_long.is_empty(), "{too_long:?}");
}
