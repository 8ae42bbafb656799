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
mod intent;
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
mod widgets;
mod window;

pub use arrangement::places;
pub use icon::APP_ID;
pub use inspector::run_inspector;
pub use intent::Intent;
pub use notice::NoticeUi;
pub(crate) use notice::{HEADING, run_notice};
pub use pane::PaneUi;
pub use probe::{OpenGl, probe_window};
pub use window::run_window;
