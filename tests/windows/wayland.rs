//! The same game under a Wayland compositor without a screen, where no program places a window.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use tripong::game::PaneId;
use tripong::platform::sync::{AtomicU32, Ordering};

use crate::common::helper::Helper;
use crate::common::memory::Memory;
use crate::common::process::wait_until_gone;
use crate::common::{Ended, Program, is_installed, program, tripong, wait_until};

/// The compositor, which ends with it.
pub(crate) struct Compositor {
    #[allow(dead_code, reason = "that it lives is enough for most")]
    pub(crate) server: Helper,
    /// Its socket is here, and so are the settings of its user.
    pub(crate) folder: PathBuf,
}

/// Whether there is one.
pub(crate) fn is_available() -> bool {
    is_installed("weston")
}

impl Compositor {
    pub(crate) fn start() -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let name = format!("wl-{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        let mut command = program("weston");
        command.args(["--backend=headless-backend.so", "--socket=display", "--no-config", "--idle-time=0"]);
        command.env("XDG_RUNTIME_DIR", &folder).env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY");
        let compositor = Self { server: Helper::start(command), folder };
        wait_until("the compositor", || UnixStream::connect(compositor.folder.join("display")).is_ok());
        compositor
    }

    pub(crate) fn tripong(&self, arguments: &str) -> Program {
        let mut command = tripong();
        command.args(arguments.split_whitespace());
        self.show(command)
    }

    /// This command line, with its windows here.
    pub(crate) fn show(&self, mut command: Command) -> Program {
        command.env("WAYLAND_DISPLAY", "display").env("XDG_RUNTIME_DIR", &self.folder);
        command.env("XDG_CONFIG_HOME", &self.folder);
        Program::spawn(command)
    }
}

impl Drop for Compositor {
    fn drop(&mut self) {
        // It is in the target folder: one that cannot be removed is in nobody's way.
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

/// Whether what draws the frames would start a session bus: by this it asks the desktop.
pub(crate) fn can_start_a_bus() -> bool {
    is_available() && is_installed("dbus-send")
}

/// A program of the name by which a bus is started, which only notes that somebody wanted one.
pub(crate) fn no_bus_is_started() {
    let compositor = Compositor::start();
    let noted = compositor.folder.join("noted");
    let starter = compositor.folder.join("dbus-launch");
    fs::write(&starter, format!("#!/bin/sh\necho \"$@\" >>'{}'\nexit 1\n", noted.display())).unwrap();
    fs::set_permissions(&starter, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    let with_starter = |mut command: Command| {
        command.env("PATH", format!("{}:{path}", compositor.folder.display()));
        // Somebody has an X server as well: buses are started for its clients only.
        command.env("DISPLAY", ":0").env_remove("DBUS_SESSION_BUS_ADDRESS");
        command.env("WAYLAND_DISPLAY", "display").env("XDG_RUNTIME_DIR", &compositor.folder);
        command
    };
    // It is called, where nobody prevents it.
    let mut ask = with_starter(program("dbus-send"));
    let status = ask.args(["--dest=a.b", "/a", "a.b.c"]).stderr(Stdio::null()).status().unwrap();
    assert!(!status.success() && noted.exists(), "there is no bus, and it was to be started");
    fs::remove_file(&noted).unwrap();
    let mut command = with_starter(tripong());
    command.env("XDG_CONFIG_HOME", &compositor.folder).args(["--seed", "1"]);
    play(Program::spawn(command));
    assert!(!noted.exists(), "{}", fs::read_to_string(&noted).unwrap());
}

pub(crate) fn three_windows_play() {
    let compositor = Compositor::start();
    play(compositor.tripong("--seed 1"));
}

/// Until each window was drawn.
fn play(game: Program) {
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    // No pointer and no keyboard here: Start is pressed where the window would note it. The launcher looks by itself.
    memory.region().pane(PaneId(0)).status.serves_asked.fetch_add(1, Ordering::Release);
    // A worker plays only once its window is open.
    wait_until("the ball to cross all panes", || memory.ball().is_some_and(|ball| ball.hop >= 4));
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    let said =
        "tripong: this display places windows itself: they open in the order of their numbers, 1 to 3\n";
    assert_eq!((output.ended, output.news().as_str()), (Ended::Code(143), said));
    wait_until_gone(&panes);
}
