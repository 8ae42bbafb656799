//! What is in the place of the settings, and what is wrong with their folder, is reported in one line and never keeps a game from
//! being played: real windows on an X server without a screen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;
#[path = "doctor/server.rs"]
#[allow(dead_code, reason = "only the server and its folder are used here")]
mod server;

use std::fs::{self, File};
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Trial};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use serde_json::Value;
use tripong::protocol::GameSettings;

use common::memory::Memory;
use common::{Ended, Program, is_installed, program, tripong, wait_for, wait_until};
use server::Server;

type Test = (&'static str, fn());
/// Something in a file's place: how it is put there, and what is said of it.
type Thing = (fn(&Path), &'static str);

const TESTS: [Test; 6] = [
    ("what_is_no_settings_file_does_not_keep_a_game_from_starting", whatever_is_there_at_the_start),
    ("what_is_put_into_the_files_place_amid_a_game_is_kept_beside", a_fifo_amid_a_game),
    ("a_text_with_a_typo_is_kept_beside_the_new_settings", a_typo),
    ("a_folder_that_takes_no_file_is_reported_once", a_folder_that_takes_no_file),
    ("a_limit_of_files_amid_a_game_is_reported_once_and_no_signal", a_limit_of_files),
    ("a_folder_that_is_not_absolute_is_ignored_and_none_is_made", a_relative_folder),
];
const ON_A_FILE_SYSTEM_OF_THEIR_OWN: [Test; 2] = [
    ("a_full_disk_is_reported_once_and_what_was_changed_is_written_when_there_is_room", a_full_disk),
    ("a_file_system_that_became_read_only_is_reported_once", a_read_only_file_system),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(2));
    // On a machine that must have it, a missing one is a failure, not an excuse.
    let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let trial = |(name, test): Test, is_run: bool| {
        let trial = Trial::test(name, move || {
            test();
            Ok(())
        });
        let cannot = "ignored: Xvfb is missing, or nothing can be mounted (unshare -rm)";
        if is_run || is_ci { trial } else { trial.with_kind(cannot).with_ignored_flag(true) }
    };
    let has_server = is_installed("Xvfb");
    let can_mount = has_server && can_mount();
    let trials = TESTS.map(|test| trial(test, has_server)).into_iter();
    let more = ON_A_FILE_SYSTEM_OF_THEIR_OWN.map(|test| trial(test, can_mount));
    libtest_mimic::run(&arguments, trials.chain(more).collect()).exit_code()
}

/// Whether a process may have a file system of its own.
fn can_mount() -> bool {
    let mut command = program("unshare");
    command.args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A game with windows that somebody plays in.
struct Game {
    program: Program,
    memory: Memory,
}

impl Game {
    fn start(server: &Server, mut command: Command) -> Self {
        command.args(["--panes", "2"]);
        let program = server.show(command, "");
        let memory = Memory::of(&program.panes(2)[0]);
        Self { program, memory }
    }

    /// Somebody has made so many hits: that is remembered.
    fn make_hits(&self, hits: u32) {
        self.memory.region().set_best(hits);
    }

    /// Ends it as ctrl-C does, and returns what was said.
    fn end(self) -> Vec<String> {
        self.program.launcher().signal(Signal::SIGINT);
        let output = self.program.finish();
        assert_eq!(output.ended, Ended::Code(130), "{output:?}");
        output.stderr.lines().map(str::to_owned).collect()
    }
}

/// The file in this folder for settings.
fn file_in(folder: &Path) -> PathBuf {
    folder.join("tripong/settings.json")
}

/// The file of the settings, in its folder.
fn file_of(server: &Server) -> PathBuf {
    let file = file_in(&server.settings);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    file
}

/// The most hits that are remembered in this file; None while it is no sound file.
fn best_in(file: &Path) -> Option<u64> {
    let is_file = fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file());
    let text = is_file.then(|| fs::read_to_string(file).ok()).flatten()?;
    serde_json::from_str::<Value>(&text).ok()?["best"].as_u64()
}

fn wait_for_best(file: &Path, hits: u64) {
    wait_until("the settings to be written", || best_in(file) == Some(hits));
}

/// There is one line, and it says this and that.
fn assert_one_line(lines: &[String], parts: &[&str]) {
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("tripong: ") && parts.iter().all(|part| lines[0].contains(part)),
        "{lines:?}"
    );
}

