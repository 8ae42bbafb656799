//! What becomes of reports and lines that cannot be written, or that nobody reads. Each fault is a row of docs/FAULTS.md.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, PipeReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use common::memory::Memory;
use common::process::wait_until_gone;
use common::report::{assert_conserved, number};
use common::{Ended, Output, Program, TestProcess, program, tripong, tripong_by_shell, wait_for, wait_until};
use nix::fcntl::OFlag;
use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::error::exit;

/// Everything that is printed because it was asked for: the arguments, what it is called, and the exit code.
const PRINTED: [(&str, &str, u8); 13] = [
    ("--version", "version", 0),
    ("--help", "help", 0),
    ("--licenses", "licences", 0),
    ("ps", "pids", 0),
    ("doctor --help", "help", 0),
    ("lab", "labs", 0),
    ("lab --json", "labs", 0),
    ("lab key --student anna", "key", 0),
    ("--headless --unpaced --hops 20", "report", 0),
    ("--headless --unpaced --hops 20 --json", "report", 0),
    ("chaos --kills 3 --stops 3", "report", 0),
    ("chaos --kills 3 --stops 3 --json", "report", 0),
    ("bench --transports shared --placement unpinned --hops 100 --repeats 1 --json", "report", 0),
];
/// The findings of the doctor: without a display it ends with 3.
const FINDINGS: [(&str, &str, u8); 2] =
    [("doctor", "findings", exit::NO_DISPLAY), ("doctor --json", "findings", exit::NO_DISPLAY)];

fn finish(arguments: &str, stdout: impl Into<Stdio>) -> Output {
    let mut command = tripong();
    command.args(arguments.split(' ')).stdout(stdout);
    Program::spawn(command).finish()
}

/// What is said of what could not be printed. The bench may say before that the machine was busy.
fn assert_said(arguments: &str, output: &Output, what: &str, cause: &str) {
    assert_eq!(output.ended, Ended::Code(exit::SYSTEM.into()), "{arguments}: {output:?}");
    let line = format!("tripong: failed to write the {what} to stdout: {cause}\n");
    assert!(output.stderr.ends_with(&line), "{arguments}: {output:?}");
    let others = output.stderr.lines().filter(|line| !line.contains("the machine was busy"));
    assert_eq!(others.count(), 1, "{arguments}: {output:?}");
}

#[test]
fn what_a_full_disk_does_not_take_is_an_error_with_a_line() {
    for (arguments, what, _) in PRINTED.into_iter().chain(FINDINGS) {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = finish(arguments, full);
        assert_said(arguments, &output, what, "No space left on device (os error 28)");
    }
}

#[test]
fn a_stdout_that_was_closed_from_the_start_is_an_error_with_a_line() {
    for (arguments, what, _) in PRINTED.into_iter().chain(FINDINGS) {
        let mut command = tripong_by_shell("exec \"$0\" \"$@\" >&-");
        command.args(arguments.split(' '));
        let output = Program::spawn(command).finish();
        assert_said(arguments, &output, what, "Bad file descriptor (os error 9)");
    }
}

#[test]
fn a_reader_that_has_gone_away_changes_no_exit_code_and_hears_no_complaint() {
    for (arguments, _, code) in PRINTED.into_iter().chain(FINDINGS) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = finish(arguments, writer);
        assert_eq!(output.ended, Ended::Code(code.into()), "{arguments}: {output:?}");
        let mut lines = output.stderr.lines();
        assert!(lines.all(|line| line.contains("the machine was busy")), "{arguments}: {output:?}");
    }
}

/// A pipe that is full, and nobody reads it.
fn full_pipe() -> (PipeReader, std::io::PipeWriter) {
    let (reader, writer) = std::io::pipe().unwrap();
    // Opened again: the end that the program gets is to block, as every pipe of a shell does.
    let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
    let mut again = OpenOptions::new().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path).unwrap();
    for size in [4096, 1] {
        let bytes = vec![b'#'; size];
        let end = std::iter::repeat_with(|| again.write(&bytes)).find_map(Result::err).unwrap();
        assert_eq!(end.kind(), ErrorKind::WouldBlock);
    }
    (reader, writer)
}

/// All that comes, without what the pipe was full of, when its writers have ended.
fn all_of(mut reader: PipeReader) -> String {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text.trim_start_matches('#').to_owned()
}

