//! What a process is in the game.

use serde::Serialize;

use crate::game::{Court, PaneId};

/// What a process is in the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The supervisor of all others.
    Launcher,
    /// It plays this pane.
    Pane(PaneId),
    /// It looks at the others.
    Inspector,
}

impl Role {
    pub(super) fn with_article(self, court: &Court) -> String {
        match self {
            Self::Launcher => "the launcher".to_owned(),
            Self::Pane(pane) => court.pane_name(pane),
            Self::Inspector => "the inspector".to_owned(),
        }
    }

    /// The pane that it plays.
    #[must_use]
    pub fn pane(self) -> Option<PaneId> {
        if let Self::Pane(pane) = self { Some(pane) } else { None }
    }
}
