//! The window of a pane: a [`Snapshot`](crate::snapshot::Snapshot) in, [`Intent`]s out. Only `window.rs` knows the
//! Region.

mod carrier_bar;
mod court_view;
mod explanation;
pub mod inspector;
mod message_box;
mod pane;
mod screen;
mod theme;
mod window;

use crate::court::Control;
use crate::protocol::CarrierKind;

pub use inspector::run_inspector;
pub use pane::PaneUi;
pub(crate) use theme::height_beside_court;
pub use window::run_window;

/// What the user wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Intent {
    /// The ball at this pane's start, wherever it is now.
    Serve,
    /// This pane's paddle moved by hand, or by the autopilot again.
    Control(Control),
    /// Another carrier from the next hop on.
    Carrier(CarrierKind),
    /// The explanation open or closed, in all windows.
    Explain(bool),
    /// The inspector's window.
    Inspect,
}
