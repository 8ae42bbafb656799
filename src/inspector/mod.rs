//! The inspector: a process that only reads. It sees the Region through an fd that is open for reading only, and everything else
//! through /proc; it has no bell and no link. For an action it asks the supervisor, on a request page.

mod action;
mod aftermath;
mod attached;
pub mod flow;
pub mod games;
pub mod invariants;
pub mod lines;
pub mod memory;
mod moment;
pub mod processes;
#[cfg(feature = "terminal")]
mod recorded;
#[cfg(feature = "terminal")]
pub mod terminal;
mod watcher;

pub use action::{Confirmation, Consent, Wanted};
pub use aftermath::{Aftermath, Happening};
pub use attached::Inspector;
pub use moment::Moment;
pub use watcher::{ShownParts, Watcher};
