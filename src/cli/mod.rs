//! The command line: arguments in, [`Mode`] out.

mod again;
mod arguments;
mod completions;
mod game;
mod help;
pub mod lab;
pub mod manual;
mod mode;
mod parse;
mod refusal;
mod replay;
pub mod settings;
mod shell;
mod visible;

pub use again::again;
pub use arguments::Chosen;
pub use game::Game;
pub use mode::{Mode, command, help, one_line};
pub use replay::Replay;
pub use shell::Shell;
