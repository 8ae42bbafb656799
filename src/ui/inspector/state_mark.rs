//! A mark for what a process is doing, readable from afar. It stands before the words, never in their place; the shapes differ, so that no colour is needed. Painted, because the fonts of the windows have no such signs.
//!
//! ```text
//! running   a filled triangle     blocked   an empty circle     zombie   a cross in a circle
//! pacing    a clock               hangs     a warning sign      gone     a cross
//! starting  three dots            stopped   two bars
//! waking    a circle with a dot
//! ```

use egui::{Color32, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, vec2};

use crate::inspector::processes::ProcessState;

/// Width and height for the height of a line of text.
const SIZE: f32 = 0.8;

/// Takes the space of a sign in this line, and paints the mark.
pub(in crate::ui) fn state_mark_ui(ui: &mut Ui, state: ProcessState) {
    let size = ui.text_style_height(&egui::TextStyle::Body) * SIZE;
    let (rect, _) = ui.allocate_exact_size(vec2(size, size), Sense::hover());
    Mark { painter: ui.painter(), rect, color: ui.visuals().text_color() }.paint(state);
}

struct Mark<'a> {
    painter: &'a Painter,
    rect: Rect,
    color: Color32,
}

impl Mark<'_> {
    fn paint(&self, state: ProcessState) {
        match state {
            ProcessState::Starting => [0.15, 0.5, 0.85].into_iter().for_each(|x| self.dot(x, 0.5)),
            ProcessState::Running => self.fill([(0.1, 0.0), (1.0, 0.5), (0.1, 1.0)]),
            ProcessState::Pacing => {
                self.circle();
                self.line((0.5, 0.5), (0.5, 0.15));
                self.line((0.5, 0.5), (0.75, 0.5));
            }
            ProcessState::Blocked { .. } => self.circle(),
            // A ring with its dot: called, not gone yet.
            ProcessState::Waking => {
                self.circle();
                self.dot(0.5, 0.5);
            }
            ProcessState::Hangs { .. } => {
                self.outline([(0.5, 0.0), (1.0, 1.0), (0.0, 1.0)]);
                self.line((0.5, 0.35), (0.5, 0.68));
                self.dot(0.5, 0.85);
            }
            ProcessState::Stopped | ProcessState::Traced => [0.3, 0.7].into_iter().for_each(|x| self.bar(x)),
            ProcessState::Zombie => {
                self.circle();
                self.cross(0.25, 0.75);
            }
            ProcessState::Gone => self.cross(0.0, 1.0),
        }
    }

    fn at(&self, (x, y): (f32, f32)) -> Pos2 {
        self.rect.lerp_inside(vec2(x, y))
    }

    fn stroke(&self) -> Stroke {
        Stroke::new(self.rect.width() / 8.0, self.color)
    }

    fn line(&self, from: (f32, f32), to: (f32, f32)) {
        self.painter.line_segment([self.at(from), self.at(to)], self.stroke());
    }

    fn cross(&self, low: f32, high: f32) {
        self.line((low, low), (high, high));
        self.line((low, high), (high, low));
    }

    fn circle(&self) {
        self.painter.circle_stroke(self.rect.center(), self.rect.width() / 2.0, self.stroke());
    }

    fn dot(&self, x: f32, y: f32) {
        self.painter.circle_filled(self.at((x, y)), self.rect.width() / 10.0, self.color);
    }

    fn bar(&self, x: f32) {
        let bar = Rect::from_two_pos(self.at((x - 0.14, 0.0)), self.at((x + 0.14, 1.0)));
        self.painter.rect_filled(bar, 0.0, self.color);
    }

    fn fill(&self, corners: [(f32, f32); 3]) {
        let corners = corners.map(|corner| self.at(corner)).to_vec();
        self.painter.add(Shape::convex_polygon(corners, self.color, Stroke::NONE));
    }

    fn outline(&self, corners: [(f32, f32); 3]) {
        let corners = corners.map(|corner| self.at(corner)).to_vec();
        self.painter.add(Shape::closed_line(corners, self.stroke()));
    }
}
