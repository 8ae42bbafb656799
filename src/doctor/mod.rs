//! `tripong doctor`: one look at the machine, which says line by line whether the game can run here.
//!
//! What can be tried is tried, with the program's own means, not guessed from versions. What may hang has a deadline, and
//! what may crash (the driver that draws) runs in a process of its own. Each file has pure functions that make a finding out
//! of a value. docs/DOCTOR.md has what each check is for.

mod check;
mod display;
mod distribution;
mod game;
mod kernel;
mod limits;
mod machine;
pub mod notice;
mod opengl;
mod places;
mod report;
mod run;

pub(crate) use self::places::JOURNAL;
pub use self::run::{obstacles, probe, run};
