//! The progress line on stderr.

use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle, TermLike};
use rustix::termios::tcgetwinsize;

use crate::platform::ascii::terminal_is_ascii;
use crate::platform::outlet::Outlet;
use crate::platform::terminal::is_ours;

/// How often the progress line is drawn at most.
const PICTURES_HZ: u8 = 20;
/// For a terminal that does not report its width.
const USUAL_WIDTH: u16 = 80;

/// A progress bar on stderr; hidden where that is no terminal. A terminal that takes nothing (ctrl-S) misses a picture.
/// Dropped, it is gone from the screen.
pub(crate) fn progress_bar(length: u64, is_hidden: bool) -> ProgressBar {
    let target = if is_hidden || !io::stderr().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::term_like_with_hz(Box::new(Terminal::default()), PICTURES_HZ)
    };
    let bar = ProgressBar::with_draw_target(Some(length), target).with_finish(ProgressFinish::AndClear);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} % {msg}") {
        bar.set_style(if terminal_is_ascii() { style.progress_chars("#.") } else { style });
    }
    bar
}

/// The terminal on stderr: gathers a picture, and writes it if there is space for it at once.
#[derive(Debug, Default)]
struct Terminal(Mutex<String>);

impl Terminal {
    fn push(&self, text: &str) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
        Ok(())
    }

    /// Moves the cursor by so many places; `way` is the last letter of the control sequence CSI n way.
    fn move_cursor(&self, n: usize, way: char) -> io::Result<()> {
        if n == 0 { Ok(()) } else { self.push(&format!("\x1b[{n}{way}")) }
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        tcgetwinsize(io::stderr())
            .ok()
            .map(|size| size.ws_col)
            .filter(|width| *width > 0)
            .unwrap_or(USUAL_WIDTH)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'D')
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        self.push(line)?;
        self.push("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.push(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.push("\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let picture = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        // In the background the terminal is the shell's.
        if !is_ours(io::stderr()) {
            return Ok(());
        }
        Outlet::to(&io::stderr()).write_within(&mut picture.as_bytes(), Duration::ZERO)
    }
}
