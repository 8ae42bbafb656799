//! The space-time diagram as it is painted.

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape as Ink, Stroke, StrokeKind, pos2, vec2};

use super::frame::{Frame, HALF_BAR, SUPERVISOR, line_of};
use super::picture::{Arrow, Bar, Hole, Picture, Shape, Sign};
use crate::platform::units::fmt_ns;
use crate::protocol::TransportKind;
use crate::ui::theme::Palette;

/// Size of the words in the diagram, in points.
const TEXT: f32 = 13.0;
/// Half the size of a sign, in points.
const SIGN: f32 = 6.0;
/// An arrow with more space than this has the transport's name beside it, in points,
const SPACE_FOR_TRANSPORT: f32 = 52.0;
/// and with more than this also how long it took.
const SPACE_FOR_TIME: f32 = 110.0;
/// Distance of the lines with which is hatched what was not seen, in points.
const HATCH: f32 = 9.0;

impl Picture {
    /// Paints everything; `selected` is the epoch that is to stand out.
    pub(super) fn paint(&self, painter: &Painter, frame: &Frame, palette: &Palette, selected: Option<u64>) {
        let pen = Pen { painter, frame, palette };
        self.holes.iter().for_each(|hole| pen.hole(hole));
        self.signs.iter().for_each(|sign| pen.reach(sign));
        self.bars.iter().for_each(|bar| pen.bar(bar, selected));
        self.arrows.iter().for_each(|arrow| pen.arrow(arrow));
        self.signs.iter().for_each(|sign| pen.sign(sign));
    }
}

struct Pen<'a> {
    painter: &'a Painter,
    frame: &'a Frame,
    palette: &'a Palette,
}

