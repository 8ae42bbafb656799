//! The window of a pane: a [`Snapshot`](crate::protocol::snapshot::Snapshot) in, [`Intent`]s out. Only `window.rs` knows the
//! Region.

mod appearance;
mod arrangement;
mod bar;
mod boxes;
mod court_painter;
mod court_text;
mod court_view;
mod effects;
mod error_dialog;
mod explanation;
mod fold;
mod game_menu;
pub mod icon;
pub mod inspector;
mod intent;
mod key_labels;
mod key_places;
mod keys;
mod motion;
mod one_ball;
mod paddle_slider;
mod pane;
mod placing;
mod probe;
mod record_button;
mod score;
mod screen;
mod standing;
mod start_keys;
mod theme;
mod transport_bar;
mod verdict;
mod voice;
mod widgets;
mod window;

pub use arrangement::{places, presented};
pub use error_dialog::ErrorDialogUi;
pub(crate) use error_dialog::{HEADING, run_error_dialog};
pub use icon::APP_ID;
pub use inspector::run_inspector;
pub use intent::Intent;
pub use pane::PaneUi;
pub use probe::{OpenGl, probe_window};
pub use verdict::{VerdictUi, show_verdict};
pub use window::run_window;
