//! Where the windows' pictures have the ball: so that the screen shows one ball, although each window paints when it can.
//!
//! A window that is late, because others have the CPU, still shows the ball of its last picture when the ball is elsewhere
//! by now. So each window publishes where its picture has the ball, and no window draws a ball apart from that of another:
//!
//! ```text
//! paint      word[me]=(what is on the screen, what is going to be painted); then look at the words of the others: what is going
//!            to be painted must touch, across the border, all that they have. If it does not: at a place between there and
//!            the other's ball from which it does, or not at all; and word[me] says so before it is painted
//! presented  the screen shows it: word[me]=(it, nothing)
//! hidden     nobody can see the window: word[me]=0
//! ```
//!
//! Each writes its word before it reads those of the others: of two that begin at the same time one sees the other. What keeps a
//! window from drawing the ball for a quarter of a second (a window that is frozen, or a corrupt word) keeps it no longer. The
//! word of a process that died is cleared with its process status.

use crate::game::{Ball, Court, HEIGHT};

/// A place is known to so many parts of a court unit, across and down: a tenth of a pixel.
const ACROSS: f64 = 1024.0;
const DOWN: f64 = 8192.0;
/// Half a word says that there is a ball.
const THERE: u64 = 1 << 31;

/// Where a picture has the ball's centre, in court units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Across.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Spot {
    /// That of a ball.
    pub fn of(ball: &Ball) -> Self {
        Self { x: ball.x, y: ball.y }
    }

    /// As half a word: `there:1 | x:16 | y:15`.
    #[expect(clippy::cast_sign_loss, reason = "no place in the court is negative")]
    fn half(spot: Option<Self>) -> u64 {
        let part = |value: f64, most: u32| u64::from((value.max(0.0) as u32).min(most));
        spot.map_or(0, |Self { x, y }| THERE | part(x * ACROSS, 0xffff) << 15 | part(y * DOWN, 0x7fff))
    }

    /// The spot of half a word; None if there is none, or none that this court has.
    fn from_half(half: u64, court: &Court) -> Option<Self> {
        let part = |from: u32, bits: u32| f64::from((half >> from & ((1 << bits) - 1)) as u32);
        let spot = Self { x: part(15, 16) / ACROSS, y: part(0, 15) / DOWN };
        (half & THERE != 0 && spot.x <= court.width() && spot.y <= HEIGHT).then_some(spot)
    }
}

/// Where a window has the ball.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Picture {
    /// On the screen.
    pub shown: Option<Spot>,
    /// In what is being painted.
    pub painted: Option<Spot>,
}

impl Picture {
    /// As a word: `shown:32 | painted:32`.
    pub(super) fn word(self) -> u64 {
        Spot::half(self.shown) << 32 | Spot::half(self.painted)
    }

    /// The picture of a word.
    pub(super) fn from_word(word: u64, court: &Court) -> Self {
        let [shown, painted] = [word >> 32, word & 0xffff_ffff].map(|half| Spot::from_half(half, court));
        Self { shown, painted }
    }

    /// All places where it has, or may have, the ball.
    pub fn spots(self) -> impl Iterator<Item = Spot> {
        self.shown.into_iter().chain(self.painted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURT: Court = Court { panes: 16, seed: 1 };

    #[test]
    fn a_place_is_read_as_it_was_written_to_a_thousandth_of_a_court_unit() {
        for (x, y) in [(0.0, 0.0), (3.9995, 1.5), (4.0, 2.9999), (63.9, 3.0), (64.0, 0.06)] {
            let picture = Picture { shown: Some(Spot { x, y }), painted: None };
            let read = Picture::from_word(picture.word(), &COURT);
            let spot = read.shown.expect("a place in the court");
            assert!((spot.x - x).abs() < 1e-3 && (spot.y - y).abs() < 1e-3, "{x}, {y}: {spot:?}");
            assert_eq!((read.painted, read.spots().count()), (None, 1));
            let both = Picture { painted: picture.shown, ..picture };
            assert_eq!(Picture::from_word(both.word(), &COURT).spots().count(), 2);
        }
        assert_eq!(Picture::from_word(0, &COURT), Picture::default());
    }

    #[test]
    fn a_word_that_no_window_writes_is_no_place() {
        let beyond = Spot { x: 13.0, y: 1.0 };
        let word = Picture { shown: Some(beyond), painted: None }.word();
        assert_eq!(Picture::from_word(word, &Court { panes: 3, seed: 1 }), Picture::default());
        assert_eq!(Picture::from_word(u64::MAX, &COURT), Picture::default(), "below the court");
        assert_eq!(Picture::from_word(u64::MAX >> 33, &COURT), Picture::default(), "not marked");
    }
}
