//! What users want.

use super::playback_input::PlaybackInput;
use crate::game::{Control, Direction, PaneId};
use crate::protocol::snapshot::Snapshot;
use crate::protocol::{GameSettings, TransportKind};

/// What the user wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Intent {
    /// The ball at this pane's start, wherever it is now.
    Serve,
    /// A pane's paddle moved by hand, or by the autopilot again.
    Control(PaneId, Control),
    /// A pane's paddle moved by a key that is held, from the next tick on.
    Hold(PaneId, Direction),
    /// The key that moves a pane's paddle released.
    Release(PaneId),
    /// Another transport from the next hop on.
    Transport(TransportKind),
    /// The inspector's window.
    Inspect,
    /// A recording begun, or the one that goes on ended.
    Record,
    /// All windows in front of those of other programs.
    RaiseAll,
    /// The settings of the game as they were shown, but for what the user has changed, in all windows.
    Settings(GameSettings),
    /// In a replay: to go on, back, or elsewhere in the recording.
    Playback(PlaybackInput),
}

impl Intent {
    /// The settings that are shown, with this change.
    pub fn change(shown: &Snapshot, change: impl FnOnce(&mut GameSettings)) -> Self {
        let mut settings = shown.live_settings;
        change(&mut settings);
        Self::Settings(settings)
    }
}
