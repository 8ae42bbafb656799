//! A pane's control log: with which controls it has played the ball, from which tick on. Its own process writes it, in a game
//! in which people may play. So a recording has what has moved the paddles, tick by tick.

use super::ring::Ring;
use crate::game::Control;
use crate::platform::sync::ReadWrite;

/// Words of an entry.
const WORDS: usize = 3;
/// How many entries are kept. A paddle can get another control at every tick: at the fastest pace these are 133 ms of play, and
/// the log is read 20 times a second.
const CHANGES: usize = 128;
/// As in a record: more ticks than any game has.
const TICKS: u64 = 1 << 52;
/// Epochs have so many bits in the baton.
const EPOCH_BITS: u32 = 48;

/// The last controls with which a pane has played.
pub type ControlLog<M = ReadWrite> = Ring<WORDS, CHANGES, M>;

/// From a tick on a pane plays with another control than before. Every epoch begins with the autopilot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ControlChange {
    /// The epoch in which the pane has the ball.
    pub epoch: u64,
    /// The first tick of the ball that it brings with this control.
    pub tick: u64,
    /// The control.
    pub control: Control,
}

impl ControlChange {
    /// As an entry of a [`ControlLog`].
    pub fn words(&self) -> [u64; WORDS] {
        [self.epoch, self.tick, self.control.word()]
    }

    /// The change of an entry; None if the entry is corrupt.
    pub fn from_words([epoch, tick, word]: [u64; WORDS]) -> Option<Self> {
        let control = Control::from_word(word);
        // A word that is no control is read as the autopilot, whose word is another.
        let is_sound = control.word() == word;
        let can_be = (1..1 << EPOCH_BITS).contains(&epoch) && (1..=TICKS).contains(&tick);
        (is_sound && can_be).then_some(Self { epoch, tick, control })
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::game::{Direction, HeldKey, Paddle, PaneId};
    use crate::protocol::Pace;

    #[test]
    fn a_change_is_read_as_it_was_written() {
        let key = HeldKey::pressed(Paddle::MIDDLE, Direction::Up, 40, PaneId(2));
        let written = Control::from_word(Control::Held(key).word());
        for control in [Control::Autopilot, Control::Manual(Paddle::at(0.7)), written] {
            let change = ControlChange { epoch: 1 << 40, tick: 41, control };
            assert_eq!(ControlChange::from_words(change.words()), Some(change));
        }
    }

    #[test]
    fn a_corrupt_entry_is_none() {
        let [epoch, tick, word] = [9, 77, Paddle::MIDDLE.y.to_bits()];
        assert!(ControlChange::from_words([epoch, tick, word]).is_some());
        let nan = f64::NAN.to_bits();
        for corrupt in [
            [0, tick, word],
            [1 << 48, tick, word],
            [u64::MAX, tick, word],
            [epoch, 0, word],
            [epoch, TICKS + 1, word],
            [epoch, tick, 1],
            [epoch, tick, nan],
            [epoch, tick, 9.0_f64.to_bits()],
            [epoch, tick, u64::MAX],
        ] {
            assert_eq!(ControlChange::from_words(corrupt), None, "{corrupt:x?}");
        }
    }

    #[test]
    fn at_the_fastest_pace_nothing_is_lost_between_two_looks_even_if_one_of_them_is_late() {
        let ticks_between_looks = Pace::FASTEST.ticks_per_second() / 20;
        // The oldest entry may be being overwritten.
        assert!(2 * ticks_between_looks < CHANGES as u64 - 1, "{ticks_between_looks}");
    }
}
