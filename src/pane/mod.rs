//! One pane's part of the game: wait, accept, step, offer. The same in every pane, with a window or without.
//!
//! [`Player`] is in `state.rs`; each of its parts is a file.

mod hand_off;
mod pace;
mod run;
mod show;
mod state;

pub use state::{Observer, Player};
