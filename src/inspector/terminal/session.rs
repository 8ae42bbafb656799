//! The terminal: taken over at the start, and given back as it was, whatever happens in between.

use std::io::{self, IsTerminal, Stdout, stdin, stdout};
use std::panic;
use std::sync::Once;
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{self, Event, KeyEvent, KeyEventKind};
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{execute, queue};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use crate::error::Result;
use crate::platform::clock;
use crate::platform::outlet::Outlet;

/// Where the size of the terminal is not known.
const USUAL: Rect = Rect { x: 0, y: 0, width: 80, height: 24 };

/// So long the launcher waits for a terminal that takes nothing.
const PATIENCE: Duration = Duration::from_millis(200);

/// A terminal that is being drawn on. Dropped, it is as it was before.
pub(super) struct Session {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    /// Whether there is somebody to press keys.
    has_keys: bool,
    is_gone: bool,
}

impl Session {
    /// Takes the terminal over. Keys come only if stdin is a terminal as well.
    pub(super) fn enter() -> io::Result<Self> {
        let has_keys = stdin().is_terminal();
        leave_at_a_panic();
        if has_keys {
            enable_raw_mode()?;
        }
        execute!(stdout(), EnterAlternateScreen, Hide)?;
        Ok(Self { terminal: blank(area())?, has_keys, is_gone: false })
    }

    /// Draws what has changed since the last time.
    pub(super) fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let drawn = self.fit().and_then(|()| self.terminal.draw(paint).map(drop));
        self.is_gone |= drawn.is_err();
        drawn
    }

    /// Whether it could not be drawn on any more.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// The next key, if one comes within this time.
    ///
    /// # Errors
    /// As [`clock::sleep_until`].
    pub(super) fn key(&mut self, within: Duration) -> Result<Option<KeyEvent>> {
        let until_ns = clock::now_ns() + clock::ns(within);
        while self.has_keys {
            let left = Duration::from_nanos(until_ns.saturating_sub(clock::now_ns()));
            match event::poll(left)
                .and_then(|has_come| if has_come { event::read().map(Some) } else { Ok(None) })
            {
                Ok(Some(Event::Key(key))) if key.kind != KeyEventKind::Release => return Ok(Some(key)),
                Ok(Some(_)) => {}
                Ok(None) => return Ok(None),
                // The terminal that had the keys is gone.
                Err(_) => self.has_keys = false,
            }
        }
        clock::sleep_until(until_ns).map(|()| None)
    }

    fn fit(&mut self) -> io::Result<()> {
        let area = area();
        if self.terminal.get_frame().area() != area {
            self.terminal = blank(area)?;
        }
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        leave();
    }
}

/// An empty picture of this size. ratatui's own way to it asks the terminal where its cursor is, and fails if that does
/// not answer.
fn blank(area: Rect) -> io::Result<Terminal<CrosstermBackend<Stdout>>> {
    execute!(stdout(), Clear(ClearType::All))?;
    let options = TerminalOptions { viewport: Viewport::Fixed(area) };
    Terminal::with_options(CrosstermBackend::new(stdout()), options)
}

/// How large the terminal is now.
fn area() -> Rect {
    let size = tcgetwinsize(stdout()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
    size.map_or(USUAL, |size| Rect { width: size.ws_col, height: size.ws_row, ..USUAL })
}

/// Gives the terminal back. What fails then fails because there is no terminal any more.
fn leave() {
    let _shown = execute!(stdout(), LeaveAlternateScreen, Show);
    let _cooked = disable_raw_mode();
}

/// The text of a panic must be seen, and not go away with the picture.
fn leave_at_a_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            leave();
            hook(info);
        }));
    });
}

/// The launcher's memory of how the terminal was: an inspector that is killed cannot give it back.
#[derive(Debug)]
pub(crate) struct Settings(Option<Termios>);

impl Settings {
    /// As they are now; of nothing, if stdout is no terminal.
    pub(crate) fn remember() -> Self {
        Self(tcgetattr(stdout()).ok())
    }
}

impl Drop for Settings {
    fn drop(&mut self) {
        let Some(before) = &self.0 else { return };
        let is_changed = tcgetattr(stdout()).is_ok_and(|now| {
            (now.local_modes, now.input_modes, now.output_modes)
                != (before.local_modes, before.input_modes, before.output_modes)
        });
        if is_changed {
            // Both fail if the terminal is gone, and then nobody misses it.
            let _restored = tcsetattr(stdout(), OptionalActions::Now, before);
            let mut leave = Vec::new();
            let _queued = queue!(leave, LeaveAlternateScreen, Show);
            // One that is stopped (ctrl-S) does not stop the launcher.
            let _shown = Outlet::to(&stdout()).write_within(&mut leave.as_slice(), PATIENCE);
        }
    }
}
