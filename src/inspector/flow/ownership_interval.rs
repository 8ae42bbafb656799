//! What the flow is made of: intervals, gaps and marks.

use serde::Serialize;

use crate::game::PaneId;
use crate::protocol::{Event, TransportKind};

/// The ball in one pane, in one epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnershipInterval {
    /// Where.
    pub pane: PaneId,
    /// The epoch that this was.
    pub epoch: u64,
    /// Hops of the ball so far; None if its process has not logged it.
    pub hop: Option<u64>,
    /// When its process had the ball in its hands (`CLOCK_MONOTONIC`, ns); None if it has not logged it.
    pub from_ns: Option<u64>,
    /// When the next hand-off began, or the supervisor had taken the ball; None if nobody has logged it.
    pub until_ns: Option<u64>,
    /// How the ball came; None if nobody has logged it.
    pub by: Option<By>,
}

/// How the ball came to a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum By {
    /// Another pane handed it over.
    HandOff {
        /// Which.
        from: PaneId,
        /// By what.
        #[serde(rename = "transport")]
        via: TransportKind,
        /// When it began to.
        handed_ns: u64,
        /// How long it took until the ball was there; None if its process has not logged it.
        took_ns: Option<u64>,
    },
    /// The supervisor served it for the first time.
    Served {
        /// When it had done so.
        at_ns: u64,
    },
    /// The supervisor took it from a pane that was playing it.
    Recalled {
        /// From which.
        from: PaneId,
        /// When it had done so.
        at_ns: u64,
    },
    /// The supervisor took it for the next process of the same pane.
    Recovered {
        /// When it had done so.
        at_ns: u64,
    },
    /// The supervisor gave it; why was not seen.
    Supervisor,
}

impl By {
    /// When the one before no longer had the ball.
    pub fn given_ns(&self) -> Option<u64> {
        match *self {
            Self::HandOff { handed_ns, .. } => Some(handed_ns),
            Self::Served { at_ns } | Self::Recalled { at_ns, .. } | Self::Recovered { at_ns } => Some(at_ns),
            Self::Supervisor => None,
        }
    }
}

impl OwnershipInterval {
    pub(super) fn unknown(epoch: u64, pane: PaneId) -> Self {
        Self { pane, epoch, hop: None, from_ns: None, until_ns: None, by: None }
    }

    /// The first time that is known of it.
    pub fn first_ns(&self) -> Option<u64> {
        let given = self.by.and_then(|by| by.given_ns());
        given.into_iter().chain(self.from_ns).min().or(self.until_ns)
    }
}

/// Epochs of which nothing was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// The last time that is known before them.
    pub from_ns: Option<u64>,
    /// The first time that is known after them.
    pub until_ns: Option<u64>,
}

/// Something that the supervisor has seen or done, other than giving the ball.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Its number in the event log.
    pub number: u64,
    /// When and what.
    #[serde(flatten)]
    pub event: Event,
}

/// One line of the list of all that has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// The interval of this epoch.
    OwnershipInterval(u64),
    /// The gap that begins with this epoch.
    Gap(u64),
    /// The mark with this number.
    Mark(u64),
}
