//! The inspector on a terminal: the same facts as in the window, in text.
//!
//! ```text
//! [1 Overview]  2 Memory   3 Flow   4 Invariants
//! The ball: middle pane, pid 4712. Epoch 57, hop 52, by pipe. The invariants hold.
//!   process      pid     inc. state ...
//! ```
//!
//! `view.rs` remembers which page is shown and what the keys mean; the pages are lines of text, made of what the watcher
//! has seen; `session.rs` has the terminal.

mod actions;
mod draw;
mod flow;
mod memory;
mod overview;
mod run;
mod session;
mod text;
mod view;

pub use run::{can_draw, run};
pub(crate) use session::Settings;

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
