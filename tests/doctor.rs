//! What `tripong doctor` finds on displays of all kinds, without one, and under limits; and that a start there either plays
//! or ends with one line that says why. docs/DOCTOR.md has a table of these situations.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

mod common;
#[path = "windows/wayland.rs"]
#[allow(dead_code, reason = "only the compositor is used here")]
mod wayland;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Trial};
use nix::sys::signal::Signal;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde_json::Value;
use tripong::court::PaneId;
use tripong::error::exit;
use tripong::sync::Ordering;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt};
use x11rb::rust_connection::RustConnection;

use common::memory::Memory;
use common::process::wait_until_gone;
use common::{Ended, Output, Process, Program, program, tripong, tripong_by_shell, wait_until};

/// All checks, in their order. Programs go by these names: one that is missing or changed breaks them.
const CHECKS: [&str; 24] = [
    "session",
    "display",
    "x11",
    "wayland",
    "opengl",
    "memory",
    "no-exec",
    "passed-fd",
    "futex",
    "eventfd",
    "pidfd",
    "kernel",
    "machine",
    "cores",
    "landlock",
    "ptrace",
    "fds",
    "file-size",
    "processes",
    "ram",
    "proc",
    "dev-null",
    "settings",
    "game",
];
/// Services of a desktop, which come last but one and may be anything.
const SERVICES: [&str; 2] = ["session-bus", "journal"];
const HINT: &str = "; `tripong doctor` says what is missing\n";
/// With these Mesa finds no driver for GLX, and libglvnd none for EGL.
const NO_DRIVERS: [(&str, &str); 2] =
    [("LIBGL_DRIVERS_PATH", "/nonexistent"), ("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent")];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let anywhere: &[(&str, fn())] = &[
        ("every_check_is_in_the_table_and_in_the_json", every_check_is_in_both),
        ("without_a_display_no_window_can_be_shown_and_games_without_can_be_played", without_a_display),
        ("a_display_that_does_not_answer_is_told_with_its_name", a_display_that_does_not_answer),
        ("on_one_core_all_works_and_the_bench_leaves_rows_out", on_one_core),
        ("settings_that_cannot_be_written_keep_nobody_from_playing", settings_that_cannot_be_written),
    ];
    let on_x11: &[(&str, fn())] = &[
        ("on_x11_windows_can_be_shown", on_x11),
        ("without_glx_windows_are_drawn_through_egl", without_glx),
        ("without_any_opengl_a_start_tries_software_and_ends_and_the_doctor_names_packages", without_opengl),
        ("where_a_driver_is_missing_the_doctor_tells_what_it_says", where_a_driver_is_missing),
        ("without_randr_a_start_ends_with_one_line_and_the_doctor_knows_it", without_randr),
        ("over_the_network_windows_play_and_the_doctor_warns", over_the_network),
        ("a_display_that_hangs_is_given_up", a_display_that_hangs),
        ("where_the_driver_crashes_windows_are_drawn_by_software", where_the_driver_crashes),
        ("where_the_driver_hangs_the_start_and_the_doctor_say_so", where_the_driver_hangs),
        ("too_few_fds_end_with_the_code_of_the_start", too_few_fds),
        ("a_limit_of_files_ends_with_the_code_of_the_start", a_limit_of_files),
    ];
    let on_wayland: &[(&str, fn())] = &[("on_wayland_windows_can_be_shown_too", on_wayland)];
    let mut trials = trials(anywhere, true, "");
    trials.extend(self::trials(on_x11, is_there("Xvfb"), "ignored: Xvfb is missing"));
    trials.extend(self::trials(on_wayland, wayland::is_available(), "ignored: weston is missing"));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(tests: &[(&str, fn())], is_available: bool, otherwise: &str) -> Vec<Trial> {
    // On a machine that must have it, a missing one is a failure, not an excuse.
    let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let trial = |(name, test): &(&str, fn())| {
        let test = *test;
        let trial = Trial::test(*name, move || {
            test();
            Ok(())
        });
        let is_run = is_available || is_ci;
        if is_run { trial } else { trial.with_kind(otherwise).with_ignored_flag(true) }
    };
    tests.iter().map(trial).collect()
}

fn is_there(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).exists())
}