fn make_fifo(path: &Path) {
    mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
}

fn whatever_is_there_at_the_start() {
    let server = Server::local(&[]);
    let file = file_of(&server);
    let things: [Thing; 4] = [
        (make_fifo, "it is a FIFO, not a file"),
        (|path| symlink("/dev/zero", path).unwrap(), "it is a device, not a file"),
        (|path| File::create(path).unwrap().set_len(1 << 30).unwrap(), "it has more than 65536 bytes"),
        (|path| symlink(path, path).unwrap(), "Too many levels of symbolic links"),
    ];
    for (put, why) in things {
        put(&file);
        let before = fs::symlink_metadata(&file).unwrap().file_type();
        let lines = Game::start(&server, tripong()).end();
        let path = file.display().to_string();
        assert_one_line(&lines, &["failed to read the settings in ", &path, why, "begins with the defaults"]);
        assert_eq!(fs::symlink_metadata(&file).unwrap().file_type(), before, "it is left alone: {why}");
        fs::remove_file(&file).unwrap();
    }
}

fn a_fifo_amid_a_game() {
    let server = Server::local(&[]);
    let file = file_of(&server);
    let game = Game::start(&server, tripong());
    make_fifo(&file);
    game.make_hits(5);
    wait_for_best(&file, 5);
    let kept = file.with_file_name("settings.json.damaged");
    assert!(fs::symlink_metadata(&kept).unwrap().file_type().is_fifo());
    game.make_hits(6);
    wait_for_best(&file, 6);
    let kept = kept.display().to_string();
    assert_one_line(&game.end(), &["could not be read any more", &kept]);
}

fn a_typo() {
    let server = Server::local(&[]);
    let file = file_of(&server);
    let text = "{\n  \"best\": 3\n  \"speed\": \"slow\"\n}\n";
    fs::write(&file, text).unwrap();
    let game = Game::start(&server, tripong());
    game.make_hits(5);
    wait_for_best(&file, 5);
    assert_one_line(&game.end(), &["it is no JSON object: expected `,` or `}` at line 3", "is kept"]);
    assert_eq!(fs::read_to_string(file.with_file_name("settings.json.damaged")).unwrap(), text);
    assert_eq!(Game::start(&server, tripong()).end(), [""; 0], "the next game has nothing to say");
}

/// /proc takes no file, not even from root.
fn a_folder_that_takes_no_file() {
    let server = Server::local(&[]);
    let mut command = tripong();
    // Overrides the server's own.
    let script = "export XDG_CONFIG_HOME=/proc; exec \"$0\" \"$@\"";
    command = by_shell(script, command);
    let game = Game::start(&server, command);
    for hits in [5, 6, 7] {
        game.make_hits(hits);
        wait_for_looks(&game);
    }
    assert_one_line(
        &game.end(),
        &["failed to remember the settings in /proc/tripong/settings.json: there is no folder /proc/tripong"],
    );
}

/// Who writes beyond it is killed, unless SIGXFSZ is seen to.
fn a_limit_of_files() {
    let server = Server::local(&[]);
    let file = file_of(&server);
    let game = Game::start(&server, tripong());
    game.make_hits(4);
    wait_for_best(&file, 4);
    let mut limit = program("prlimit");
    limit.args(["--fsize=0", "--pid", &game.program.launcher().pid.to_string()]);
    assert!(limit.status().unwrap().success());
    for hits in [5, 6] {
        game.make_hits(hits);
        wait_for_looks(&game);
    }
    assert_eq!(best_in(&file), Some(4), "the old one is whole");
    assert_one_line(&game.end(), &["failed to remember the settings in ", "File too large"]);
}

