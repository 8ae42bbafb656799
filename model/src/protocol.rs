//! A game to be checked, and what can happen in it.

use crate::bounds::Bounds;
use crate::links::Via;
use crate::mutant::Mutant;

/// A game to be checked.
#[derive(Debug, Clone, Copy)]
pub struct Protocol {
    pub bounds: Bounds,
    /// After so many ticks the ball leaves a pane.
    pub crossing: u8,
    /// Whether waits have a timeout. If not, notifications alone must do, and whoever was stopped is continued some day;
    /// if so, some are never continued.
    pub timeouts: bool,
    /// How hand-offs travel. With several, each hand-off and each sleeper chooses anew: that is every order in which
    /// the transport can be swapped, and in which the panes can notice.
    pub transports: &'static [Via],
    /// A link holds so many frames.
    pub room: usize,
    /// Panes, two or three.
    pub panes: u8,
    pub mutant: Mutant,
}

/// What can happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A process does its next atomic step. `choice` is the pane to which the ball leaves with it, or the number of the
    /// transport that it uses.
    Step { process: u8, choice: u8 },
    /// The supervisor does its next atomic step.
    Supervise,
    /// The supervisor notices a death.
    Reap(u8),
    /// The supervisor takes the ball from a stopped owner, to this pane.
    Relieve(u8),
    /// The user of this pane presses Start.
    Start(u8),
    /// SIGKILL.
    Kill(u8),
    /// SIGSTOP.
    Stop(u8),
    /// SIGCONT.
    Continue(u8),
    /// A mutant takes a stopped process for dead.
    GiveUpOn(u8),
}
