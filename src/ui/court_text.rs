//! The texts on the court. They grow with the court and with the zoom, as far as there is room for them.

use std::sync::Arc;

use egui::{Align2, Color32, FontId, Galley, Rect, Shape, Stroke, pos2, vec2};

use super::court_painter::CourtPainter;
use super::theme::SMALLEST_TEXT;
use crate::game::{HEIGHT, PANE_WIDTH, PaneId};
use crate::protocol::News;

/// How large a text is in court units: as it is usually, and at most when everything is larger.
#[derive(Debug, Clone, Copy)]
struct Size {
    usual: f64,
    most: f64,
}

/// Where the ball is.
const ELSEWHERE: Size = Size { usual: 0.16, most: 0.26 };
const RALLY: Size = Size { usual: 0.19, most: 0.38 };
const SCORE: Size = Size { usual: 0.32, most: 0.42 };
const KEYS: Size = Size { usual: 0.19, most: 0.3 };
/// Why nothing flies, and what to do.
const BANNER: Size = Size { usual: 0.42, most: 0.56 };
const TODO: Size = Size { usual: 0.18, most: 0.28 };
/// What has just happened.
const NEWS: Size = Size { usual: 0.3, most: 0.36 };
const NEWS_MORE: Size = Size { usual: 0.17, most: 0.22 };

/// How wide a text can be, in court units: beside the paddle of an inner pane, and across the whole pane.
const BESIDE_PADDLE: f64 = PANE_WIDTH / 2.0 - 0.3;
const ACROSS: f64 = PANE_WIDTH - 0.5;
/// The band with the news, down.
const NEWS_BAND: [f64; 2] = [2.26, 2.94];
/// How much of the court is seen through it.
const BAND_OPACITY: f32 = 0.82;

