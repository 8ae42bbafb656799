//! Why a receipt cannot be graded.

use std::fmt;

use serde::Serialize;

/// At most so many characters are shown of a text that came out of a file.
const MOST_SHOWN: usize = 400;

/// Which check a receipt does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::VariantArray)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// The file cannot be read: too large, a link, no file.
    File,
    /// It is no receipt.
    Format,
    /// It was written by another version of the program.
    Version,
    /// It was changed after it was written.
    Digest,
    /// It belongs to somebody else.
    Identity,
    /// Its questions are not those of this student.
    Questions,
    /// An answer that the question does not allow.
    Answers,
    /// Its times do not ascend, or a prediction does not come before its action.
    Times,
    /// What it says was observed cannot have been.
    Observation,
    /// Its points are not those of its answers.
    Judgement,
    /// The ball of this seed does not fly like that.
    Trajectory,
}

/// Why a receipt cannot be graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Which check it does not pass.
    pub kind: FaultKind,
    /// One line for people.
    pub text: String,
}

impl Fault {
    /// A fault of this kind.
    pub fn new(kind: FaultKind, text: impl AsRef<str>) -> Self {
        Self { kind, text: plain(text.as_ref()) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text of a stranger, for a line on a terminal: short, and without signs that move the cursor or turn the line round.
pub fn plain(text: &str) -> String {
    let mut plain: String = text
        .chars()
        .take(MOST_SHOWN)
        .map(|letter| if crate::cli::lab::is_plain(letter) { letter } else { '\u{fffd}' })
        .collect();
    if text.chars().nth(MOST_SHOWN).is_some() {
        plain.push('…');
    }
    plain
}
