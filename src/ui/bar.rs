//! The bar above the court: Start, autopilot, the menus; and where the ball is.
//!
//! ```text
//! [Start] [x] Autopilot [Game] [Inspect] [Record]
//! The ball is in the right pane: process 3 of 3, pid 103.                [?]
//! ```
//!
//! In a narrow window the menu has what the bar has no room for, and in a low one all of it.

use egui::{Align, Button, Key, Label, Layout, Rect, RichText, TextWrapMode, Ui, UiBuilder, vec2};

use super::fold::Shown;
use super::game_menu::{game_menu_ui, menu_ui};
use super::intent::Intent;
use super::key_labels::KeyLabels;
use super::record_button::{Room, dot, record_button_ui, room_for_dot, width_of_record_button};
use super::score;
use super::theme::{BUTTON_HEIGHT, HAS_ROOM_FROM};
use super::transport_bar::transport_menu_ui;
use super::widgets::{button, button_ui, checkbox_ui, width_of};
use crate::game::{Control, Court, PaneId};
use crate::protocol::snapshot::Snapshot;

/// What is before the window, and whether it was there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Boxes {
    pub(super) has_pressed_start: bool,
    pub(super) message_box_is_open: bool,
    pub(super) help_is_open: bool,
}

impl Boxes {
    /// A box is before the window, and has its keys.
    pub(super) fn is_any_open(&self) -> bool {
        self.message_box_is_open || self.help_is_open
    }

    /// The first press opens the message box; every later one serves at once, and so does the one for the next match: people who
    /// have played one know what the box says.
    pub(super) fn press_start(&mut self, ui: &Ui, match_is_over: bool) -> Option<Intent> {
        if self.has_pressed_start || match_is_over {
            return Some(Intent::Serve);
        }
        (self.has_pressed_start, self.message_box_is_open) = (true, true);
        ui.ctx().request_repaint();
        None
    }
}

/// What the controls of a window are about, and what its user wants.
pub(super) struct Controls<'a> {
    pub(super) court: &'a Court,
    pub(super) me: PaneId,
    pub(super) snapshot: &'a Snapshot,
    pub(super) labels: &'a KeyLabels,
    pub(super) boxes: &'a mut Boxes,
    pub(super) shown: Shown,
    pub(super) intents: &'a mut Vec<Intent>,
}

