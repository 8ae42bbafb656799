//! `tripong replay --verify`: its lines, its exit codes, and that nothing makes it wait beyond a signal.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use tripong::game::{GameRules, PaneId};
use tripong::recording::Line;
use tripong::recording::line::{BallLine, Recovered, Unseen};

use super::common::{Ended, Output, Program, tripong, wait_until};
use super::generator::{author, eventful, written};

/// A folder of its own, gone at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tripong-replay-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

fn good() -> Vec<u8> {
    written(&eventful(3, 1, false).lines, 10)
}

fn verify(path: &Path, more: &[&str]) -> Output {
    let mut command = tripong();
    command.args(["replay", "--verify"]).args(more).arg(path);
    Program::spawn(command).finish()
}

/// Whether it has come so far that a signal is an answer to it, and not its end.
fn listens(program: &Program) -> bool {
    let caught =
        program.launcher().status("SigCgt").and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_some_and(|mask| mask >> (Signal::SIGINT as i32 - 1) & 1 == 1)
}

fn assert_ends(output: &Output, code: i32, line: &str) {
    assert_eq!(output.ended, Ended::Code(code), "{output:?}");
    assert!(output.stderr.contains(line), "{output:?} instead of {line:?}");
    let is_newer = output.stderr.contains("newer program");
    assert!(!is_newer || output.stderr.trim_end().ends_with(": update tripong"), "{output:?}");
    assert!(output.stderr.lines().count() <= 1, "{output:?}");
}

#[test]
fn a_recording_that_fits_is_summed_up_and_one_that_is_cut_off_says_where() {
    let scratch = Scratch::new("fits");
    let output = verify(&scratch.file("good.jsonl", &good()), &[]);
    assert_ends(&output, 0, "");
    for part in [
        "recording  fits: ",
        "game       ",
        " of them bit by bit, ",
        "3 serves, 2 deaths, 2 recoveries",
        "hash       ",
        "times real time",
    ] {
        assert!(output.stdout.contains(part), "{part:?}: {}", output.stdout);
    }
    assert!(!output.stdout.contains("ending"), "{}", output.stdout);
    let output = verify(&scratch.file("cut.jsonl", &good()[..3000]), &[]);
    assert_ends(&output, 0, "");
    assert!(output.stdout.contains("ending     cut off after line "), "{}", output.stdout);
    let report = verify(&scratch.file("cut.jsonl", &good()[..3000]), &["--json"]).report();
    assert_eq!((&report["fits"], &report["complete"]), (&true.into(), &false.into()), "{report}");
    let whole = good()[..3000].iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(report["cut_after_line"], whole, "{report}");
}

#[test]
fn the_first_line_that_does_not_fit_is_named_and_the_exit_code_is_six() {
    let scratch = Scratch::new("differs");
    let mut game = author(3, 7, false);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.play_to_hop(9);
    game.end();
    let place =
        game.lines.iter().rposition(|line| matches!(line, Line::Hop(hop) if hop.state.is_some())).unwrap();
    let Line::Hop(hop) = &mut game.lines[place] else { panic!() };
    let (number, tick) = (hop.hop, hop.tick.unwrap());
    hop.state.as_mut().unwrap().0[1] ^= 1 << 45;
    let file = scratch.file("game.jsonl", &written(&game.lines, usize::MAX));
    let output = verify(&file, &["--json"]);
    let expected =
        format!("tripong: {}: line {}: hop {number} at tick {tick}: y is ", file.display(), place + 1);
    assert_ends(&output, 6, &expected);
    let report = output.report();
    assert_eq!((&report["fits"], &report["line"]), (&false.into(), &(place + 1).into()), "{report}");
    assert_eq!(report["what"], format!("hop {number} at tick {tick}: y"), "{report}");
    assert!(report["found"] != report["expected"] && report["lines"] == place, "{report}");
    let text = verify(&file, &[]).stdout;
    assert!(text.starts_with("recording  DOES NOT FIT: "), "{text}");
}

