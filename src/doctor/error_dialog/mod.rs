//! The error dialog, for a user who started the program without a terminal (by a double-click): a window shows what went
//! wrong, else a notification of the desktop, and the journal in any case. Where somebody reads stderr, nothing here happens.

mod attend;
mod desktop;
mod stderr;
mod window;

pub use attend::attend;
pub use window::run;
