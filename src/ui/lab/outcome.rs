//! What was answered, what was observed, what is true, and why.

use egui::{Color32, Frame, Label, RichText, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::text::{QUESTION, TITLE, plain, text_ui, with_code};
use crate::lab::exercise::{Fact, Judgement, Value, counted};
use crate::lab::front::{Done, Scene};
use crate::ui::theme::{Palette, faint};

/// Size of a hook or a cross, in points.
const MARK: f32 = 15.0;
/// How much of the table the names have.
const NAMES_SHARE: f32 = 0.5;

/// A heading of a part of the page.
pub(super) fn heading_ui(ui: &mut Ui, text: &str) {
    ui.add_space(8.0);
    ui.label(RichText::new(text).strong().color(faint(ui.visuals())));
}

/// The answers so far, without a verdict.
pub(super) fn done_ui(ui: &mut Ui, done: &[Done]) {
    for Done { slot, question, answer, .. } in done {
        text_ui(ui, &format!("Your {slot}: {}", question.words(answer)), RichText::strong);
    }
}

/// The facts, a row each.
pub(super) fn observation_ui(ui: &mut Ui, facts: &[Fact]) {
    if facts.is_empty() {
        return;
    }
    heading_ui(ui, "What was observed");
    let (width, stripe) = (ui.available_width(), ui.visuals().faint_bg_color);
    for (index, fact) in facts.iter().enumerate() {
        let fill = if index % 2 == 0 { stripe } else { Color32::TRANSPARENT };
        Frame::new().fill(fill).inner_margin(3.0).show(ui, |ui| {
            ui.set_width(width - 6.0);
            ui.horizontal_top(|ui| {
                let names = (width * NAMES_SHARE).min(300.0);
                ui.allocate_ui(vec2(names, 0.0), |ui| {
                    ui.set_width(names);
                    text_ui(ui, &fact.name, plain);
                });
                text_ui(ui, &value_of(fact), RichText::strong);
            });
        });
    }
}

fn value_of(fact: &Fact) -> String {
    match &fact.value {
        Value::Flag(true) => "yes".to_owned(),
        Value::Flag(false) => "no".to_owned(),
        Value::Number(number) => counted(*number, &fact.unit),
        Value::Text(text) => text.clone(),
    }
}

/// What is true, and which answers were right: known by a sign, a word and a colour.
pub(super) fn judgement_ui(ui: &mut Ui, scene: &Scene, judgement: &Judgement) {
    text_ui(ui, &judgement.truth, |text| text.strong().size(QUESTION));
    ui.add_space(4.0);
    for done in &scene.done {
        verdict_ui(ui, done, judgement.right.contains(&done.slot));
    }
}

fn verdict_ui(ui: &mut Ui, done: &Done, is_right: bool) {
    let palette = Palette::of(ui.visuals());
    let ink = if is_right { palette.holds } else { palette.violated };
    ui.horizontal_top(|ui| {
        mark_ui(ui, is_right, ink);
        text_ui(ui, &done.verdict(is_right), |text| text.strong().color(ink));
    });
}

/// A hook or a cross.
fn mark_ui(ui: &mut Ui, is_right: bool, ink: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(MARK, MARK), Sense::hover());
    let at = |x: f32, y: f32| pos2(rect.left() + x * MARK, rect.top() + y * MARK);
    let stroke = Stroke::new(2.5, ink);
    if is_right {
        ui.painter().add(Shape::line(vec![at(0.1, 0.5), at(0.4, 0.85), at(0.9, 0.15)], stroke));
    } else {
        ui.painter().line_segment([at(0.1, 0.1), at(0.9, 0.9)], stroke);
        ui.painter().line_segment([at(0.1, 0.9), at(0.9, 0.1)], stroke);
    }
}

/// Why it is so, and where that can be read.
pub(super) fn explanation_ui(ui: &mut Ui, scene: &Scene) {
    heading_ui(ui, "Why");
    text_ui(ui, &scene.explanation, plain);
    if !scene.read_on.is_empty() {
        ui.add_space(4.0);
        let text = with_code(ui, &format!("Read on: {}", scene.read_on), RichText::italics);
        ui.add(Label::new(text).wrap().selectable(true));
    }
}

/// All tasks are done: how many points, and where the receipt is.
pub(super) fn end_ui(ui: &mut Ui, scene: &Scene) {
    text_ui(ui, "The lab is done", |text| text.strong().size(TITLE));
    text_ui(ui, &format!("{} of {} points", scene.points, scene.of), |text| text.size(QUESTION));
    text_ui(ui, &scene.aim, plain);
    heading_ui(ui, "Your receipt, the file to hand in");
    ui.add(Label::new(RichText::new(&scene.receipt).monospace().strong()).wrap().selectable(true));
    ui.add_space(4.0);
    let copy = ui.button("Copy its path").on_hover_text("To the clipboard (C)");
    if copy.clicked() || ui.input(|input| input.key_pressed(egui::Key::C) && input.modifiers.is_none()) {
        ui.ctx().copy_text(scene.receipt.clone());
    }
}
