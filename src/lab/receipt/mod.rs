//! What a student hands in: what was asked, predicted, done and observed, in one JSON file.
//!
//! A grader believes none of its points: it draws the tasks anew from student, course and term, and judges the answers and the
//! facts again. docs/LABS.md says what a receipt proves, and what not.

mod claim;
mod file;
pub mod verify;

pub use claim::Claim;
pub use file::{Acted, Asked, FORMAT, MOST_BYTES, Receipt, TaskReceipt, Try, tasks_of};
