//! Output that the user has asked for, on stdout.
//!
//! One rule for reports, findings, licences, help and version, as text and as JSON: what cannot be written is an error, with
//! its line and its exit code. A reader that has gone away (EPIPE) has read what it wanted: that is no error, no line reports
//! it, and the exit code is as if all had been read.

use std::io::{self, ErrorKind, IsTerminal};
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::error::{Error, Result};
use crate::platform::ascii::{in_ascii, terminal_is_ascii};
use crate::platform::fds;
use crate::platform::outlet::Outlet;
use crate::platform::signals::Signals;

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
    let is_ascii = stdout.is_terminal() && terminal_is_ascii();
    let text = if is_ascii { in_ascii(text) } else { text.into() };
    let mut stopped = None;
    let written = Outlet::to(&stdout).write(&mut text.as_bytes(), |outlet| {
        let outlet = PollFd::new(outlet, PollFlags::POLLOUT);
        let signals_fd = signals.map(|signals| PollFd::new(signals.as_fd(), PollFlags::POLLIN));
        let mut fds: Vec<_> = std::iter::once(outlet).chain(signals_fd).collect();
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        // A signal that comes while there is space does not cut off what is over in a moment.
        let has_space = fds.first().and_then(PollFd::any) == Some(true);
        stopped = signals.filter(|_| !has_space).and_then(Signals::take);
        if stopped.is_some() { Err(ErrorKind::Interrupted.into()) } else { Ok(()) }
    });
    match (written, stopped) {
        (_, Some(signal)) => Err(Error::Stopped { signal, action }),
        (Err(error), None) if error.kind() != ErrorKind::BrokenPipe => Err(Error::failed(action)(error)),
        (Ok(()) | Err(_), None) => Ok(()),
    }
}