/// An X server. Dropped, it is killed and reaped.
struct Server {
    process: Child,
    number: String,
    /// A server whose last client leaves begins anew, and whoever comes then is turned away.
    connection: RustConnection,
    /// Where tripong leaves its user's settings.
    settings: PathBuf,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut command = program("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1200x800x24"]).args(arguments);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut number = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let settings = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("doctor-{}", process.id()));
        fs::create_dir(&settings).unwrap();
        let number = number.trim().to_owned();
        let (connection, _) = RustConnection::connect(Some(&format!(":{number}"))).unwrap();
        Self { process, number, connection, settings }
    }

    /// Only for programs on this machine.
    fn local(arguments: &[&str]) -> Self {
        Self::start(&[&["-nolisten", "tcp"], arguments].concat())
    }

    /// This command line, with its windows here.
    fn show(&self, mut command: Command, host: &str) -> Program {
        command.env("DISPLAY", format!("{host}:{}", self.number)).env("XDG_CONFIG_HOME", &self.settings);
        Program::spawn(command)
    }

    fn findings(&self, environment: &[(&str, &str)]) -> Findings {
        let mut command = tripong();
        command.args(["doctor", "--json"]).envs(environment.iter().copied());
        self.show(command, "").finish().into()
    }

    /// Whether there is a window with this in its title. Without a window manager all are the root's own children.
    fn has_window(&self, part: &str) -> bool {
        let connection = &self.connection;
        let root = connection.setup().roots[0].root;
        let name = connection.intern_atom(false, b"_NET_WM_NAME").unwrap().reply().unwrap().atom;
        let title = |window| {
            let cookie = connection.get_property(false, window, name, AtomEnum::ANY, 0, 1024).unwrap();
            // Windows come and go while one looks.
            cookie.reply().map(|property| String::from_utf8_lossy(&property.value).into_owned())
        };
        let windows = connection.query_tree(root).unwrap().reply().unwrap().children;
        windows.into_iter().any(|window| title(window).is_ok_and(|title| title.contains(part)))
    }

    /// What a start with windows says that must not succeed.
    fn refusal(&self, environment: &[(&str, &str)]) -> String {
        let mut command = tripong();
        command.envs(environment.iter().copied());
        let Output { ended, stdout, stderr } = self.show(command, "").finish();
        assert_eq!((ended, stdout.as_str()), (Ended::Code(exit::NO_DISPLAY.into()), ""), "{stderr}");
        // Mesa may say something between our words and the end of our line.
        assert!(stderr.contains(HINT.trim_end()), "{stderr}");
        stderr
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _killed = self.process.kill();
        let _reaped = self.process.wait();
        // It is in the target folder: one that cannot be removed is in nobody's way.
        let _removed = fs::remove_dir_all(&self.settings);
    }
}

/// What the doctor has said, as JSON.
#[derive(Debug)]
struct Findings {
    code: u8,
    json: Value,
}

impl From<Output> for Findings {
    fn from(output: Output) -> Self {
        let Ended::Code(code) = output.ended else { panic!("{output:?}") };
        assert_eq!(output.stderr, "", "all is said on stdout");
        Self { code: code.try_into().unwrap(), json: output.report() }
    }
}

impl Findings {
    fn checks(&self) -> &[Value] {
        self.json["checks"].as_array().unwrap()
    }

    fn check(&self, name: &str) -> &Value {
        let found = self.checks().iter().find(|check| check["name"] == name);
        found.unwrap_or_else(|| panic!("no check {name} in {self:?}"))
    }

    /// The check stands like this, and says this among other things.
    fn assert(&self, name: &str, state: &str, found: &str) {
        let check = self.check(name);
        assert!(check["state"] == state && check["found"].as_str().unwrap().contains(found), "{check}");
        assert!(state == "ok" || check["advice"].is_string(), "{check} says what to do");
    }

    fn assert_verdict(&self, code: u8, windows: bool, headless: bool) {
        let json = &self.json;
        assert_eq!((self.code, json["exit_code"].as_u64()), (code, Some(code.into())), "{json}");
        assert_eq!((json["windows"].as_bool(), json["headless"].as_bool()), (Some(windows), Some(headless)));
    }
}

/// The doctor where there is no display.
fn findings(arguments: Command) -> Findings {
    Program::spawn(arguments).finish().into()
}

fn doctor() -> Command {
    let mut command = tripong();
    command.args(["doctor", "--json"]);
    command
}