impl Pen<'_> {
    fn word(&self, at: Pos2, anchor: Align2, text: &str, color: Color32) {
        self.painter.text(at, anchor, text, FontId::proportional(TEXT), color);
    }

    fn hole(&self, hole: &Hole) {
        let rect = self.frame.rect;
        let (left, right) = (hole.x0.max(rect.left()), hole.x1.min(rect.right()).max(hole.x0 + 1.0));
        let (top, bottom) = (self.frame.y(0.5), rect.bottom());
        let painter = self.painter.with_clip_rect(Rect::from_min_max(pos2(left, top), pos2(right, bottom)));
        let stroke = Stroke::new(1.0, self.palette.line);
        let height = bottom - top;
        // From a fixed grid, so that the lines do not swim while the time goes on.
        let mut x = ((left - height) / HATCH).floor() * HATCH;
        while x < right {
            painter.line_segment([pos2(x, bottom), pos2(x + height, top)], stroke);
            x += HATCH;
        }
        if right - left > 7.0 * hole.text.len() as f32 {
            let at = pos2(left.midpoint(right), self.frame.y(SUPERVISOR));
            self.word(at, Align2::CENTER_CENTER, &hole.text, self.palette.text);
        }
    }

    fn bar(&self, bar: &Bar, selected: Option<u64>) {
        let line = line_of(bar.pane);
        let x1 = bar.x1.max(bar.x0 + 1.0);
        let (top, bottom) = (self.frame.y(line - HALF_BAR), self.frame.y(line + HALF_BAR));
        let rect = Rect::from_min_max(pos2(bar.x0, top), pos2(x1, bottom));
        let color = self.palette.pane(bar.pane);
        if bar.is_waiting {
            self.painter.rect_stroke(rect, 0.0, Stroke::new(1.5, color), StrokeKind::Inside);
        } else {
            self.painter.rect_filled(rect, 0.0, color);
        }
        let epochs = bar.epoch..bar.epoch + u64::from(bar.count);
        if selected.is_some_and(|epoch| epochs.contains(&epoch)) {
            let stroke = Stroke::new(2.5, self.palette.text);
            self.painter.rect_stroke(rect.expand(3.0), 2.0, stroke, StrokeKind::Outside);
        }
        // Where it can be seen, which is not where the bar begins.
        let seen = rect.intersect(self.frame.rect);
        let number = bar.epoch.to_string();
        if bar.count == 1 && !bar.is_waiting && seen.width() > 8.0 * (number.len() as f32 + 1.0) {
            self.word(seen.left_center() + vec2(4.0, 0.0), Align2::LEFT_CENTER, &number, self.palette.court);
        }
    }

    fn arrow(&self, arrow: &Arrow) {
        let down = if arrow.to > arrow.from { 1.0 } else { -1.0 };
        let start = pos2(arrow.x0, self.frame.y(line_of(arrow.from) + down * HALF_BAR));
        let end = pos2(arrow.x1, self.frame.y(line_of(arrow.to) - down * HALF_BAR));
        let stroke = Stroke::new(1.5, self.palette.text);
        match arrow.via {
            TransportKind::Shared => self.painter.line_segment([start, end], stroke),
            TransportKind::Pipe => self.painter.add(Ink::dashed_line(&[start, end], stroke, 6.0, 3.0)),
            TransportKind::Socket => self.painter.add(Ink::dashed_line(&[start, end], stroke, 2.0, 3.0)),
        };
        let back = -down as f32;
        let head = [end, end + vec2(-3.5, 7.0 * back), end + vec2(3.5, 7.0 * back)];
        self.painter.add(Ink::convex_polygon(head.to_vec(), stroke.color, Stroke::NONE));
        let text = match arrow.took_ns.filter(|_| arrow.space > SPACE_FOR_TIME) {
            Some(took_ns) => format!("{}, {}", arrow.via, fmt_ns(took_ns)),
            None => arrow.via.to_string(),
        };
        if arrow.space > SPACE_FOR_TRANSPORT {
            let at = pos2(arrow.x1 + 5.0, start.y.midpoint(end.y));
            self.word(at, Align2::LEFT_CENTER, &text, self.palette.text);
        }
    }

    /// The lines from whom the supervisor took the ball, and to whom it gave it.
    fn reach(&self, sign: &Sign) {
        let stroke = Stroke::new(1.5, self.palette.wall);
        for (line, aside) in sign.reaches.into_iter().zip([-2.0, 2.0]) {
            let Some(line) = line else { continue };
            let ends = [self.frame.y(SUPERVISOR), self.frame.y(line)];
            self.painter.line_segment(ends.map(|y| pos2(sign.x + aside, y)), stroke);
        }
    }

    fn sign(&self, sign: &Sign) {
        let at = pos2(sign.x, self.frame.y(sign.line));
        let (ink, paper) = (self.palette.text, self.palette.court);
        // Its own ground, so that it is seen on a bar of any colour.
        self.painter.circle_filled(at, SIGN + 3.0, paper);
        let thick = Stroke::new(2.5, ink);
        let corner = |x: f32, y: f32| at + SIGN * vec2(x, y);
        let filled = |corners: &[(f32, f32)]| {
            let corners = corners.iter().map(|(x, y)| corner(*x, *y)).collect();
            self.painter.add(Ink::convex_polygon(corners, ink, Stroke::NONE));
        };
        match sign.shape {
            Shape::Cross => {
                self.painter.line_segment([corner(-1.0, -1.0), corner(1.0, 1.0)], thick);
                self.painter.line_segment([corner(-1.0, 1.0), corner(1.0, -1.0)], thick);
            }
            Shape::Triangle => filled(&[(0.0, -1.0), (1.0, 0.8), (-1.0, 0.8)]),
            Shape::Play => filled(&[(-0.8, -1.0), (1.0, 0.0), (-0.8, 1.0)]),
            Shape::Diamond => filled(&[(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)]),
            Shape::Square => filled(&[(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)]),
            Shape::Pause => {
                filled(&[(-0.9, -0.9), (-0.2, -0.9), (-0.2, 0.9), (-0.9, 0.9)]);
                filled(&[(0.2, -0.9), (0.9, -0.9), (0.9, 0.9), (0.2, 0.9)]);
            }
            Shape::Disc => {
                self.painter.circle_filled(at, SIGN, ink);
            }
        }
        let below = if sign.line == SUPERVISOR { at.y } else { self.frame.y(sign.line + HALF_BAR) + 1.0 };
        let (at, anchor) = if sign.line == SUPERVISOR {
            (pos2(at.x + SIGN + 4.0, below), Align2::LEFT_CENTER)
        } else {
            (pos2(at.x - SIGN, below), Align2::LEFT_TOP)
        };
        self.word(at, anchor, sign.word, ink);
    }
}
