//! A number is typed, or chosen by a slider.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Id, Key, Slider, TextEdit, Ui, WidgetInfo};

use super::presses::presses;
use super::text::without_ticks;
use crate::lab::exercise::bare;
use crate::ui::widgets::{keep_in_sight, outlined};

/// A range that is wider is on a logarithmic slider.
const WIDE: u64 = 1_000;
/// No number has more digits.
const DIGITS: usize = 20;
/// Width of the field, and of the slider, in points.
const FIELD: f32 = 150.0;
const SLIDER: f32 = 260.0;

/// What was typed so far.
#[derive(Debug, Default)]
pub(super) struct NumberUi {
    text: String,
    /// The field that was given the keyboard: it is another one when the page is laid out anew, for a smaller text.
    focused: Option<Id>,
    /// The text is another one than was typed: what is typed next belongs behind it.
    is_replaced: bool,
}

impl NumberUi {
    pub(super) fn number(&self) -> Option<u64> {
        self.text.parse().ok()
    }

    /// Up and down.
    pub(super) fn keys(&mut self, ui: &Ui, from: u64, to: u64) {
        for (key, _) in presses(ui, &[Key::ArrowUp, Key::ArrowDown]) {
            let next = match self.number() {
                Some(number) if key == Key::ArrowUp => number.saturating_add(1),
                Some(number) => number.saturating_sub(1),
                None => from,
            };
            self.text = next.clamp(from, to).to_string();
            self.is_replaced = true;
        }
    }

    /// The field and the slider. Returns the controls that Enter is not for.
    pub(super) fn ui(&mut self, ui: &mut Ui, name: &str, unit: &str, (from, to): (u64, u64)) -> Vec<Id> {
        let mut ids = Vec::new();
        ui.horizontal_wrapped(|ui| {
            let edit = TextEdit::singleline(&mut self.text).desired_width(FIELD).char_limit(DIGITS);
            let field = outlined(ui, |ui| ui.add(edit));
            field.widget_info(|| {
                let mut info = WidgetInfo::text_edit(true, &self.text, &self.text, "");
                info.label = Some(format!("{} {from} to {to} {}", without_ticks(name), bare(unit)));
                info
            });
            self.text.retain(|letter| letter.is_ascii_digit());
            if self.focused.replace(field.id) != Some(field.id) {
                field.request_focus();
            }
            keep_in_sight(&field);
            if std::mem::take(&mut self.is_replaced) {
                put_cursor_at_the_end(ui, field.id, self.text.len());
            }
            ids.push(field.id);
            if !unit.is_empty() {
                ui.label(bare(unit));
            }
            ui.label(format!("({from} to {to})"));
        });
        if from < to {
            ids.push(self.slider_ui(ui, unit, from, to));
        }
        ids
    }

    fn slider_ui(&mut self, ui: &mut Ui, unit: &str, from: u64, to: u64) -> Id {
        ui.spacing_mut().slider_width = SLIDER.min(ui.available_width() - 20.0).max(60.0);
        let mut number = self.number().unwrap_or(from).clamp(from, to);
        let slider = Slider::new(&mut number, from..=to).show_value(false).logarithmic(to - from > WIDE);
        let slider = outlined(ui, |ui| ui.add(slider));
        slider.widget_info(|| WidgetInfo {
            label: Some(format!("Slider, {}", bare(unit))),
            ..WidgetInfo::slider(true, number as f64, "")
        });
        if slider.changed() {
            self.text = number.to_string();
            self.is_replaced = true;
        }
        keep_in_sight(&slider);
        slider.id
    }
}

fn put_cursor_at_the_end(ui: &Ui, field: Id, end: usize) {
    if let Some(mut state) = TextEditState::load(ui.ctx(), field) {
        state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(end))));
        state.store(ui.ctx(), field);
    }
}
