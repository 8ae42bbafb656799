//! What can go wrong, in one line, and the exit code that says so.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

/// The result of everything here that can fail.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// A failure that ends a measurement.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no display for what needs one.
    #[error("no display: {0}")]
    NoDisplay(String),
    /// The operating system or a program said no.
    #[error("failed to {action}: {why}")]
    Failed {
        /// What was tried, as a phrase that follows "failed to".
        action: String,
        /// What the answer was.
        why: String,
    },
    /// Something did not come.
    #[error("waited {} s in vain for {what}", limit.as_secs())]
    Deadline {
        /// What was waited for.
        what: String,
        /// For how long.
        limit: Duration,
    },
    /// Ctrl-C and the like.
    #[error("stopped by signal {0}")]
    Stopped(u8),
}

impl Error {
    /// 3 without a display, as tripong has it; 5 for what failed; 128 + the signal that stopped it.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::NoDisplay(_) => 3,
            Self::Failed { .. } | Self::Deadline { .. } => 5,
            Self::Stopped(signal) => 128 + signal,
        }
    }
}

/// An error with what was tried: `failed("open the display")`.
pub(crate) fn failed<E: Display>(action: impl Display) -> impl FnOnce(E) -> Error {
    move |why| {
        let why = why.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        Error::Failed { action: action.to_string(), why }
    }
}

/// Says a line on stderr. Where nobody can hear it, it is lost, and nothing else is.
pub(crate) fn report_line(line: &str) {
    let _unheard = writeln!(io::stderr(), "{line}");
}

/// Prints text on stdout.
///
/// # Errors
/// When nobody reads it any more.
pub(crate) fn print(text: &str) -> Result<()> {
    io::stdout().write_all(text.as_bytes()).map_err(failed("print the results"))
}