impl CourtPainter<'_> {
    /// A text as large as it is to be, or as fits into a width in court units.
    fn layout(&self, text: &str, size: Size, width: f64, color: Color32) -> Arc<Galley> {
        let usual = self.view.length(size.usual) * self.zoom;
        let points = usual.min(self.view.length(size.most)).max(SMALLEST_TEXT);
        let galley =
            |points| self.painter.layout_no_wrap(text.to_owned(), FontId::proportional(points), color);
        let whole = galley(points);
        let ratio = self.view.length(width) / whole.size().x;
        if ratio < 1.0 { galley(points * ratio) } else { whole }
    }

    /// Paints a text there, in court units, and returns where it is on the screen.
    fn text(&self, [x, y]: [f64; 2], align: Align2, galley: Arc<Galley>) -> Rect {
        let at = self.view.screen_from_court(x, y);
        let rect = align.anchor_size(at, galley.size());
        self.painter.galley(rect.min, galley, self.palette.text);
        rect
    }

    /// The same where a line of the court, or the rail of the paddle, may run below it: they are dimmed.
    fn text_on_court(&self, at: [f64; 2], align: Align2, galley: Arc<Galley>) -> Rect {
        let ground = align.anchor_size(self.view.screen_from_court(at[0], at[1]), galley.size());
        self.painter.rect_filled(ground, 0.0, self.palette.court.gamma_multiply(BAND_OPACITY));
        self.text(at, align, galley)
    }

    /// The score or the rally, at the top of the court.
    pub(super) fn headline(&self, text: &str, is_score: bool) {
        let size = if is_score { SCORE } else { RALLY };
        let galley = self.layout(text, size, BESIDE_PADDLE, self.palette.text);
        self.text([self.text_x(), 0.1], Align2::CENTER_TOP, galley);
    }

    /// Which keys move the paddle, at its foot: where that is free from this height on, on the screen.
    pub(super) fn keys(&self, keys: &str, free_from: f32) {
        let is_last = self.view.pane == self.court.last();
        let (beside, align) = if is_last { (-0.2, Align2::RIGHT_BOTTOM) } else { (0.2, Align2::LEFT_BOTTOM) };
        let galley = self.layout(keys, KEYS, BESIDE_PADDLE, self.palette.text);
        let foot = [self.court.paddle_x(self.view.pane) + beside, HEIGHT - 0.1];
        let [x, y] = foot;
        if self.view.screen_from_court(x, y).y - galley.size().y >= free_from {
            self.text(foot, align, galley);
        }
    }

    /// Why nothing flies, and what to do. It steps up where news are below it. Returns how far down it reaches on the screen.
    pub(super) fn banner(&self, [what, todo]: &[String; 2], color: Color32, has_news: bool) -> f32 {
        let (y, x) = (if has_news { 2.0 } else { 2.15 }, self.middle_x());
        let what =
            self.text_on_court([x, y], Align2::CENTER_CENTER, self.layout(what, BANNER, ACROSS, color));
        if has_news {
            return what.bottom();
        }
        let galley = self.layout(todo, TODO, ACROSS, self.palette.text);
        let below = y + f64::from(what.height()) / self.unit() / 2.0 + 0.04;
        self.text_on_court([x, below], Align2::CENTER_TOP, galley).bottom()
    }

    /// Points per court unit.
    fn unit(&self) -> f64 {
        f64::from(self.view.length(1.0))
    }

    /// Which way the ball is served after a goal.
    pub(super) fn serve_arrow(&self, is_rightwards: bool) {
        let sign = if is_rightwards { 1.0 } else { -1.0 };
        let centre = self.view.screen_from_court(self.middle_x(), 1.74);
        let [half, shaft, head] = [0.6, 0.05, 0.17].map(|units| self.view.length(units));
        let (tip, neck) = (centre + vec2(sign * half, 0.0), centre + vec2(sign * (half - 1.6 * head), 0.0));
        let line = Rect::from_two_pos(
            pos2(centre.x - sign * half, centre.y - shaft),
            pos2(neck.x, centre.y + shaft),
        );
        self.painter.rect_filled(line, 0.0, self.palette.text);
        let head = vec![tip, neck + vec2(0.0, head), neck - vec2(0.0, head)];
        self.painter.add(Shape::convex_polygon(head, self.palette.text, Stroke::NONE));
    }

    /// What has just happened: in a band at the bottom, through which the court is seen. The ball is painted over it.
    pub(super) fn news(&self, news: &News) {
        let [top, bottom] = NEWS_BAND;
        let left = self.view.pane.left();
        let corners = [(left + 0.04, top), (left + PANE_WIDTH - 0.04, bottom)];
        let [from, to] = corners.map(|(x, y)| self.view.screen_from_court(x, y));
        let band = Rect::from_two_pos(from, to);
        let stroke = Stroke::new(1.0, self.palette.line);
        self.painter.rect_filled(band, 4.0, self.palette.court.gamma_multiply(BAND_OPACITY));
        self.painter.rect_stroke(band, 4.0, stroke, egui::StrokeKind::Inside);
        let what = self.layout(&news.what, NEWS, ACROSS, self.palette.text);
        let more = self.layout(&news.more, NEWS_MORE, ACROSS, self.palette.text);
        let more_height = if news.more.is_empty() { 0.0 } else { more.size().y };
        let height = f64::from(what.size().y + more_height) / self.unit();
        let y = f64::midpoint(top, bottom) - height / 2.0;
        let below = y + f64::from(what.size().y) / self.unit();
        self.text([self.middle_x(), y], Align2::CENTER_TOP, what);
        if more_height > 0.0 {
            self.text([self.middle_x(), below], Align2::CENTER_TOP, more);
        }
    }

    fn middle_x(&self) -> f64 {
        self.view.pane.left() + PANE_WIDTH / 2.0
    }

    /// The middle of the headline, across: an inner pane has its paddle in its own middle.
    fn text_x(&self) -> f64 {
        let is_outer = self.view.pane == PaneId(0) || self.view.pane == self.court.last();
        self.view.pane.left() + PANE_WIDTH * if is_outer { 0.5 } else { 0.25 }
    }

    /// Points to the pane that has the ball, and names it.
    pub(super) fn elsewhere(&self, holder: PaneId, lines: &[String]) {
        let (quarter, sign) = if holder < self.view.pane { (0.25, -1.0) } else { (0.75, 1.0) };
        // Between the side and the middle of the pane there is room for a line of the usual size.
        let lines: Vec<_> =
            lines.iter().map(|line| self.layout(line, ELSEWHERE, BESIDE_PADDLE, self.palette.text)).collect();
        let size = lines.first().map_or(0.0, |line| line.size().y / 1.2);
        let mut at = self.view.screen_from_court(self.view.pane.left() + PANE_WIDTH * quarter, HEIGHT * 0.22);
        let (tip, back) = (at + vec2(sign * size / 2.0, 0.0), vec2(0.0, size * 0.7));
        let foot = tip - vec2(sign * size, 0.0);
        let arrow = vec![tip, foot - back, foot + back];
        self.painter.add(Shape::convex_polygon(arrow, self.palette.pane(holder), Stroke::NONE));
        at.y += size;
        for line in lines {
            let height = line.size().y;
            self.painter.galley(pos2(at.x - line.size().x / 2.0, at.y), line, self.palette.text);
            at.y += height;
        }
    }
}
