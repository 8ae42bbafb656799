//! The inspector's models: what it shows of a running game. They know no window and no terminal.

pub mod deed;
pub mod processes;
