//! The window of a pane: a [`Snapshot`](crate::protocol::snapshot::Snapshot) in, [`Intent`]s out. Only `window.rs` knows the
//! Region.

mod arrangement;
mod bar;
mod carrier_bar;
mod court_view;
mod effects;
mod explanation;
mod game_menu;
mod help;
pub mod icon;
pub mod inspector;
mod keys;
mod looks;
mod message_box;
mod motion;
mod notice;
mod pane;
mod placing;
mod probe;
mod screen;
mod standing;
mod theme;
mod window;

use crate::game::{Control, PaneId};
use crate::protocol::snapshot::Snapshot;
use crate::protocol::{CarrierKind, GameSettings};

pub use arrangement::places;
pub use inspector::run_inspector;
pub use notice::NoticeUi;
pub(crate) use notice::run_notice;
pub use pane::PaneUi;
pub use probe::{OpenGl, probe_window};
pub use window::run_window;

/// What desktops know the windows by: their class on X11, their app id on Wayland, and the name of the desktop file.
/// It has the form of a domain name because AppStream and Flatpak want that; no such domain is asked for anything.
pub const APP_ID: &str = "org.tripong.tripong";

/// What the user wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Intent {
    /// The ball at this pane's start, wherever it is now.
    Serve,
    /// A pane's paddle moved by hand, or by the autopilot again.
    Control(PaneId, Control),
    /// Another carrier from the next hop on.
    Carrier(CarrierKind),
    /// The inspector's window.
    Inspect,
    /// All windows in front of those of other programs.
    RaiseAll,
    /// The settings of the game as they were shown, but for what the user has changed, in all windows.
    Settings(GameSettings),
}

impl Intent {
    /// The settings that are shown, with this change.
    #[must_use]
    pub fn change(shown: &Snapshot, change: impl FnOnce(&mut GameSettings)) -> Self {
        let mut settings = shown.wishes;
        change(&mut settings);
        Self::Settings(settings)
    }
}
