//! What the operating system and the desktop give: one file a part.

pub mod clock;
pub mod display;
pub mod fds;
pub mod licenses;
pub(crate) mod outlet;
pub mod output;
pub(crate) mod parent;
pub mod privileges;
#[cfg(feature = "terminal")]
pub(crate) mod progress;
pub mod signals;
pub mod sync;
pub mod values;

pub use outlet::say;
