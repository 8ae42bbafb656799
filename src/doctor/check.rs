//! The checks, and what they find.

use serde::Serialize;

use crate::error::Error;

/// Whether it is as the game needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub(super) enum CheckState {
    /// It is.
    Ok,
    /// The game starts, and something will be slower, or missing.
    Warning,
    /// No game with windows can start.
    Fails,
}

/// What one look at the machine has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// How it stands.
    pub(super) state: CheckState,
    /// What was found, with its value.
    pub(super) found: String,
    /// What to do, where there is something to do.
    pub(super) advice: Option<String>,
    /// With what the start of a game with windows would end; 0 unless it fails.
    #[serde(skip)]
    pub(super) exit_code: u8,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    /// Stable: programs go by it.
    pub(super) name: &'static str,
    #[serde(flatten)]
    pub(super) finding: Finding,
}

impl Finding {
    /// All is well.
    pub(super) fn ok(found: impl Into<String>) -> Self {
        Self { state: CheckState::Ok, found: found.into(), advice: None, exit_code: 0 }
    }

    /// The game starts all the same.
    pub(super) fn warning(found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { state: CheckState::Warning, advice: Some(advice.into()), ..Self::ok(found) }
    }

    /// The start would end with this exit code.
    pub(super) fn fails(exit_code: u8, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { state: CheckState::Fails, exit_code, ..Self::warning(found, advice) }
    }

    /// The check that has found it.
    pub(super) fn of(self, name: &'static str) -> Check {
        Check { name, finding: self }
    }
}

/// The error alone, without the hint of a start at the doctor.
pub(super) fn cause(error: &Error) -> String {
    match error {
        Error::System { action, source } => format!("failed to {action}: {source}"),
        Error::NoDisplay(reason) => reason.split("; on Debian").next().unwrap_or(reason).to_owned(),
        Error::NoOpenGl(reason) => format!("no OpenGL to draw the windows with ({reason})"),
        other => other.to_string(),
    }
}
