//! The inspector on a terminal: the same facts as in the window, in text.
//!
//! ```text
//!  1 Court  [2 Overview]  3 Memory   4 Flow   5 Invariants
//! The ball: middle pane, pid 4712. Epoch 57, hop 52, by pipe. The invariants hold.
//!   process      pid     inc. state ...
//! ```
//!
//! `view.rs` remembers which page is shown and what the keys mean; the pages are lines of text, made of what the watcher
//! has seen; `session.rs` has the terminal, `keys.rs` its keys; `play.rs` is how people play.

mod actions;
mod court;
mod draw;
mod flow;
mod keys;
mod memory;
mod overview;
mod play;
mod replay;
mod run;
mod session;
mod text;
mod view;

pub use replay::run as replay;
pub use run::run;

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
