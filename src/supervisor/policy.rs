//! How a game is supervised, how many repairs it may take, and why it ends.

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
    /// The panes play by the protocol of this code, of the lab `detective`, and not by that of the game.
    pub flaw: Option<u64>,
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

/// A budget of repairs: so many within a time.
#[derive(Debug)]
pub(super) struct Budget {
    /// None: as many as it takes.
    most: Option<(usize, Duration)>,
    spent: Vec<Instant>,
}

/// A budget is spent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spent {
    /// How many were allowed.
    pub(super) most: usize,
    /// Within which time, in words.
    pub(super) window: String,
}

impl Budget {
    pub(super) fn new(most: Option<(usize, Duration)>) -> Self {
        Self { most, spent: Vec::new() }
    }

    /// Takes one of it, unless it is spent.
    pub(super) fn spend(&mut self, now: Instant) -> Result<(), Spent> {
        let Some((most, window)) = self.most else { return Ok(()) };
        self.spent.push(now);
        self.spent.retain(|at| now.saturating_duration_since(*at) <= window);
        let spent = || Spent { most, window: humantime::format_duration(window).to_string() };
        if self.spent.len() <= most { Ok(()) } else { Err(spent()) }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_and_comes_back_with_time() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut budget = Budget::new(Some((2, 5 * second)));
        let mut spend = |at| budget.spend(start + at * second);
        assert_eq!([spend(0), spend(1)], [Ok(()), Ok(())]);
        assert_eq!(spend(2), Err(Spent { most: 2, window: "5s".to_owned() }));
        assert_eq!(spend(20), Ok(()));
        assert_eq!(Budget::new(None).spend(start), Ok(()));
    }
}