fn a_relative_folder() {
    let server = Server::local(&[]);
    let cwd = server.settings.join("cwd");
    fs::create_dir(&cwd).unwrap();
    let home = server.settings.display();
    let of_home = format!("the settings are in {home}/.config/tripong/settings.json");
    for (environment, instead) in [
        ("XDG_CONFIG_HOME=rel HOME=rel".to_owned(), "no settings are remembered"),
        ("XDG_CONFIG_HOME= HOME=rel".to_owned(), "no settings are remembered"),
        (format!("XDG_CONFIG_HOME=rel HOME='{home}'"), &of_home),
    ] {
        let mut command = by_shell(&format!("export {environment}; exec \"$0\" \"$@\""), tripong());
        command.current_dir(&cwd);
        let game = Game::start(&server, command);
        game.make_hits(5);
        wait_for_looks(&game);
        assert_one_line(&game.end(), &["=rel is ignored, because it is no absolute path", instead]);
        assert_eq!(
            fs::read_dir(&cwd).unwrap().count(),
            0,
            "{environment}: nothing is made where it was started"
        );
    }
    assert_eq!(best_in(&file_in(&server.settings.join(".config"))), Some(5));
}

/// No line reports that a change was seen and could not be written: after this it was.
fn wait_for_looks(game: &Game) {
    common::sleep_for_looks(2);
    assert!(!game.program.launcher().has_ended());
}

/// This command line by a shell, which sees to its environment first.
fn by_shell(script: &str, command: Command) -> Command {
    let mut shell = common::tripong_by_shell(script);
    shell.args(command.get_args());
    shell
}

/// A game whose settings are on a small file system that only it can see.
fn on_a_small_file_system(server: &Server) -> Game {
    let folder = server.settings.display();
    let script = format!("mount -t tmpfs -o size=8k none '{folder}' && exec \"$0\" \"$@\"");
    let mut command = program("unshare");
    let inner = common::tripong_by_shell(&script);
    command.arg("-rm").arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        if value.is_none() {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Game::start(server, command)
}

/// The folder for settings as the game sees it.
fn as_seen_by(game: &Game, server: &Server) -> PathBuf {
    let root = PathBuf::from(format!("/proc/{}/root", game.program.launcher().pid));
    root.join(server.settings.strip_prefix("/").unwrap())
}

fn a_full_disk() {
    let server = Server::local(&[]);
    let game = on_a_small_file_system(&server);
    let folder = as_seen_by(&game, &server);
    game.make_hits(4);
    wait_for_best(&file_in(&folder), 4);
    let filler = folder.join("filler");
    // As much as there is.
    fs::write(&filler, [0; 64 * 1024]).unwrap_err();
    game.make_hits(5);
    wait_for_looks(&game);
    game.make_hits(6);
    wait_for_looks(&game);
    assert_eq!(best_in(&file_in(&folder)), Some(4), "the old one is whole");
    fs::remove_file(&filler).unwrap();
    let seen = game.memory.region().settings();
    game.memory.region().change_settings(&seen, &GameSettings { explains: false, ..seen });
    wait_for_best(&file_in(&folder), 6);
    let names = wait_for("the folder", || fs::read_dir(folder.join("tripong")).ok());
    assert_eq!(names.count(), 1, "nothing is left of what could not be written");
    assert_one_line(&game.end(), &["failed to remember the settings in ", "No space left on device"]);
}

fn a_read_only_file_system() {
    let server = Server::local(&[]);
    let game = on_a_small_file_system(&server);
    let folder = as_seen_by(&game, &server);
    game.make_hits(4);
    wait_for_best(&file_in(&folder), 4);
    let mut remount = program("nsenter");
    let pid = game.program.launcher().pid.to_string();
    remount.args(["-U", "--preserve-credentials", "-m", "-t", &pid, "mount", "-o", "remount,ro"]);
    assert!(remount.arg(&server.settings).status().unwrap().success());
    for hits in [5, 6] {
        game.make_hits(hits);
        wait_for_looks(&game);
    }
    assert_eq!(best_in(&file_in(&folder)), Some(4));
    assert_one_line(&game.end(), &["failed to remember the settings in ", "Read-only file system"]);
}
