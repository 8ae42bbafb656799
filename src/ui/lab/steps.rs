//! The steps of several processes, put in an order one by one.

use egui::{Button, Event, Id, Key, Label, RichText, Role, Ui, vec2};

use super::order::digit;
use super::text::{text_ui, without_ticks};
use crate::game::PaneId;
use crate::lab::exercise::{MOST_STEPS, Process};
use crate::ui::theme::{BUTTON_HEIGHT, Palette, faint};
use crate::ui::widgets::{keep_in_sight, named};

/// Width of the place of a step in the order, in points.
const PLACE: f32 = 26.0;
/// A process has so much width at the least, in points.
const NARROWEST: f32 = 200.0;

/// The order so far.
#[derive(Debug, Default)]
pub(super) struct StepsUi {
    /// Which process does a step, again and again.
    order: Vec<usize>,
}

impl StepsUi {
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// A digit, or the first letter of its name, lets a process do its next step; Backspace takes the last one back.
    pub(super) fn keys(&mut self, ui: &Ui, of: &[Process]) {
        if let Some(index) = digit(ui) {
            self.step(index, of);
        }
        let typed: Vec<String> = ui.input(|input| {
            let texts = input.events.iter().filter_map(|event| match event {
                Event::Text(text) => Some(text.clone()),
                _ => None,
            });
            texts.collect()
        });
        let letters = typed.iter().flat_map(|text| text.chars()).filter(|letter| letter.is_alphabetic());
        for letter in letters {
            let letter = letter.to_lowercase().to_string();
            if let Some(index) =
                of.iter().position(|process| process.name.to_lowercase().starts_with(&letter))
            {
                self.step(index, of);
            }
        }
        let is_undone = ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Backspace));
        if is_undone {
            self.order.pop();
        }
    }

    fn done(&self, index: usize) -> usize {
        self.order.iter().filter(|other| **other == index).count()
    }

    fn step(&mut self, index: usize, of: &[Process]) {
        let is_possible = of.get(index).is_some_and(|process| self.done(index) < process.steps.len());
        if is_possible && self.order.len() < MOST_STEPS {
            self.order.push(index);
        }
    }

    /// Each process with its steps, and the order. Returns the controls that Enter is not for: none.
    pub(super) fn ui(&mut self, ui: &mut Ui, of: &[Process]) -> Vec<Id> {
        let is_wide = ui.available_width() >= NARROWEST * of.len() as f32;
        if is_wide {
            ui.columns(of.len().max(1), |columns| {
                columns.iter_mut().enumerate().for_each(|(index, ui)| self.process_ui(ui, index, of));
            });
        } else {
            (0..of.len()).for_each(|index| self.process_ui(ui, index, of));
        }
        ui.add_space(6.0);
        let names: Vec<_> = self.order.iter().filter_map(|index| of.get(*index)).collect();
        let names: Vec<_> = names.iter().map(|process| process.name.as_str()).collect();
        let text = if names.is_empty() { "nothing yet".to_owned() } else { names.join("  ") };
        ui.horizontal_wrapped(|ui| {
            ui.label("Order so far:");
            ui.add(Label::new(RichText::new(text).monospace().strong()).wrap());
        });
        ui.horizontal(|ui| {
            let is_possible = !self.order.is_empty();
            let undo = Button::new("Undo").min_size(vec2(0.0, BUTTON_HEIGHT));
            let undo =
                ui.add_enabled(is_possible, undo).on_hover_text("Takes the last step back (Backspace)");
            let clear = Button::new("Clear").min_size(vec2(0.0, BUTTON_HEIGHT));
            let clear = ui.add_enabled(is_possible, clear).on_hover_text("Takes all steps back");
            keep_in_sight(&undo);
            keep_in_sight(&clear);
            if undo.clicked() {
                self.order.pop();
            }
            if clear.clicked() {
                self.order.clear();
            }
        });
        Vec::new()
    }

    fn process_ui(&mut self, ui: &mut Ui, index: usize, of: &[Process]) {
        let Some(process) = of.get(index) else { return };
        let done = self.done(index);
        let pane = PaneId(u8::try_from(index).unwrap_or(0));
        let color = Palette::of(ui.visuals()).pane(pane);
        ui.vertical(|ui| {
            ui.label(RichText::new(&process.name).strong().color(color));
            let next = process.steps.get(done).filter(|_| self.order.len() < MOST_STEPS);
            let button = Button::new(format!("Next step ({})", index + 1)).min_size(vec2(0.0, BUTTON_HEIGHT));
            let button = ui.add_enabled(next.is_some(), button);
            let name = next.map_or_else(
                || format!("{}: no step is left", process.name),
                |next| format!("{}: next step: {next}", process.name),
            );
            let button = named(button, Role::Button, &without_ticks(&name));
            keep_in_sight(&button);
            if button.clicked() {
                self.step(index, of);
            }
            self.list_ui(ui, index, process, done);
        });
    }

    /// Its steps, with their places in the order so far.
    fn list_ui(&self, ui: &mut Ui, index: usize, process: &Process, done: usize) {
        let places: Vec<_> = self
            .order
            .iter()
            .zip(1..)
            .filter(|(other, _)| **other == index)
            .map(|(_, place)| place)
            .collect();
        for (number, step) in process.steps.iter().enumerate() {
            let place: Option<&usize> = places.get(number);
            ui.horizontal_top(|ui| {
                let mark = match place {
                    Some(place) => place.to_string(),
                    None if number == done => ">".to_owned(),
                    None => "-".to_owned(),
                };
                ui.allocate_ui(vec2(PLACE, 0.0), |ui| {
                    ui.set_min_width(PLACE);
                    ui.label(RichText::new(mark).monospace().strong());
                });
                let faint = faint(ui.visuals());
                text_ui(ui, step, |text| match place {
                    Some(_) => text.strong(),
                    None if number == done => text,
                    None => text.color(faint),
                });
            });
        }
    }
}
