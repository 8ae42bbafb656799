//! A recording that is still being written: while there is nothing to read, what was exported goes out.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;

use super::output::Output;
use crate::platform::signals::Signals;

/// A game that was asked to stop, by the same ctrl-C, ends its recording within this time.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// The signal that has ended the reading.
#[derive(Debug, Clone, Default)]
pub(super) struct Stopped(Arc<Mutex<Option<Signal>>>);

impl Stopped {
    pub(super) fn by(&self) -> Option<Signal> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, signal: Signal) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(signal);
    }
}

/// The stream, and the output that it flushes.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    output: Output,
    signals: Arc<Signals>,
    stopped: Stopped,
    /// The signal that came first, and until when the end is waited for.
    asked: Option<(Signal, Instant)>,
}

impl Source {
    pub(super) fn new(file: File, output: Output, signals: Arc<Signals>, stopped: Stopped) -> Self {
        Self { file, output, signals, stopped, asked: None }
    }

    /// Waits until there is something to read. False if there is no time for it any more.
    fn wait(&mut self) -> io::Result<bool> {
        loop {
            let flush_in = self.output.patience();
            if flush_in == Some(Duration::ZERO) {
                self.output.flush()?;
                continue;
            }
            let end_in = self.asked.map(|(_, end)| end.saturating_duration_since(Instant::now()));
            if let (Some((signal, _)), Some(Duration::ZERO)) = (self.asked, end_in) {
                self.stopped.set(signal);
                return Ok(false);
            }
            let timeout = [flush_in, end_in].into_iter().flatten().min();
            if self.has_something(timeout)? {
                return Ok(true);
            }
            if let Some(signal) = self.signals.take() {
                let deadline = Instant::now() + LAST_WORDS;
                // The second one does not wait for the end.
                let (first, deadline) =
                    self.asked.map_or((signal, deadline), |(first, _)| (first, Instant::now()));
                self.asked = Some((first, deadline));
            }
        }
    }

    /// Whether it can be read, within this time. A signal that comes first ends the wait.
    fn has_something(&self, timeout: Option<Duration>) -> io::Result<bool> {
        let mut fds = [
            PollFd::new(self.file.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.signals.as_fd(), PollFlags::POLLIN),
        ];
        // A millisecond more, so that it is over when the poll is.
        let timeout = timeout.map(|timeout| timeout.as_millis().saturating_add(1));
        let timeout = timeout.map(|ms| PollTimeout::try_from(ms).unwrap_or(PollTimeout::MAX));
        match poll(&mut fds, timeout.unwrap_or(PollTimeout::NONE)) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        let [file, signals] = fds.map(|fd| fd.any() == Some(true));
        Ok(file && !signals)
    }
}

impl Read for Source {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.wait()? { self.file.read(bytes) } else { Ok(0) }
    }
}
