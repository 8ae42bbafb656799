//! The inspector's window: its views. A model in, intents out.

mod flow;
mod laws;
mod processes;
mod state_mark;

pub use flow::FlowUi;
pub use laws::laws_ui;
pub use processes::ProcessesUi;
