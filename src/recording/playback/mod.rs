//! A recording shown again: a play head that goes to any tick of it, forward and back.

mod head;
mod mark;
mod rate;

pub use head::{Ending, Goal, Head, Known, Playback};
pub use mark::{MOST_MARKS, Mark, MarkKind};
pub use rate::Rate;
