//! How a game is supervised, and why it ends.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::protocol::failpoint::Failpoint;

/// How a game is supervised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupervisionPolicy {
    /// The game is over after this.
    pub duration: Option<Duration>,
    /// The ball is taken from an owner that makes no progress for this long; None: never.
    pub stall: Option<Duration>,
    /// So many restarts within that time are tried; None: as many as it takes.
    pub restarts: Option<(usize, Duration)>,
    /// Print on stderr what happened to a pane.
    pub reports: bool,
    /// Where the panes are to fail; for tests.
    pub failpoint: Option<Failpoint>,
}

/// Why a game is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The hops, the time, or the chaos that were asked for are done.
    Done,
    /// A user has closed a window.
    Left,
    /// A signal has asked for it.
    Signal(Signal),
}

/// What the companion of a game wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextAction {
    /// To be called again then, at the latest.
    pub again_at: Option<Instant>,
    /// That the game ends.
    pub enough: bool,
}
