//! A paddle, and who moves it.

use super::geometry::{HEIGHT, PADDLE_HALF_HEIGHT, TICK};

/// A paddle: only its height on its line can change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paddle {
    /// Centre, down.
    pub y: f64,
}

impl Paddle {
    /// The highest and the lowest centre of a paddle that stays in the court.
    pub const RANGE: std::ops::RangeInclusive<f64> = PADDLE_HALF_HEIGHT..=(HEIGHT - PADDLE_HALF_HEIGHT);
    /// A paddle at rest.
    pub const MIDDLE: Self = Self { y: HEIGHT / 2.0 };
    /// How far the autopilot moves a paddle in one tick.
    pub(super) const STEP: f64 = 3.0 * TICK;

    /// A paddle at `y`, or as near to it as the court allows. Not-a-number gives the middle.
    pub fn at(y: f64) -> Self {
        if y.is_nan() { Self::MIDDLE } else { Self { y: y.clamp(*Self::RANGE.start(), *Self::RANGE.end()) } }
    }

    /// Where the autopilot has brought this paddle after `ticks` without the ball: back towards the middle. A
    /// closed form, so that a pane may sleep all that while.
    pub fn returned(self, ticks: u64) -> Self {
        // Court height / STEP is far below 2^32 ticks, so the clamp changes nothing but the type.
        let reach = f64::from(u32::try_from(ticks).unwrap_or(u32::MAX)) * Self::STEP;
        self.towards(Self::MIDDLE.y, reach)
    }

    pub(super) fn towards(self, y: f64, reach: f64) -> Self {
        Self::at(self.y + (y - self.y).clamp(-reach, reach))
    }
}

/// Who moves a paddle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Control {
    /// The program: a function of the ball and the seed.
    Autopilot,
    /// A person, who wants it here.
    Manual(Paddle),
}
