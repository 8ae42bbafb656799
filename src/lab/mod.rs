//! `tripong lab`: exercises on real processes. A student predicts, does it, sees what happened and why, and hands in a receipt.
//!
//! docs/LABS.md is the guide: for students, for lecturers, and for the author of another lab, which is one file here and one line
//! in `catalogue`.
//!
//! # Who does what
//!
//! A [`Lab`](exercise::Lab) is data and a scenario: its tasks, drawn from the student's seed, and what its processes do. Each [`Task`](exercise::Task) goes through
//! the same steps, in this order, in `conductor`:
//!
//! ```text
//! 1. predict    the front asks; the prediction is in the receipt's file before anything happens
//! 2. choose     some tasks only: what is to be done (an order of steps, a moment for a kill); an order of steps again after 3,
//!               until it reaches its goal, a few times at most
//! 3. act        on processes that the stage starts; what was observed becomes facts
//! 4. conclude   some tasks only: what the student makes of it
//! 5. judge      a pure function of the answers and the facts: points, and the truth
//! 6. explain
//! ```
//!
//! - What a question is, what may be done and how it is judged are functions of the seed alone. So a grader draws the same
//!   tasks, judges the same answers and facts, and need not believe a point that a receipt says.
//! - What happens is real: a process of its own for each part, memory that they share, signals, pipes, /proc. No result is
//!   written down beforehand; a machine that cannot show something makes a fact that says so.
//! - The `front` is where a student reads and answers: a window, a terminal, or a file of answers. All three get the same
//!   `Scene` and give the same answers; none of them knows a lab.
//! - The student's processes are of this same executable, in a role of their own. Their wrong protocols stand in the files of
//!   the labs and nowhere else: the hand-off of the game has no switch for them.
//!
//! # From file to file
//!
//! `exercise` is what a lab is made of. `stage` starts and watches its processes; `actor` is such a process from within. `front` asks and
//! shows. `conductor` runs a lab with all of these and writes a `receipt`, which `verify` judges again, and `key` prints what
//! is right.

mod calls;
pub mod catalogue;
pub mod conductor;
mod cost;
mod death;
mod detective;
mod deadlock;
mod death;
pub mod detective;
mod ends;
pub mod exercise;
mod fencing;
pub mod front;
pub mod grade;
mod key;
mod messages;
mod races;
pub mod receipt;
mod run;
pub mod stage;
mod steps;
mod store_buffer;
mod torn;
mod waiting;
mod worlds;

pub use self::detective::play_with_flaw;
pub use self::run::{run, run_process};
