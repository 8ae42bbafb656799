//! What the command line answers: one line on stderr, nothing on stdout, and the right exit code.

#![allow(clippy::panic, clippy::expect_used, reason = "that is how a test fails")]

mod common;

use std::fs::File;

use command_fds::{CommandFdExt, FdMapping};
use common::{Ended, Output, Program, tripong, tripong_by_shell, tripong_without_fds};
use nix::sys::signal::Signal;
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

/// What the program answers to one argument.
fn ask(argument: &str) -> Output {
    let mut command = tripong();
    command.arg(argument);
    Program::spawn(command).finish()
}

/// It is refused as this problem, and sent to the help of its command.
fn assert_usage(arguments: &str, problem: &str) {
    assert_usage_line(arguments, &format!("tripong: {problem}; see `{}`", help_of(arguments)));
}

/// It is refused as this problem, with this question.
fn assert_asked(arguments: &str, problem: &str, meant: &str) {
    let help = help_of(arguments);
    assert_usage_line(arguments, &format!("tripong: {problem}: did you mean {meant}? See `{help}`"));
}

fn assert_usage_line(arguments: &str, line: &str) {
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    assert_refused(&arguments, exit::USAGE, line);
}

/// In the order of their manual pages. A command of a command follows it.
const COMMANDS: [&str; 14] = [
    "chaos",
    "bench",
    "bench compare",
    "bench report",
    "bench merge",
    "export",
    "replay",
    "lab",
    "lab verify",
    "lab key",
    "doctor",
    "ps",
    "completions",
    "man",
];

fn help_of(arguments: &str) -> String {
    let is_of = |command: &&&str| arguments == **command || arguments.starts_with(&format!("{command} "));
    let command = COMMANDS.iter().filter(is_of).max_by_key(|command| command.len());
    command.map_or("tripong --help".to_owned(), |command| format!("tripong {command} --help"))
}

#[test]
fn a_number_out_of_its_range_is_refused_with_the_range() {
    for panes in ["1", "99", "-3"] {
        let wrong =
            format!("invalid value '{panes}' for '--panes <N>': it must be a whole number from 2 to 16");
        assert_usage(&format!("--panes {panes}"), &wrong);
        assert_usage(&format!("chaos --panes {panes}"), &wrong);
    }
    for zoom in ["0.4", "5", "x", "-1", "nan"] {
        let wrong = format!("invalid value '{zoom}' for '--zoom <N>': it must be a number from 0.5 to 4");
        assert_usage(&format!("--zoom {zoom}"), &wrong);
    }
    let hops = "invalid value '0' for '--hops <N>': it must be a whole number from 1 up";
    assert_usage("--headless --hops 0", hops);
    assert_usage("--hops 0", hops);
}

#[test]
fn what_is_no_number_or_duration_is_refused_with_the_value() {
    let hops = "invalid value '-1' for '--hops <N>': it must be a whole number from 1 up";
    assert_usage("--headless --hops -1", hops);
    assert_usage("--headless --hops=-1", hops);
    for seed in ["x", "-3", "18446744073709551616"] {
        let range = "it must be a whole number from 0 to 18446744073709551615";
        assert_usage(&format!("--seed {seed}"), &format!("invalid value '{seed}' for '--seed <S>': {range}"));
    }
    let duration = "invalid value 'xyz' for '--for <DURATION>': it must be a time such as 500ms, 5s or 2min";
    assert_usage("--headless --for xyz", duration);
    assert_usage("--headless --for -1s", &duration.replace("xyz", "-1s"));
    assert_usage("--panes", "a value is required for '--panes <N>' but none was supplied");
}

#[test]
fn a_time_below_zero_is_refused_as_a_time() {
    let time = "it must be a time such as 500ms, 5s or 2min";
    for (arguments, option) in [
        ("--headless --for", "--for <DURATION>"),
        ("--stall", "--stall <T>"),
        ("chaos --stall", "--stall <T>"),
    ] {
        assert_usage(&format!("{arguments} -1s"), &format!("invalid value '-1s' for '{option}': {time}"));
    }
    let above = "it must be a time above 0, such as 500ms, 5s or 2min";
    assert_usage("bench --time -1s", &format!("invalid value '-1s' for '--time <T>': {time}"));
    assert_usage("bench --time 0s", &format!("invalid value '0s' for '--time <T>': {above}"));
    let form = "it must be a number and a time, such as 3/5s, or unlimited";
    assert_usage("--restarts -3/5s", &format!("invalid value '-3/5s' for '--restarts <N/T>': {form}"));
}

