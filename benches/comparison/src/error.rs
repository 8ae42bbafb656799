//! What can go wrong, in one line, and the exit code that says so.

use std::fmt::{Debug, Display};
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// The exit codes. 0 is success, 2 the parser's own for wrong arguments.
pub(crate) mod exit {
    /// An argument is out of its range.
    pub(crate) const USAGE: u8 = 2;
    /// The operating system or a mechanism said no, or did not answer in time.
    pub(crate) const FAILED: u8 = 5;
    /// A payload did not arrive as it was sent.
    pub(crate) const CORRUPT: u8 = 6;
    /// Plus the number of the signal that stopped the run.
    pub(crate) const SIGNAL_BASE: u8 = 128;
}

/// The result of everything here that can fail.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// A failure that ends the run.
#[derive(Debug, Clone, thiserror::Error, Serialize, Deserialize)]
pub(crate) enum Error {
    /// An argument that the parser cannot know to be wrong.
    #[error("{0}")]
    Usage(String),
    /// A call to the operating system or to a mechanism failed.
    #[error("failed to {action}: {why}")]
    Failed {
        /// What was tried, as a phrase that follows "failed to".
        action: String,
        /// What the answer was.
        why: String,
    },
    /// A message is not what was sent.
    #[error("message {number}: the payload is corrupt: {what}")]
    Corrupt {
        /// Which message, from 0, warm-up included.
        number: u64,
        /// Which check it did not pass.
        what: String,
    },
    /// A mechanism cannot carry such messages here. Its row is left out.
    #[error("it cannot carry messages of {bytes} bytes: {why}")]
    Unfit {
        /// Of a message, header included.
        bytes: usize,
        /// Why not.
        why: String,
    },
    /// A process did not come to its end in time.
    #[error("no answer within {0} s; the run was stopped")]
    Deadline(u64),
    /// A process ended before it had reported its result.
    #[error("process {index} died ({how})")]
    Died {
        /// Which of the two.
        index: usize,
        /// Its exit code or signal.
        how: String,
    },
    /// Something that happened within the run of a mechanism.
    #[error("{place}: {source}")]
    In {
        /// Whose run, which process.
        place: String,
        /// What.
        source: Box<Error>,
    },
    /// Ctrl-C and the like.
    #[error("stopped by signal {0}")]
    Stopped(u8),
}

impl Error {
    /// The exit code of a process that ends with this error.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => exit::USAGE,
            Self::Failed { .. } | Self::Unfit { .. } | Self::Deadline(_) | Self::Died { .. } => exit::FAILED,
            Self::Corrupt { .. } => exit::CORRUPT,
            Self::In { source, .. } => source.exit_code(),
            Self::Stopped(signal) => exit::SIGNAL_BASE + signal,
        }
    }

    /// Whether it only means that there is no such row.
    pub(crate) fn is_unfit(&self) -> bool {
        match self {
            Self::Unfit { .. } => true,
            Self::In { source, .. } => source.is_unfit(),
            _ => false,
        }
    }

    /// The same error, with where it happened.
    pub(crate) fn within(self, place: impl Display) -> Self {
        match self {
            Self::Stopped(_) => self,
            source => Self::In { place: place.to_string(), source: Box::new(source) },
        }
    }
}

/// An error with what was tried: `failed("open the queue")`.
pub(crate) fn failed<E: Display>(action: impl Display) -> impl FnOnce(E) -> Error {
    move |why| Error::Failed { action: action.to_string(), why: one_line(&why.to_string()) }
}

/// The same for errors whose `Display` says nothing but the name of their type.
pub(crate) fn failed_debug<E: Debug>(action: impl Display) -> impl FnOnce(E) -> Error {
    move |why| Error::Failed { action: action.to_string(), why: one_line(&format!("{why:?}")) }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Says a line on stderr. Where nobody can hear it, it is lost, and nothing else is.
pub(crate) fn report_line(line: &str) {
    let _unheard = writeln!(io::stderr(), "{line}");
}