fn start(arguments: &str, change: impl FnOnce(&mut Command)) -> Program {
    let mut command = tripong();
    command.args(arguments.split(' '));
    change(&mut command);
    Program::spawn(command)
}

/// Kills panes, about each of which a line is said, and waits each time for the next process.
fn kill_panes(game: &Program, times: u8) -> Memory {
    let memory = Memory::of(&game.panes(3)[0]);
    for pane in (0..times).map(|time| time % 3) {
        let incarnation = memory.incarnation(pane);
        game.panes(3).swap_remove(pane.into()).signal(Signal::SIGKILL);
        wait_until("the next process", || memory.incarnation(pane) > incarnation);
    }
    memory.wait_for_ticks(50);
    memory
}

#[test]
fn lines_that_nobody_reads_are_dropped_and_the_game_goes_on() {
    let (reader, writer) = full_pipe();
    let arguments = "--headless --for 5min --json --seed 1 --restarts unlimited";
    let game = start(arguments, |command| {
        command.stderr(writer);
    });
    kill_panes(&game, 6);
    let panes = game.panes(3);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    assert_conserved(&output.report());
    assert_eq!(number(&output.report(), "restarts"), 6);
    wait_until_gone(&panes);
    assert_eq!(all_of(reader), "", "no line is torn");
}

#[test]
fn lines_that_were_dropped_are_counted_when_somebody_reads_again() {
    let (mut reader, writer) = full_pipe();
    let arguments = "--headless --for 5min --json --seed 1 --restarts unlimited";
    let game = start(arguments, |command| {
        command.stderr(writer);
    });
    kill_panes(&game, 4);
    let mut some = vec![0; 8192];
    reader.read_exact(&mut some).unwrap();
    kill_panes(&game, 1);
    game.launcher().signal(Signal::SIGTERM);
    assert_conserved(&game.finish().report());
    let text = all_of(reader);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("tripong: 4 lines before this one are lost: nobody read stderr"), "{text}");
    assert!(lines.next().is_some_and(|line| line.ends_with("was started again")), "{text}");
    assert_eq!(lines.next(), None, "{text}");
}

/// Waits until a program has its report, and waits for a reader of it.
fn wait_for_report(program: &Program) {
    wait_until("it to wait for a reader", || {
        // It has opened the pipe once more.
        let fds = program.launcher().fds();
        fds.values().filter(|what| Some(*what) == fds.get(&1)).count() == 2
    });
}

const SHORT: &str = "--headless --unpaced --hops 50 --seed 1 --json";
const BENCH: &str = "bench --transports shared --placement unpinned --hops 100 --repeats 1 --json";

#[test]
fn a_report_that_nobody_reads_waits_until_a_signal_and_says_so() {
    for arguments in [SHORT, BENCH] {
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            let (_reader, writer) = full_pipe();
            let program = start(arguments, |command| {
                command.stdout(writer);
            });
            wait_for_report(&program);
            program.launcher().signal(signal);
            let output = program.finish();
            let line = format!("tripong: stopped by {signal} before it could write the report to stdout\n");
            assert_eq!(output.ended, Ended::Code(128 + signal as i32), "{output:?}");
            assert!(output.stderr.ends_with(&line), "{output:?}");
        }
    }
}

#[test]
fn a_second_signal_leaves_without_the_report_that_nobody_reads() {
    let (_reader, writer) = full_pipe();
    let game = start("--headless --for 5min --seed 1", |command| {
        command.stdout(writer);
    });
    game.panes(3);
    game.launcher().signal(Signal::SIGTERM);
    wait_for_report(&game);
    game.launcher().signal(Signal::SIGINT);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(130), "{output:?}");
    assert_eq!(output.stderr, "tripong: stopped by SIGINT before it could write the report to stdout\n");
}

#[test]
fn a_signal_ends_it_also_where_nobody_reads_stderr_either() {
    let ((_out, stdout), (_err, stderr)) = (full_pipe(), full_pipe());
    let game = start(SHORT, |command| {
        command.stdout(stdout).stderr(stderr);
    });
    wait_for_report(&game);
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
}

#[test]
fn a_reader_that_comes_late_gets_the_whole_report() {
    let (reader, writer) = full_pipe();
    let game = start(SHORT, |command| {
        command.stdout(writer);
    });
    wait_for_report(&game);
    let reading = std::thread::spawn(|| all_of(reader));
    let output = game.finish();
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(0), ""), "{output:?}");
    assert_conserved(&serde_json::from_str(&reading.join().unwrap()).unwrap());
}