#[test]
fn what_is_no_patience_or_budget_is_refused_with_the_value() {
    let time = "it must be a time such as 500ms, 5s or 2min";
    for arguments in ["--stall x", "chaos --stall x"] {
        assert_usage(arguments, &format!("invalid value 'x' for '--stall <T>': {time}"));
    }
    for budget in ["x", "3", "3/x", "x/5s", "/", "3/0s"] {
        let form = "it must be a number and a time, such as 3/5s, or unlimited";
        let problem = format!("invalid value '{budget}' for '--restarts <N/T>': {form}");
        assert_usage(&format!("--restarts {budget}"), &problem);
    }
}

#[test]
fn a_patience_in_which_a_healthy_pane_may_show_nothing_is_refused_with_the_least() {
    let real_time = "it must be at least 25ms (three ticks at speed slow)";
    let unpaced = "it must be at least 25ms (unpaced, a healthy process may wait about as long for its CPU)";
    let chaos = "it must be at least 5ms (a healthy process may wait about as long for its CPU)";
    for (arguments, stall, least) in [
        ("", "0s", real_time),
        ("--headless", "24ms 999us", real_time),
        ("chaos --windows", "12ms", real_time),
        ("--headless --unpaced", "24ms", unpaced),
        ("chaos", "4ms 999us", chaos),
        ("chaos", "1ns", chaos),
    ] {
        let (option, help) = (format!("--stall={stall}"), help_of(arguments));
        let arguments: Vec<_> = arguments.split_whitespace().chain([option.as_str()]).collect();
        let line = format!("tripong: invalid value '{stall}' for '--stall <T>': {least}; see `{help}`");
        assert_refused(&arguments, exit::USAGE, &line);
    }
}

#[test]
fn chaos_that_would_never_be_over_or_too_early_is_refused() {
    let off = "cannot be used with '--stops 1': a stopped pane would keep its ball; add '--stops 0'";
    assert_usage("chaos --stops 1 --stall off", &format!("'--stall off' {off}"));
    let most = u64::MAX;
    let sum = format!("'--kills {most}' and '--stops 1' are more than {most} together");
    assert_usage(&format!("chaos --kills {most} --stops 1"), &sum);
    let range = format!("it must be a whole number from 0 to {most}");
    assert_usage("chaos --kills -1", &format!("invalid value '-1' for '--kills <N>': {range}"));
}

#[test]
fn what_chaos_does_not_take_is_refused_with_what_it_does_instead() {
    let windows = "unexpected argument '--headless' found; chaos shows windows only with '--windows'";
    assert_usage("chaos --headless", windows);
    assert_asked("chaos --unpaced", "unexpected argument '--unpaced' found", "`tripong --unpaced`");
}

#[test]
fn a_time_beyond_all_bounds_is_no_panic() {
    let game = Program::start("--headless --for 18446744073709551615s --json");
    game.panes(3);
    game.launcher().signal(Signal::SIGTERM);
    let report = game.finish().quiet_report(128 + Signal::SIGTERM as i32);
    assert_eq!(report["conserved"], true, "{report}");
}

#[test]
fn a_refusal_that_nobody_can_hear_keeps_its_exit_code() {
    let full = File::options().write(true).open("/dev/full").expect("/dev/full");
    let mut command = tripong_by_shell("exec \"$0\" \"$@\" 2>&5");
    command.arg("--bogus");
    let mapping = FdMapping { parent_fd: full.into(), child_fd: 5 };
    command.fd_mappings(vec![mapping]).expect("fd 5 is free");
    let Output { ended, stdout, stderr } = Program::spawn(command).finish();
    assert_eq!((ended, stdout.as_str(), stderr.as_str()), (Ended::Code(exit::USAGE.into()), "", ""));
}

