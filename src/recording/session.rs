//! The recording of a running game: the recorder, its file, and a line about it at the end.

use std::time::{Duration, Instant};

use super::line::Line;
use super::recorder::{Recorder, Sink};
use super::writer::{FileState, RecordingFile, Target};
use crate::error::Result;
use crate::platform::clock;
use crate::platform::units::{fmt_ns, fmt_size};
use crate::supervisor::Supervisor;

/// So long the end of a game waits until all is written.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

impl Sink for RecordingFile {
    fn write(&mut self, line: &Line) {
        Self::write(self, line);
    }

    fn has_room_for_hops(&self) -> bool {
        Self::has_room_for_hops(self)
    }
}

/// A recording, while the game goes on.
#[derive(Debug)]
pub struct Session {
    recorder: Recorder<RecordingFile>,
    name: String,
    begun: Instant,
}

impl Session {
    /// Records the game in this file from now on.
    pub fn begin(supervisor: &Supervisor, target: &Target, file: RecordingFile) -> Self {
        let recorder = Recorder::begin(supervisor, file);
        Self { recorder, name: target.to_string(), begun: Instant::now() }
    }

    /// The same, in a file that is created now.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn create(supervisor: &Supervisor, target: &Target) -> Result<Self> {
        RecordingFile::create(target).map(|file| Self::begin(supervisor, target, file))
    }

    /// Looks at the game: after each look of the supervisor. Returns when to look again.
    pub fn look(&mut self, supervisor: &Supervisor) -> Option<Instant> {
        self.recorder.look(supervisor)
    }

    /// How its file stands.
    pub fn state(&mut self) -> FileState {
        self.recorder.sink().state()
    }

    /// Ends it without waiting: what is not written yet is written meanwhile.
    pub fn end_soon(self, supervisor: &Supervisor, game_over: bool) -> Unwritten {
        let took = fmt_length(self.begun.elapsed());
        let file = self.recorder.end(supervisor, game_over);
        file.close();
        Unwritten { file, name: self.name, took }
    }
}

/// A recording that has ended, and perhaps is not written to its end yet.
#[derive(Debug)]
pub struct Unwritten {
    file: RecordingFile,
    name: String,
    took: String,
}

impl Unwritten {
    /// Whether nothing more will be written: then [`Self::finish`] does not wait.
    pub fn is_done(&self) -> bool {
        self.file.is_done()
    }

    /// Waits until all is written, but no longer than `patience`.
    pub fn finish(self, patience: Duration) -> String {
        let Self { file, name, took } = self;
        let (state, stopped) = file.finish(patience);
        match (stopped, state.failed) {
            (Some(line), _) => line,
            (None, Some(why)) => format!("the recording in {name} has stopped: {why}"),
            (None, None) => {
                let size = fmt_size(state.bytes);
                format!("recorded in {name}: {took}, {size}; `tripong replay` shows it again")
            }
        }
    }
}

/// How long a recording is, for people.
fn fmt_length(length: Duration) -> String {
    if length < Duration::from_secs(60) {
        return fmt_ns(clock::ns(length));
    }
    humantime::format_duration(Duration::from_secs(length.as_secs())).to_string()
}
