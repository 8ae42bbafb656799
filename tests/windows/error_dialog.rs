//! What a user without a terminal sees when tripong cannot continue.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::net::UnixListener;
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use async_io::block_on;
use rustix::net::sockopt::socket_peercred;
use zbus::Connection;
use zbus::connection::Builder;
use zbus::zvariant::OwnedValue;

use crate::ESCAPE;
use crate::common::helper::Helper;
use crate::common::{
    Ended, PATIENCE, Program, is_installed, program, tripong_by_shell, tripong_without_terminal,
};
use crate::desktop::Desktop;

/// All of them.
pub(crate) const TESTS: &[(&str, fn())] = &[
    ("an_error_without_a_terminal_is_shown_in_a_window", is_shown_in_a_window),
    ("an_error_is_shown_in_a_window_before_the_doctor_has_looked", is_shown_before_the_doctor_has_looked),
    ("the_log_of_a_desktop_is_not_read_but_any_other_file_is", a_log_is_not_read),
    ("a_stopped_game_needs_no_explanation", a_stopped_game_needs_no_explanation),
    (NOTIFIED, is_shown_as_a_notification),
    ("where_nobody_can_be_informed_the_exit_code_is_the_same", nobody_can_be_informed),
];
/// The one test that needs a bus.
pub(crate) const NOTIFIED: &str = "without_a_display_an_error_is_shown_as_a_notification";

pub(crate) fn is_available() -> bool {
    is_installed("dbus-daemon")
}

fn is_shown_in_a_window() {
    let desktop = Desktop::start();
    let mut command = tripong_without_terminal();
    desktop.lead(&mut command);
    command.args(["--panes", "99"]);
    let game = Program::spawn(command);
    let window = desktop.window_titled("tripong could not go on");
    assert_eq!(desktop.all_windows(), [window], "no window of a game is there");
    desktop.key(ESCAPE);
    assert_eq!(game.finish().ended, Ended::Code(2));
    desktop.wait_until_empty();
}

/// The doctor asks a bus that takes everybody's word and answers nobody: it is the window that has it look, not who waits for
/// the window.
fn is_shown_before_the_doctor_has_looked() {
    let desktop = Desktop::start();
    let bus = UnixListener::bind(desktop.settings.join("bus")).unwrap();
    let (sender, asked) = mpsc::channel();
    // Ends with the process.
    thread::spawn(move || {
        let mut callers = Vec::new();
        for caller in bus.incoming().map_while(Result::ok) {
            let pid = socket_peercred(&caller).unwrap().pid.as_raw_nonzero().get();
            callers.push(caller);
            // Nobody wants to know any more at the end of the test.
            let _unwanted = sender.send(pid.unsigned_abs());
        }
    });
    // Enough fds for a window, and not for sixteen panes.
    let mut command = tripong_by_shell("ulimit -n 64; exec setsid \"$0\" --panes 16");
    command.stderr(Stdio::null());
    desktop.lead(&mut command);
    command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}/bus", desktop.settings.display()));
    let game = Program::spawn(command);
    let window = desktop.window_titled("tripong could not go on");
    let first = asked.recv_timeout(PATIENCE).expect("somebody asks the bus");
    let launcher = game.launcher().pid;
    desktop.close(&window);
    assert_eq!(game.finish().ended, Ended::Code(5));
    let callers: Vec<_> = std::iter::once(first).chain(asked.try_iter()).collect();
    assert!(!callers.contains(&launcher), "{callers:?} with {launcher}");
}

fn a_stopped_game_needs_no_explanation() {
    let desktop = Desktop::start();
    let mut command = tripong_without_terminal();
    desktop.lead(&mut command);
    let game = Program::spawn(command);
    desktop.windows(3);
    game.launcher().signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
}

fn is_shown_as_a_notification() {
    let desktop = NotifyingDesktop::start();
    let mut command = tripong_without_terminal();
    command.env("DBUS_SESSION_BUS_ADDRESS", &desktop.address);
    let game = Program::spawn(command);
    let next = || desktop.shown.recv_timeout(PATIENCE).expect("a notification");
    let (replaces, summary, at_once) = next();
    assert_eq!((replaces, summary.as_str()), (0, "tripong could not go on"));
    let line = "tripong: no display: neither DISPLAY nor WAYLAND_DISPLAY is set";
    assert!(at_once.starts_with(line) && at_once.lines().count() == 1, "what is known: {at_once}");
    let (replaces, _, body) = next();
    assert_eq!(replaces, SHOWN, "in place of the first");
    assert!(
        body.starts_with(&format!("{at_once}\n\ndisplay: neither DISPLAY")),
        "and what the doctor finds: {body}"
    );
    assert_eq!(game.finish().ended, Ended::Code(3));
}

fn a_log_is_not_read() {
    let desktop = Desktop::start();
    let log = desktop.settings.join("log");
    let start = |environment: &[(&str, &str)]| {
        let mut command = tripong_without_terminal();
        desktop.lead(&mut command);
        command.args(["--panes", "99"]).envs(environment.iter().copied());
        command.stderr(File::create(&log).unwrap());
        Program::spawn(command)
    };
    let said = "tripong: invalid value '99' for '--panes <N>'";
    assert_eq!(start(&[]).finish().ended, Ended::Code(2), "it waits for nobody");
    assert!(fs::read_to_string(&log).unwrap().starts_with(said));
    let game = start(&[("XDG_CURRENT_DESKTOP", "XFCE")]);
    let window = desktop.window_titled("tripong could not go on");
    assert!(fs::read_to_string(&log).unwrap().starts_with(said), "it is in the log as well");
    desktop.close(&window);
    assert_eq!(game.finish().ended, Ended::Code(2));
}

fn nobody_can_be_informed() {
    let mut command = tripong_without_terminal();
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    assert_eq!(Program::spawn(command).finish().ended, Ended::Code(3));
}

/// A session bus of the test's own, with a desktop's notification service.
struct NotifyingDesktop {
    address: String,
    shown: Receiver<(u32, String, String)>,
    _service: Connection,
    _bus: Helper,
}

/// The notifications, as they come: what each replaces, its summary and its body.
struct Service(Sender<(u32, String, String)>);

/// The number of every notification.
const SHOWN: u32 = 1;

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    #[expect(clippy::too_many_arguments, reason = "the specification has so many")]
    fn notify(
        &self,
        _app_name: String,
        replaces: u32,
        _icon: String,
        summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire_timeout_ms: i32,
    ) -> u32 {
        self.0.send((replaces, summary, body)).unwrap();
        SHOWN
    }
}

impl NotifyingDesktop {
    fn start() -> Self {
        let mut command = program("dbus-daemon");
        // A name in no folder: nothing is left of it, however this ends.
        let at = format!("--address=unix:abstract=tripong-test-bus-{}", std::process::id());
        command.args(["--session", "--nofork", "--print-address=1", &at]);
        let (bus, address) = Helper::start_and_ask(command);
        let (sender, shown) = mpsc::channel();
        let service = Builder::address(address.as_str())
            .and_then(|builder| builder.name("org.freedesktop.Notifications"))
            .and_then(|builder| builder.serve_at("/org/freedesktop/Notifications", Service(sender)))
            .and_then(|builder| block_on(builder.build()));
        Self { address, shown, _service: service.unwrap(), _bus: bus }
    }
}