fn every_check_is_in_both() {
    let findings = findings(doctor());
    let names: Vec<_> = findings.checks().iter().map(|check| check["name"].as_str().unwrap()).collect();
    let without_services: Vec<_> = names.iter().copied().filter(|name| !SERVICES.contains(name)).collect();
    assert_eq!(without_services, CHECKS);
    assert!(SERVICES.iter().all(|name| names.contains(name)), "{names:?}");
    let mut command = tripong();
    command.arg("doctor");
    let Output { ended, stdout, stderr } = Program::spawn(command).finish();
    assert_eq!((ended, stderr.as_str()), (Ended::Code(findings.code.into()), ""));
    let lines = stdout.lines().filter(|line| !line.starts_with(' '));
    let mut in_table: Vec<_> = lines.filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert!(in_table.pop().is_some(), "the last line is the verdict");
    assert_eq!(in_table, names);
}

fn without_a_display() {
    let findings = findings(doctor());
    findings.assert_verdict(exit::NO_DISPLAY, false, true);
    findings.assert("display", "fails", "neither DISPLAY nor WAYLAND_DISPLAY is set");
    for name in ["memory", "passed-fd", "futex", "eventfd", "pidfd", "dev-null", "proc", "game"] {
        findings.assert(name, "ok", "");
    }
    let mut command = tripong();
    command.arg("doctor");
    let output = Program::spawn(command).finish();
    let verdict = "no window can be shown here (display); `tripong --headless` can be played\n";
    assert!(output.stdout.ends_with(verdict), "{output:?}");
}

fn a_display_that_does_not_answer() {
    let mut command = doctor();
    command.env("DISPLAY", ":9999");
    let found = findings(command);
    found.assert_verdict(exit::NO_DISPLAY, false, true);
    found.assert("display", "fails", "DISPLAY=:9999 does not answer");
    found.assert("x11", "warning", "DISPLAY=:9999 does not answer");
    let mut command = doctor();
    command.env("WAYLAND_DISPLAY", "nonsense").env("XDG_RUNTIME_DIR", "/nonexistent");
    let found = findings(command);
    found.assert("wayland", "warning", "WAYLAND_DISPLAY=nonsense (/nonexistent/nonsense) does not answer");
}

fn on_one_core() {
    let findings = std::thread::spawn(|| {
        let all = sched_getaffinity(None).unwrap();
        let mut one = CpuSet::new();
        one.set((0..CpuSet::MAX_CPU).find(|cpu| all.is_set(*cpu)).unwrap());
        // Of this thread, and of the processes that it starts.
        sched_setaffinity(None, &one).unwrap();
        findings(doctor())
    });
    let findings = findings.join().unwrap();
    findings.assert("cores", "warning", "1 may be used");
    findings.assert("game", "ok", "");
    assert!(findings.check("cores")["advice"].as_str().unwrap().contains("distinct-cores"));
}

fn settings_that_cannot_be_written() {
    let mut command = doctor();
    command.env("XDG_CONFIG_HOME", "/proc/nowhere");
    let findings = findings(command);
    findings.assert("settings", "warning", "/proc/nowhere/tripong/settings.json cannot be written");
    findings.assert_verdict(exit::NO_DISPLAY, false, true);
}

fn on_x11() {
    let server = Server::local(&[]);
    let findings = server.findings(&[]);
    findings.assert_verdict(0, true, true);
    findings.assert("display", "ok", "the windows go to X11: 1200x800");
    findings.assert("x11", "ok", ", local: ");
    assert!(findings.check("opengl")["found"].as_str().unwrap().ends_with("through GLX"), "{findings:?}");
    assert_eq!(fs::read_dir(&server.settings).unwrap().count(), 0, "the doctor leaves nothing behind");
}

/// Windows that are opened, drawn and played in: a worker plays only once its window is open.
fn assert_plays(game: Program) {
    assert_eq!(play(game, 3), "");
}

/// Tells what was said on stderr.
fn play(game: Program, count: usize) -> String {
    let panes = game.panes(count);
    let memory = Memory::of(&panes[0]);
    // Start is pressed where the window would note it. The launcher looks by itself.
    memory.region().pane(PaneId(0)).card.serves_asked.fetch_add(1, Ordering::Release);
    wait_until("the ball to cross all panes", || memory.ball().is_some_and(|ball| ball.hop >= 4));
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    wait_until_gone(&panes);
    output.stderr
}

