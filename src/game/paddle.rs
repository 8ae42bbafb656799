//! A paddle, and who moves it.

use super::geometry::{HEIGHT, PADDLE_HALF_HEIGHT, PaneId, TICK};

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
    /// How far the autopilot, or a held key, moves a paddle in one tick.
    pub const STEP: f64 = 3.0 * TICK;

    /// A paddle at `y`, or as near to it as the court allows. Not-a-number gives the middle.
    pub fn at(y: f64) -> Self {
        if y.is_nan() { Self::MIDDLE } else { Self { y: y.clamp(*Self::RANGE.start(), *Self::RANGE.end()) } }
    }

    /// Where the autopilot has brought this paddle after `ticks` without the ball: back towards the middle. A
    /// closed form, so that a pane may sleep all that while.
    pub fn returned(self, ticks: u64) -> Self {
        self.towards(Self::MIDDLE.y, reach(ticks))
    }

    pub(super) fn towards(self, y: f64, reach: f64) -> Self {
        Self::at(self.y + (y - self.y).clamp(-reach, reach))
    }
}

/// How far a paddle comes in so many ticks.
fn reach(ticks: u64) -> f64 {
    // Court height / STEP is far below 2^32 ticks, so the clamp changes nothing but the type.
    f64::from(u32::try_from(ticks).unwrap_or(u32::MAX)) * Paddle::STEP
}

/// Towards which end of its line a paddle moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Towards the top of the court.
    Up,
    /// Towards its bottom.
    Down,
}

impl Direction {
    /// Of a coordinate that grows downwards: 1 or -1.
    pub fn sign(self) -> f64 {
        match self {
            Self::Up => -1.0,
            Self::Down => 1.0,
        }
    }
}

/// A key that is held down, and moves a paddle by one [`Paddle::STEP`] a tick until the paddle is at the end of its line.
/// So the paddle is a function of the tick, whichever process asks and however seldom a window is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldKey {
    /// Where the paddle was when the key was pressed.
    pub from: Paddle,
    /// Where the key moves it.
    pub direction: Direction,
    /// The tick of the ball's life at which it was pressed, modulo 2^[`Self::TICK_BITS`].
    pub since_tick: u64,
    /// The pane whose window has the key.
    pub by: PaneId,
}

impl HeldKey {
    /// So many bits are kept of the tick: years of ticks in real time.
    pub const TICK_BITS: u32 = 36;
    const TICK_MASK: u64 = (1 << Self::TICK_BITS) - 1;

    /// A key of the window of `by`, pressed at this tick while the paddle was there.
    pub fn pressed(from: Paddle, direction: Direction, tick: u64, by: PaneId) -> Self {
        Self { from, direction, since_tick: tick & Self::TICK_MASK, by }
    }

    /// Where the paddle is after this tick. A closed form, so that a pane may sleep all that while.
    pub fn paddle(self, tick: u64) -> Paddle {
        Paddle::at(self.from.y + self.direction.sign() * reach(self.ticks(tick)))
    }

    /// Whether the tick after this one moves the paddle.
    pub fn moves_after(self, tick: u64) -> bool {
        self.paddle(tick) != self.paddle(tick.wrapping_add(1))
    }

    /// For how many ticks it has been held. 0 for a tick before it was pressed: a fresh Region begins with a checkpoint, which
    /// may be older than the key.
    fn ticks(self, tick: u64) -> u64 {
        let since = tick.wrapping_sub(self.since_tick) & Self::TICK_MASK;
        if since > Self::TICK_MASK / 2 { 0 } else { since }
    }
}

/// Who moves a paddle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Control {
    /// The program: a function of the ball and the seed.
    Autopilot,
    /// A person, who wants it here.
    Manual(Paddle),
    /// A person, by a key that is held down.
    Held(HeldKey),
}

impl Control {
    /// Where a person has the paddle after this tick; None where the autopilot has it.
    pub fn paddle(self, tick: u64) -> Option<Paddle> {
        match self {
            Self::Autopilot => None,
            Self::Manual(paddle) => Some(paddle),
            Self::Held(key) => Some(key.paddle(tick)),
        }
    }

    /// The key that moves the paddle, if the window of `pane` has it.
    pub fn key_of(self, pane: PaneId) -> Option<HeldKey> {
        match self {
            Self::Held(key) if key.by == pane => Some(key),
            Self::Autopilot | Self::Manual(_) | Self::Held(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: PaneId = PaneId(2);

    #[test]
    fn a_key_that_is_held_for_a_second_of_ticks_moves_the_paddle_by_three_units() {
        let top = Paddle::at(0.0);
        let key = HeldKey::pressed(top, Direction::Down, 1000, ME);
        assert_eq!(key.paddle(1000), top, "not before the next tick");
        assert!((key.paddle(1001).y - top.y - 3.0 / 240.0).abs() < 1e-12);
        assert!((key.paddle(1160).y - top.y - 2.0).abs() < 1e-9, "two units in 160 ticks");
        let bottom = Paddle::at(9.0);
        assert_eq!(key.paddle(1240), bottom, "and no further than the court");
        assert_eq!(key.paddle(u64::MAX), top, "that tick is before the key, modulo 2^36");
        assert_eq!(HeldKey { direction: Direction::Up, from: bottom, ..key }.paddle(1240), top);
    }

    #[test]
    fn a_key_moves_nothing_before_its_tick_and_nothing_at_the_end_of_the_line() {
        let key = HeldKey::pressed(Paddle::MIDDLE, Direction::Up, 1000, ME);
        assert_eq!([0, 999, 1000].map(|tick| key.paddle(tick)), [Paddle::MIDDLE; 3]);
        assert!(key.moves_after(1000) && key.moves_after(1087) && !key.moves_after(1088));
        assert!(!key.moves_after(990));
    }

    #[test]
    fn a_tick_beyond_the_kept_bits_is_the_same_game() {
        let tick = (1 << HeldKey::TICK_BITS) - 3;
        let key = HeldKey::pressed(Paddle::MIDDLE, Direction::Down, tick, ME);
        let steps = (0..6).map(|later| key.paddle(tick + later).y);
        let expected = (0..6).map(|later| Paddle::MIDDLE.y + f64::from(later) * Paddle::STEP);
        assert!(steps.zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12));
    }

    #[test]
    fn only_the_window_that_has_the_key_can_let_go_of_it() {
        let control = Control::Held(HeldKey::pressed(Paddle::MIDDLE, Direction::Down, 1, ME));
        assert!(control.key_of(ME).is_some() && control.key_of(PaneId(0)).is_none());
        assert_eq!(Control::Manual(Paddle::MIDDLE).key_of(ME), None);
    }
}