#[test]
fn what_needs_headless_is_refused_without_it() {
    for arguments in ["--unpaced", "--hops 9", "--for 1s", "--watch", "--wait spin", "--hops=9 --panes 5"] {
        let option = arguments.split([' ', '=']).next().unwrap_or_default();
        let run = format!("'{option}' needs '--headless': run `tripong --headless {arguments}`");
        assert_usage(arguments, &run);
    }
    let all = "--wait spin --hops 9 --unpaced";
    let names = "'--hops', '--unpaced' and '--wait' need '--headless'";
    assert_usage(all, &format!("{names}: run `tripong --headless {all}`"));
    let missing = "the following required arguments were not provided: --windows";
    assert_usage("chaos --present", &format!("{missing}; run `tripong chaos --windows --present`"));
    // No command line is given that would be refused as well, or that a shell would read in another way.
    assert_usage("--hops 5 --zoom 2", "'--hops' needs '--headless': add it");
}

#[test]
fn a_misspelt_word_is_refused_with_the_nearest_one() {
    for (arguments, problem, meant) in [
        ("--hopps 5", "unexpected argument '--hopps' found", "'--hops'"),
        ("--Headless", "unexpected argument '--Headless' found", "'--headless'"),
        ("chaos --kill 3", "unexpected argument '--kill' found", "'--kills'"),
        ("bench --transport pipe", "unexpected argument '--transport' found", "`tripong --transport`"),
        ("--versoin", "unexpected argument '--versoin' found", "'--version'"),
        ("choas", "unrecognized subcommand 'choas'", "`tripong chaos`"),
        ("--docter", "unexpected argument '--docter' found", "`tripong doctor`"),
        // A command as an option, and an option as a command.
        ("--chaos", "unexpected argument '--chaos' found", "`tripong chaos`"),
        ("headless", "unrecognized subcommand 'headless'", "'--headless'"),
        ("help", "unrecognized subcommand 'help'", "'--help'"),
        ("chaos kills", "unexpected argument 'kills' found", "'--kills'"),
        ("chaos doctor", "unexpected argument 'doctor' found", "`tripong doctor`"),
        // Of another command.
        ("--kills 3", "unexpected argument '--kills' found", "`tripong chaos --kills`"),
    ] {
        assert_asked(arguments, problem, meant);
    }
    for (arguments, meant, possible) in [
        ("--transport pip", "'pipe'", "'--transport <TRANSPORT>' [possible values: shared, pipe, socket]"),
        ("--mode matsch", "'match'", "'--mode <MODE>' [possible values: rally, match]"),
        ("completions bsh", "'bash'", "'<SHELL>' [possible values: bash, zsh, fish]"),
    ] {
        let value = arguments.split(' ').next_back().unwrap_or_default();
        assert_asked(arguments, &format!("invalid value '{value}' for {possible}"), meant);
    }
    let far = "invalid value 'x' for '--mode <MODE>' [possible values: rally, match]";
    assert_usage("--mode x", far);
}

#[test]
fn what_is_hidden_is_no_suggestion() {
    assert_usage("--rol", "unexpected argument '--rol' found");
    assert_usage("--carier pipe", "unexpected argument '--carier' found");
}

#[test]
fn options_before_a_command_are_refused_with_the_command_line_that_was_meant() {
    let refused = |option: &str| format!("the subcommand 'chaos' cannot be used with '{option}'");
    assert_usage("--headless chaos", &format!("{}; run `tripong chaos`", refused("--headless")));
    let run = "run `tripong chaos --seed 3 --kills 2`";
    assert_usage("--seed 3 chaos --kills 2", &format!("{}; {run}", refused("--seed <S>")));
    assert_usage("--zoom 2 chaos", &refused("--zoom <N>"));
}

#[test]
fn a_window_that_cannot_be_shown_is_refused_without_advice_that_was_followed_already() {
    let (no, doctor) =
        ("neither DISPLAY nor WAYLAND_DISPLAY is set", "`tripong doctor` says what is missing");
    let inspector =
        "leave out `--inspect`, or run `tripong --headless --watch`, which shows the inspector on a terminal";
    let windows = "leave out `--windows`: chaos without windows needs no display";
    for (arguments, advice) in [("--headless --inspect", inspector), ("chaos --windows", windows)] {
        let arguments: Vec<_> = arguments.split(' ').collect();
        let line = format!("tripong: no display: {no}; {advice}; {doctor}");
        assert_refused(&arguments, exit::NO_DISPLAY, &line);
    }
}

