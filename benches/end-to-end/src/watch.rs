//! Waiting, always with a deadline, and never deaf to ctrl-C.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::time::TimeSpec;

use crate::error::{Error, Result, failed};

/// After this, whatever is waited for will not come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How often something is looked at that cannot be waited for.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// The signals that ask this program to end, read instead of suffered: so it ends in order and leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Watch(SignalFd);

impl Watch {
    /// Blocks the signals for this thread.
    ///
    /// # Errors
    /// When there is no fd left.
    pub(crate) fn begin() -> Result<Self> {
        let asked = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
        asked.thread_block().map_err(failed("block the signals"))?;
        let fd = SignalFd::with_flags(&asked, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK);
        fd.map(Self).map_err(failed("make a signalfd"))
    }

    /// Waits until the fd can be read (true) or the time has come (false).
    ///
    /// # Errors
    /// [`Error::Stopped`]
    pub(crate) fn readable(&self, fd: Option<BorrowedFd<'_>>, until: Instant) -> Result<bool> {
        loop {
            let fds = std::iter::once(self.0.as_fd()).chain(fd);
            let mut polled: Vec<_> = fds.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
            let left = until.saturating_duration_since(Instant::now());
            match ppoll(&mut polled, Some(TimeSpec::from(left)), None) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(failed("poll")(errno)),
            }
            if let Some(signal) = self.0.read_signal().map_err(failed("read the signals"))? {
                return Err(Error::Stopped(u8::try_from(signal.ssi_signo).unwrap_or_default()));
            }
            if polled.get(1).is_some_and(|fd| fd.any() == Some(true)) {
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
        }
    }

    /// Lets so much time pass.
    ///
    /// # Errors
    /// [`Error::Stopped`]
    pub(crate) fn pause(&self, time: Duration) -> Result<()> {
        self.readable(None, Instant::now() + time).map(drop)
    }

    /// Looks again and again until there is something.
    ///
    /// # Errors
    /// [`Error::Deadline`], [`Error::Stopped`], and those of the look.
    pub(crate) fn until<T>(&self, what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            if Instant::now() >= deadline {
                return Err(Error::Deadline { what: what.to_owned(), limit: PATIENCE });
            }
            self.pause(LOOK_AGAIN)?;
        }
    }
}