impl Controls<'_> {
    pub(super) fn bar_ui(&mut self, ui: &mut Ui) {
        let has_room = ui.available_width() >= HAS_ROOM_FROM;
        ui.add_space(4.0);
        // In a row with which process it is, in few words at least.
        let is_next = score::pane_view(self.snapshot, self.me).incarnation > 1;
        let words = if is_next { width_of(ui, "2nd process") } else { 0.0 };
        let record_width = ui.spacing().item_spacing.x + width_of_record_button(ui) + words;
        let shows_record = ui.available_width() >= HAS_ROOM_FROM + record_width;
        ui.horizontal(|ui| self.row_ui(ui, has_room, shows_record));
        // The sentence comes first for screen readers, and takes what the button leaves.
        let height = ui.spacing().interact_size.y;
        let size = vec2(ui.available_width(), height);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
            self.help_button_ui(ui, Button::new("?").small());
            if !shows_record {
                record_button_ui(ui, self.snapshot, Room::Little, self.intents);
            }
            let whereabouts = score::whereabouts(self.snapshot, self.court, self.me, !has_room, true);
            let text = Layout::left_to_right(Align::Center);
            ui.with_layout(text, |ui| ui.add(Label::new(whereabouts).truncate()));
        });
    }

    fn row_ui(&mut self, ui: &mut Ui, has_room: bool, shows_record: bool) {
        self.start_button_ui(ui);
        if has_room {
            self.autopilot_ui(ui);
        }
        self.menu_button_ui(ui, "Game", |controls, ui| {
            if !has_room {
                controls.autopilot_ui(ui);
                controls.inspect_button_ui(ui);
            }
        });
        if has_room {
            self.inspect_button_ui(ui);
        }
        if shows_record {
            record_button_ui(ui, self.snapshot, Room::Enough, self.intents);
        }
        let view = score::pane_view(self.snapshot, self.me);
        if view.incarnation > 1 {
            let text = which_process(ui, view.incarnation, view.pid);
            let hint = format!(
                "{} process of this pane, pid {}. The one before died; the ball did not.",
                ordinal(view.incarnation),
                view.pid
            );
            ui.add(Label::new(RichText::new(text).strong()).truncate()).on_hover_text(hint);
        }
    }

    /// A corner of the court, in a window that has room for nothing else: a menu with all that the bars have.
    pub(super) fn corner_ui(&mut self, ui: &mut Ui, corner: Rect) {
        ui.scope_builder(UiBuilder::new().max_rect(corner), |ui| {
            ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
            let text = format!("{}Game", room_for_dot(self.snapshot));
            self.menu_button_ui(ui, &text, |controls, ui| {
                ui.horizontal_wrapped(|ui| {
                    controls.start_button_ui(ui);
                    controls.autopilot_ui(ui);
                    controls.inspect_button_ui(ui);
                    record_button_ui(ui, controls.snapshot, Room::Enough, controls.intents);
                    controls.help_button_ui(ui, button("?"));
                });
            });
        });
    }

    /// The menu, which begins with what there is no room for elsewhere.
    fn menu_button_ui(&mut self, ui: &mut Ui, text: &str, begin_ui: impl FnOnce(&mut Self, &mut Ui)) {
        let snapshot = self.snapshot;
        let button = game_menu_ui(ui, text, |ui| {
            begin_ui(self, ui);
            if !self.shown.transport_bar {
                transport_menu_ui(ui, snapshot, self.intents);
            }
            menu_ui(ui, snapshot, &self.labels.name(Key::P), self.intents);
        });
        if text.starts_with(' ') {
            dot(ui, &button, true);
        }
    }

    fn start_button_ui(&mut self, ui: &mut Ui) {
        if ui.add(Button::new("Start").min_size(vec2(72.0, BUTTON_HEIGHT))).clicked() {
            self.intents.extend(self.boxes.press_start(ui, self.snapshot.score().is_over()));
            // In the menu.
            ui.close();
        }
    }

    fn help_button_ui(&mut self, ui: &mut Ui, button: Button<'_>) {
        let hint = "What the keys do, and what is to be seen (F1)";
        if button_ui(ui, button, "Help", hint).clicked() {
            self.boxes.help_is_open = true;
            ui.ctx().request_repaint();
            ui.close();
        }
    }

    fn autopilot_ui(&mut self, ui: &mut Ui) {
        let view = score::pane_view(self.snapshot, self.me);
        let is_on = view.control == Control::Autopilot;
        if let Some(is_on) = checkbox_ui(ui, is_on, "Autopilot", "The program moves this paddle") {
            let control = if is_on { Control::Autopilot } else { Control::Manual(view.paddle) };
            self.intents.push(Intent::Control(self.me, control));
        }
    }

    /// Opens the inspector.
    fn inspect_button_ui(&mut self, ui: &mut Ui) {
        let hint = "Inspect the running game: its memory, its processes, its hand-offs";
        if ui.add(button("Inspect")).on_hover_text(hint).clicked() {
            self.intents.push(Intent::Inspect);
        }
    }
}

/// Which process of its pane it is, in as many words as there is room for.
pub(super) fn which_process(ui: &Ui, incarnation: u64, pid: u64) -> String {
    let short = format!("{incarnation}{}", suffix(incarnation));
    let all = [
        format!("{} process (pid {pid})", ordinal(incarnation)),
        format!("{short} process, pid {pid}"),
        format!("{short} process"),
    ];
    let fits = |text: &String| width_of(ui, text) <= ui.available_width();
    all.into_iter().find(fits).unwrap_or(short)
}

/// Which one it is, from the first, at the beginning of a sentence.
pub(super) fn ordinal(number: u64) -> String {
    let words =
        ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"];
    let word = number.checked_sub(1).and_then(|index| words.get(usize::try_from(index).ok()?));
    word.map_or_else(|| format!("{number}{}", suffix(number)), |word| (*word).to_owned())
}

fn suffix(number: u64) -> &'static str {
    match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::ordinal;

    #[test]
    fn processes_are_counted_as_people_count() {
        let cases =
            [(2, "Second"), (10, "Tenth"), (11, "11th"), (21, "21st"), (102, "102nd"), (113, "113th")];
        for (number, word) in cases {
            assert_eq!(ordinal(number), word);
        }
    }
}
