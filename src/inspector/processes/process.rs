//! A process of the game as it was found.

use serde::Serialize;

use super::fds::Fd;
use super::meter::Usage;
use super::state::ProcessState;
use crate::game::{Court, PaneId};

/// What a process is in the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "role", content = "pane")]
pub enum ProcessRole {
    /// The supervisor of all others.
    Launcher,
    /// It plays this pane.
    Pane(PaneId),
    /// It looks at the others.
    Inspector,
}

impl ProcessRole {
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

/// A process of the game.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProcessInfo {
    /// What it is in the game.
    #[serde(flatten)]
    pub role: ProcessRole,
    /// The same for people: "launcher", "left pane".
    pub name: String,
    /// Its process id; 0 if there has not been one yet.
    pub pid: u32,
    /// Which process of its pane it is, from 1; None for the others.
    pub incarnation: Option<u64>,
    /// What it is doing.
    pub state: ProcessState,
    /// What it costs; None if it is dead.
    pub usage: Option<Usage>,
    /// What it has open, in the order of the numbers.
    pub fds: Vec<Fd>,
}

impl ProcessInfo {
    /// Its name within a sentence: "the launcher", "inner pane 2".
    #[must_use]
    pub fn name_with_article(&self) -> String {
        if self.name.starts_with("inner") { self.name.clone() } else { format!("the {}", self.name) }
    }
}

/// All processes of a game at one moment: the launcher, the panes from the left, the inspector.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Processes {
    /// When, by the clock of the caller, in nanoseconds.
    pub at_ns: u64,
    /// In their order.
    pub all: Vec<ProcessInfo>,
}

impl Processes {
    /// The process of a pane.
    #[must_use]
    pub fn pane(&self, pane: PaneId) -> Option<&ProcessInfo> {
        self.all.iter().find(|process| process.role == ProcessRole::Pane(pane))
    }
}
