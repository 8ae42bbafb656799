//! The progress bar, on a terminal.

use indicatif::ProgressBar;

use super::row_key::Title;
use crate::platform::progress;

/// One step per repetition. Drawn only between them: nothing of the launcher runs while something is measured.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(repetitions: u64) -> Self {
        Self(progress::progress_bar(repetitions, false))
    }

    /// Before a repetition of this row.
    pub(super) fn begin(&self, title: &Title) {
        self.0.set_message(title.name());
        self.0.tick();
    }

    /// After it.
    pub(super) fn end(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
