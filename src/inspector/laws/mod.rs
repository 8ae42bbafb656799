//! The laws of the game, checked look by look while it is played: one ball, epochs that add up, the golden hash, serves
//! as the seed draws them, and records that are whole.
//!
//! A law is only called violated if what was seen cannot come of looking at a moment between two stores. Each says what
//! it rests on where it stands.

mod check;
mod found;
mod moment;
mod replay;
mod told;

pub use check::{Laws, TICKS_PER_LOOK};
pub use found::{Balls, Epochs, Hash, Held, Holds, Records, Serves};
pub use told::Law;

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
