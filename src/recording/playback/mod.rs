//! A recording shown again: a play head that goes to any tick of it, forward and back.
//!
//! | file | what it is |
//! | --- | --- |
//! | `head.rs` | [`Playback`]: the play head, and what viewers ask of it |
//! | `travel.rs` | where it goes ([`Goal`]), and how it gets there |
//! | `index.rs` | the thread that reads the file once: keyframes and marks |
//! | `known.rs` | what is known of the file |
//! | `cursor.rs` | goes through a file, segment by segment |
//! | `segment.rs` | what lies between two lines that say where the ball was: its lines, and where each belongs |
//! | `stretch.rs` | the axis of the scrubber along a segment: ticks, recorded time, shown time |
//! | `logs.rs` | what the Region has of the past, at one moment |
//! | `begun.rs` | what is added to it by a line that begins an epoch |
//! | `stage.rs` | the game at the play head, laid out in a Region |
//!
//! # Places
//!
//! A place is a number of nanoseconds on the axis, and everything that is shown is a function of it: so stepping back and forward
//! again comes to the same bits. To go to a place the play head begins at the last keyframe before it, and applies the lines and
//! simulates the ticks from there on.
//!
//! # Bounds
//!
//! A keyframe is some ten kilobytes: there are at most 1024 of them in the index, of 32 MiB together, and 64 near the play head. Where
//! there would be more, every second one is left out. At most [`MOST_MARKS`] marks are kept.

mod begun;
mod cursor;
mod happening;
mod head;
mod index;
mod known;
mod logs;
mod mark;
mod rate;
mod segment;
mod stage;
mod stretch;
mod travel;

pub use head::{Head, Playback};
pub use known::{Ending, Known};
pub use mark::{MOST_MARKS, Mark, MarkKind};
pub use rate::Rate;
pub use stretch::LONGEST_STAND_NS;
pub use travel::Goal;
