//! The invariants of the game, one frame each: whether it holds, the formula with its numbers, what it means.

use egui::{Color32, Frame, Label, RichText, ScrollArea, Shape, Stroke, Ui, pos2, vec2};

use crate::inspector::invariants::{Holds, Invariant, Invariants};
use crate::ui::theme::Palette;
use crate::ui::widgets::scroll_by_keys;

/// Sizes of the words, in points.
const NAME: f32 = 20.0;
const FORMULA: f32 = 24.0;
const NOTE: f32 = 16.0;
/// Size of the mark, in points.
const MARK: f32 = 22.0;

/// Shows the invariants.
pub fn invariants_ui(ui: &mut Ui, invariants: &Invariants) {
    let page = ui.available_height();
    let palette = Palette::of(ui.visuals());
    ui.visuals_mut().override_text_color = Some(palette.text);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        scroll_by_keys(ui, page);
        invariants.formatted().iter().for_each(|invariant| invariant_ui(ui, invariant, &palette));
    });
}

fn invariant_ui(ui: &mut Ui, invariant: &Invariant, palette: &Palette) {
    let is_violated = matches!(invariant.holds, Holds::No(_));
    let ink = match invariant.holds {
        Holds::Yes => palette.holds,
        Holds::No(_) => palette.violated,
        Holds::CannotTell(_) | Holds::NotLooked => palette.text,
    };
    let edge = if is_violated { Stroke::new(4.0, ink) } else { Stroke::new(1.0, palette.line) };
    Frame::new()
        .fill(palette.court)
        .stroke(edge)
        .corner_radius(6.0)
        .inner_margin(10.0)
        .outer_margin(3.0)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                mark_ui(ui, &invariant.holds, ink);
                let name = format!("{}: {}", invariant.name, invariant.holds.word());
                ui.label(RichText::new(name).size(NAME).strong().color(ink));
            });
            ui.add(Label::new(RichText::new(&invariant.formula).size(FORMULA).monospace()).wrap());
            if let Some(why) = invariant.holds.why() {
                ui.add(Label::new(RichText::new(why).size(NOTE).strong()).wrap());
            }
            let notes = invariant.notes.iter().map(String::as_str).chain([invariant.meaning]);
            notes.for_each(|note| drop(ui.add(Label::new(RichText::new(note).size(NOTE)).wrap())));
        });
}

/// A hook, a cross, or a ring: different in shape. The word beside it means the same.
fn mark_ui(ui: &mut Ui, holds: &Holds, ink: Color32) {
    let (_, rect) = ui.allocate_space(vec2(MARK, MARK));
    let at = |x: f32, y: f32| pos2(rect.left() + x * MARK, rect.top() + y * MARK);
    let stroke = Stroke::new(3.0, ink);
    let painter = ui.painter();
    match holds {
        Holds::Yes => {
            painter.add(Shape::line(vec![at(0.1, 0.5), at(0.4, 0.85), at(0.9, 0.15)], stroke));
        }
        Holds::No(_) => {
            painter.line_segment([at(0.1, 0.1), at(0.9, 0.9)], stroke);
            painter.line_segment([at(0.1, 0.9), at(0.9, 0.1)], stroke);
        }
        Holds::CannotTell(_) | Holds::NotLooked => {
            painter.circle_stroke(rect.center(), MARK * 0.38, stroke);
        }
    }
}
