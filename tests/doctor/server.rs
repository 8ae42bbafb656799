//! An X server to show windows on, and what the doctor says there.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use nix::sys::signal::Signal;
use serde_json::Value;
use tripong::error::exit;
use tripong::game::PaneId;
use tripong::platform::sync::Ordering;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt};
use x11rb::rust_connection::RustConnection;

use crate::common::helper::Helper;
use crate::common::memory::Memory;
use crate::common::process::wait_until_gone;
use crate::common::{Ended, Output, Program, program, tripong, wait_until};

/// What every start error ends with.
pub(crate) const HINT: &str = "; `tripong doctor` says what is missing\n";

/// An X server, which ends with it.
pub(crate) struct Server {
    pub(crate) helper: Helper,
    number: String,
    /// A server whose last client leaves resets, and refuses a client that connects then.
    connection: RustConnection,
    /// Where tripong leaves its user's settings.
    pub(crate) settings: PathBuf,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = program("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1200x800x24"]).args(arguments);
        let (helper, number) = Helper::start_and_ask(command);
        let settings =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("doctor-{}", helper.process.pid));
        fs::create_dir(&settings).unwrap();
        let (connection, _) = RustConnection::connect(Some(&format!(":{number}"))).unwrap();
        Self { helper, number, connection, settings }
    }

    /// Only for programs on this machine.
    pub(crate) fn local(arguments: &[&str]) -> Self {
        Self::start(&[&["-nolisten", "tcp"], arguments].concat())
    }

    /// This command line, with its windows here.
    pub(crate) fn show(&self, mut command: Command, host: &str) -> Program {
        command.env("DISPLAY", format!("{host}:{}", self.number)).env("XDG_CONFIG_HOME", &self.settings);
        Program::spawn(command)
    }

    pub(crate) fn findings(&self, environment: &[(&str, &str)]) -> Findings {
        let mut command = tripong();
        command.args(["doctor", "--json"]).envs(environment.iter().copied());
        self.show(command, "").finish().into()
    }

    /// Its name, as a client calls it.
    pub(crate) fn name(&self) -> String {
        format!(":{}", self.number)
    }

    /// A window with this in its title. Without a window manager all are the root's own children.
    pub(crate) fn window(&self, part: &str) -> Option<u32> {
        let connection = &self.connection;
        let root = connection.setup().roots[0].root;
        let name = connection.intern_atom(false, b"_NET_WM_NAME").unwrap().reply().unwrap().atom;
        let title = |window| {
            let cookie = connection.get_property(false, window, name, AtomEnum::ANY, 0, 1024).unwrap();
            // Windows come and go while one looks.
            cookie.reply().map(|property| String::from_utf8_lossy(&property.value).into_owned())
        };
        let windows = connection.query_tree(root).unwrap().reply().unwrap().children;
        windows.into_iter().find(|window| title(*window).is_ok_and(|title| title.contains(part)))
    }

    /// Destroys a window of another program.
    pub(crate) fn destroy(&self, window: u32) {
        self.connection.destroy_window(window).unwrap().check().unwrap();
    }

    /// Disconnects the program that has this window, as `xkill` does.
    pub(crate) fn disconnect(&self, window: u32) {
        self.connection.kill_client(window).unwrap().check().unwrap();
    }

    /// What a start with windows says that must not succeed.
    pub(crate) fn refusal(&self, environment: &[(&str, &str)]) -> String {
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
        // It is in the target folder: one that cannot be removed is in nobody's way.
        let _removed = fs::remove_dir_all(&self.settings);
    }
}

/// What the doctor has said, as JSON.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) code: u8,
    pub(crate) json: Value,
}

impl From<Output> for Findings {
    fn from(output: Output) -> Self {
        let Ended::Code(code) = output.ended else { panic!("{output:?}") };
        assert_eq!(output.stderr, "", "all is said on stdout");
        Self { code: code.try_into().unwrap(), json: output.report() }
    }
}

impl Findings {
    pub(crate) fn checks(&self) -> &[Value] {
        self.json["checks"].as_array().unwrap()
    }

    pub(crate) fn check(&self, name: &str) -> &Value {
        let found = self.checks().iter().find(|check| check["name"] == name);
        found.unwrap_or_else(|| panic!("no check {name} in {self:?}"))
    }

    /// The check stands like this, and says this among other things.
    pub(crate) fn assert(&self, name: &str, state: &str, found: &str) {
        let check = self.check(name);
        assert!(check["state"] == state && check["found"].as_str().unwrap().contains(found), "{check}");
        assert!(state == "ok" || check["advice"].is_string(), "{check} says what to do");
    }

    pub(crate) fn assert_verdict(&self, code: u8, windows: bool, headless: bool) {
        let json = &self.json;
        assert_eq!((self.code, json["exit_code"].as_u64()), (code, Some(code.into())), "{json}");
        assert_eq!((json["windows"].as_bool(), json["headless"].as_bool()), (Some(windows), Some(headless)));
    }
}

/// The doctor where there is no display.
pub(crate) fn findings(arguments: Command) -> Findings {
    Program::spawn(arguments).finish().into()
}

pub(crate) fn doctor() -> Command {
    let mut command = tripong();
    command.args(["doctor", "--json"]);
    command
}

/// Windows that are opened, drawn and played in: a worker plays only once its window is open.
pub(crate) fn assert_plays(game: Program) {
    assert_eq!(play(game, 3), "");
}

/// Returns what was said on stderr, but for the last line, which names the game.
pub(crate) fn play(game: Program, count: usize) -> String {
    let panes = game.panes(count);
    let memory = Memory::of(&panes[0]);
    // Start is pressed where the window would note it. The launcher looks by itself.
    memory.region().pane(PaneId(0)).status.serves_asked.fetch_add(1, Ordering::Release);
    wait_until("the ball to cross all panes", || memory.ball().is_some_and(|ball| ball.hop >= 4));
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    wait_until_gone(&panes);
    output.news()
}
