//! The bar above the court: Start, who moves the paddle, the menus; and where the ball is.
//!
//! ```text
//! [Start] [x] Autopilot [Game] [Inspect]
//! The ball is in the right pane: process 3 of 3, pid 103.                [?]
//! ```
//!
//! In a narrow window the menu has what the bar has no room for.

use eframe::egui::{Align, Button, Label, Layout, RichText, Role, Ui, WidgetInfo, vec2};

use super::intent::Intent;
use super::game_menu::game_menu_ui;
use super::pane::PaneUi;
use super::theme::{BUTTON_HEIGHT, HAS_ROOM_FROM};
use super::widgets::outlined;
use crate::game::Control;
use crate::protocol::snapshot::Snapshot;

impl PaneUi {
    pub(super) fn bar_ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
        let has_room = ui.available_width() >= HAS_ROOM_FROM;
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            if ui.add(Button::new("Start").min_size(vec2(72.0, BUTTON_HEIGHT))).clicked() {
                self.press_start(ui, intents);
            }
            if has_room {
                self.autopilot_ui(ui, snapshot, intents);
            }
            game_menu_ui(ui, snapshot, intents, |ui, intents| {
                if !has_room {
                    self.autopilot_ui(ui, snapshot, intents);
                    inspect_button_ui(ui, intents);
                }
            });
            if has_room {
                inspect_button_ui(ui, intents);
            }
            let view = self.view(snapshot);
            if view.incarnation > 1 {
                let text = format!("Restarted: process no. {}", view.incarnation);
                ui.add(Label::new(RichText::new(text).strong()).truncate())
                    .on_hover_text("The process that had this pane before died. The ball did not.");
            }
        });
        // The sentence comes first for whoever hears the window, and takes what the button leaves.
        let height = ui.spacing().interact_size.y;
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), height),
            Layout::right_to_left(Align::Center),
            |ui| {
                self.help_button_ui(ui);
                let text = Layout::left_to_right(Align::Center);
                let whereabouts =
                    if has_room { self.whereabouts(snapshot) } else { self.whereabouts_in_short(snapshot) };
                ui.with_layout(text, |ui| ui.add(Label::new(whereabouts).truncate()));
            },
        );
    }

    fn autopilot_ui(&self, ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
        let view = self.view(snapshot);
        let mut autopilot = view.control == Control::Autopilot;
        let checkbox = outlined(ui, |ui| ui.checkbox(&mut autopilot, "Autopilot"));
        if checkbox.on_hover_text("The program moves this paddle").changed() {
            let control = if autopilot { Control::Autopilot } else { Control::Manual(view.paddle) };
            intents.push(Intent::Control(self.me, control));
        }
    }

    /// The first press opens the message box; every later one serves at once.
    fn press_start(&mut self, ui: &Ui, intents: &mut Vec<Intent>) {
        if self.has_pressed_start {
            intents.push(Intent::Serve);
        } else {
            self.has_pressed_start = true;
            self.message_box_is_open = true;
            ui.ctx().request_repaint();
        }
    }

    fn help_button_ui(&mut self, ui: &mut Ui) {
        let button = ui.add(Button::new("?").small());
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Help"));
        if button.on_hover_text("What the keys do, and what is to be seen (F1)").clicked() {
            self.help_is_open = true;
            ui.ctx().request_repaint();
        }
    }
}

/// Opens the inspector.
fn inspect_button_ui(ui: &mut Ui, intents: &mut Vec<Intent>) {
    let button = ui.add(Button::new("Inspect").min_size(vec2(0.0, BUTTON_HEIGHT)));
    let hint = "Look inside the running game: its memory, its processes, its hand-offs";
    if button.on_hover_text(hint).clicked() {
        intents.push(Intent::Inspect);
    }
}
