//! The picture of one pane's part of the court: its sides, the paddle, the ball. Its texts are in `court_text.rs`.

use egui::{Color32, Painter, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::court_view::CourtView;
use super::theme::Palette;
use crate::game::{Ball, Court, HEIGHT, PADDLE_HALF_HEIGHT, PADDLE_HALF_WIDTH, Paddle, PaneId};

/// How deep the net of a goal is, in court units, and the mesh of its lines.
const NET_DEPTH: f64 = 0.2;
const NET_MESH: f64 = 0.1;
/// Height of a goal's posts, at top and bottom of the outer side.
const POST_HEIGHT: f64 = 0.14;

/// What it takes to paint a pane's part of the court.
pub(super) struct CourtPainter<'a> {
    pub(super) painter: Painter,
    pub(super) view: CourtView,
    pub(super) court: &'a Court,
    pub(super) palette: Palette,
    /// How many times as large as usual everything is.
    pub(super) zoom: f32,
}

impl<'a> CourtPainter<'a> {
    pub(super) fn new(ui: &Ui, view: CourtView, court: &'a Court) -> Self {
        let (palette, zoom) = (Palette::of(ui.visuals()), ui.ctx().zoom_factor());
        Self { painter: ui.painter().clone(), view, court, palette, zoom }
    }

    /// The court itself: floor, ceiling, outer sides, and the open sides where the ball can leave.
    pub(super) fn court(&self, is_match: bool) {
        let rect = self.view.rect;
        self.painter.rect_filled(rect, 0.0, self.palette.court);
        let wall = self.wall();
        let inside = rect.shrink(wall.width / 2.0);
        self.painter.hline(rect.x_range(), inside.top(), wall);
        self.painter.hline(rect.x_range(), inside.bottom(), wall);
        let sides = [
            (rect.left(), inside.left(), 1.0, self.view.pane == PaneId(0)),
            (rect.right(), inside.right(), -1.0, self.view.pane == self.court.last()),
        ];
        for (open_x, wall_x, inwards, is_outer) in sides {
            match (is_outer, is_match) {
                (true, true) => self.goal(open_x, inwards),
                (true, false) => {
                    self.painter.vline(wall_x, rect.y_range(), wall);
                }
                (false, _) => self.open_side(open_x),
            }
        }
    }

    fn wall(&self) -> Stroke {
        Stroke::new(self.view.length(0.03).max(2.0), self.palette.wall)
    }

    /// An open goal, from the side at `x` inwards: a post at top and bottom, and between them a net.
    fn goal(&self, x: f32, inwards: f32) {
        let rect = self.view.rect;
        let depth = inwards * self.view.length(NET_DEPTH);
        let area = Rect::from_two_pos(pos2(x, rect.top()), pos2(x + depth, rect.bottom()));
        self.net(area);
        let height = self.view.length(POST_HEIGHT);
        for top in [rect.top(), rect.bottom() - height] {
            let post = Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), height));
            self.painter.rect_filled(post, 0.0, self.palette.wall);
        }
    }

    /// Lines both ways aslant.
    fn net(&self, area: Rect) {
        let painter = self.painter.with_clip_rect(area);
        let stroke = Stroke::new(self.view.length(0.012).max(1.0), self.palette.wall.gamma_multiply(0.7));
        let mesh = self.view.length(NET_MESH).max(4.0);
        let mut y = area.top() - area.width();
        while y < area.bottom() {
            painter.line_segment([pos2(area.left(), y), pos2(area.right(), y + area.width())], stroke);
            painter.line_segment([pos2(area.right(), y), pos2(area.left(), y + area.width())], stroke);
            y += mesh;
        }
    }

    fn open_side(&self, x: f32) {
        let stroke = Stroke::new(self.view.length(0.03).max(2.0), self.palette.line);
        for dash in 0_u8..15 {
            let y = f64::from(dash) * 0.2 + 0.05;
            let from = self.view.screen_from_court(0.0, y).y;
            self.painter.vline(x, from..=from + self.view.length(0.1), stroke);
        }
    }

    /// The side that has won: a line around its pane.
    pub(super) fn winner(&self, winner: PaneId) {
        let stroke = Stroke::new(self.view.length(0.08).max(3.0), self.palette.pane(winner));
        self.painter.rect_stroke(self.view.rect, 0.0, stroke, StrokeKind::Inside);
    }

    pub(super) fn paddle(&self, paddle: Paddle) {
        let rect = self.paddle_rect(paddle);
        self.painter.rect_filled(rect, rect.width() / 3.0, self.palette.pane(self.view.pane));
    }

    fn paddle_rect(&self, paddle: Paddle) -> Rect {
        let size =
            vec2(self.view.length(2.0 * PADDLE_HALF_WIDTH), self.view.length(2.0 * PADDLE_HALF_HEIGHT));
        let centre = self.view.screen_from_court(self.court.paddle_x(self.view.pane), paddle.y);
        Rect::from_center_size(centre, size)
    }

    pub(super) fn lit_paddle(&self, paddle: Paddle, color: Color32) {
        let (rect, stroke) = (self.paddle_rect(paddle), Stroke::new(self.view.length(0.05), color));
        self.painter.rect_stroke(rect, rect.width() / 2.0, stroke, StrokeKind::Outside);
    }

    /// The line on which the paddle moves.
    pub(super) fn rail(&self, width: f32) {
        let x = self.view.screen_from_court(self.court.paddle_x(self.view.pane), HEIGHT / 2.0).x;
        self.painter.vline(x, self.view.rect.y_range(), Stroke::new(width, self.palette.line));
    }

    /// A part of a side, as high as a paddle.
    pub(super) fn lit_side(&self, x: f64, y: f64, color: Color32) {
        let half = vec2(self.view.length(0.06), self.view.length(PADDLE_HALF_HEIGHT));
        let rect = Rect::from_center_size(self.view.screen_from_court(x, y), 2.0 * half);
        self.painter.with_clip_rect(self.view.rect).rect_filled(rect, half.x, color);
    }

    /// A disc that is cut off at the pane's sides.
    pub(super) fn disc(&self, x: f64, y: f64, radius: f64, color: Color32) {
        let centre = self.view.screen_from_court(x, y);
        self.painter.with_clip_rect(self.view.rect).circle_filled(centre, self.view.length(radius), color);
    }

    /// The part of the ball that is in this pane, whichever process owns it: so a crossing has no jump.
    pub(super) fn ball(&self, ball: &Ball) {
        if ball.overlaps(self.view.pane) {
            self.disc(ball.x, ball.y, ball.radius(), self.palette.ball);
        }
    }
}
