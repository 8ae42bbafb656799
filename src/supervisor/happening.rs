//! What a recording has of the supervisor: what it has done itself, and what it has from the kernel. It does not go through the
//! Region, where any process could write over it, and where a ring keeps only so much.

use std::cell::RefCell;

use crate::game::{Ball, Paddle, PaneId};
use crate::platform::clock;
use crate::protocol::{Action, Checkpoint, End, Ownership, Serve};

/// Something that the supervisor has done or seen.
#[derive(Debug, Clone)]
pub struct Happening {
    /// When (`CLOCK_MONOTONIC`, ns).
    pub at_ns: u64,
    /// What.
    pub what: Happened,
}

/// What the supervisor has done or seen.
#[derive(Debug, Clone)]
pub enum Happened {
    /// It has put the ball to a pane's start, out of this ownership.
    Served(Ownership, Served),
    /// It has taken this ball out of this ownership, for the next process of the holder.
    Recovered(Ownership, Ball),
    /// It has replaced the Region.
    Reinitialized(Box<WentBack>),
    /// It has started a process: the pane, which process of it this is, and its pid.
    Started(PaneId, u64, u32),
    /// The same process has ended so.
    Died(PaneId, u64, u32, End),
    /// The pane had the ball without progress for too long.
    Stalled(PaneId),
    /// The pane has shown no life for as long again, and was killed.
    Hung(PaneId),
    /// The pane's process was stopped.
    Frozen(PaneId),
    /// It goes on.
    Continued(PaneId),
    /// A fault was injected, if there was a process to do it to.
    Action(PaneId, Action, bool),
}

/// A serve, and what was there before.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// The serve.
    pub serve: Serve,
    /// The ball as it was taken from its owner; None for the first serve.
    pub before: Option<Ball>,
}

/// The game went back to the last good checkpoint.
#[derive(Debug, Clone)]
pub struct WentBack {
    /// Whose ball the checkpoint has.
    pub from: Ownership,
    /// Who has it in the fresh Region.
    pub to: Ownership,
    /// The ball.
    pub ball: Ball,
    /// Of every pane, where the autopilot had its paddle when it last had the ball, and at which tick that was.
    pub paddles: Vec<(Paddle, u64)>,
    /// Why.
    pub reason: String,
}

impl WentBack {
    pub(super) fn to(checkpoint: &Checkpoint, reason: &str) -> Self {
        let (to, record) = checkpoint.laid_out();
        let (from, paddles, reason) = (checkpoint.ownership, checkpoint.paddles(), reason.to_owned());
        Self { from, to, ball: record.ball, paddles, reason }
    }
}

/// What has happened and was not yet taken. Nothing, while nobody records: it would only grow.
#[derive(Debug, Default)]
pub(super) struct Happenings(RefCell<Option<Vec<Happening>>>);

impl Happenings {
    pub(super) fn add(&self, what: Happened) {
        self.add_at(clock::now_ns(), what);
    }

    /// The same, of a time that is over.
    pub(super) fn add_at(&self, at_ns: u64, what: Happened) {
        if let Some(happenings) = &mut *self.0.borrow_mut() {
            happenings.push(Happening { at_ns, what });
        }
    }

    pub(super) fn are_kept(&self) -> bool {
        self.0.borrow().is_some()
    }

    pub(super) fn keep(&self, keeps: bool) {
        *self.0.borrow_mut() = keeps.then(Vec::new);
    }

    pub(super) fn are_there(&self) -> bool {
        self.0.borrow().as_ref().is_some_and(|happenings| !happenings.is_empty())
    }

    pub(super) fn take(&self) -> Vec<Happening> {
        self.0.borrow_mut().as_mut().map(std::mem::take).unwrap_or_default()
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_while_nobody_records() {
        let happenings = Happenings::default();
        happenings.add(Happened::Hung(PaneId(0)));
        assert!(!happenings.are_there() && !happenings.are_kept());
        happenings.keep(true);
        happenings.add(Happened::Hung(PaneId(0)));
        assert!(happenings.are_there());
        assert_eq!(happenings.take().len(), 1);
        assert!(!happenings.are_there() && happenings.are_kept());
    }
}
