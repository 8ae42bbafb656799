//! What follows from the measured rows, by rules that stand in docs/BENCH.md.

use serde::{Deserialize, Serialize};

/// One sentence of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// What to choose, and when.
    pub sentence: String,
    /// The names of the rows that it rests on.
    pub rows: Vec<String>,
}
