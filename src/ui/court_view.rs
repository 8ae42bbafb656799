//! Layout of one pane: from court coordinates to the screen.

use egui::{Pos2, Rect, vec2};

use crate::game::{HEIGHT, PANE_WIDTH, PaneId};

/// Where a pane's part of the court is on the screen: as large as fits, undistorted, in the middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CourtView {
    /// The pane's part of the court, in points.
    pub(super) rect: Rect,
    pub(super) pane: PaneId,
    /// Points per court unit.
    scale: f32,
}

impl CourtView {
    pub(super) fn new(available: Rect, pane: PaneId) -> Self {
        let size = vec2(px(PANE_WIDTH), px(HEIGHT));
        let scale = (available.width() / size.x).min(available.height() / size.y).max(1.0);
        Self { rect: Rect::from_center_size(available.center(), size * scale), pane, scale }
    }

    /// A place of the court on the screen.
    pub(super) fn screen_from_court(&self, x: f64, y: f64) -> Pos2 {
        self.rect.min + vec2(px(x - self.pane.left()), px(y)) * self.scale
    }

    /// A length of the court on the screen.
    pub(super) fn length(&self, units: f64) -> f32 {
        px(units) * self.scale
    }

    /// A movement on the screen as a movement in the court.
    pub(super) fn court_from_screen(&self, points: f32) -> f64 {
        f64::from(points / self.scale)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a screen needs no more than f32")]
fn px(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn the_court_is_undistorted_and_inside_whatever_the_windows_size() {
        for (width, height) in [(640.0, 480.0), (320.0, 176.0), (2000.0, 300.0), (300.0, 2000.0)] {
            let available = Rect::from_min_size(pos2(10.0, 64.0), vec2(width, height));
            let view = CourtView::new(available, PaneId(1));
            assert!(available.expand(0.01).contains_rect(view.rect), "{view:?}");
            assert!((view.rect.width() / view.rect.height() - px(PANE_WIDTH / HEIGHT)).abs() < 1e-4);
            assert!(view.rect.width() > width - 0.01 || view.rect.height() > height - 0.01);
        }
    }

    #[test]
    fn neighbours_show_the_crossing_ball_at_the_same_height_and_at_facing_edges() {
        let available = Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 300.0));
        let (left, right) = (CourtView::new(available, PaneId(0)), CourtView::new(available, PaneId(1)));
        let (a, b) = (left.screen_from_court(4.05, 1.0), right.screen_from_court(4.05, 1.0));
        assert!((a.y - b.y).abs() < 1e-3);
        assert!((a.x - left.rect.right() - (b.x - right.rect.left())).abs() < 1e-3);
    }
}
