//! The inspector without a window: as lines of JSON, and on a real pseudo terminal.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::fs::File;
use std::io::{BufRead, BufReader, PipeWriter, Write};
use std::os::unix::fs::FileExt;
use std::process::Command;

use common::memory::{BATON, Memory};
use common::report::assert_conserved;
use common::{Ended, Output, Program, TestProcess, by_transport, program, tripong, wait_for, wait_until};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::platform::clock;

const ENTER: &str = "\x1b[?1049h";
const LEAVE: &str = "\x1b[?1049l";

/// Somewhere to write to that is no terminal and no file of anybody's.
#[derive(Debug)]
struct Paper(File);

impl Paper {
    fn new() -> Self {
        Self(memfd_create(c"paper", MFdFlags::MFD_CLOEXEC).unwrap().into())
    }

    fn text(&self) -> String {
        let mut bytes = vec![0; self.0.metadata().unwrap().len().try_into().unwrap()];
        self.0.read_exact_at(&mut bytes, 0).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The whole lines of JSON so far.
    fn lines(&self) -> Vec<Value> {
        let text = self.text();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A game that is watched as lines of JSON, and what they are written to.
fn watched() -> (Program, Paper) {
    let paper = Paper::new();
    let mut command = tripong();
    command.args(by_transport("--headless --watch --for 10min --seed 1"));
    command.stdout(paper.0.try_clone().unwrap());
    (Program::spawn(command), paper)
}

#[test]
fn the_lines_of_a_watch_are_reported_once_a_second_and_the_last_one_is_the_report() {
    let (game, paper) = watched();
    wait_until("some lines", || paper.lines().len() >= 3);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(143), ""), "{output:?}");
    let mut lines = paper.lines();
    assert_conserved(&lines.pop().unwrap());
    for (number, line) in (1..).zip(&lines) {
        assert_eq!(line["number"], number, "{line}");
        assert_ne!(line["invariants"]["balls"]["holds"], "no", "{line}");
        assert_one_moment(line);
    }
    let at_ns: Vec<_> = lines.iter().map(|line| line["at_ns"].as_u64().unwrap()).collect();
    assert!(at_ns.is_sorted_by(|a, b| b - a >= 1_000_000_000), "{at_ns:?}");
}

/// What is in a line together was read together: who has the ball, what the processes do, and the words of the Region.
fn assert_one_moment(line: &Value) {
    let moment = &line["processes"]["moment"];
    assert_eq!((&moment["epoch"], &moment["holder"]), (&line["epoch"], &line["holder"]), "{line}");
    let baton = u64::from_str_radix(line["memory"]["baton"]["hex"].as_str().unwrap(), 16).unwrap();
    assert_eq!(line["epoch"], baton >> 16, "{line}");
    let Some(owner) = line["holder"].as_u64().filter(|_| moment["is_one"] == true) else { return };
    let state = &line["processes"]["all"][owner as usize + 1]["state"];
    assert!(state["kind"] != "blocked" || state["waits_for"].is_null(), "{state} of the owner in {line}");
}

/// What grows and never shrinks, as the test itself reads it.
fn readings(memory: &Memory, panes: &[TestProcess], heartbeats: &[u64]) -> Vec<u64> {
    let mut readings = vec![memory.read_word(BATON) >> 16, memory.ticks().unwrap_or(0)];
    readings.extend(heartbeats.iter().map(|offset| memory.read_word(*offset)));
    readings.extend(panes.iter().flat_map(TestProcess::switches));
    readings
}

/// The same, as a line has it.
fn reported(line: &Value, panes: usize) -> Vec<u64> {
    let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{value} in {line}"));
    let word = |name: &str| {
        let hex = line["memory"][name]["hex"].as_str().unwrap_or_else(|| panic!("{name} in {line}"));
        u64::from_str_radix(hex, 16).unwrap()
    };
    let mut reported = vec![word("baton") >> 16, number(&line["ball"]["tick"])];
    reported.extend((0..panes).map(|pane| word(&format!("slot[{pane}].status.heartbeats"))));
    let usages = line["processes"]["all"].as_array().unwrap()[1..=panes].iter().map(|pane| &pane["usage"]);
    reported.extend(
        usages.flat_map(|usage| {
            ["voluntary_switches", "involuntary_switches"].map(|name| number(&usage[name]))
        }),
    );
    reported
}

#[test]
fn what_a_line_reports_lies_between_two_readings_of_proc_and_of_the_memory() {
    let (game, paper) = watched();
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    let first = wait_for("a first line with all panes", || {
        let lines = paper.lines();
        let has_all = |line: &&Value| {
            let all = line["processes"]["all"].as_array().unwrap();
            all.len() == 5 && all.iter().all(|process| process["usage"].is_object())
        };
        lines.iter().find(has_all).cloned()
    });
    let heartbeats: Vec<_> = (0..3)
        .map(|pane| first["memory"][format!("slot[{pane}].status.heartbeats")]["offset"].as_u64().unwrap())
        .collect();
    for _ in 0..3 {
        let begin_ns = clock::now_ns();
        let before = readings(&memory, &panes, &heartbeats);
        let line = wait_for("a line that was seen after this", || {
            let later = |line: &Value| line["processes"]["at_ns"].as_u64().unwrap() > begin_ns;
            paper.lines().into_iter().find(later)
        });
        let after = readings(&memory, &panes, &heartbeats);
        let reported = reported(&line, 3);
        for (index, value) in reported.iter().enumerate() {
            assert!(
                (before[index]..=after[index]).contains(value),
                "no. {index}: {before:?} {reported:?} {after:?}"
            );
        }
        for (pane, process) in panes.iter().enumerate() {
            let shown = &line["processes"]["all"][pane + 1];
            assert_eq!((&shown["pid"], &shown["pane"]), (&process.pid.into(), &pane.into()), "{line}");
        }
        assert_eq!(line["processes"]["all"][0]["pid"], game.launcher().pid, "{line}");
    }
}

#[test]
fn lines_without_a_stated_end_last_five_seconds_and_say_so() {
    let output = common::run("--headless --watch --seed 1");
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    assert_eq!(output.stderr, "tripong: JSON lines for 5s; --for sets another time\n");
}

#[test]
fn a_reader_that_goes_away_does_not_end_the_game() {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = tripong();
    command.args(by_transport("--headless --watch --for 3s --seed 1")).stdout(writer);
    let game = Program::spawn(command);
    let mut line = String::new();
    // The command has gone with its copy of the writing end.
    BufReader::new(reader).read_line(&mut line).unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["number"], 1);
    let output = game.finish();
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(0), ""), "{output:?}");
}

