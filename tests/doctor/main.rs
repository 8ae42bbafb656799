//! What `tripong doctor` finds on displays of all kinds, without one, and under limits; and that a start there either plays
//! or ends with one line that says why. docs/DOCTOR.md has a table of these situations.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "that is how a test fails")]

#[path = "../common/mod.rs"]
mod common;
mod gone;
mod opengl;
mod server;
mod vendors;
#[path = "../windows/wayland.rs"]
#[allow(dead_code, reason = "only the compositor is used here")]
mod wayland;

use std::fs;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use tripong::error::exit;
use tripong::game::PaneId;
use tripong::platform::sync::Ordering;

use common::{Ended, Output, Program, is_installed, tripong, tripong_by_shell};
use server::{Findings, HINT, Server, assert_plays, doctor, findings};

/// All checks, in their order. Programs go by these names: one that is missing or changed breaks them.
const CHECKS: [&str; 25] = [
    "session",
    "display",
    "x11",
    "wayland",
    "opengl",
    "memory",
    "no-exec",
    "passed-fd",
    "futex",
    "clock",
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

#[expect(clippy::too_many_lines, reason = "a table: each line is read alone")]
fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let anywhere: &[(&str, fn())] = &[
        ("every_check_is_in_the_table_and_in_the_json", every_check_is_in_both),
        ("without_a_display_no_window_can_be_shown_and_games_without_can_be_played", without_a_display),
        ("a_display_that_does_not_answer_is_reported_with_its_name", a_display_that_does_not_answer),
        ("on_one_core_all_works_and_the_bench_leaves_rows_out", on_one_core),
        ("settings_that_cannot_be_written_keep_nobody_from_playing", settings_that_cannot_be_written),
    ];
    let on_x11: &[(&str, fn())] = &[
        ("on_x11_windows_can_be_shown", on_x11),
        ("without_glx_windows_are_drawn_through_egl", opengl::without_glx),
        (
            "without_any_opengl_a_start_tries_software_and_ends_and_the_doctor_names_packages",
            opengl::without_opengl,
        ),
        ("where_a_driver_is_missing_the_doctor_reports_what_it_says", opengl::where_a_driver_is_missing),
        ("without_randr_a_start_ends_with_one_line_and_the_doctor_knows_it", without_randr),
        ("over_the_network_windows_play_and_the_doctor_warns", over_the_network),
        ("a_display_that_hangs_is_given_up", a_display_that_hangs),
        ("where_the_driver_crashes_windows_are_drawn_by_software", opengl::where_the_driver_crashes),
        ("where_the_driver_hangs_the_start_and_the_doctor_say_so", opengl::where_the_driver_hangs),
        ("an_inspector_that_cannot_be_opened_ends_no_game", an_inspector_that_cannot_be_opened),
        ("an_x_server_that_goes_ends_the_game_with_one_line", gone::an_x_server_that_goes),
        ("an_inspector_whose_display_goes_ends_no_game", gone::an_inspector_whose_display_goes),
        ("a_dialog_whose_display_goes_ends_too", gone::a_dialog_whose_display_goes),
        ("windows_that_are_taken_away_come_back", gone::windows_that_are_taken_away),
        (
            "where_opengl_is_left_to_the_server_windows_are_drawn_by_software",
            vendors::where_opengl_is_left_to_the_server,
        ),
        ("lines_of_libraries_are_not_passed_on", vendors::lines_of_libraries_are_not_passed_on),
        ("too_few_fds_end_with_the_code_of_the_start", too_few_fds),
        ("a_limit_of_files_ends_with_the_code_of_the_start", a_limit_of_files),
    ];
    let on_wayland: &[(&str, fn())] = &[
        ("on_wayland_windows_can_be_shown_too", on_wayland),
        ("a_compositor_that_goes_ends_the_game_with_one_line", gone::a_compositor_that_goes),
        (
            "where_a_vendor_of_egl_crashes_windows_are_drawn_by_software",
            vendors::where_a_vendor_of_egl_crashes,
        ),
    ];
    let mut trials = trials(anywhere, true, "");
    trials.extend(self::trials(on_x11, is_installed("Xvfb"), "ignored: Xvfb is missing"));
    let hidden: &[(&str, fn())] =
        &[("where_a_library_is_missing_the_last_line_names_its_package", opengl::without_libraries)];
    let can_hide = opengl::can_hide_libraries() && is_installed("Xvfb");
    let cannot = "ignored: Xvfb is missing, or no library can be hidden (unshare -rm)";
    trials.extend(hidden.iter().map(|test| trial(test, can_hide, cannot)));
    let hidden: &[(&str, fn())] = &[(
        "without_the_keyboards_library_on_wayland_one_line_names_its_package",
        vendors::without_the_keyboards_library_on_wayland,
    )];
    let can_hide = opengl::can_hide_libraries() && wayland::is_available();
    let cannot = "ignored: weston is missing, or no library can be hidden (unshare -rm)";
    trials.extend(hidden.iter().map(|test| trial(test, can_hide, cannot)));
    let traced: &[(&str, fn())] =
        &[("a_window_whose_pane_cannot_play_ends_the_game_with_a_line", a_pane_that_cannot_play)];
    let cannot = "ignored: Xvfb or strace is missing";
    trials.extend(self::trials(traced, is_installed("Xvfb") && is_installed("strace"), cannot));
    let mdwe: &[(&str, fn())] = &[(
        "where_written_memory_may_not_be_executed_the_start_and_the_doctor_say_so",
        opengl::where_memory_may_not_be_executed,
    )];
    let can_forbid = is_installed("Xvfb") && opengl::can_forbid_execution();
    let cannot = "ignored: Xvfb is missing, or this kernel has no PR_SET_MDWE (since 6.3)";
    trials.extend(mdwe.iter().map(|test| trial(test, can_forbid, cannot)));
    trials.extend(self::trials(on_wayland, wayland::is_available(), "ignored: weston is missing"));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(tests: &[(&str, fn())], is_available: bool, otherwise: &str) -> Vec<Trial> {
    // On a machine that must have it, a missing one is a failure, not an excuse.
    let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    tests.iter().map(|test| trial(test, is_available || is_ci, otherwise)).collect()
}

fn trial((name, test): &(&str, fn()), is_run: bool, otherwise: &str) -> Trial {
    let test = *test;
    let trial = Trial::test(*name, move || {
        test();
        Ok(())
    });
    if is_run { trial } else { trial.with_kind(otherwise).with_ignored_flag(true) }
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
    let page = include_str!("../../docs/DOCTOR.md");
    let untold: Vec<_> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(untold.is_empty(), "docs/DOCTOR.md does not tell of {untold:?}");
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
    server.helper.process.freeze();
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

fn an_inspector_that_cannot_be_opened() {
    let server = Server::local(&[]);
    let game = server.show(tripong(), "");
    let panes = game.panes(3);
    let memory = common::memory::Memory::of(&panes[0]);
    let pid = rustix::process::Pid::from_raw(game.launcher().pid.cast_signed());
    // All of these it has; and it may still poll as many.
    let limit = rustix::process::Rlimit { current: Some(8), maximum: Some(8) };
    // It was not yet waited for, so that the pid cannot be a stranger's.
    rustix::process::prlimit(pid, rustix::process::Resource::Nofile, limit).unwrap();
    // What the button does.
    let status = &memory.region().pane(PaneId(0)).status;
    status.inspects_asked.fetch_add(1, Ordering::AcqRel);
    let answered = || memory.region().event_log.called.load(Ordering::Acquire) == 1;
    common::wait_until("the request to be answered", answered);
    game.launcher().signal(nix::sys::signal::Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    let line = output.stderr.strip_suffix('\n').unwrap();
    assert!(
        line.starts_with("tripong: the inspector is not opened: failed to ") && !line.contains('\n'),
        "{line}"
    );
    assert!(line.contains("Too many open files"), "{line}");
}

/// A sandbox forbids what its links need: `strace` answers in the kernel's place.
fn a_pane_that_cannot_play() {
    let server = Server::local(&[]);
    let mut command = common::clean(common::program("strace"));
    command.args("-f -qq -o /dev/null -e trace=sendto -e inject=sendto:error=EPERM".split(' '));
    command.arg(env!("CARGO_BIN_EXE_tripong")).args(["--transport", "socket", "--stall", "off"]);
    let game = server.show(command, "");
    // strace has had other children, for a moment.
    let launchers = || common::TestProcess::children_of(game.launcher().pid).into_iter();
    let panes = || launchers().flat_map(|launcher| common::TestProcess::children_of(launcher.pid));
    let pane = common::wait_for("a pane", || panes().find(common::TestProcess::has_attached));
    // What Start does. The launcher looks by itself.
    let memory = common::memory::Memory::of(&pane);
    memory.region().pane(PaneId(0)).status.serves_asked.fetch_add(1, Ordering::AcqRel);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(exit::SYSTEM.into()), "{output:?}");
    let line = output.stderr.strip_suffix('\n').unwrap();
    assert!(
        line.starts_with("tripong: pane ") && line.contains("(sendto)") && !line.contains('\n'),
        "{line}"
    );
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
