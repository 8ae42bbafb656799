//! `tripong export` as a user calls it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;

use nix::sys::signal::Signal;
use tripong::recording::export::Window;

use crate::common::{Ended, Output, PATIENCE, Program, TestProcess, tripong};
use crate::game::{Game, eventful};
use crate::{csv, perfetto, shiviz};

/// A folder that is removed with this value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tripong-export-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: &str) -> String {
        fs::write(self.0.join(name), content).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _removed = fs::remove_dir_all(&self.0);
    }
}

fn export(arguments: &[&str]) -> Output {
    let mut command = tripong();
    command.arg("export").args(arguments);
    Program::spawn(command).finish()
}

fn code(code: i32) -> Ended {
    Ended::Code(code)
}

pub(crate) fn every_format_comes_from_the_command_as_from_the_library() {
    let folder = Folder::new("formats");
    let game = eventful();
    let file = folder.file("game.jsonl", &game.text());
    let table = export(&[&file, "--to", "csv"]);
    assert_eq!((table.ended, table.stderr.as_str()), (code(0), ""));
    assert_eq!(table.stdout, csv::exported(&game.lines, Window::ALL));
    let window = Window { from: 3, to: Some(12) };
    let log = export(&[&file, "--to", "shiviz", "--from-epoch", "3", "--to-epoch", "12"]);
    assert_eq!((log.ended, log.stderr.as_str()), (code(0), ""));
    shiviz::check(&shiviz::parsed(&log.stdout));
    assert!(log.stdout.lines().count() > 10 && window.has(12));
    let (trace, page) = (folder.path("game.pftrace"), folder.path("game.html"));
    let quiet = export(&[&file, "--to", "perfetto", "--output", &trace]);
    assert_eq!((quiet.ended, quiet.stdout.as_str(), quiet.stderr.as_str()), (code(0), "", ""));
    assert_eq!(fs::read(trace).unwrap(), perfetto::exported(&game.lines, Window::ALL));
    assert_eq!(export(&[&file, "--to", "html", "--output", &page]).ended, code(0));
    assert!(fs::read_to_string(page).unwrap().ends_with("</html>\n"));
}

pub(crate) fn a_cut_recording_is_exported_up_to_there() {
    let folder = Folder::new("cut");
    let game = eventful();
    let text = game.text();
    let whole: Vec<_> = text.lines().take(30).collect();
    let cut = folder.file("cut.jsonl", &format!("{}\n{{\"hop\":[12", whole.join("\n")));
    let output = export(&[&cut, "--to", "csv"]);
    assert_eq!(output.ended, code(0), "a crash leaves such a file: it is all right as far as it goes");
    let line = format!("tripong: {cut}: it is cut off within line 31; what is before that was exported\n");
    assert_eq!(output.stderr, line);
    assert_eq!(output.stdout, csv::exported(&game.lines[..30], Window::ALL));
    let page = export(&[&cut, "--to", "html"]);
    assert!(page.stdout.contains("The recording is not whole: it is cut off within line 31."));
    let wrong = folder.file("wrong.jsonl", &format!("{}\n{{\"hip\":1}}\n", whole.join("\n")));
    let output = export(&[&wrong, "--to", "csv"]);
    assert_eq!(output.ended, code(6));
    assert!(output.stderr.contains("line 31") && output.stderr.lines().count() == 1, "{}", output.stderr);
    assert_eq!(output.stdout, csv::exported(&game.lines[..30], Window::ALL));
    let killed = folder.file("killed.jsonl", &(whole.join("\n") + "\n"));
    let output = export(&[&killed, "--to", "csv"]);
    assert!(output.stderr.contains("it has no end line after line 30"), "{}", output.stderr);
}

pub(crate) fn what_is_no_recording_is_refused_in_one_line_and_no_file_is_made() {
    let folder = Folder::new("foreign");
    let out = folder.path("out");
    for (name, content) in
        [("empty", ""), ("text", "hello\n"), ("json", "{\"hop\":[]}\n"), ("binary", "\0\0\n")]
    {
        let file = folder.file(name, content);
        let output = export(&[&file, "--to", "csv", "--output", &out]);
        assert_eq!((output.ended, output.stderr.lines().count()), (code(2), 1), "{name}: {output:?}");
        assert!(output.stderr.starts_with(&format!("tripong: {file}: ")), "{output:?}");
        assert!(!fs::exists(&out).unwrap());
    }
    let newer = folder.file("newer", &eventful().text().replacen("\"format\":1", "\"format\":2", 1));
    let output = export(&[&newer, "--to", "csv", "--output", &out]);
    assert_eq!(output.ended, code(2));
    assert!(output.stderr.ends_with("this one reads 1): update tripong\n"), "{}", output.stderr);
    let missing = export(&[&folder.path("missing"), "--to", "csv", "--output", &out]);
    assert_eq!((missing.ended, missing.stderr.lines().count()), (code(5), 1));
}

