//! What was found out about each invariant, and the numbers that it rests on.

use serde::Serialize;

use crate::game::PaneId;

/// Whether an invariant holds.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "holds", content = "reason")]
pub enum Holds {
    /// It does.
    Yes,
    /// It is violated: by what.
    No(String),
    /// Why nobody can know.
    #[serde(rename = "unknown")]
    CannotTell(String),
    /// Nobody has looked yet.
    #[default]
    #[serde(rename = "not_checked")]
    NotLooked,
}

impl Holds {
    /// In a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Yes => "holds",
            Self::No(_) => "VIOLATED",
            Self::CannotTell(_) => "not known",
            Self::NotLooked => "not checked yet",
        }
    }

    /// Why it does not hold, or why nobody can know.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::No(why) | Self::CannotTell(why) => Some(why),
            Self::Yes | Self::NotLooked => None,
        }
    }
}

/// How many balls there are.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Balls {
    /// Whether there is one.
    #[serde(flatten)]
    pub holds: Holds,
    /// How many.
    pub balls: u64,
    /// The epoch in which they were counted.
    pub epoch: u64,
    /// Who has it by the baton; None if it rests, or the baton is corrupt.
    pub holder: Option<PaneId>,
    /// Panes that have a ball as well, and the epoch of it: there must be none.
    pub doubled: Vec<Held>,
    /// Panes that have not noticed yet that their ball was taken, and the epoch of it. They are fenced.
    pub late: Vec<Held>,
}

/// A ball in the hands of a process, by its own process status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Whose.
    pub pane: PaneId,
    /// The epoch of the ball.
    pub epoch: u64,
}

/// Whether `epoch - 1 = hops + recoveries + recalls`.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Epochs {
    /// Whether it is so.
    #[serde(flatten)]
    pub holds: Holds,
    /// The epoch.
    pub epoch: u64,
    /// Hand-offs.
    pub hops: u64,
    /// Balls that were taken from the dead.
    pub recoveries: u64,
    /// Balls that were taken from the living.
    pub recalls: u64,
}

/// Which records of the panes are whole.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Records {
    /// Whether all are.
    #[serde(flatten)]
    pub holds: Holds,
    /// Records that are whole.
    pub sound: u64,
    /// Places where none was written yet.
    pub absent: u64,
    /// Panes with corrupt data where a record must be, and what is wrong with it.
    pub corrupt: Vec<CorruptRecord>,
    /// Panes that died in the middle of a record: in the copy that does not count.
    pub torn: Vec<PaneId>,
    #[serde(skip)]
    pub(super) torn_before: Vec<[Option<u64>; 2]>,
}

/// A record that cannot have been written as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CorruptRecord {
    /// Whose.
    pub pane: PaneId,
    /// What is wrong with it.
    pub reason: String,
}

/// The trajectory hash so far.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Hash {
    /// Whether the game is the one that a process alone plays.
    #[serde(flatten)]
    pub holds: Holds,
    /// The epoch of the serve with which the reference simulation began.
    pub since_epoch: Option<u64>,
    /// Balls that were compared.
    pub compared: u64,
    /// Hops of the reference simulation so far.
    pub hops: u64,
    /// Ticks of the reference simulation so far.
    pub ticks: u64,
    /// The hash of the last ball that was compared.
    pub hash: Option<String>,
    /// What it must be.
    pub expected_hash: Option<String>,
    /// How many hops the reference simulation is behind.
    pub behind_hops: u64,
    /// How many ticks the reference simulation is behind.
    pub behind_ticks: u64,
}

/// The serves that were seen.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Serves {
    /// Whether every ball was served as the seed draws it.
    #[serde(flatten)]
    pub holds: Holds,
    /// Serves whose place and direction were as the seed draws them.
    pub placed: u64,
    /// Serves that the reference simulation has served as well, equal to the last bit.
    pub equal: u64,
    /// Entries that are no serves.
    pub corrupt: u64,
}
