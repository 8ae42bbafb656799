//! The flow: where the ball was, when, and how it came there, as the panes and the supervisor have written it down.
//!
//! Nothing is invented. What was overwritten before anybody looked is a [`Gap`]; of an epoch that only its successor
//! names, only what that one knows is shown.

mod follow;
mod format;
mod history;
mod latencies;
mod ownership_interval;

pub use history::Flow;
pub use latencies::{Bar, Latencies, latencies};
pub use ownership_interval::{By, Entry, Gap, Mark, OwnershipInterval};

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
