//! Where a lab happens: its processes, what they share, and what is seen of them.

mod actor;
mod memory;
mod play;
mod process;

pub use actor::Actor;
pub use memory::{BELLS, Bell, LabMemory, Lonely, WORDS};
pub use play::{Event, MOST_EVENTS, Stage, Trajectory};
pub use process::{LabProcess, PATIENCE};