/// The child that plays no pane and looks already: each process has its role from when it is a program of ours.
fn inspector_of(game: &Program) -> TestProcess {
    let is_it = |child: &TestProcess| child.status("Name").as_deref() == Some("tripong:inspect");
    wait_for("the inspector", || TestProcess::children_of(game.launcher().pid).into_iter().find(is_it))
}

#[test]
fn lines_of_the_inspector_that_nobody_reads_hold_up_nobody() {
    let (reader, writer) = full_pipe();
    let game = start("--headless --watch --for 5min --seed 1", |command| {
        command.stdout(writer);
    });
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    // Two lines would have come.
    memory.wait_for_ticks(600);
    let inspector = inspector_of(&game);
    game.launcher().signal(Signal::SIGTERM);
    wait_until_gone(&panes);
    wait_until_gone(&[inspector]);
    let reading = std::thread::spawn(|| all_of(reader));
    let output = game.finish();
    let text = reading.join().unwrap();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    // What the inspector had begun is cut off; the report is a line of its own.
    let report = text.lines().last().unwrap();
    assert_conserved(&serde_json::from_str(report).unwrap_or_else(|error| panic!("{error}: {report}")));
}

#[test]
fn lines_of_the_inspector_go_on_whole_when_somebody_reads_again() {
    let (mut reader, writer) = full_pipe();
    let game = start("--headless --watch --for 5min --seed 1", |command| {
        command.stdout(writer);
    });
    let inspector = inspector_of(&game);
    let naps = inspector.naps();
    // At each look it sleeps once or twice, and a line comes at every tenth.
    wait_until("some lines to be dropped", || inspector.naps() > naps + 80);
    let mut full = [0];
    while reader.read(&mut full).unwrap() == 1 && full == *b"#" {}
    let mut lines = BufReader::new(full.as_slice().chain(reader)).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(next()["number"], 1, "the first one was kept");
    let later = next()["number"].as_u64().unwrap();
    assert!(later > 2, "those in between were dropped: {later}");
    assert_eq!(next()["number"], later + 1);
    game.launcher().signal(Signal::SIGTERM);
    let last = lines.last().unwrap().unwrap();
    assert_conserved(&serde_json::from_str(&last).unwrap());
    assert_eq!(game.finish().ended, Ended::Code(143));
}

#[test]
fn a_terminal_that_is_stopped_misses_the_progress_line_and_holds_up_nobody() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{}", std::process::id()));
    let (keyboard, mut keys) = std::io::pipe().unwrap();
    let game = format!(
        "exec {} --headless --seed 1 --for 5min --restarts unlimited --json",
        env!("CARGO_BIN_EXE_tripong")
    );
    let mut script = program("/usr/bin/script");
    script.args(["-qefc", &format!("{game} >{}", file.display()), "/dev/null"]);
    script.env("TERM", "xterm").env("SHELL", "/bin/sh");
    script.stdin(keyboard).stdout(Stdio::piped()).stderr(Stdio::piped());
    let script = Program::spawn(script);
    let launcher = wait_for("the launcher", || TestProcess::children_of(script.launcher().pid).pop());
    let panes = || {
        let children = TestProcess::children_of(launcher.pid).into_iter();
        children.filter(TestProcess::has_attached).collect::<Vec<_>>()
    };
    let panes = wait_for("the panes", || Some(panes()).filter(|panes| panes.len() == 3));
    let memory = Memory::of(&panes[0]);
    memory.wait_for_ticks(100);
    // ctrl-S: from now on the terminal takes nothing.
    keys.write_all(b"\x13").unwrap();
    memory.wait_for_ticks(300);
    let incarnation = memory.incarnation(1);
    let killed = panes.iter().find(|pane| pane.pane() == Some(1)).unwrap();
    killed.signal(Signal::SIGKILL);
    wait_until("the next process", || memory.incarnation(1) > incarnation);
    memory.wait_for_ticks(50);
    launcher.signal(Signal::SIGTERM);
    wait_until("the launcher to end", || launcher.has_ended());
    // ctrl-Q; nobody reads it if the terminal has gone with the launcher.
    let _unread = keys.write_all(b"\x11");
    let output = script.finish();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    assert!(output.stdout.contains(" hops"), "there was a progress line before: {output:?}");
    assert_conserved(&serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap());
    fs::remove_file(&file).unwrap();
}
