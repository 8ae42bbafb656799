//! An order that is changed by mouse and keys.

use egui::{Align, Button, Id, Key, Layout, Response, RichText, Role, Sense, Ui, vec2};

use super::presses::presses;
use super::text::{with_code, without_ticks};
use crate::ui::key_places::is_pressed;
use crate::ui::theme::BUTTON_HEIGHT;
use crate::ui::widgets::{button, keep_in_sight, named, named_choice};

/// Width of what is beside an item, in points.
const BESIDE: f32 = 110.0;
/// The keys that select the first items.
pub(super) const DIGITS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

/// The item of a digit that was pressed.
pub(super) fn digit(ui: &Ui) -> Option<usize> {
    ui.input(|input| {
        let is_free = !(input.modifiers.command || input.modifiers.ctrl || input.modifiers.alt);
        DIGITS.into_iter().position(|key| is_free && is_pressed(input, key))
    })
}

/// The order so far.
#[derive(Debug)]
pub(super) struct OrderUi {
    /// Which item is at each place.
    order: Vec<usize>,
    /// The place that is selected.
    at: usize,
}

impl OrderUi {
    pub(super) fn new(count: usize) -> Self {
        Self { order: (0..count).collect(), at: 0 }
    }

    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// A digit selects, up and down go to the next item, with Shift they take the item along.
    pub(super) fn keys(&mut self, ui: &Ui) {
        if let Some(place) = digit(ui).filter(|place| *place < self.order.len()) {
            self.at = place;
        }
        for (key, held) in presses(ui, &[Key::ArrowUp, Key::ArrowDown]) {
            self.step(key == Key::ArrowDown, held.shift || held.alt);
        }
    }

    fn step(&mut self, down: bool, moves: bool) {
        let last = self.order.len().saturating_sub(1);
        let to = if down { (self.at + 1).min(last) } else { self.at.saturating_sub(1) };
        if moves {
            self.order.swap(self.at, to);
        }
        self.at = to;
    }

    /// The items, the first one at the top. Returns the controls that Enter is not for.
    pub(super) fn ui(&mut self, ui: &mut Ui, items: &[String]) -> Vec<Id> {
        let mut rows: Vec<Response> = Vec::new();
        let mut stepped = None;
        for place in 0..self.order.len() {
            let item = self.order.get(place).and_then(|item| items.get(*item)).map_or("", String::as_str);
            ui.horizontal_top(|ui| {
                rows.push(self.row_ui(ui, place, item));
                for (text, down, is_possible) in
                    [("Up", false, place > 0), ("Down", true, place + 1 < self.order.len())]
                {
                    let pressed = ui.add_enabled(is_possible, button(text));
                    let pressed = named(pressed, Role::Button, &without_ticks(&format!("{text}: {item}")));
                    keep_in_sight(&pressed);
                    if pressed.clicked() {
                        stepped = Some((place, down));
                    }
                }
            });
        }
        if let Some((place, down)) = stepped {
            self.at = place;
            self.step(down, true);
        }
        self.drag(&rows);
        rows.iter().map(|row| row.id).collect()
    }

    fn row_ui(&mut self, ui: &mut Ui, place: usize, item: &str) -> Response {
        let is_selected = place == self.at;
        let style = |text: RichText| if is_selected { text.strong().underline() } else { text };
        let text = with_code(ui, &format!("{}  {item}", place + 1), style);
        let size = vec2((ui.available_width() - BESIDE).max(80.0), BUTTON_HEIGHT);
        let row = Button::selectable(is_selected, text).frame_when_inactive(true).wrap();
        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
            ui.set_width(size.x);
            let row = ui.add(row.min_size(size).sense(Sense::click_and_drag()));
            let row = named_choice(
                row,
                Role::RadioButton,
                is_selected,
                &without_ticks(&format!("{}: {item}", place + 1)),
            );
            keep_in_sight(&row);
            if row.clicked() || row.drag_started() {
                self.at = place;
            }
            row.on_hover_text("Drag it, or move it with Shift and the arrow keys")
        })
        .inner
    }

    /// The item that is dragged goes where the pointer is.
    fn drag(&mut self, rows: &[Response]) {
        let Some(pointer) = rows.iter().filter(|row| row.dragged()).find_map(Response::interact_pointer_pos)
        else {
            return;
        };
        let to = rows.iter().position(|row| pointer.y < row.rect.bottom()).unwrap_or(rows.len() - 1);
        while self.at != to {
            self.step(to > self.at, true);
        }
    }
}
