//! The invariants of the game, checked look by look while it is played: one ball, epochs that add up, the trajectory hash, serves
//! as the seed draws them, and records that are whole.
//!
//! An invariant is only called violated if what was seen cannot come of looking at a moment between two stores. Each says what
//! it rests on where it stands.

mod check;
mod format;
mod found;
mod moment;
mod replay;

pub use check::{Invariants, TICKS_PER_LOOK};
pub use format::Invariant;
pub use found::{Balls, CorruptRecord, Epochs, Hash, Held, Holds, Records, Serves};

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
