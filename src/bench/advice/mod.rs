//! What follows from the measured rows, by rules that stand in docs/BENCH.md: no sentence says more than its rows do.
//!
//! ```text
//! contest    rows that differ in nothing but the way of their messages, and which of them wins, if one does
//! rules      one function for each rule
//! sentence   a sentence, and the rows that it rests on
//! death      what each mechanism does when the other process is killed
//! ```

mod contest;
mod death;
mod rules;
mod sentence;
#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;

use super::figures::Row;

pub use self::sentence::Advice;

/// All that follows from these rows, in the order of the rules.
pub(super) fn advise(rows: &[Row]) -> Vec<Advice> {
    let rows: Vec<_> = rows.iter().collect();
    rules::ALL.iter().flat_map(|rule| rule(&rows)).collect()
}
