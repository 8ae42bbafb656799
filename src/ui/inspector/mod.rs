//! The inspector's window: its views. A model in, intents out.

mod processes;

pub use processes::ProcessesUi;
