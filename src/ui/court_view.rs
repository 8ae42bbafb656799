//! The picture of one pane: layout from court coordinates to the screen, and paint.

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, StrokeKind, vec2};

use super::theme::{COURT_TEXT, Palette};
use crate::game::{Ball, Court, HEIGHT, PADDLE_HALF_HEIGHT, PADDLE_HALF_WIDTH, PANE_WIDTH, Paddle, PaneId};

/// Where a pane's part of the court is on the screen: as large as fits, undistorted, in the middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CourtView {
    /// The pane's part of the court, in points.
    pub(super) rect: Rect,
    pane: PaneId,
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

    /// The court itself: floor, ceiling, outer walls, and the open sides where the ball can leave.
    pub(super) fn paint_court(&self, painter: &Painter, court: &Court, palette: &Palette) {
        painter.rect_filled(self.rect, 0.0, palette.court);
        let wall = Stroke::new(self.length(0.03).max(2.0), palette.wall);
        let inside = self.rect.shrink(wall.width / 2.0);
        painter.hline(self.rect.x_range(), inside.top(), wall);
        painter.hline(self.rect.x_range(), inside.bottom(), wall);
        let sides = [
            (self.rect.left(), inside.left(), self.pane == PaneId(0)),
            (self.rect.right(), inside.right(), self.pane == court.last()),
        ];
        for (open_x, wall_x, is_wall) in sides {
            if is_wall {
                painter.vline(wall_x, self.rect.y_range(), wall);
            } else {
                self.paint_open_side(painter, open_x, palette.line);
            }
        }
    }

    fn paint_open_side(&self, painter: &Painter, x: f32, color: Color32) {
        let stroke = Stroke::new(self.length(0.03).max(2.0), color);
        for dash in 0_u8..15 {
            let y = f64::from(dash) * 0.2 + 0.05;
            let from = self.screen_from_court(0.0, y).y;
            painter.vline(x, from..=from + self.length(0.1), stroke);
        }
    }

    pub(super) fn paint_paddle(&self, painter: &Painter, x: f64, paddle: Paddle, color: Color32) {
        let rect = self.paddle_rect(x, paddle);
        painter.rect_filled(rect, rect.width() / 3.0, color);
    }

    fn paddle_rect(&self, x: f64, paddle: Paddle) -> Rect {
        let size = vec2(self.length(2.0 * PADDLE_HALF_WIDTH), self.length(2.0 * PADDLE_HALF_HEIGHT));
        Rect::from_center_size(self.screen_from_court(x, paddle.y), size)
    }

    /// A line around the paddle.
    pub(super) fn paint_lit_paddle(&self, painter: &Painter, x: f64, paddle: Paddle, color: Color32) {
        let (rect, stroke) = (self.paddle_rect(x, paddle), Stroke::new(self.length(0.05), color));
        painter.rect_stroke(rect, rect.width() / 2.0, stroke, StrokeKind::Outside);
    }

    /// A part of a side, as high as a paddle.
    pub(super) fn paint_lit_side(&self, painter: &Painter, x: f64, y: f64, color: Color32) {
        let half = vec2(self.length(0.06), self.length(PADDLE_HALF_HEIGHT));
        let rect = Rect::from_center_size(self.screen_from_court(x, y), 2.0 * half);
        painter.with_clip_rect(self.rect).rect_filled(rect, half.x, color);
    }

    /// A disc that is cut off at the pane's sides.
    pub(super) fn paint_disc(&self, painter: &Painter, x: f64, y: f64, radius: f64, color: Color32) {
        let centre = self.screen_from_court(x, y);
        painter.with_clip_rect(self.rect).circle_filled(centre, self.length(radius), color);
    }

    /// The part of the ball that is in this pane, whichever process owns it: so a crossing has no jump.
    pub(super) fn paint_ball(&self, painter: &Painter, ball: &Ball, palette: &Palette) {
        if ball.overlaps(self.pane) {
            self.paint_disc(painter, ball.x, ball.y, ball.radius(), palette.ball);
        }
    }

    /// The score or the rally, at the top of the court.
    pub(super) fn paint_headline(
        &self,
        painter: &Painter,
        court: &Court,
        text: &str,
        is_score: bool,
        palette: &Palette,
    ) {
        let size = self.length(COURT_TEXT * if is_score { 2.0 } else { 1.2 });
        let at = self.screen_from_court(self.text_x(court), 0.1);
        painter.text(at, Align2::CENTER_TOP, text, FontId::proportional(size), palette.text);
    }

    /// Which keys move the paddle, at its foot.
    pub(super) fn paint_keys(&self, painter: &Painter, court: &Court, keys: &str, palette: &Palette) {
        let is_last = self.pane == court.last();
        let (beside, align) = if is_last { (-0.2, Align2::RIGHT_BOTTOM) } else { (0.2, Align2::LEFT_BOTTOM) };
        let at = self.screen_from_court(court.paddle_x(self.pane) + beside, HEIGHT - 0.1);
        let size = self.length(COURT_TEXT * 1.2);
        painter.text(at, align, keys, FontId::proportional(size), palette.text);
    }

    /// Why nothing flies, and what to do.
    pub(super) fn paint_banner(
        &self,
        painter: &Painter,
        court: &Court,
        [what, todo]: &[String; 2],
        palette: &Palette,
    ) {
        // As large as fits beside the paddle of an inner pane, and larger where there is more room.
        let large = if self.is_outer(court) { 0.34 } else { 0.24 };
        for (text, y, size) in [(what, 1.9, large), (todo, 2.2, COURT_TEXT)] {
            let at = self.screen_from_court(self.text_x(court), y);
            let font = FontId::proportional(self.length(size));
            painter.text(at, Align2::CENTER_CENTER, text, font, palette.text);
        }
    }

    /// The middle of the texts, across: an inner pane has its paddle in its own middle.
    fn text_x(&self, court: &Court) -> f64 {
        self.pane.left() + PANE_WIDTH * if self.is_outer(court) { 0.5 } else { 0.25 }
    }

    fn is_outer(&self, court: &Court) -> bool {
        self.pane == PaneId(0) || self.pane == court.last()
    }

    /// Points to the pane that has the ball, and names it.
    pub(super) fn paint_elsewhere(
        &self,
        painter: &Painter,
        holder: PaneId,
        lines: &[String],
        palette: &Palette,
    ) {
        // Between the side and the middle of the pane there is room for a line of this size.
        let size = self.length(COURT_TEXT);
        let quarter = if holder < self.pane { 0.25 } else { 0.75 };
        let centre = self.screen_from_court(self.pane.left() + PANE_WIDTH * quarter, HEIGHT * 0.25);
        let sign = if holder < self.pane { -1.0 } else { 1.0 };
        let head = vec2(sign * size, 0.0);
        let back = vec2(0.0, size * 0.7);
        let tip = centre - vec2(0.0, 0.5 * size) + head / 2.0;
        let arrow = vec![tip, tip - head - back, tip - head + back];
        painter.add(egui::Shape::convex_polygon(arrow, palette.pane(holder), Stroke::NONE));
        let mut at = centre;
        for text in lines {
            at.y += 1.3 * size;
            painter.text(at, Align2::CENTER_CENTER, text, FontId::proportional(size), palette.text);
        }
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