pub(crate) fn the_recording_is_not_overwritten_by_its_export() {
    let folder = Folder::new("same");
    let text = eventful().text();
    let file = folder.file("game.jsonl", &text);
    std::os::unix::fs::symlink(&file, folder.path("link")).unwrap();
    for output in [file.clone(), folder.path("link")] {
        let refused = export(&[&file, "--to", "csv", "--output", &output]);
        assert_eq!(refused.ended, code(5));
        assert!(refused.stderr.contains("it is the recording itself"), "{}", refused.stderr);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let other = folder.file("other", "something else");
    assert_eq!(export(&[&file, "--to", "html", "--output", &other]).ended, code(0));
    assert!(fs::read_to_string(other).unwrap().ends_with("</html>\n"), "another file is replaced");
}

pub(crate) fn wrong_arguments_are_refused_in_one_line() {
    for (arguments, line) in [
        (
            vec!["x", "--to", "csv", "--from-epoch", "9", "--to-epoch", "3"],
            "tripong: '--from-epoch 9' is after '--to-epoch 3': exchange them; see `tripong export --help`\n",
        ),
        (
            vec!["x", "--to", "perfeto"],
            "tripong: invalid value 'perfeto' for '--to <FORMAT>' [possible values: perfetto, shiviz, csv, html]: did you mean 'perfetto'? See `tripong export --help`\n",
        ),
    ] {
        let output = export(&arguments);
        assert_eq!((output.ended, output.stderr.as_str()), (code(2), line));
    }
}

/// An export of stdin, to which a test writes as a running game does.
struct Running {
    process: Child,
    lines: mpsc::Receiver<String>,
}

impl Running {
    fn start(to: &str) -> Self {
        let mut command = tripong();
        command.args(["export", "-", "--to", to]).stdin(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { process, lines }
    }

    fn write(&mut self, text: &str) {
        self.process.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn next(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    /// What is left of its output, how it ended, and its stderr.
    fn finish(mut self) -> (Vec<String>, Ended, String) {
        let mut rest = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            rest.push(line);
        }
        let mut stderr = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (rest, self.process.wait().unwrap().into(), stderr)
    }
}

pub(crate) fn a_running_game_is_exported_as_it_goes_on() {
    let mut game = Game::begin();
    game.play(3);
    let mut export = Running::start("csv");
    export.write(&game.text());
    assert!(export.next().starts_with("epoch,"));
    for epoch in 2..=4 {
        assert!(export.next().starts_with(&format!("{epoch},")), "while the game goes on");
    }
    let before = game.text().len();
    game.play(1).end();
    export.write(&game.text()[before..]);
    assert!(export.next().starts_with("5,"));
    drop(export.process.stdin.take());
    assert_eq!(export.finish(), (Vec::new(), code(0), String::new()));
}

pub(crate) fn a_signal_ends_the_export_of_a_game_that_goes_on_with_all_that_came() {
    let mut game = Game::begin();
    game.play(3);
    let mut export = Running::start("html");
    export.write(&game.text());
    let process = TestProcess::open(export.process.id()).unwrap();
    crate::common::wait_until("the export to listen", || {
        process.fds().values().any(|fd| fd.contains("signalfd"))
    });
    process.signal(Signal::SIGINT);
    let (page, ended, stderr) = export.finish();
    assert_eq!(ended, code(130), "{stderr}");
    assert_eq!(page.last().map(String::as_str), Some("</html>"));
}

pub(crate) fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new("reader");
    let mut game = Game::begin();
    let file = folder.file("game.jsonl", &game.play(5000).end().text());
    let mut command = tripong();
    command.args(["export", &file, "--to", "csv"]);
    let mut process = command.spawn().unwrap();
    let mut first = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let mut stderr = String::new();
    process.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((Ended::from(process.wait().unwrap()), stderr.as_str()), (code(0), ""));
}
