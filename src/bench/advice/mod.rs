//! What follows from the measured rows, by rules that stand in docs/BENCH.md: no sentence says more than its rows do.
//!
//! ```text
//! contest    rows that differ in nothing but the way of their messages, and which of them wins, if one does
//! rules      one function for each rule
//! death      what each mechanism does when the other process is killed
//! ```

mod contest;
mod death;
mod rules;
#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;

use serde::{Deserialize, Serialize};

use super::figures::Row;

/// One sentence of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// What to choose, and when.
    pub sentence: String,
    /// The names of the rows that it rests on.
    pub rows: Vec<String>,
}

/// All that follows from these rows, in the order of the rules.
pub(super) fn advise(rows: &[Row]) -> Vec<Advice> {
    let rows: Vec<_> = rows.iter().collect();
    rules::ALL.iter().flat_map(|rule| rule(&rows)).collect()
}
