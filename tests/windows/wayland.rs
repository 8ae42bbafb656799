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
use crate::common::{Ended, Program, is_installed, program, tripong, wait_for, wait_until};

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

/// The test that needs a tiling compositor.
pub(crate) const TILED: &str =
    "panes_stand_in_order_on_tiling_wayland_and_take_no_keyboard_where_it_is_so_configured";

/// Whether there is one, and, as it does not run as root, the means to run it as somebody else.
pub(crate) fn is_tiling_available() -> bool {
    is_installed("sway") && (!rustix::process::geteuid().is_root() || is_installed("setpriv"))
}

/// What docs/TROUBLESHOOTING.md has for its users.
const NO_FOCUS: &str = r#"no_focus [app_id="org.tripong.tripong"]"#;
/// Nobody's number.
const NOBODY: u32 = 65_534;

/// A tiling compositor, which ends with it.
struct Tiles {
    _server: Helper,
    folder: PathBuf,
}

impl Tiles {
    fn start() -> Self {
        // Tests of one process may have one each at the same time.
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        // Where nobody may look: not in the target folder, which may be somebody's home.
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("tripong-tiles-{}-{number}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        let configuration = folder.join("sway.conf");
        let output = "output HEADLESS-1 resolution 1200x700";
        fs::write(&configuration, format!("xwayland disable\nfocus_follows_mouse no\n{output}\n")).unwrap();
        let mut command = if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
            let mut command = program("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "sway"]);
            command
        } else {
            program("sway")
        };
        command.arg("-c").arg(&configuration).env("XDG_RUNTIME_DIR", &folder);
        command.env("SWAYSOCK", folder.join("socket")).env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY");
        command.envs([("WLR_BACKENDS", "headless"), ("WLR_LIBINPUT_NO_DEVICES", "1")]);
        command.env("WLR_RENDERER", "pixman");
        let tiles = Self { _server: Helper::start(command), folder };
        wait_until("the compositor", || UnixStream::connect(tiles.folder.join("wayland-1")).is_ok());
        wait_until("its socket", || UnixStream::connect(tiles.folder.join("socket")).is_ok());
        tiles
    }

    fn tripong(&self, arguments: &str) -> Program {
        let mut command = tripong();
        command.args(arguments.split_whitespace());
        command.env("WAYLAND_DISPLAY", "wayland-1").env("XDG_RUNTIME_DIR", &self.folder);
        command.env("XDG_CONFIG_HOME", &self.folder);
        Program::spawn(command)
    }

    fn ask(&self, arguments: &[&str]) -> String {
        let mut command = program("swaymsg");
        command.arg("-s").arg(self.folder.join("socket")).args(["-r"]).args(arguments);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    }

    /// The titles of all windows, in the order of the layout, and which of them has the keyboard.
    fn windows(&self) -> (Vec<String>, Option<String>) {
        fn walk(node: &serde_json::Value, titles: &mut Vec<String>, focused: &mut Option<String>) {
            if node["app_id"].is_string() {
                let title = node["name"].as_str().unwrap_or_default().to_owned();
                if node["focused"] == true {
                    *focused = Some(title.clone());
                }
                titles.push(title);
            }
            let children = ["nodes", "floating_nodes"].map(|name| node[name].as_array());
            children.into_iter().flatten().flatten().for_each(|child| walk(child, titles, focused));
        }
        let (mut titles, mut focused) = (Vec::new(), None);
        let tree = serde_json::from_str(&self.ask(&["-t", "get_tree"])).unwrap_or_default();
        walk(&tree, &mut titles, &mut focused);
        (titles, focused)
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // One that cannot be removed is in nobody's way.
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

fn numbers(titles: &[String]) -> Vec<&str> {
    titles.iter().map(|title| title.split(' ').next().unwrap_or_default()).collect()
}

pub(crate) fn panes_stand_in_order() {
    let tiles = Tiles::start();
    // A pane waits a second for the one before it: on a machine that is too busy for that, once more.
    let game = wait_for("a game in order", || {
        wait_until("no window of a game before", || tiles.windows().0.is_empty());
        let game = tiles.tripong("--restarts unlimited");
        wait_until("three windows", || tiles.windows().0.len() == 3);
        (numbers(&tiles.windows().0) == ["1", "2", "3"]).then_some(game)
    });
    // From the start it would put the third window beside the first.
    tiles.ask(&[NO_FOCUS]);
    tiles.ask(&["[title=\"1 of 3\"] focus"]);
    let left_has_keyboard = || tiles.windows().1.is_some_and(|title| title.starts_with("1 of 3"));
    wait_until("the left pane to have the keyboard", left_has_keyboard);
    let dead = game.panes(3).remove(2);
    dead.signal(Signal::SIGKILL);
    wait_until("the pane to be reaped", || dead.is_gone());
    let title = format!("pid {}", game.panes(3)[2].pid);
    wait_until("its next window", || tiles.windows().0.iter().any(|found| found.ends_with(&title)));
    assert!(left_has_keyboard(), "{:?}", tiles.windows());
    game.launcher().signal(Signal::SIGTERM);
    let stderr = game.finish().stderr;
    let said = "tripong: this display places windows itself: that of pane 3 may stand elsewhere now; the titles number the panes";
    assert_eq!(stderr.lines().filter(|line| *line == said).count(), 1, "{stderr}");
}

/// Another of those that need a tiling one.
pub(crate) const REPLAYED: &str = "a_replay_opens_its_windows_in_order_on_tiling_wayland";

pub(crate) fn a_replay_opens_in_order() {
    let tiles = Tiles::start();
    let file = tiles.folder.join("game.jsonl");
    let recorded =
        crate::common::run(&format!("--headless --unpaced --hops 9 --seed 7 --record {}", file.display()));
    assert_eq!(recorded.ended, Ended::Code(0), "{recorded:?}");
    let replay = tiles.tripong(&format!("replay {}", file.display()));
    wait_until("four windows", || tiles.windows().0.len() == 4);
    let titles = tiles.windows().0;
    assert!(titles[0].starts_with("tripong: replay, game.jsonl"), "{titles:?}");
    assert_eq!(numbers(&titles[1..]), ["1", "2", "3"], "{titles:?}");
    tiles.ask(&["[title=\"tripong: replay\"] kill"]);
    let output = replay.finish();
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(0), ""));
}
