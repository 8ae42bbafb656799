//! Words beside marks, in lanes, so that none covers another.

use super::axis::{LEFT, RIGHT};

/// So many lanes a row has at most.
const MAX_LANES: usize = 4;
/// About the width of a letter, in units of the picture.
const LETTER: f64 = 5.6;
const GAP: f64 = 8.0;

/// A word that has found its place.
#[derive(Debug, PartialEq)]
pub(super) struct Label {
    /// Its left edge.
    pub(super) x: f64,
    /// Which lane, from 0.
    pub(super) lane: usize,
    /// Where what it names is.
    pub(super) at: f64,
    pub(super) text: String,
}

/// The lanes of a row.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    /// Where the last word of each lane ends.
    ends: Vec<f64>,
}

impl Lanes {
    /// A place for a word beside `at`; words come from left to right. None if all lanes are taken there.
    pub(super) fn place(&mut self, at: f64, text: String) -> Option<Label> {
        let width = text.chars().count() as f64 * LETTER;
        let x = (at - 4.0).clamp(LEFT, (RIGHT + 10.0 - width).max(LEFT));
        let lane = self.ends.iter().position(|end| *end + GAP <= x);
        let lane = lane.or_else(|| (self.ends.len() < MAX_LANES).then_some(self.ends.len()))?;
        if lane == self.ends.len() {
            self.ends.push(0.0);
        }
        if let Some(end) = self.ends.get_mut(lane) {
            *end = x + width;
        }
        Some(Label { x, lane, at, text })
    }

    /// How many lanes are used.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_at_the_same_place_stand_in_lanes_until_there_is_none_left() {
        let mut lanes = Lanes::default();
        let placed: Vec<_> =
            (0..6).map(|_| lanes.place(400.0, "death".to_owned()).map(|label| label.lane)).collect();
        assert_eq!(placed, [Some(0), Some(1), Some(2), Some(3), None, None]);
        assert_eq!(lanes.place(500.0, "death".to_owned()).map(|label| label.lane), Some(0));
    }
}
