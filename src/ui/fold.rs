//! What a window has room for beside its court. Before the court gets too low to be played on, first the explanation is
//! folded away, then the bar below the court, then the one above it. The menu has what is folded.

use egui::Vec2;

use super::theme::{BAR_HEIGHT, COURT_ASPECT, FIRST_LINE_HEIGHT, TRANSPORT_BAR_HEIGHT};

/// The court is not lower than this, in points, if anything can be folded; nor narrower than goes with it.
pub(super) const LEAST_COURT_HEIGHT: f32 = 120.0;

/// What is shown beside the court.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    /// The bar above the court.
    pub(super) bar: bool,
    /// The bar below it.
    pub(super) transport_bar: bool,
    /// The explanation, from its first line on.
    pub(super) explanation: bool,
}

impl Shown {
    /// What fits into a window of this size, in points, of what is wanted.
    pub(super) fn in_window(size: Vec2, explains: bool) -> Self {
        let stages = [
            Self { bar: true, transport_bar: true, explanation: explains },
            Self { bar: true, transport_bar: true, explanation: false },
            Self { bar: true, transport_bar: false, explanation: false },
        ];
        let wanted = LEAST_COURT_HEIGHT.min(size.x * COURT_ASPECT);
        let fits = |shown: &Self| size.y - shown.above() - shown.below() >= wanted;
        let nothing = Self { bar: false, transport_bar: false, explanation: false };
        stages.into_iter().find(fits).unwrap_or(nothing)
    }

    fn above(self) -> f32 {
        if self.bar { BAR_HEIGHT } else { 0.0 }
    }

    /// The least that is below the court.
    fn below(self) -> f32 {
        let bar = if self.transport_bar { TRANSPORT_BAR_HEIGHT } else { 0.0 };
        bar + if self.explanation { FIRST_LINE_HEIGHT } else { 0.0 }
    }

    /// Height of what is below the court, where `left` is left for both. The court comes first, but for what is shown in any
    /// case. What the court does not need is below it, so that the court and the bar stay in their places when the
    /// explanation is opened or closed.
    pub(super) fn height_below_court(self, left: Vec2) -> f32 {
        (left.y - left.x * COURT_ASPECT).max(self.below())
    }
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::super::theme::MIN_SIZE;
    use super::*;

    #[test]
    fn the_court_has_its_least_height_in_every_window_at_every_usual_size() {
        for zoom in [1.0, 1.25, 1.5, 2.0_f32] {
            for (width, height) in
                (0..40).flat_map(|x| (0..40).map(move |y| (16.0 * x as f32, 16.0 * y as f32)))
            {
                let size = vec2(MIN_SIZE[0] + width, MIN_SIZE[1] + height) / zoom;
                let shown = Shown::in_window(size, true);
                let left = size - vec2(0.0, shown.above());
                let court = left.y - shown.height_below_court(left);
                assert!(
                    court.min(left.x * COURT_ASPECT) >= LEAST_COURT_HEIGHT - 0.01,
                    "{size} {shown:?}: {court}"
                );
            }
        }
    }

    #[test]
    fn the_explanation_is_folded_first_and_the_bar_with_start_last() {
        let mut before = Shown::in_window(vec2(320.0, 400.0), true);
        assert_eq!(before, Shown { bar: true, transport_bar: true, explanation: true });
        let mut folded = Vec::new();
        for height in (100..400).rev() {
            let now = Shown::in_window(vec2(320.0, height as f32), true);
            if now != before {
                folded.push([now.explanation, now.transport_bar, now.bar]);
            }
            before = now;
        }
        assert_eq!(folded, [[false, true, true], [false, false, true], [false; 3]]);
    }
}
