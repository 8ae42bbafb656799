//! The layout of the Region for people: every word with its name, its place, its unit, who may write it, and what it
//! means.
//!
//! `tables.rs` has a row for each field of the Region's types; offsets and sizes come from the types, and a field without a
//! row does not compile. A row has a unit (`units.rs`), which has the function that puts the word into words. `assembly.rs`
//! makes the list of fields out of the tables.

mod assembly;
mod field;
mod still;
mod tables;
mod units;

pub use assembly::Layout;
pub use field::{Field, RegionPart, Writer};
pub use still::Still;
pub use units::Unit;

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
