//! The invariants of the game, checked again and again while it is played: one ball, epochs that add up, the trajectory hash, serves
//! as the seed draws them, and records that are whole.
//!
//! An invariant is only called violated if what was seen cannot come of looking at a moment between two stores. What each
//! rests on stands beside it.

mod check;
mod format;
mod found;
mod replay;

pub use check::{Invariants, TICKS_PER_LOOK};
pub use format::Invariant;
pub use found::{Balls, CorruptRecord, Epochs, Hash, Held, Holds, Records, Serves};

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
