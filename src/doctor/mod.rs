//! `tripong doctor`: checks every prerequisite of a game, and prints a fix for each failure.
//!
//! What can be tried is tried, with the program's own means, not guessed from versions. What may hang has a deadline, and
//! what may crash (the driver that draws) runs in a process of its own. Each file has pure functions that make a finding out
//! of a value. docs/DOCTOR.md has what each check is for.

mod check;
#[cfg(feature = "windows")]
mod display;
#[cfg(feature = "windows")]
mod distribution;
#[cfg(feature = "windows")]
pub mod error_dialog;
mod filesystem;
mod game;
mod kernel;
mod limits;
mod machine;
#[cfg(feature = "windows")]
mod opengl;
mod report;
mod run;
#[cfg(feature = "windows")]
mod session_bus;

#[cfg(feature = "windows")]
pub(crate) use self::filesystem::JOURNAL;
pub use self::run::run;
#[cfg(feature = "windows")]
pub use self::{opengl::probe, run::obstacles};
