//! The operating system and the desktop, behind safe functions: one file a part.

pub(crate) mod ascii;
pub mod clock;
pub mod display;
pub mod error;
pub(crate) mod fd_passing;
pub mod fds;
#[cfg(feature = "terminal")]
pub(crate) mod folders;
pub(crate) mod json;
#[cfg(feature = "windows")]
pub mod keyboard;
pub mod licenses;
#[cfg(feature = "terminal")]
pub(crate) mod machine;
#[cfg(feature = "terminal")]
pub(crate) mod markup;
pub(crate) mod outlet;
pub mod output;
pub(crate) mod parent;
pub mod privileges;
#[cfg(feature = "terminal")]
pub(crate) mod progress;
pub mod signals;
pub mod sync;
pub mod terminal;
#[cfg(feature = "terminal")]
pub mod topology;
pub mod units;
#[cfg(feature = "terminal")]
pub(crate) mod uring;

#[cfg(feature = "windows")]
pub(crate) use outlet::keep_libraries_quiet;
pub use outlet::report_line;
