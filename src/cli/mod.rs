//! The command line: arguments in, [`Mode`] out.

mod arguments;
mod game;
mod mode;
mod parse;
pub mod settings;

pub use arguments::Chosen;
pub use game::Game;
pub use mode::{Mode, command, help, one_line};
