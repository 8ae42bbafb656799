//! The supervisor: watches the children, serves the ball when a pane asks for it, reclaims it from the dead and the
//! frozen, starts panes again, and stops all in order.
//!
//! [`Supervisor`] is in `state.rs`; each of its parts is a file: `watch.rs`, `lifecycle.rs`, `reclaim.rs`, `plausibility.rs`,
//! `reinitialize.rs`, `links.rs`, `requests.rs`.

mod budget;
pub mod chaos;
mod cpu_time;
mod death;
mod inspection;
mod lifecycle;
mod links;
mod plausibility;
mod policy;
mod reclaim;
mod reinitialize;
pub mod report;
mod requests;
pub mod spawn;
mod stall;
mod state;
mod tally;
mod watch;

pub use policy::{Ending, NextAction, SupervisionPolicy};
pub use state::Supervisor;
pub use tally::{Served, Tally};