#[test]
fn an_unknown_argument_is_refused_by_its_name() {
    assert_usage("--bogus", "unexpected argument '--bogus' found");
    assert_usage("chaos extra", "unexpected argument 'extra' found");
    assert_usage("--panes 3 --panes 4", "the argument '--panes <N>' cannot be used multiple times");
}

#[test]
fn a_role_that_is_none_is_refused_with_those_that_are() {
    assert_usage("--role ball", "invalid value 'ball' for '--role <ROLE>': the roles are pane:1 to pane:16");
    assert_usage("--role pane:99", "invalid value 'pane:99' for '--role <ROLE>': the panes are 1 to 16");
    for other in ["--headless", "--json"] {
        let problem = format!("the argument '--role <ROLE>' cannot be used with '{other}'");
        assert_usage(&format!("--role pane:1 {other}"), &problem);
    }
}

#[test]
fn a_role_taken_by_hand_is_refused_for_want_of_the_fds() {
    let mut command = tripong_without_fds(&[3, 4, 5, 6, 7]);
    command.args(["--role", "pane:1"]);
    let line = "tripong: pane 1: refused the Region: fd 3 was not passed on; \
                panes are started by `tripong` itself, not by hand";
    assert_says(Program::spawn(command), exit::REFUSED, line);
}

#[test]
fn windows_without_a_display_are_refused_with_a_way_out() {
    let way_out = "start it in a graphical session, or run `tripong --headless`, which needs no display; \
                   `tripong doctor` says what is missing";
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
    let Output { ended, stdout, stderr } = ask("--version");
    assert_eq!(ended, Ended::Code(0));
    assert_eq!((stdout, stderr.as_str()), (format!("tripong {}\n", env!("CARGO_PKG_VERSION")), ""));
}

/// The fenced block of docs/CLI.md that follows `<!-- help -->`.
fn help_on_its_page() -> Option<&'static str> {
    let (_, after) = include_str!("../docs/CLI.md").split_once("<!-- help -->\n```text\n")?;
    after.split_once("\n```\n").map(|(block, _)| block)
}

