//! What the supervisor has done, and the last good checkpoint to which it can go back.

use std::time::Instant;

use crate::game::Ball;
use crate::protocol::{Checkpoint, Counts, Serve};

/// A serve, and what was there before.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// The serve.
    pub serve: Serve,
    /// The ball as it was taken from its owner; None for the first serve.
    pub before: Option<Ball>,
}

/// What the supervisor has done in a game.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Every serve, the first one and every recall, in their order.
    pub serves: Vec<Served>,
    /// How often it has done what.
    pub counts: Counts,
}

/// The last good checkpoint, from which a Region is laid out anew. Private: no child can reach it.
#[derive(Debug)]
pub(super) struct LastGood {
    pub(super) checkpoint: Checkpoint,
    /// What had been done by then.
    pub(super) tally: Tally,
    /// When it was taken.
    pub(super) at: Instant,
}