fn without_glx() {
    let server = Server::local(&["-extension", "GLX"]);
    let findings = server.findings(&[]);
    findings.assert_verdict(0, true, true);
    findings.assert("x11", "ok", "without GLX");
    assert!(findings.check("opengl")["found"].as_str().unwrap().ends_with("through EGL"), "{findings:?}");
    assert_plays(server.show(tripong(), ""));
}

fn without_opengl() {
    let server = Server::local(&["-extension", "GLX"]);
    let findings = server.findings(&NO_DRIVERS);
    findings.assert_verdict(exit::NO_DISPLAY, false, true);
    findings.assert("opengl", "fails", "no OpenGL to draw the windows with (");
    assert!(findings.check("opengl")["advice"].as_str().unwrap().contains("install"), "{findings:?}");
    let lines = server.refusal(&NO_DRIVERS);
    let [first, last] = lines.lines().collect::<Vec<_>>()[..] else { panic!("{lines}") };
    assert!(
        first.contains("OpenGL does not work here (pane") && first.contains("trying to draw by software"),
        "{lines}"
    );
    assert!(last.contains(": no display: no OpenGL to draw the windows with ("), "{lines}");
    assert!(!last.contains("ConfigTemplate"), "{lines}");
}

fn where_a_driver_is_missing() {
    let server = Server::local(&[]);
    // Mesa itself says something before us.
    let stderr = server.refusal(&NO_DRIVERS);
    assert!(stderr.contains(": no display: no OpenGL to draw the windows with ("), "{stderr}");
    let findings = server.findings(&NO_DRIVERS);
    findings.assert("opengl", "fails", "no OpenGL to draw the windows with (");
    findings.assert("opengl", "fails", "; its driver says: libGL error: ");
}