/// A game that is watched on a terminal of its own, which `script` makes.
struct OnTerminal {
    script: Program,
    keys: PipeWriter,
    paper: Paper,
}

impl OnTerminal {
    fn start(arguments: &str) -> Self {
        Self::start_with(arguments, |_| {})
    }

    fn start_with(arguments: &str, change: impl FnOnce(&mut Command)) -> Self {
        let (keyboard, keys) = std::io::pipe().unwrap();
        let paper = Paper::new();
        let game = format!("{} --headless --watch --seed 1 {arguments}", env!("CARGO_BIN_EXE_tripong"));
        let mut command = program("/usr/bin/script");
        command.args(["-qefc", &format!("stty rows 24 cols 80; exec {game}"), "/dev/null"]);
        command.env("TERM", "xterm").env("LC_ALL", "C.UTF-8").env_remove("NO_COLOR").env("SHELL", "/bin/sh");
        command.stdin(keyboard).stdout(paper.0.try_clone().unwrap()).stderr(std::process::Stdio::piped());
        change(&mut command);
        Self { script: Program::spawn(command), keys, paper }
    }

    /// Waits until the picture is there.
    fn wait_for_picture(&self) {
        wait_until("the picture", || {
            let text = self.paper.text();
            text.contains(ENTER) && text.contains("2 Overview")
        });
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn launcher(&self) -> TestProcess {
        wait_for("the launcher", || TestProcess::children_of(self.script.launcher().pid).pop())
    }

    /// The process of a pane that has attached.
    fn pane(&self, pane: u8) -> TestProcess {
        let launcher = self.launcher();
        let is_it = |process: &TestProcess| process.pane() == Some(pane) && process.has_attached();
        wait_for("a pane", || TestProcess::children_of(launcher.pid).into_iter().find(is_it))
    }

    /// The inspector: the one child that plays no pane, once it is drawing.
    fn inspector(&self) -> TestProcess {
        self.wait_for_picture();
        let launcher = self.launcher();
        let is_it = |process: &TestProcess| process.pane().is_none();
        wait_for("the inspector", || TestProcess::children_of(launcher.pid).into_iter().find(is_it))
    }

    /// How it ended, and all that was on the terminal.
    fn finish(self) -> (Ended, String) {
        let Output { ended, stderr, .. } = self.script.finish();
        assert_eq!(stderr, "");
        (ended, self.paper.text())
    }
}

/// The report comes on the screen on which the game was started, line by line.
fn assert_report_comes_last(text: &str) {
    let (picture, report) =
        text.rsplit_once(LEAVE).unwrap_or_else(|| panic!("the picture is still there: {text}"));
    assert!(picture.contains(ENTER), "{text}");
    assert!(report.contains("ball       conserved: 1 ball"), "{report}");
    assert!(report.contains("\x1b[?25h"), "the cursor is back: {report:?}");
    assert!(report.trim_end().lines().count() >= 3 && report.contains("\r\n"), "{report:?}");
    assert!(!report.contains("Overview"), "{report:?}");
}

#[test]
fn the_picture_is_put_away_before_the_report() {
    let (ended, text) = OnTerminal::start("--for 3s").finish();
    assert_eq!(ended, Ended::Code(0), "{text}");
    assert_report_comes_last(&text);
}

#[test]
fn q_ends_the_game_and_ctrl_c_as_a_signal_does() {
    for (key, code) in [("q", 0), ("\x03", 130)] {
        let mut game = OnTerminal::start("--for 10min");
        game.wait_for_picture();
        game.press(key);
        let (ended, text) = game.finish();
        assert_eq!(ended, Ended::Code(code), "{text}");
        assert_report_comes_last(&text);
    }
}

#[test]
fn a_game_that_is_asked_to_end_gives_the_terminal_back() {
    let game = OnTerminal::start("--for 10min");
    game.wait_for_picture();
    game.launcher().signal(Signal::SIGTERM);
    let (ended, text) = game.finish();
    assert_eq!(ended, Ended::Code(143), "{text}");
    assert_report_comes_last(&text);
}

#[test]
fn an_inspector_that_is_killed_leaves_the_terminal_to_the_launcher() {
    let game = OnTerminal::start("--for 10min");
    game.inspector().signal(Signal::SIGKILL);
    // It knows by now that nobody draws any more, or it will soon.
    game.launcher().signal(Signal::SIGTERM);
    let (ended, text) = game.finish();
    assert_eq!(ended, Ended::Code(143), "{text}");
    assert_report_comes_last(&text);
}

#[test]
fn the_actions_of_the_keys_are_done_to_the_chosen_pane() {
    let mut game = OnTerminal::start("--for 10min --stall off");
    game.wait_for_picture();
    let left = game.pane(0);
    // The right arrow chooses the left pane.
    game.press("\x1b[Cf");
    wait_until("the left pane to be frozen", || left.status("State").unwrap().starts_with('T'));
    game.press("c");
    wait_until("the left pane to go on", || !left.status("State").unwrap().starts_with('T'));
    game.press("k");
    wait_until("a question", || game.paper.text().contains("Kill the process of the left pane?"));
    assert!(!left.has_ended(), "it was only asked");
    game.press("y");
    wait_until("the left pane to be reaped", || left.is_gone());
    let next = game.pane(0);
    assert_ne!(next.pid, left.pid);
    game.press("q");
    let (ended, text) = game.finish();
    assert_eq!(ended, Ended::Code(0), "{text}");
    assert_report_comes_last(&text);
}

#[test]
fn colours_are_left_out_where_nobody_wants_them() {
    let color = "\x1b[38;5;";
    let (_, text) = OnTerminal::start("--for 2s").finish();
    assert!(text.contains(color), "{text:?}");
    let (_, text) = OnTerminal::start_with("--for 2s", |command| {
        command.env("NO_COLOR", "1");
    })
    .finish();
    assert!(text.contains("2 Overview") && !text.contains(color), "{text:?}");
}

#[test]
fn a_terminal_that_cannot_be_drawn_on_gets_lines() {
    let (ended, text) = OnTerminal::start_with("--for 2s", |command| {
        command.env("TERM", "dumb");
    })
    .finish();
    assert_eq!(ended, Ended::Code(0), "{text}");
    assert!(!text.contains(ENTER), "{text:?}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["number"], 1);
    assert_conserved(lines.last().unwrap());
}

#[test]
fn with_json_the_lines_come_on_a_terminal_too() {
    let (_, text) = OnTerminal::start("--for 2s --json").finish();
    assert!(text.starts_with('{') && !text.contains(ENTER), "{text:?}");
}
