//! The menu of the game: what is played, how fast, with how large a ball.
//!
//! ```text
//! [Game]
//!   Mode   (o) Rally  ( ) Match
//!   Ball   ( ) Small  (o) Normal  ( ) Large
//!   From the next Start on.
//!   Speed  ( ) ½  (o) 1  ( ) 1½  ( ) 2
//!   [ ] Pause (P)   [ ] Less motion
//!   [Reset settings]
//! ```

use eframe::egui::{Button, Popup, PopupCloseBehavior, Role, Ui, WidgetInfo, vec2};

use super::Intent;
use super::theme::BUTTON_HEIGHT;
use crate::court::{BallSize, GameMode, GameRules};
use crate::protocol::Speed;
use crate::snapshot::Snapshot;

/// Width of the column that says what a row is about, in points.
const NAME_WIDTH: f32 = 40.0;

pub(super) fn game_menu_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let button = ui.add(Button::new("Game").min_size(vec2(0.0, BUTTON_HEIGHT)));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Game settings"));
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| menu_ui(ui, snapshot, intents));
    button.on_hover_text("Mode, ball, speed, pause");
}

fn menu_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let next = snapshot.next_rules();
    row_ui(ui, "Mode", |ui| {
        for mode in GameMode::ALL {
            let (text, hint) = match mode {
                GameMode::Rally => ("Rally", "The outer walls bounce the ball"),
                GameMode::Match => ("Match", "The outer walls are goals: first to 11, by two"),
            };
            if choice_ui(ui, text, &format!("Mode: {}", mode.name()), hint, next.mode == mode) {
                intents.push(Intent::Rules(GameRules { mode, ..next }));
            }
        }
    });
    row_ui(ui, "Ball", |ui| {
        for size in BallSize::ALL {
            let text = match size {
                BallSize::Small => "Small",
                BallSize::Normal => "Normal",
                BallSize::Large => "Large",
            };
            if choice_ui(ui, text, &format!("Ball: {}", size.name()), "How large it is", next.size == size) {
                intents.push(Intent::Rules(GameRules { size, ..next }));
            }
        }
    });
    ui.label("Mode and ball: from the next Start on.");
    speed_ui(ui, snapshot, intents);
    ui.horizontal(|ui| {
        let mut paused = snapshot.wishes.paused && snapshot.is_in_play();
        let pause = ui.add_enabled_ui(snapshot.is_in_play(), |ui| ui.checkbox(&mut paused, "Pause (P)"));
        if pause.inner.changed() {
            intents.push(Intent::Pause(paused));
        }
        let mut reduced = snapshot.wishes.reduced_motion;
        let motion = ui.checkbox(&mut reduced, "Reduced motion");
        if motion.on_hover_text("Nothing moves but ball and paddles").changed() {
            intents.push(Intent::ReducedMotion(reduced));
        }
    });
    let reset = ui.add(Button::new("Reset settings").frame_when_inactive(true));
    if reset.on_hover_text("All of this as it was at first; forgets the best rally").clicked() {
        intents.push(Intent::Reset);
    }
}

fn speed_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    row_ui(ui, "Speed", |ui| {
        for speed in Speed::ALL {
            let text = match speed {
                Speed::Slow => "½",
                Speed::Normal => "1",
                Speed::Fast => "1½",
                Speed::Fastest => "2",
            };
            let name = format!("Speed: {}", speed.name());
            let hint = "How fast time goes, at once, in all windows";
            if choice_ui(ui, text, &name, hint, snapshot.wishes.speed == speed) {
                intents.push(Intent::Speed(speed));
            }
        }
    });
}

/// A row of choices with its name in a column.
fn row_ui(ui: &mut Ui, name: &str, choices: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.allocate_ui(vec2(NAME_WIDTH, BUTTON_HEIGHT), |ui| {
            ui.set_min_width(NAME_WIDTH);
            ui.label(name);
        });
        choices(ui);
    });
}

/// A radio button. True if the user chooses it.
fn choice_ui(ui: &mut Ui, text: &str, name: &str, hint: &str, is_chosen: bool) -> bool {
    let response = ui.radio(is_chosen, text);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, name));
    response.on_hover_text(hint).clicked() && !is_chosen
}
