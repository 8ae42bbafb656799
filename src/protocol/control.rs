//! Who moves a paddle, as a word: 0 for the autopilot, the place of a paddle that a person has put somewhere as an `f64`, which
//! is positive, or a held key, by the sign bit: `held:1 down:1 pane:4 place:22 tick:36`.

use crate::game::{Control, Direction, HeldKey, Paddle, PaneId};

const HELD: u64 = 1 << 63;
const DOWN: u64 = 1 << 62;
/// Above these bits is the pane whose window has the key.
const PANE_SHIFT: u32 = PLACE_SHIFT + PLACE_BITS;
const PLACE_SHIFT: u32 = HeldKey::TICK_BITS;
const PLACE_BITS: u32 = 22;
/// A place is written in so many parts of a court unit, from the upper end of the paddle's line on.
const PARTS: f64 = 1_048_576.0;

impl Control {
    /// Its word.
    pub fn word(self) -> u64 {
        match self {
            Self::Autopilot => 0,
            Self::Manual(paddle) => paddle.y.to_bits(),
            Self::Held(HeldKey { from, direction, since_tick, by }) => {
                let down = if direction == Direction::Down { DOWN } else { 0 };
                let pane = u64::from(by.0 & 0xf) << PANE_SHIFT;
                HELD | down | pane | parts(from) << PLACE_SHIFT | since_tick & low_bits(HeldKey::TICK_BITS)
            }
        }
    }

    /// The control that a word is. A corrupt word is the autopilot's.
    pub fn from_word(word: u64) -> Self {
        if word & HELD == 0 {
            let place = f64::from_bits(word);
            let is_sound = Paddle::RANGE.contains(&place);
            return if is_sound { Self::Manual(Paddle { y: place }) } else { Self::Autopilot };
        }
        let place = word >> PLACE_SHIFT & low_bits(PLACE_BITS);
        // The pane has four bits.
        let by = PaneId((word >> PANE_SHIFT) as u8 & 0xf);
        let direction = if word & DOWN == 0 { Direction::Up } else { Direction::Down };
        let since_tick = word & low_bits(HeldKey::TICK_BITS);
        match place_at(place) {
            Some(from) => Self::Held(HeldKey { from, direction, since_tick, by }),
            None => Self::Autopilot,
        }
    }
}

const fn low_bits(count: u32) -> u64 {
    (1 << count) - 1
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a paddle's place is in its range"
)]
fn parts(paddle: Paddle) -> u64 {
    ((paddle.y - Paddle::RANGE.start()) * PARTS).round() as u64
}

/// None for a place beyond the paddle's line.
fn place_at(parts: u64) -> Option<Paddle> {
    let place = Paddle::RANGE.start() + f64::from(u32::try_from(parts).ok()?) / PARTS;
    // The last part of the line is not a whole one.
    (place <= Paddle::RANGE.end() + 1.0 / PARTS).then(|| Paddle::at(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(y: f64, direction: Direction, tick: u64, by: u8) -> Control {
        Control::Held(HeldKey::pressed(Paddle::at(y), direction, tick, PaneId(by)))
    }

    #[test]
    fn every_control_is_read_as_it_was_written() {
        let manual = [0.4, 1.25, 2.6].map(|y| Control::Manual(Paddle::at(y)));
        for control in [Control::Autopilot].into_iter().chain(manual) {
            assert_eq!(Control::from_word(control.word()), control);
        }
        for y in [0.4, 0.400_000_4, 1.0, 1.5, 2.599_999_9, 2.6] {
            for (direction, tick, by) in [(Direction::Up, 0, 0), (Direction::Down, (1 << 36) - 1, 15)] {
                let Control::Held(found) = Control::from_word(held(y, direction, tick, by).word()) else {
                    panic!("{y}")
                };
                assert!((found.from.y - y).abs() < 1e-6, "{found:?}");
                assert_eq!((found.direction, found.since_tick, found.by), (direction, tick, PaneId(by)));
                assert!(Paddle::RANGE.contains(&found.from.y));
                assert_eq!(
                    Control::from_word(Control::Held(found).word()),
                    Control::Held(found),
                    "the same word again"
                );
            }
        }
    }

    #[test]
    fn a_corrupt_word_is_the_autopilots() {
        let places = [f64::NAN, f64::INFINITY, 0.0, 0.399, 2.601, 1e300, f64::MIN_POSITIVE].map(f64::to_bits);
        let beyond = [HELD | 0x3f_ffff << PLACE_SHIFT, HELD | (2_306_869 + 2) << PLACE_SHIFT, u64::MAX];
        for corrupt in places.into_iter().chain(beyond) {
            assert_eq!(Control::from_word(corrupt), Control::Autopilot, "{corrupt:#x}");
        }
    }
}
