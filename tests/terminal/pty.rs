//! A pseudo terminal with what runs on it, its keyboard and its screen.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::num::NonZero;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use vt100::Parser;

use crate::common::process::is_ready_within;
use crate::common::{Ended, Program, TestProcess, clean, program, wait_for};

/// Takes the alternate screen.
pub(crate) const ENTER: &str = "\x1b[?1049h";
/// How often the reader looks whether the terminal is to go away.
const LOOK: Duration = Duration::from_millis(10);

/// All that was written to the terminal, and what it shows.
struct Display {
    all: Vec<u8>,
    parser: Parser,
    is_closed: bool,
}

/// A terminal with a session of its own. Dropped, it is gone, and so is all that ran there.
pub(crate) struct Terminal {
    /// None when it has ended.
    leader: Option<Program>,
    master: Option<File>,
    display: Arc<Mutex<Display>>,
    reader: Option<JoinHandle<()>>,
}

impl Terminal {
    /// A shell with job control, and without anybody's settings.
    pub(crate) fn shell(name: &str) -> Self {
        let arguments: &[&str] = match name {
            "bash" => &["--norc", "--noprofile", "-i"],
            _ => &["-f", "-i"],
        };
        let mut command = program("setsid");
        command.args(["-c", name]).args(arguments);
        let terminal = Self::with(command, (24, 80));
        terminal.wait_for("$ ");
        terminal
    }

    /// A game with these arguments, which leads its session.
    pub(crate) fn game(arguments: &str) -> Self {
        Self::game_with(arguments, (24, 80), |_| {})
    }

    /// The same with another size or environment.
    pub(crate) fn game_with(arguments: &str, size: (u16, u16), change: impl FnOnce(&mut Command)) -> Self {
        let mut command = program("setsid");
        command.args(["-c", env!("CARGO_BIN_EXE_tripong")]).args(arguments.split_whitespace());
        change(&mut command);
        Self::with(command, size)
    }

    pub(crate) fn with(command: Command, (rows, columns): (u16, u16)) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        // std opens it without O_NOCTTY; but this process has a session, and leads none.
        let open = || OpenOptions::new().read(true).write(true).open(&name).unwrap();
        let given: Vec<_> =
            command.get_envs().map(|(key, value)| (key.to_owned(), value.map(Into::into))).collect();
        let mut command = clean(command);
        command.env("TERM", "xterm").env("LC_ALL", "C.UTF-8").env("PS1", "$ ").env("PROMPT", "$ ");
        command.env_remove("NO_COLOR").env("HISTFILE", "/dev/null");
        for (key, value) in given {
            let value: Option<std::ffi::OsString> = value;
            value.map(|value| command.env(&key, value));
        }
        // Nobody's settings are read or written.
        command.env("XDG_CONFIG_HOME", "/proc/nowhere");
        command.stdin(open()).stdout(open()).stderr(open());
        let leader = Program::spawn(command);
        let display = Display {
            all: Vec::new(),
            parser: Parser::new(cells(rows), cells(columns), 0),
            is_closed: false,
        };
        let display = Arc::new(Mutex::new(display));
        let reader = std::thread::spawn({
            let (display, master) = (Arc::clone(&display), File::from(master.try_clone().unwrap()));
            move || read(master, &display)
        });
        Self { leader: Some(leader), master: Some(master.into()), display, reader: Some(reader) }
    }

    /// The leader of the session: a shell, or a game.
    pub(crate) fn leader(&self) -> &TestProcess {
        self.leader.as_ref().unwrap().launcher()
    }

    /// Presses these keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.master.as_ref().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line.
    pub(crate) fn line(&mut self, text: &str) {
        self.press(&format!("{text}\r"));
    }

    /// What can be seen.
    pub(crate) fn screen(&self) -> String {
        self.display.lock().unwrap().parser.screen().contents()
    }

    /// Whether a picture is on the screen.
    pub(crate) fn is_taken(&self) -> bool {
        self.display.lock().unwrap().parser.screen().alternate_screen()
    }

    /// All that was ever written.
    pub(crate) fn all(&self) -> String {
        String::from_utf8_lossy(&self.display.lock().unwrap().all).into_owned()
    }

    /// How often a picture was begun.
    pub(crate) fn pictures(&self) -> usize {
        self.all().matches(ENTER).count()
    }

    /// Waits until a text can be seen.
    pub(crate) fn wait_for(&self, text: &str) {
        wait_until_or_show(text, || self.screen().contains(text), || self.screen());
    }

    /// Waits until a picture with this text is there.
    pub(crate) fn wait_for_picture(&self, text: &str) {
        let has_it = || self.is_taken() && self.screen().contains(text);
        wait_until_or_show(text, has_it, || self.screen());
    }

    /// Waits until the screen is that of the shell.
    pub(crate) fn wait_until_given_back(&self) {
        wait_until_or_show("the main screen", || !self.is_taken(), || self.screen());
    }

    /// The terminal goes away, as when its window is closed.
    pub(crate) fn hang_up(&mut self) {
        self.master = None;
        self.display.lock().unwrap().is_closed = true;
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }

    /// How the leader ended, and all that was written.
    pub(crate) fn finish(mut self) -> (Ended, String) {
        let ended = self.leader.take().unwrap().finish().ended;
        // What is left in the terminal is read until nobody has it open.
        self.reader.take().unwrap().join().unwrap();
        let all = String::from_utf8_lossy(&self.display.lock().unwrap().all).into_owned();
        (ended, all)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.master = None;
        self.display.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_closed = true;
    }
}

/// Reads until the terminal is to go away, or nobody has it open.
fn read(mut master: File, display: &Mutex<Display>) {
    let mut bytes = [0; 4096];
    while !display.lock().unwrap().is_closed {
        if !is_ready_within(&master, LOOK) {
            continue;
        }
        match master.read(&mut bytes) {
            Ok(count) if count > 0 => {
                let mut display = display.lock().unwrap();
                display.all.extend_from_slice(&bytes[..count]);
                display.parser.process(&bytes[..count]);
            }
            // EIO: nobody has it open any more.
            Ok(_) | Err(_) => return,
        }
    }
}

fn wait_until_or_show(what: &str, holds: impl Fn() -> bool, show: impl Fn() -> String) {
    let deadline = std::time::Instant::now() + crate::common::PATIENCE;
    wait_for(what, || {
        assert!(std::time::Instant::now() < deadline - Duration::from_secs(1), "no {what} on:\n{}", show());
        holds().then_some(())
    });
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}
