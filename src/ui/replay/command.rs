//! What the windows of a replay want of the thread that plays.

use super::shell::ReplayTab;
use crate::protocol::GameSettings;
use crate::ui::playback_input::PlaybackInput;

/// What the windows want of the thread that plays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Command {
    /// The viewer wants something.
    Input(PlaybackInput),
    /// The main window shows this view now.
    Tab(ReplayTab),
    /// The viewer wants other colours, another size, or more of an explanation.
    Settings(GameSettings),
}

/// How the windows look is up to who looks at them now, not to who played then.
pub(super) fn overlay(recorded: &mut GameSettings, viewer: &GameSettings) {
    recorded.explains = viewer.explains;
    recorded.reduced_motion = viewer.reduced_motion;
    recorded.colors = viewer.colors;
    recorded.zoom = viewer.zoom;
}
