//! What lies between the launcher, which never waits, and the thread that writes.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::platform::units::fmt_size;
use crate::recording::line::Line;

/// No more bytes than these wait to be written: 30,000 hops.
pub const LIMIT: usize = 4 << 20;
/// The thread takes so many bytes at once as soon as they are there.
pub(super) const PIECE: usize = 64 * 1024;
/// A line waits no longer than this for others.
const FLUSH: Duration = Duration::from_millis(500);

/// How a recording stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// Bytes in the file.
    pub bytes: u64,
    /// Bytes that are not yet written.
    pub backlog: usize,
    /// Why it has stopped, if it has.
    pub failed: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Backlog {
    held: Mutex<Held>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Held {
    lines: Vec<u8>,
    /// Bytes that the thread has taken and not yet written.
    taken: usize,
    written: u64,
    failed: Option<String>,
    /// No more lines come.
    is_over: bool,
    /// Nobody waits for the thread any more.
    is_abandoned: bool,
    /// The thread has nothing left to do.
    is_done: bool,
}

/// Whole lines to be written.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) lines: Vec<u8>,
    pub(super) is_last: bool,
}

impl Backlog {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> FileState {
        self.lock().state()
    }

    pub(super) fn push(&self, line: &Line) {
        let mut held = self.lock();
        if held.is_over || held.failed.is_some() {
            return;
        }
        let before = held.lines.len();
        if let Err(error) = serde_json::to_writer(&mut held.lines, line) {
            held.lines.truncate(before);
            held.failed = Some(format!("a line cannot be written: {error}"));
        }
        held.lines.push(b'\n');
        let after = held.lines.len();
        if after + held.taken > LIMIT {
            let limit = fmt_size(LIMIT as u64);
            held.failed = Some(format!("{limit} wait to be written: the disk, or the reader, is too slow"));
        }
        let is_awaited = before == 0 || before < PIECE && PIECE <= after;
        if is_awaited || held.failed.is_some() {
            self.changed.notify_all();
        }
    }

    pub(super) fn end(&self) {
        let mut held = self.lock();
        held.is_over = true;
        self.changed.notify_all();
    }

    /// Whether nothing more will be written.
    pub(super) fn is_over(&self) -> bool {
        let held = self.lock();
        held.is_done || held.failed.is_some()
    }

    pub(super) fn finish(&self, patience: Duration) -> FileState {
        self.end();
        let is_busy = |held: &mut Held| !held.is_done;
        let waited = self.changed.wait_timeout_while(self.lock(), patience, is_busy);
        let (mut held, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if !held.is_done {
            held.is_abandoned = true;
            let left = fmt_size((held.lines.len() + held.taken) as u64);
            held.failed.get_or_insert_with(|| format!("its last {left} are not written within {patience:?}"));
        }
        held.state()
    }

    /// For the thread: the lines that are to be written now; none at `at_last`, if it comes first; None after a failure.
    pub(super) fn take(&self, at_last: Option<Instant>) -> Option<Batch> {
        let mut held = self.lock();
        let mut flush_at = None;
        loop {
            if held.failed.is_some() {
                return None;
            }
            let now = Instant::now();
            if !held.lines.is_empty() {
                flush_at.get_or_insert(now + FLUSH);
            }
            let until = [flush_at, at_last].into_iter().flatten().min();
            let is_due = until.is_some_and(|until| until <= now);
            if is_due || held.is_over || held.lines.len() >= PIECE {
                held.taken = held.lines.len();
                return Some(Batch { lines: std::mem::take(&mut held.lines), is_last: held.is_over });
            }
            held = match until {
                Some(until) => {
                    let waited = self.changed.wait_timeout(held, until - now);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(held).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// For the thread: so many bytes of lines have become so many in the file.
    pub(super) fn wrote(&self, lines: usize, in_file: usize) {
        let mut held = self.lock();
        held.taken -= lines;
        held.written += in_file as u64;
    }

    /// Whether a thread that waits for a reader should give up.
    pub(super) fn is_abandoned(&self) -> bool {
        let held = self.lock();
        held.is_abandoned || held.failed.is_some()
    }

    /// For the thread: its last words.
    pub(super) fn is_done(&self, failed: Option<String>) {
        let mut held = self.lock();
        if held.failed.is_none() {
            held.failed = failed;
        }
        held.is_done = true;
        held.lines = Vec::new();
        self.changed.notify_all();
    }
}

impl Held {
    fn state(&self) -> FileState {
        let backlog = self.lines.len() + self.taken;
        FileState { bytes: self.written, backlog, failed: self.failed.clone() }
    }
}
