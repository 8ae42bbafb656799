//! The ball, and its running hash.

use super::geometry::{PaneId, mix};
use super::rules::Score;

/// The ball, complete: with the court and the paddle, all that the next tick depends on.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Ball {
    /// Ticks since the first serve.
    pub tick: u64,
    /// Hand-offs since the first serve.
    pub hop: u64,
    /// Centre, across.
    pub x: f64,
    /// Centre, down.
    pub y: f64,
    /// Velocity across, in court units per second.
    pub vx: f64,
    /// Velocity down, in court units per second.
    pub vy: f64,
    /// Running hash over every serve, hand-off and goal: the trajectory hash.
    #[serde(serialize_with = "as_hex")]
    pub hash: u64,
    /// What is played with it, and how that stands.
    pub score: Score,
}

/// A hash as it stands in every report: not all readers of JSON have 64 bits for a number.
fn as_hex<S: serde::Serializer>(hash: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{hash:016x}"))
}

impl Ball {
    /// The ball as its next holder takes it over: one more hop, and the hash over where and when it crossed.
    pub fn handed_over(mut self) -> Self {
        self.hop += 1;
        self.hash = self.folded(self.hop);
        self.score.pass();
        self
    }

    pub(super) fn folded(&self, first: u64) -> u64 {
        let words =
            [first, self.tick, self.x.to_bits(), self.y.to_bits(), self.vx.to_bits(), self.vy.to_bits()];
        words.into_iter().fold(self.hash, mix)
    }

    /// Radius of the ball, in court units.
    pub fn radius(&self) -> f64 {
        self.score.rules.size.radius()
    }

    /// Whether any part of the ball lies in this pane's part of the court.
    pub fn overlaps(&self, pane: PaneId) -> bool {
        self.x + self.radius() > pane.left() && self.x - self.radius() < pane.right()
    }
}
