//! A sentence, and the rows that it rests on.

use serde::{Deserialize, Serialize};

use crate::bench::figures::Row;

/// One sentence of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// What to choose, and when.
    pub sentence: String,
    /// The names of the rows that it rests on.
    pub rows: Vec<String>,
}

impl Advice {
    /// A sentence that rests on these rows, each named once.
    pub(super) fn new<'a>(sentence: String, rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in rows.into_iter().map(|row| row.key.name()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Self { sentence, rows: names }
    }
}
