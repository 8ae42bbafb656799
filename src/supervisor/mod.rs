//! The supervisor: watches the children, serves the ball when a pane asks for it, reclaims it from the dead and the
//! frozen, starts panes again, and stops all in order.
//!
//! [`Supervisor`] is in `state.rs`; each of its parts is a file: `watch.rs`, `lifecycle.rs`, `reclaim.rs`,
//! `reinitialize.rs`, `requests.rs`, `job.rs`.

pub mod chaos;
mod happening;
mod inspection;
mod job;
mod lifecycle;
mod order;
mod policy;
mod reclaim;
mod reinitialize;
pub mod report;
mod requests;
pub mod spawn;
mod stall;
mod state;
pub mod verdict;
mod watch;

pub use happening::{Happened, Happening, Served, WentBack};
pub use policy::{Ending, NextAction, SupervisionPolicy};
pub use state::{Supervisor, Tally};
