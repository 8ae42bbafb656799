//! Judges receipts again. Nothing here needs a display, a network, /proc or a folder to write to, and no bytes make it panic or
//! work for long.
//!
//! A wrong answer and a receipt that cannot be graded are two things: a wrong answer costs its point, a [`Fault`] says that nobody
//! can know what was answered. What was not done to its end is worth no points and is no fault; what cannot have been observed
//! is a fault.

mod check;
mod expected;
mod fault;
mod parse;
mod played;
mod times;
mod tries;

pub use check::{Graded, GradedQuestion, GradedTask, judge};
pub use expected::Expected;
pub use fault::{Fault, FaultKind, plain};
pub use played::{MOST_HOPS, Played};
