//! The inspector's window: its views. A model in, intents out.

mod memory;

pub use memory::MemoryUi;
