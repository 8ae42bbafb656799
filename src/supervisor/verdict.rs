//! The verdict of a game, in a window of a process of its own: the panes have ended when there is one.

use std::iter;
use std::os::fd::AsFd;

use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

use super::state::Supervisor;
use crate::error::{Error, Result};
use crate::protocol::GameSettings;
use crate::supervisor::spawn::{end_all, sleep_on};

/// What the window shows, as it comes on its stdin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether every rule held.
    pub holds: bool,
    /// The verdict itself, in a few words.
    pub heading: String,
    /// What it is based on, in a sentence.
    pub reason: String,
    /// The whole report, as it is printed.
    pub report: String,
    /// How the windows of the game looked at its end.
    pub settings: GameSettings,
}

impl Supervisor {
    /// Shows the verdict until its user closes the window, or until a signal comes, which is returned. A window that cannot be
    /// shown reports so.
    ///
    /// Only for the main thread, as every start.
    ///
    /// # Errors
    /// [`Error::System`] if its process cannot be started or waited for.
    pub fn show_verdict(&self, verdict: &Verdict) -> Result<Option<Signal>> {
        let words = serde_json::to_string(verdict).map_err(|error| error.into());
        let process = self.spawner.start_verdict(&words.map_err(Error::failed("make the verdict"))?)?;
        loop {
            if let Some(signal) = self.signals.take() {
                return end_all(iter::once(&process)).map(|()| Some(signal));
            }
            if process.reaped()?.is_some() {
                return Ok(None);
            }
            let fds = [process.pidfd.as_fd(), self.signals.as_fd()];
            sleep_on(fds, None, "wait for the window of the verdict (ppoll)")?;
        }
    }
}
