//! What the user has asked for, on stdout, and the progress line on stderr.
//!
//! One rule for reports, findings, licences, help and version, as text and as JSON: what cannot be written is an error, with
//! its line and its exit code. A reader that has gone away (EPIPE) has read what it wanted: that is no error, nothing is
//! said, and the exit code is that of what was done, as if all had been read.

use std::io::{self, ErrorKind, IsTerminal};
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle, TermLike};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rustix::termios::tcgetwinsize;

use crate::error::{Error, Result};
use crate::platform::fds;
use crate::platform::outlet::Outlet;
use crate::platform::signals::Signals;

/// How often the progress line is drawn at most.
const PICTURES_HZ: u8 = 20;
/// Where the terminal does not say how wide it is.
const USUAL_WIDTH: u16 = 80;

/// Writes the text to stdout, and waits for its reader as long as that takes; but no longer than until one of these signals
/// comes. Without them a signal does what it does by default.
///
/// # Errors
/// [`Error::Failed`] if stdout was closed from the start or takes no more, for example on a full disk; [`Error::Stopped`] if a
/// signal came first.
pub fn print(what: &str, text: &str, signals: Option<&Signals>) -> Result<()> {
    let action = format!("write {what} to stdout");
    if fds::stdout_was_closed() {
        return Err(Error::failed(action)(Errno::EBADF.into()));
    }
    let stdout = io::stdout();
    let mut stopped = None;
    let written = Outlet::to(&stdout).write(&mut text.as_bytes(), |outlet| {
        let outlet = PollFd::new(outlet, PollFlags::POLLOUT);
        let signals_fd = signals.map(|signals| PollFd::new(signals.as_fd(), PollFlags::POLLIN));
        let mut fds: Vec<_> = std::iter::once(outlet).chain(signals_fd).collect();
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        // A signal that has come while there is room ends nothing that is over in a moment.
        let has_room = fds.first().and_then(PollFd::any) == Some(true);
        stopped = signals.filter(|_| !has_room).and_then(Signals::take);
        if stopped.is_some() { Err(ErrorKind::Interrupted.into()) } else { Ok(()) }
    });
    match (written, stopped) {
        (_, Some(signal)) => Err(Error::Stopped { signal, action }),
        (Err(error), None) if error.kind() != ErrorKind::BrokenPipe => Err(Error::failed(action)(error)),
        (Ok(()) | Err(_), None) => Ok(()),
    }
}

/// A progress bar on stderr; hidden where that is no terminal. A terminal that takes nothing (ctrl-S) misses a picture. Dropped, it is gone.
pub(crate) fn progress_bar(length: u64, is_hidden: bool) -> ProgressBar {
    let target = if is_hidden || !io::stderr().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::term_like_with_hz(Box::new(Terminal::default()), PICTURES_HZ)
    };
    let bar = ProgressBar::with_draw_target(Some(length), target).with_finish(ProgressFinish::AndClear);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} % {msg}") {
        bar.set_style(style);
    }
    bar
}

/// The terminal on stderr: gathers a picture, and writes it if there is room for it at once.
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
        Outlet::to(&io::stderr()).write_within(&mut picture.as_bytes(), Duration::ZERO)
    }
}