/// A driver that does nothing but this, in a folder of its own; and the environment in which it is the one that is asked.
fn driver(server: &Server, does: &str) -> [(&'static str, String); 2] {
    let source = server.settings.join("driver.c");
    let code = format!(
        "#include <stdlib.h>\n#include <unistd.h>\n__attribute__((constructor)) void f(void) {{ {does} }}"
    );
    fs::write(&source, code).unwrap();
    let mut compiler = program("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(server.settings.join("libGLX_bad.so.0")).arg(&source);
    assert!(compiler.status().unwrap().success(), "cargo needs cc to link, so it is here");
    let folder = server.settings.to_str().unwrap().to_owned();
    [("__GLX_VENDOR_LIBRARY_NAME", "bad".to_owned()), ("LD_LIBRARY_PATH", folder)]
}

fn where_the_driver_crashes() {
    let server = Server::local(&[]);
    let environment = driver(&server, "abort();");
    let start = |arguments: &[&str]| {
        let mut command = tripong();
        command.envs(environment.iter().map(|(name, value)| (*name, value))).args(arguments);
        server.show(command, "")
    };
    let findings = Findings::from(start(&["doctor", "--json"]).finish());
    findings.assert_verdict(0, true, true);
    findings.assert("opengl", "warning", "died (killed by SIGABRT); by software it works: ");
    // More panes than the budget has restarts: these deaths are not counted.
    let game = start(&["--panes", "5", "--inspect"]);
    wait_until("the inspector's window", || server.has_window("inspector"));
    let stderr = play(game, 5);
    let line = stderr.strip_prefix("tripong: OpenGL does not work here (");
    let (_who, rest) = line.and_then(|line| line.split_once(": ")).unwrap_or_else(|| panic!("{stderr}"));
    let told = "killed by SIGABRT); trying to draw by software, which takes more of the CPU; \
                `tripong doctor` says more\n";
    assert_eq!(rest, told);
}

fn where_the_driver_hangs() {
    let server = Server::local(&[]);
    let environment = driver(&server, "for (;;) pause();");
    let start = |arguments: &[&str]| {
        let mut command = tripong();
        command.envs(environment.iter().map(|(name, value)| (*name, value))).args(arguments);
        command
    };
    let doctor = server.show(start(&["doctor", "--json"]), "");
    let log = server.settings.join("log");
    let mut command = start(&[]);
    command.stderr(fs::File::create(&log).unwrap());
    let game = server.show(command, "");
    wait_until("the line", || fs::read_to_string(&log).unwrap().ends_with('\n'));
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
    let line = fs::read_to_string(&log).unwrap();
    assert!(line.contains("its window is not open after 20s") && line.lines().count() == 1, "{line}");
    let findings = Findings::from(doctor.finish());
    findings.assert_verdict(exit::NO_DISPLAY, false, true);
    findings.assert("opengl", "fails", "a hidden window was not open within 20s");
    let advice = findings.check("opengl")["advice"].as_str().unwrap();
    assert!(advice.contains("LIBGL_ALWAYS_SOFTWARE=1"), "{advice}");
}

fn without_randr() {
    let server = Server::local(&["-extension", "RANDR"]);
    let findings = server.findings(&[]);
    findings.assert_verdict(exit::NO_DISPLAY, false, true);
    findings.assert("x11", "fails", "RANDR");
    let line = server.refusal(&[]);
    assert!(line.lines().count() == 1 && line.contains("XRandR"), "{line}");
}

fn over_the_network() {
    let server = Server::start(&["-listen", "tcp", "-ac"]);
    let findings: Findings = server.show(doctor(), "localhost").finish().into();
    findings.assert_verdict(0, true, true);
    findings.assert("x11", "warning", "at localhost, over the network");
    assert_plays(server.show(tripong(), "localhost"));
}

fn a_display_that_hangs() {
    let server = Server::local(&[]);
    Process::open(server.process.id()).unwrap().freeze();
    let doctor = server.show(doctor(), "");
    let start = server.show(tripong(), "");
    let output = start.finish();
    assert_eq!(output.ended, Ended::Code(exit::NO_DISPLAY.into()), "{output:?}");
    assert!(output.stderr.contains("does not answer (nothing came within 10s)"), "{output:?}");
    let findings = Findings::from(doctor.finish());
    findings.assert_verdict(exit::NO_DISPLAY, false, true);
    findings.assert("display", "fails", "nothing came within 10s");
}

/// The doctor under limits that the shell sets first, and the exit code of a start under the same.
fn under(server: &Server, limits: &str) -> (Findings, Output) {
    let doctor = tripong_by_shell(&format!("{limits} && exec \"$0\" doctor --json"));
    let start = tripong_by_shell(&format!("{limits} && exec \"$0\""));
    (server.show(doctor, "").finish().into(), server.show(start, "").finish())
}

fn too_few_fds() {
    let server = Server::local(&[]);
    let (findings, start) = under(&server, "ulimit -n 16");
    findings.assert_verdict(exit::SYSTEM, false, false);
    findings.assert("fds", "fails", "3 panes need 29; the limit is 16");
    assert_eq!(start.ended, Ended::Code(exit::SYSTEM.into()), "{start:?}");
    assert!(start.stderr.ends_with(&format!("Too many open files (os error 24){HINT}")), "{start:?}");
    let enough_for_three = server.show(tripong_by_shell("ulimit -n 60 && exec \"$0\" doctor --json"), "");
    let findings = Findings::from(enough_for_three.finish());
    findings.assert_verdict(0, true, true);
    findings.assert("fds", "warning", "enough for 3 panes, 16 need 81");
}

fn a_limit_of_files() {
    let server = Server::local(&[]);
    // dash counts in 512-byte blocks.
    let (findings, start) = under(&server, "ulimit -f 100");
    findings.assert_verdict(exit::SYSTEM, false, false);
    findings.assert("file-size", "fails", "limited to 51200 bytes");
    findings.assert("memory", "fails", "failed to allocate");
    findings.assert("game", "fails", "failed to allocate");
    assert_eq!(start.ended, Ended::Code(exit::SYSTEM.into()), "{start:?}");
}

fn on_wayland() {
    let compositor = wayland::Compositor::start();
    let findings = Findings::from(compositor.tripong("doctor --json").finish());
    findings.assert_verdict(0, true, true);
    findings.assert("display", "ok", "the windows go to Wayland");
    // A compositor without a screen has no keyboard and no mouse either.
    findings.assert("wayland", "warning", "interfaces; tripong draws the windows' frames; it lacks wl_seat");
    assert!(findings.check("opengl")["found"].as_str().unwrap().ends_with("through EGL"), "{findings:?}");
    findings.assert("x11", "ok", "DISPLAY is not set");
}
