//! How the windows of a replay are to look.

use crate::platform::display::Display;
use crate::protocol::{GameSettings, Zoom};

/// How the windows of a replay are to look.
#[derive(Debug, Clone)]
pub(super) struct ReplayLook {
    /// Where they are shown.
    pub(super) display: Display,
    /// Colours, size and explanation, as the viewer has them in games.
    pub(super) settings: GameSettings,
    /// Arranged for a projector.
    pub(super) presents: bool,
    /// The size that was asked for.
    pub(super) zoom: Option<Zoom>,
}
