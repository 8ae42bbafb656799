//! Every measurement that needs no display runs to its end, the others say what they need, and nothing is left behind.
//! No figure is judged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Whatever takes longer hangs.
const WATCHDOG: Duration = Duration::from_secs(180);

/// The program that is measured, built as this test is.
fn tripong() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut cargo = program(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
        cargo.args(["build", "--quiet", "--manifest-path"]).arg(root);
        cargo.args((!cfg!(debug_assertions)).then_some("--release"));
        assert!(cargo.status().unwrap().success());
        Path::new(env!("CARGO_BIN_EXE_tripong-end-to-end")).with_file_name("tripong")
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place where tests start processes")]
fn program(path: &str) -> Command {
    Command::new(path)
}

fn start(arguments: &str) -> Child {
    let mut command = program(env!("CARGO_BIN_EXE_tripong-end-to-end"));
    command.args(arguments.split_whitespace()).arg("--tripong").arg(tripong());
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn finish(mut child: Child) -> Output {
    let deadline = Instant::now() + WATCHDOG;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("not at its end after {WATCHDOG:?}");
        }
        pause();
    }
    child.wait_with_output().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test looks again a little later")]
fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What it prints, after it was made sure that it ended well and said nothing else.
fn printed(arguments: &str) -> String {
    let output = finish(start(arguments));
    assert!(output.status.success() && output.stderr.is_empty(), "{arguments}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn has_rows(printed: &str, names: &[&str]) {
    for name in names {
        assert!(printed.lines().any(|line| line.starts_with(&format!("| {name}"))), "{name} in {printed}");
    }
}

#[test]
fn sizes_are_reported_with_the_manifest() {
    let printed = printed("size");
    assert!(printed.lines().next().unwrap().contains("CPUs"), "{printed}");
    has_rows(&printed, &["tripong ", "one empty window ", "tripong / empty "]);
}

#[test]
fn throughput_is_reported_for_all_sizes_and_transports() {
    let printed = printed("throughput --repeats 1 --seconds 0.1");
    has_rows(&printed, &["2  ", "3  ", "4  ", "8  ", "16  ", "tripong, p50", "a message alone, p50"]);
    assert!(printed.contains("| pipe ") && printed.contains("| socket "), "{printed}");
}

#[test]
fn waiting_without_a_display_is_reported_of_games_without_windows_only() {
    let output = finish(start("waiting --seconds 0.5"));
    assert!(output.status.success());
    has_rows(&text(&output.stdout), &["shared ", "pipe ", "socket "]);
    assert!(!text(&output.stdout).contains("three windows"));
    let said = text(&output.stderr);
    assert!(said.lines().count() == 1 && said.contains("without windows"), "{said}");
}

#[test]
fn what_needs_a_display_says_so_in_one_line() {
    for command in ["windows", "start", "memory"] {
        let output = finish(start(command));
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(3), 1), "{command}: {said}");
        assert!(said.contains("DISPLAY is not set") && said.contains("--xvfb"), "{said}");
    }
}

#[test]
fn a_missing_tripong_is_reported_with_how_to_build_it() {
    let mut command = program(env!("CARGO_BIN_EXE_tripong-end-to-end"));
    let output = command.args(["size", "--tripong", "/nonexistent/tripong"]).output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("cargo build --release"));
}

/// A cargo that builds nothing: it looks how it was started, and has the compiler called once for each crate of the package.
const CARGO: &str = r#"#!/bin/sh
case "$*" in "build --quiet --offline --manifest-path "*) ;; *) echo "arguments: $*" >&2; exit 1;; esac
test -f "$5" && test ! -e "$CARGO_TARGET_DIR" && mkdir "$CARGO_TARGET_DIR" || exit 1
unit() { CARGO_PKG_NAME=$1 CARGO_PKG_VERSION=1.0 "$RUSTC_WRAPPER" sh -c "$WORK" --crate-name "$1" --crate-type "$2" || exit; }
unit shared lib
case "$*" in
    *" --locked"*) unit clap lib && unit tripong lib && unit tripong bin ;;
    *) grep -q '^eframe = {.*"glow"' "$5" && grep -q eframe "${5%Cargo.toml}Cargo.lock" && unit empty bin ;;
esac
"#;