#[test]
fn what_is_no_recording_is_exit_code_two_and_what_cannot_be_read_is_five() {
    let scratch = Scratch::new("foreign");
    assert_ends(
        &verify(&scratch.file("empty.jsonl", b""), &[]),
        2,
        "not a recording of tripong: it is empty; `tripong --record FILE` makes a recording",
    );
    assert_ends(
        &verify(&scratch.file("text.jsonl", b"hello\n"), &["--json"]),
        2,
        "not a recording of tripong: it begins with `hello`",
    );
    assert_ends(&verify(&scratch.0, &[]), 2, "it is a folder");
    let newer = String::from_utf8(good()).unwrap().replacen("\"format\":1", "\"format\":2", 1);
    assert_ends(
        &verify(&scratch.file("newer.jsonl", newer.as_bytes()), &[]),
        2,
        "written by a newer program (format 2; this one reads 1): update tripong",
    );
    assert_ends(&verify(&scratch.0.join("none.jsonl"), &[]), 5, "No such file or directory");
    assert_ends(&verify(Path::new("/dev/null"), &[]), 2, "it is empty");
    assert_ends(&verify(Path::new("/dev/zero"), &[]), 2, "its first line is longer than 16384 bytes");
}

#[test]
fn without_a_name_it_is_the_newest_recording_of_the_folder() {
    let scratch = Scratch::new("newest");
    let replay = || {
        let mut command = tripong();
        command.env("XDG_DATA_HOME", &scratch.0).args(["replay", "--verify"]);
        Program::spawn(command).finish()
    };
    assert_ends(&replay(), 2, "there is no recording in ");
    scratch.file("tripong/recordings/game.jsonl", &good());
    assert_ends(&replay(), 0, "");
}

#[test]
fn stdin_and_pipes_are_read_to_their_end() {
    let scratch = Scratch::new("pipes");
    let file = scratch.file("good.jsonl", &good());
    let mut command = tripong();
    command.args(["replay", "--verify", "-"]).stdin(File::open(&file).unwrap());
    assert_ends(&Program::spawn(command).finish(), 0, "");
    let (from, mut to) = std::io::pipe().unwrap();
    let mut command = tripong();
    command.args(["replay", "--verify", "--json", "-"]).stdin(Stdio::from(from));
    let program = Program::spawn(command);
    for piece in good().chunks(1000) {
        to.write_all(piece).unwrap();
    }
    drop(to);
    let report = program.finish().quiet_report(0);
    assert_eq!((&report["file"], &report["complete"]), (&"stdin".into(), &true.into()));
}

#[test]
fn a_pipe_that_nobody_writes_to_is_waited_for_until_a_signal_comes() {
    let scratch = Scratch::new("fifo");
    let fifo = scratch.0.join("fifo");
    nix::unistd::mkfifo(&fifo, Mode::S_IRWXU).unwrap();
    let start = || {
        let mut command = tripong();
        command.args(["replay", "--verify"]).arg(&fifo);
        Program::spawn(command)
    };
    let program = start();
    wait_until("it to listen for signals", || listens(&program));
    program.launcher().signal(Signal::SIGINT);
    assert_ends(&program.finish(), 130, "stopped by SIGINT before it could read ");
    let program = start();
    std::fs::OpenOptions::new().write(true).open(&fifo).unwrap().write_all(&good()).unwrap();
    assert_ends(&program.finish(), 0, "");
}

#[test]
fn a_file_that_takes_years_to_check_is_stopped_by_a_signal() {
    let mut game = author(3, 7, false);
    game.serve(PaneId(1), GameRules::default(), &[]);
    game.push(Line::Unseen(Unseen { first: 2, last: 1 << 47 }));
    let ball = BallLine { tick: 1 << 52, hop: 1 << 46, ..BallLine::of(&game.ball()) };
    game.push(Line::Recovered(Box::new(Recovered { at: 9, epoch: (1 << 47) + 1, pane: PaneId(1), ball })));
    let scratch = Scratch::new("years");
    let file = scratch.file("years.jsonl", &written(&game.lines, 100));
    let mut command = tripong();
    command.args(["replay", "--verify"]).arg(&file);
    let program = Program::spawn(command);
    // By then it has read the lines: that takes a millisecond, and the last of them years.
    wait_until("it to check the last line", || listens(&program) && program.launcher().cpu_ticks() >= 30);
    program.launcher().signal(Signal::SIGTERM);
    let fit = game.lines.len() - 1;
    assert_ends(&program.finish(), 143, &format!(": lines 1 to {fit} fit"));
}
