//! The inspector's window: four views of the running game. A [`Watcher`](crate::inspector::Watcher) in, actions out.
//!
//! ```text
//! (o) 1 Memory  ( ) 2 Processes  ( ) 3 Flow  ( ) 4 Invariants        [Projector]  [light | dark]
//! The ball is in the left pane: process 1, pid 4711. Epoch 57, hop 52. The invariants hold.
//! ...
//! ```

mod action_buttons;
mod flow;
mod invariants;
mod memory;
mod place;
mod processes;
mod shell;
mod state_mark;
mod window;

pub use flow::FlowUi;
pub use invariants::invariants_ui;
pub use memory::MemoryUi;
pub use processes::ProcessesUi;
pub use shell::{InspectorUi, Tab};
pub(super) use state_mark::state_mark_ui;
pub use window::run_inspector;