#[test]
fn help_is_the_same_on_stdout_in_the_library_and_on_its_page() {
    let Output { ended, stdout, stderr } = ask("--help");
    assert_eq!((ended, stderr.as_str()), (Ended::Code(0), ""));
    assert_eq!(stdout, cli::help());
    let paste = format!("paste this into docs/CLI.md:\n<!-- help -->\n```text\n{}\n```\n", stdout.trim_end());
    let found = help_on_its_page().unwrap_or_else(|| panic!("docs/CLI.md has no help block; {paste}"));
    assert!(found == stdout.trim_end(), "docs/CLI.md has another help text; {paste}");
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

/// What `--transport` was called before.
#[test]
fn the_former_names_of_the_transport_options_work_and_are_hidden() {
    let mut game = tripong();
    game.args("--headless --unpaced --hops 5 --carrier pipe --json".split(' '));
    assert_eq!(Program::spawn(game).finish().report()["transport"], "pipe");
    let bench = ["tripong", "bench", "--carriers", "pipe"].map(Into::into);
    assert!(matches!(cli::Mode::from_args(bench), Ok(cli::Mode::Bench(_))));
    assert!(!cli::help().contains("carrier"));
}

/// What the program prints to these arguments, without a word on stderr.
fn printed(arguments: &str) -> String {
    let mut command = tripong();
    command.args(arguments.split(' '));
    let Output { ended, stdout, stderr } = Program::spawn(command).finish();
    assert_eq!((ended, stderr.as_str()), (Ended::Code(0), ""), "{arguments}");
    stdout
}

#[test]
fn every_help_fits_into_100_columns_and_has_examples_and_exit_codes() {
    for help in [cli::help()].into_iter().chain(COMMANDS.map(|command| printed(&format!("{command} --help"))))
    {
        let too_long: Vec<_> = help.lines().filter(|line| line.len() > 100).collect();
        assert!(too_long.is_empty(), "{too_long:?}");
        assert!(help.contains("\nExamples:\n  ") && help.contains("\nExit codes:\n  0  "), "{help}");
    }
}

/// Every line of an example that is a command of this program, up to its pipes and redirections.
fn examples(help: &str) -> Vec<Vec<String>> {
    let section = help.split("Examples:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let lines = section.unwrap_or_default().lines().filter_map(|line| line.strip_prefix("  tripong"));
    lines
        .map(|line| {
            // What is explained stands behind two spaces.
            let command = line.split("  ").next().unwrap_or_default();
            let words = command.split_whitespace().take_while(|word| !["|", ">"].contains(word));
            words.map(str::to_owned).collect()
        })
        .collect()
}

#[test]
fn every_example_of_a_help_is_a_command_line_that_the_program_takes() {
    let helps = COMMANDS.map(|command| printed(&format!("{command} --help")));
    let all: Vec<_> =
        helps.iter().map(String::as_str).chain([cli::help().as_str()]).flat_map(examples).collect();
    assert!(all.len() > 25, "{all:?}");
    for words in all {
        let line = ["tripong".to_owned()].into_iter().chain(words.clone()).map(Into::into);
        assert!(cli::Mode::from_args(line).is_ok(), "{words:?}");
    }
}

/// A shell that reads this script without a word; None if there is no such shell.
fn read_by(shell: &str, arguments: &[&str], script: &str) -> Option<String> {
    if !common::is_installed(shell) {
        return None;
    }
    let mut command = common::clean(common::program(shell));
    command.args(arguments).arg(script);
    let Output { ended, stdout, stderr } = Program::spawn(command).finish();
    assert_eq!((ended, stderr.as_str()), (Ended::Code(0), ""), "{shell} {arguments:?}");
    Some(stdout)
}

#[test]
fn the_completions_are_scripts_that_their_shells_take() {
    let scripts = ["bash", "zsh", "fish"].map(|shell| printed(&format!("completions {shell}")));
    assert!(scripts.iter().all(|script| script.contains("swap-every") && !script.contains("role")));
    let [bash, zsh, fish] = scripts;
    read_by("bash", &["-n", "-c"], &bash);
    let offer = "COMP_WORDS=(tripong chaos --ki); COMP_CWORD=2; _tripong tripong --ki chaos; echo \"${COMPREPLY[@]}\"";
    let bash = read_by("bash", &["-c"], &format!("{bash}\ncomplete -p tripong\n{offer}"));
    if let Some(offered) = bash {
        let lines: Vec<_> = offered.lines().collect();
        assert!(lines[0].ends_with(" -F _tripong tripong"), "{offered}");
        assert_eq!(lines[1], "--kills");
    }
    read_by("zsh", &["-n", "-c"], &zsh);
    // As in a new shell: the script registers itself.
    let load = format!("autoload -Uz compinit; compinit -D -u\n{zsh}\necho ${{_comps[tripong]}}");
    if let Some(registered) = read_by("zsh", &["-f", "-c"], &load) {
        assert_eq!(registered, "_tripong\n");
    }
    read_by("fish", &["--no-config", "-c"], &fish);
}

#[test]
fn the_manual_is_printed_whole_and_page_by_page() {
    let pages: Vec<_> = COMMANDS.map(|command| printed(&format!("man {}", command.replace(' ', "-")))).into();
    let all = printed("man");
    assert_eq!(all.matches(".TH ").count(), 1 + COMMANDS.len());
    assert!(all.ends_with(&pages.concat()), "the page of the program, then those of its commands");
    assert!(all.contains("\\-\\-transport") && !all.contains("role"));
    if let Some(read) = read_by("sh", &["-c"], "command -v groff > /dev/null && groff -v | head -1; true")
        && !read.is_empty()
    {
        let mut groff = common::clean(common::program("sh"));
        groff.args(["-c", "\"$0\" man | groff -man -Tutf8 -ww -z", env!("CARGO_BIN_EXE_tripong")]);
        let Output { ended, stderr, .. } = Program::spawn(groff).finish();
        assert_eq!((ended, stderr.as_str()), (Ended::Code(0), ""));
    }
}
