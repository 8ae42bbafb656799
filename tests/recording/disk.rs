//! What may be wrong with the file of a recording while the game is played: it stops the recording, and never the game.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use tripong::error::exit;
use tripong::recording::Line;
use tripong::recording::writer::zst::Decoder;

use super::common::recorded::TestFile;
use super::common::{Ended, Output, Program, by_transport, tripong, tripong_by_shell, wait_until};

const GAME: &str = "--headless --unpaced --hops 4000 --seed 7 --json";

/// The trajectory hash of the game.
fn hash(game: &str) -> String {
    let mut command = tripong();
    command.args(by_transport(game));
    Program::spawn(command).finish().report()["hash"].as_str().unwrap().to_owned()
}

/// The game was played to its end, and one line says what became of its recording.
fn assert_played(output: &Output, game: &str, beginning: &str, why: &str) {
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    assert_eq!(output.report()["hash"], hash(game), "{output:?}");
    let line = output.stderr.strip_suffix('\n').unwrap();
    assert!(!line.contains('\n') && line.starts_with(beginning) && line.contains(why), "{output:?}");
}

/// All lines of a file that is whole up to its end.
fn lines(text: &[u8]) -> Vec<Line> {
    assert_eq!(text.last(), Some(&b'\n'), "it ends with a whole line");
    let mut lines = Vec::new();
    let mut before = 0;
    for text_of_line in text.split_inclusive(|byte| *byte == b'\n') {
        let line: Line = serde_json::from_slice(text_of_line).unwrap();
        if let Line::Check(check) = &line {
            let sum = crc32fast::hash(&text[..before]);
            assert_eq!((check.lines, check.crc32), (lines.len() as u64, sum));
        }
        before += text_of_line.len();
        lines.push(line);
    }
    lines
}

#[test]
fn a_full_disk_stops_the_recording_with_one_line_and_the_game_goes_on() {
    let mut command = tripong();
    command.args(by_transport(&format!("{GAME} --record /dev/full")));
    let output = Program::spawn(command).finish();
    let beginning = "tripong: the recording in /dev/full has stopped after 0 B: ";
    assert_played(&output, GAME, beginning, "No space left on device");
}

/// The memory of the game is a file as well, of 318,464 bytes: the recording must be larger than the limit above that.
#[test]
fn a_limit_on_the_size_of_files_ends_no_launcher_and_what_fits_is_whole() {
    let (file, game) = (TestFile::new("jsonl"), GAME.replace("4000", "15000"));
    // Blocks of 512 bytes, or of 1024.
    let mut command = tripong_by_shell("ulimit -f 640; exec \"$0\" \"$@\"");
    command.args(by_transport(&format!("{game} --record {}", file.name())));
    let output = Program::spawn(command).finish();
    let beginning = format!("tripong: the recording in {} has stopped after ", file.name());
    assert_played(&output, &game, &beginning, "the file is as large as a limit allows");
    let text = fs::read(file.path()).unwrap();
    assert!((300_000..=640 * 1024).contains(&text.len()), "{}", text.len());
    assert!(matches!(lines(&text).first(), Some(Line::Recording(_))));
}

#[test]
fn a_reader_of_stdout_that_goes_away_changes_nothing_else() {
    let mut command = tripong_by_shell("\"$0\" \"$@\" | head -c 100 >&2; echo");
    command.args(by_transport("--headless --hops 3 --seed 7 --record -")).stdin(Stdio::null());
    let output = Program::spawn(command).finish();
    assert!(output.stderr.contains("{\"recording\":{"), "{output:?}");
    assert!(output.stderr.contains("conserved: 1 ball, 3 hops"), "{output:?}");
}

#[test]
fn a_recording_on_stdout_can_be_read_while_the_game_goes_on() {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = tripong();
    command.args(by_transport("--headless --seed 7 --for 5min --record -")).stdout(writer);
    let game = Program::spawn(command);
    let mut read = BufReader::new(reader).lines().map(Result::unwrap);
    let hop = read.by_ref().find(|line| line.starts_with("{\"hop\":"));
    assert!(hop.is_some());
    game.launcher().signal(Signal::SIGTERM);
    let rest: Vec<_> = read.collect();
    let [.., end, check] = rest.as_slice() else { panic!("{rest:?}") };
    assert!(end.starts_with("{\"end\":") && check.starts_with("{\"check\":"), "{rest:?}");
    drop(game.finish());
}

#[test]
fn a_file_with_something_in_it_is_left_alone_and_nothing_is_played() {
    let file = TestFile::new("jsonl");
    fs::write(file.path(), "precious").unwrap();
    let mut command = tripong();
    command.args(by_transport(&format!("{GAME} --record {}", file.name())));
    let output = Program::spawn(command).finish();
    assert_eq!((output.ended, output.stdout.as_str()), (Ended::Code(exit::SYSTEM.into()), ""), "{output:?}");
    let line = format!(
        "tripong: failed to record in {}: there is a file with something in it; name another one, or remove it\n",
        file.name()
    );
    assert_eq!(output.stderr, line);
    assert_eq!(fs::read(file.path()).unwrap(), b"precious");
}

fn holds(path: &Path, bytes: u64) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() >= bytes)
}

#[test]
fn a_killed_launcher_leaves_whole_lines_and_whole_frames() {
    for extension in ["jsonl", "jsonl.zst"] {
        let file = TestFile::new(extension);
        let mut command = tripong();
        let arguments = format!("--headless --unpaced --seed 7 --for 5min --record {}", file.name());
        command.args(by_transport(&arguments));
        let game = Program::spawn(command);
        wait_until("some of it to be written", || holds(file.path(), 200_000));
        game.launcher().signal(Signal::SIGKILL);
        let output = game.finish();
        assert_eq!(output.ended, Ended::By(Signal::SIGKILL), "{output:?}");
        let mut text = fs::read(file.path()).unwrap();
        if extension != "jsonl" {
            let packed = std::mem::take(&mut text);
            let end = std::io::copy(&mut Decoder::new(packed.as_slice()), &mut text);
            // In the middle of a write(2) it may be cut anywhere.
            assert!(end.is_ok() || end.is_err_and(|error| error.kind() == std::io::ErrorKind::UnexpectedEof));
        }
        let whole = text.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        let found = lines(&text[..whole]);
        assert!(found.iter().any(|line| matches!(line, Line::Check(_))), "{} lines", found.len());
    }
}

#[test]
fn a_named_pipe_that_nobody_reads_is_an_error_at_once() {
    let file = TestFile::new("pipe");
    nix::unistd::mkfifo(file.path(), Mode::S_IRWXU).unwrap();
    let mut command = tripong();
    command.args(by_transport(&format!("{GAME} --record {}", file.name())));
    let output = Program::spawn(command).finish();
    assert_eq!(output.ended, Ended::Code(exit::SYSTEM.into()), "{output:?}");
    assert!(output.stderr.ends_with("nobody reads this pipe; start its reader first\n"), "{output:?}");
}