/// The command `build` with that cargo, whose compiler runs this script. None of it is left when the folder is removed.
fn start_build(folder: &str, work: &str, arguments: &str) -> (Child, PathBuf) {
    let own = Path::new(env!("CARGO_BIN_EXE_tripong-end-to-end"));
    let folder = own.with_file_name(format!("end-to-end-test-{folder}-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    let cargo = folder.join("cargo");
    fs::write(&cargo, CARGO).unwrap();
    fs::set_permissions(&cargo, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = program(own.to_str().unwrap());
    command.arg("build").args(arguments.split_whitespace()).env("CARGO", cargo).env("WORK", work);
    (command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap(), folder)
}

/// The folder in which that process builds.
fn folder_of_builds(pid: u32) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_tripong-end-to-end"))
        .with_file_name(format!("tripong-end-to-end-build-{pid}"))
}

#[test]
fn a_build_is_reported_with_its_parts_and_leaves_nothing_behind() {
    let (child, folder) =
        start_build("parts", "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done", "--repeats 2 --crates 3");
    let pid = child.id();
    let output = finish(child);
    fs::remove_dir_all(folder).unwrap();
    let printed = text(&output.stdout);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    let built = |name| said.lines().filter(|line| line.starts_with(name) && line.ends_with(" CPU s")).count();
    assert_eq!((built("built the empty window, "), built("built tripong, ")), (4, 4), "{said}");
    let names = [
        "release ",
        "debug ",
        "the program itself ",
        "crates of both ",
        "crates of tripong alone ",
        "cargo, and ",
    ];
    has_rows(&printed, &names);
    has_rows(&printed, &["tripong 1.0 ", "tripong 1.0, the executable ", "clap 1.0 "]);
    assert!(!printed.contains("shared 1.0"), "it is the fourth of three: {printed}");
    let row = printed.lines().find(|line| line.starts_with("| crates of both ")).unwrap();
    let figures: Vec<f64> = row.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
    assert!(figures.len() == 3 && figures[0] > 0.0 && figures[1] > 0.0, "{row}");
    assert!(!folder_of_builds(pid).exists());
}

#[test]
fn a_build_that_fails_or_cannot_begin_is_one_line() {
    let (child, folder) = start_build("fails", "exit 7", "--profiles debug");
    let output = finish(child);
    fs::remove_dir_all(folder).unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.lines().last().unwrap().contains("exit status: 7"), "{said}");
    let (child, folder) = start_build("none", "exit 7", "--checkout /nonexistent");
    let output = finish(child);
    fs::remove_dir_all(folder).unwrap();
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(5), 1), "{said}");
    assert!(said.contains("/nonexistent") && said.contains("--checkout"), "{said}");
}

#[test]
fn a_build_that_is_stopped_ends_with_its_compilers_and_its_folder() {
    let (mut child, folder) = start_build("stopped", "exec sleep 1000", "");
    let pid = child.id();
    let deadline = Instant::now() + WATCHDOG;
    let compiler = loop {
        let compiler = descendants(pid)
            .into_iter()
            .find(|pid| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "sleep\n"));
        if let Some(pid) = compiler {
            break pid;
        }
        assert!(Instant::now() < deadline && child.try_wait().unwrap().is_none());
        pause();
    };
    kill(Pid::from_raw(pid.try_into().unwrap()), Signal::SIGTERM).unwrap();
    let output = finish(child);
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(output.status.code(), Some(143), "{}", text(&output.stderr));
    while is_there(compiler) {
        assert!(Instant::now() < deadline);
        pause();
    }
    assert!(!folder_of_builds(pid).exists());
}

/// The processes that this one has started, and those that they have.
fn descendants(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children: Vec<u32> = list.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    let theirs: Vec<u32> = children.iter().flat_map(|child| descendants(*child)).collect();
    [children, theirs].concat()
}

fn is_there(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[test]
fn a_run_that_is_stopped_or_killed_leaves_nobody_behind() {
    for (signal, code) in [(Signal::SIGTERM, Some(143)), (Signal::SIGKILL, None)] {
        let child = start("waiting --seconds 100");
        let pid = child.id();
        let deadline = Instant::now() + WATCHDOG;
        // A launcher and its sixteen panes.
        while descendants(pid).len() < 17 {
            assert!(Instant::now() < deadline);
            pause();
        }
        let started = descendants(pid);
        kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
        assert_eq!(finish(child).status.code(), code);
        while started.iter().copied().any(is_there) {
            assert!(Instant::now() < deadline);
            pause();
        }
    }
}
