//! The lengths and times of the court, the name of a pane, and the hash that everything is drawn from.

use std::fmt;

/// Ticks per second of a game in real time.
pub const TICKS_PER_SECOND: u32 = 240;
/// The most panes that a court can have.
pub const MAX_PANES: u8 = 16;
/// Width of a pane.
pub const PANE_WIDTH: f64 = 4.0;
/// Height of the court.
pub const HEIGHT: f64 = 3.0;
/// Half the height of a paddle.
pub const PADDLE_HALF_HEIGHT: f64 = 0.4;
/// Half the thickness of a paddle.
pub const PADDLE_HALF_WIDTH: f64 = 0.06;
/// Speed of the ball in court units per second: a pane takes about a second to cross.
pub const SPEED: f64 = 4.8;

/// Seconds per tick.
pub(super) const TICK: f64 = 1.0 / TICKS_PER_SECOND as f64;

/// Which part of the court, counted from 0 at the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct PaneId(pub u8);

impl PaneId {
    /// The pane's place in an array.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The x of the pane's left edge.
    pub fn left(self) -> f64 {
        f64::from(self.0) * PANE_WIDTH
    }

    /// The x of the pane's right edge.
    pub fn right(self) -> f64 {
        self.left() + PANE_WIDTH
    }
}

impl PaneId {
    /// Its number as people count, from 1.
    pub fn number(self) -> u16 {
        u16::from(self.0) + 1
    }
}

impl fmt::Display for PaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pane {}", self.number())
    }
}

/// Folds a word into a hash: the finalizer of `SplitMix64` (Steele, Lea, Flood 2014), over a Weyl step.
pub const fn mix(hash: u64, word: u64) -> u64 {
    let mut z = (hash ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number from 0 to below 1 out of a hash: its upper 32 bits, exactly.
pub fn unit(hash: u64) -> f64 {
    f64::from((hash >> 32) as u32) / 4_294_967_296.0
}
