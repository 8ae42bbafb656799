//! How a recording is to be shown.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::protocol::Zoom;

/// How a recording is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The file; None for the newest one in the folder of recordings.
    pub file: Option<PathBuf>,
    /// On the terminal, whatever displays there are.
    pub on_terminal: bool,
    /// Arranged for a projector.
    pub presents: bool,
    /// How large everything is; None: as in the last game.
    pub zoom: Option<Zoom>,
    /// By this process: it was started for the windows.
    pub in_windows: bool,
}

impl Replay {
    /// The arguments of the process that has the windows.
    pub fn in_windows(&self, file: &Path) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = ["replay", "--in-windows"].map(Into::into).into();
        arguments.extend(self.presents.then(|| "--present".into()));
        arguments.extend(self.zoom.map(|zoom| format!("--zoom={}", zoom.factor()).into()));
        // Whatever the name begins with.
        arguments.extend(["--".into(), file.into()]);
        arguments
    }
}
