//! The inspector's window: its views. A model in, intents out.

mod processes;
mod state_mark;

pub use processes::ProcessesUi;
