//! The processes of a game, as the kernel shows them in /proc: what each is doing, what it costs, what it has open.
//!
//! A process is looked at through one open directory for as long as it lives, so that a pid which is given to another
//! process meanwhile is never taken for it. The Region is only believed where /proc agrees: the pid on a
//! process status may be that of a process that is long dead.

mod call;
mod fds;
mod meaning;
mod meter;
mod process;
mod sampler;
mod state;

pub use call::{Call, On};
pub use fds::{Access, Fd, Kind};
pub use meter::Usage;
pub use process::{BALL, COLUMNS, Column, NAME, ProcessInfo, ProcessRole, Processes, STATE};
pub use sampler::Sampler;
pub use state::ProcessState;
