//! What does not fit in a line.

use std::fmt::Display;

use crate::recording::line::Hex;

/// Why a line cannot follow those before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// It says something else than the lines before it bring.
    #[error("{what} is {found}, expected {expected}")]
    Differs {
        /// Of what it says that.
        what: String,
        /// What it says.
        found: String,
        /// What it should say.
        expected: String,
    },
    /// No recording has such a line there.
    #[error("{0}")]
    Impossible(String),
    /// It goes back further than a reader keeps what was.
    #[error("it goes back to tick {tick} in epoch {epoch}, which is longer ago than a reader keeps what was")]
    NotKept {
        /// The epoch of the state that it goes back to.
        epoch: u64,
        /// Its tick.
        tick: u64,
    },
    /// The caller did not want to go on.
    #[error("it was stopped before it could be checked")]
    Stopped,
}

impl Misfit {
    pub(super) fn impossible(why: impl Display) -> Self {
        Self::Impossible(why.to_string())
    }
}

/// Compares what a line says with what it should say.
pub(super) fn compare<T: PartialEq + Display>(
    what: impl Display,
    found: T,
    expected: T,
) -> Result<(), Misfit> {
    if found == expected { Ok(()) } else { Err(differs(what, found, expected)) }
}

pub(super) fn differs(what: impl Display, found: impl Display, expected: impl Display) -> Misfit {
    Misfit::Differs { what: what.to_string(), found: found.to_string(), expected: expected.to_string() }
}

/// The bits of a number, compared bit by bit, and shown as a number unless two would look the same.
pub(super) fn compare_bits(what: impl Display, found: u64, expected: u64) -> Result<(), Misfit> {
    let [shown, expected_shown] = [found, expected].map(|bits| f64::from_bits(bits).to_string());
    if found == expected {
        Ok(())
    } else if shown == expected_shown {
        Err(differs(what, Hex(found), Hex(expected)))
    } else {
        Err(differs(what, shown, expected_shown))
    }
}
