//! The error dialog, for a user who started the program without a terminal (by a double-click): a window shows what went
//! wrong, else a notification of the desktop, and the journal in any case. Where somebody reads stderr, nothing here happens.

mod desktop;
mod dialog;
mod stderr;

pub use dialog::{attend, run};
