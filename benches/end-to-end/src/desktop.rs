//! The X display: windows are found by their process, clicked on, and their frames counted.

use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt, ImageFormat, MOTION_NOTIFY_EVENT,
    MapState,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::error::{Error, Result, failed};
use crate::game::Game;
use crate::process::{Place, StartedProgram};
use crate::watch::Watch;

/// The screen of an X server of our own.
const SCREEN: &str = "1440x720x24";
/// How long a window may take to answer a click with what it then shows.
const AFTER_A_CLICK: Duration = Duration::from_millis(300);

/// A display, and the server if it is our own.
#[derive(Debug)]
pub(crate) struct Desktop {
    /// As in `DISPLAY`.
    pub(crate) name: String,
    connection: RustConnection,
    root: u32,
    manager: u32,
    /// The window manager first: it is to die before what it manages.
    own: Vec<StartedProgram>,
}

/// A window that can be seen, without its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    id: u32,
    /// Its process.
    pub(crate) pid: u32,
    /// Left edge on the screen.
    pub(crate) x: i16,
    /// Top edge on the screen.
    pub(crate) y: i16,
    /// Width.
    pub(crate) width: u16,
    /// Height.
    pub(crate) height: u16,
}

impl Desktop {
    /// `$DISPLAY`, or an X server of our own.
    ///
    /// # Errors
    /// [`Error::NoDisplay`] if there is none.
    pub(crate) fn open(own: bool, watch: &Watch) -> Result<Self> {
        if own {
            return Self::start(watch);
        }
        let name = std::env::var("DISPLAY").ok().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| {
            let text = "DISPLAY is not set; set it, or use --xvfb for an X server without a screen";
            Error::NoDisplay(text.to_owned())
        })?;
        Self::connect(name, Vec::new())
    }

    fn start(watch: &Watch) -> Result<Self> {
        let program = |name| {
            let path = find_program(name);
            path.ok_or_else(|| Error::NoDisplay(format!("--xvfb needs {name}, which is not installed")))
        };
        let arguments = ["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-screen", "0", SCREEN];
        let mut server =
            StartedProgram::start(&program("Xvfb")?, &arguments.map(str::to_owned), Place::default())?;
        let name = format!(":{}", server.first_line(watch)?);
        let mut desktop = Self::connect(name.clone(), vec![server])?;
        // Without a window manager the windows have no frames, and all else is the same.
        if let Ok(openbox) = program("openbox") {
            desktop.own.insert(0, StartedProgram::start(&openbox, &[], Place::on(&name))?);
            let check = desktop.manager;
            watch.until("the window manager", || Ok(desktop.number(desktop.root, check)))?;
        }
        Ok(desktop)
    }

    fn connect(name: String, own: Vec<StartedProgram>) -> Result<Self> {
        let no_display = |error: &dyn std::fmt::Display| {
            Error::NoDisplay(format!("DISPLAY={name} does not answer ({error})"))
        };
        let (connection, screen) =
            RustConnection::connect(Some(&name)).map_err(|error| no_display(&error))?;
        let root = connection.setup().roots[screen].root;
        let manager = intern(&connection, "_NET_SUPPORTING_WM_CHECK")?;
        let answer = connection.damage_query_version(1, 1).map_err(failed("ask for DAMAGE"))?;
        answer.reply().map_err(failed("ask for DAMAGE"))?;
        Ok(Self { name, connection, root, manager, own })
    }

    /// The process of the X server, if it is our own.
    pub(crate) fn server(&self) -> Option<u32> {
        self.own.last().map(StartedProgram::pid)
    }

    /// The windows of these processes that can be seen, from left to right.
    ///
    /// # Errors
    /// When the display is gone.
    pub(crate) fn windows_of(&self, pids: &[u32]) -> Result<Vec<Window>> {
        let pid_atom = intern(&self.connection, "_NET_WM_PID")?;
        let mut found = Vec::new();
        let mut left = vec![self.root];
        while let Some(id) = left.pop() {
            // Windows come and go while one looks.
            let tree = self.connection.query_tree(id).map_err(failed("look for windows"))?.reply();
            left.extend(tree.map(|tree| tree.children).unwrap_or_default());
            if let Some(pid) = self.number(id, pid_atom).filter(|pid| pids.contains(pid)) {
                found.extend(self.window(id, pid));
            }
        }
        found.sort_by_key(|window| window.x);
        Ok(found)
    }

    /// None if it cannot be seen.
    fn window(&self, id: u32, pid: u32) -> Option<Window> {
        let is_seen =
            self.connection.get_window_attributes(id).ok()?.reply().ok()?.map_state == MapState::VIEWABLE;
        let size = self.connection.get_geometry(id).ok()?.reply().ok()?;
        let at = self.connection.translate_coordinates(id, self.root, 0, 0).ok()?.reply().ok()?;
        // The window library has small ones of its own.
        let is_large = size.width > 100 && size.height > 100;
        let Window { x, y, width, height, .. } =
            Window { id, pid, x: at.dst_x, y: at.dst_y, width: size.width, height: size.height };
        (is_seen && is_large).then_some(Window { id, pid, x, y, width, height })
    }

    /// Whether something was painted into the window: a fresh one is black.
    pub(crate) fn is_painted(&self, window: &Window) -> bool {
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, window.id, 3, 3, 1, 1, u32::MAX);
        let image = image.ok().and_then(|cookie| cookie.reply().ok());
        image.is_some_and(|image| image.data.iter().take(3).any(|channel| *channel != 0))
    }

    /// Waits for so many painted windows that stand still.
    ///
    /// # Errors
    /// When they do not come.
    pub(crate) fn settled(&self, pids: &[u32], count: usize, watch: &Watch) -> Result<Vec<Window>> {
        let mut before = Vec::new();
        watch.until("windows that stand still", || {
            watch.pause(Duration::from_millis(100))?;
            let windows = self.windows_of(pids)?;
            let is_settled = windows.len() == count && windows == before;
            before.clone_from(&windows);
            Ok((is_settled && windows.iter().all(|window| self.is_painted(window))).then_some(windows))
        })
    }

    /// Presses Start in the window until the ball is served. No keyboard is needed: the message box of the first press
    /// is closed by a click beside it, and the second press serves.
    ///
    /// # Errors
    /// When nobody serves.
    pub(crate) fn serve(&self, game: &Game, window: &Window, watch: &Watch) -> Result<()> {
        let bottom = window.height.cast_signed() - 8;
        watch.until("the ball to be served by a click on Start", || {
            for (x, y) in [(40, 18), (8, bottom)] {
                self.click(window.x + x, window.y + y)?;
                watch.pause(AFTER_A_CLICK)?;
                if game.is_served() {
                    return self.input(MOTION_NOTIFY_EVENT, 0, 0, 0).map(Some);
                }
            }
            Ok(None)
        })
    }

    fn click(&self, x: i16, y: i16) -> Result<()> {
        self.input(MOTION_NOTIFY_EVENT, 0, x, y)?;
        self.input(BUTTON_PRESS_EVENT, 1, 0, 0)?;
        self.input(BUTTON_RELEASE_EVENT, 1, 0, 0)
    }

    fn input(&self, kind: u8, detail: u8, x: i16, y: i16) -> Result<()> {
        let sent = self.connection.xtest_fake_input(kind, detail, 0, self.root, x, y, 0);
        sent.map_err(failed("click"))?.check().map_err(failed("click"))
    }

    /// Counts the frames of each window for so long: whatever draws a frame into a window damages it, and the server
    /// reports each time. So nothing in the programs has to change, and all are counted alike.
    ///
    /// # Errors
    /// When the display is gone.
    pub(crate) fn count_frames(&self, windows: &[Window], time: Duration, watch: &Watch) -> Result<Vec<u64>> {
        let mut frames = BTreeMap::new();
        for window in windows {
            let damage = self.connection.generate_id().map_err(lost)?;
            let asked = self.connection.damage_create(damage, window.id, ReportLevel::RAW_RECTANGLES);
            asked.map_err(lost)?.check().map_err(lost)?;
            frames.insert(window.id, (damage, Frames::default()));
        }
        let end = Instant::now() + time;
        loop {
            while let Some(event) = self.connection.poll_for_event().map_err(lost)? {
                if let Event::DamageNotify(event) = event
                    && let Some((_, frames)) = frames.get_mut(&event.drawable)
                {
                    frames.see(event.timestamp, event.area.y);
                }
            }
            if !self.fd_is_readable(end, watch)? {
                break;
            }
        }
        for (damage, _) in frames.values() {
            self.connection.damage_destroy(*damage).map_err(lost)?.check().map_err(lost)?;
        }
        Ok(windows
            .iter()
            .map(|window| frames.get(&window.id).map_or(0, |(_, frames)| frames.count))
            .collect())
    }

    fn fd_is_readable(&self, until: Instant, watch: &Watch) -> Result<bool> {
        watch.readable(Some(self.connection.stream().as_fd()), until)
    }

    fn number(&self, window: u32, atom: u32) -> Option<u32> {
        let property =
            self.connection.get_property(false, window, atom, AtomEnum::ANY, 0, 1).ok()?.reply().ok()?;
        property.value32()?.next()
    }
}

/// The frames of one window.
#[derive(Debug, Default)]
struct Frames {
    count: u64,
    last: Option<(u32, i16)>,
}

impl Frames {
    /// A server may tell of one frame in several strips, from top to bottom within a millisecond.
    fn see(&mut self, at_ms: u32, top: i16) {
        let is_another_strip = self.last.is_some_and(|(ms, last)| at_ms.wrapping_sub(ms) <= 1 && top > last);
        self.count += u64::from(!is_another_strip);
        self.last = Some((at_ms, top));
    }
}

fn intern(connection: &RustConnection, name: &str) -> Result<u32> {
    let asked = connection.intern_atom(false, name.as_bytes()).map_err(failed("name an atom"))?;
    Ok(asked.reply().map_err(failed("name an atom"))?.atom)
}

fn lost(why: impl std::fmt::Display) -> Error {
    failed("count frames")(why)
}

fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path: &PathBuf| Path::is_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_of_one_frame_are_one_frame() {
        let mut frames = Frames::default();
        for (at_ms, top) in [(5, 0), (5, 64), (6, 128), (16, 0), (17, 0), (40, 64)] {
            frames.see(at_ms, top);
        }
        assert_eq!(frames.count, 4);
    }
}
