//! The file of a recording, while it is written.
//!
//! The launcher looks after processes, so it waits for no disk and for no reader: [`RecordingFile::write`] puts a line into a
//! backlog of at most [`LIMIT`] bytes, and a thread writes it, at least every half second. What was written is the kernel's: a
//! SIGKILL loses no more than that. (Nothing is forced onto the disk: a power failure may lose more.)
//!
//! Whatever is wrong with the file stops the recording, and never the game: a full disk, a quota, a limit on the size of files, a
//! reader that has gone away, and a disk or a reader that is so slow that the backlog is full. [`FileState::failed`] says
//! which. What is in the file then can be read: it ends with a whole line, wherever a file can be made shorter.
//!
//! A `check` line follows every 64 KiB and every 10 s, and is the last one. In a compressed file each write is a frame of its own.

mod backlog;
mod sink;
#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
mod work;
pub mod zst;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{SigSet, SigmaskHow};

pub use self::backlog::{FileState, LIMIT};
pub use self::sink::Target;
use crate::error::{Error, Result};
use crate::platform::units::fmt_size;
use crate::recording::line::Line;

use self::backlog::Backlog;
use self::sink::Sink;

/// A recording that is being written.
#[derive(Debug)]
pub struct RecordingFile {
    backlog: Arc<Backlog>,
    /// As it is named in messages.
    name: String,
    has_reported: bool,
}

impl RecordingFile {
    /// Creates the file, and starts the thread that writes it. A file that has something in it is left alone.
    ///
    /// # Errors
    /// Why it cannot be created, and what to do, in one line.
    pub fn create(target: &Target) -> Result<Self> {
        let name = target.to_string();
        let sink = Sink::open(target).map_err(Error::failed(format!("record in {name}")))?;
        let backlog = Arc::new(Backlog::default());
        let theirs = Arc::clone(&backlog);
        let work = move || work::write_all(sink, &theirs);
        start_without_signals(work).map_err(Error::system("start a thread that writes the recording"))?;
        Ok(Self { backlog, name, has_reported: false })
    }

    /// Has the line written soon. Never waits. After a failure it does nothing.
    pub fn write(&mut self, line: &Line) {
        self.backlog.push(line);
    }

    /// How it stands.
    pub fn state(&self) -> FileState {
        self.backlog.state()
    }

    /// Whether the file keeps up: if not, it has room for inputs and for what befalls processes, and hops are better left out.
    pub fn has_room_for_hops(&self) -> bool {
        self.backlog.state().backlog < LIMIT / 2
    }

    /// No more lines come: what is waiting is written, by and by.
    pub fn close(&self) {
        self.backlog.end();
    }

    /// Whether all is written after that, or will never be.
    pub fn is_done(&self) -> bool {
        self.backlog.is_over()
    }

    /// Why it has stopped, as a line for people; once.
    pub fn failure(&mut self) -> Option<String> {
        let state = self.state();
        let line = self.stopped_because(&state)?;
        (!std::mem::replace(&mut self.has_reported, true)).then_some(line)
    }

    /// Ends the file, waits until all is written, but no longer than `patience`, and says how it stands. Where not all was
    /// written, `failed` says so; the last is a line for people, unless it was returned before.
    pub fn finish(mut self, patience: Duration) -> (FileState, Option<String>) {
        let state = self.backlog.finish(patience);
        let line = self.stopped_because(&state).filter(|_| !self.has_reported);
        self.has_reported = true;
        (state, line)
    }

    fn stopped_because(&self, state: &FileState) -> Option<String> {
        let why = state.failed.as_ref()?;
        let written = fmt_size(state.bytes);
        Some(format!("the recording in {} has stopped after {written}: {why}; the game goes on", self.name))
    }
}

impl Drop for RecordingFile {
    /// What was given is still written, if the process lasts that long.
    fn drop(&mut self) {
        self.backlog.end();
    }
}

/// No signal is for this thread. A limit on the size of files comes as SIGXFSZ to the thread that writes: blocked, it ends nobody,
/// and the write fails.
fn start_without_signals(work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let mask = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    let started = thread::Builder::new().name("recording".to_owned()).spawn(work);
    mask.thread_set_mask()?;
    started.map(|_ends_by_itself| ())
}
