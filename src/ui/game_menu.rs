//! The menu of the game: what is played, how fast, with how large a ball.
//!
//! ```text
//! [Game]
//!   Mode   (o) Rally  ( ) Match
//!   Ball   ( ) Small  (o) Normal  ( ) Large
//!   From the next Start on.
//!   Speed  ( ) ½  (o) 1  ( ) 1½  ( ) 2
//!   [ ] Pause (P)   [ ] Reduced motion
//!   Look   (o) System  ( ) Light  ( ) Dark  ( ) Contrast
//!   Size   [-] 100 % [+]  [ ] Projector (F2)
//!   [Reset settings]
//! ```

use eframe::egui::{Button, Id, Popup, PopupCloseBehavior, Role, ScrollArea, Ui, WidgetInfo, vec2};

use super::Intent;
use super::theme::{BUTTON_HEIGHT, outlined};
use crate::game::{BallSize, GameMode, GameRules};
use crate::protocol::snapshot::Snapshot;
use crate::protocol::{Colors, GameSettings, Speed, Zoom};

/// Width of the column that says what a row is about, in points.
const NAME_WIDTH: f32 = 40.0;
/// Width of the menu, in points, where there is room.
const WIDTH: f32 = 310.0;
/// Between two rows, in points.
const ROW_GAP: f32 = 1.5;
/// What the menu leaves free of the window, both ways, with its margins.
const AROUND_MENU: f32 = 28.0;

/// The menu begins with what the bar has no room for.
pub(super) fn game_menu_ui(
    ui: &mut Ui,
    snapshot: &Snapshot,
    intents: &mut Vec<Intent>,
    begin_ui: impl FnOnce(&mut Ui, &mut Vec<Intent>),
) {
    let button = ui.add(Button::new("Game").min_size(vec2(0.0, BUTTON_HEIGHT)));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Game settings"));
    // With a name of its own it stays open when the bar gets another size, and with it other controls.
    let menu = Popup::menu(&button).id(Id::unique("game menu"));
    let menu = menu.close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let window = ui.ctx().content_rect().size();
    menu.show(|ui| {
        // As beside the menu: a menu's own style leaves out the lines around what can be pressed.
        ui.set_style(ui.ctx().style_of(ui.ctx().theme()));
        ui.set_max_width(WIDTH.min(window.x - AROUND_MENU));
        // All of it fits into the smallest window.
        ui.spacing_mut().item_spacing.y = ROW_GAP;
        ScrollArea::vertical().max_height(window.y - AROUND_MENU).min_scrolled_height(0.0).show(ui, |ui| {
            begin_ui(ui, intents);
            menu_ui(ui, snapshot, intents);
        });
    });
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
                intents.push(Intent::change(snapshot, |to| to.rules = Some(GameRules { mode, ..next })));
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
                intents.push(Intent::change(snapshot, |to| to.rules = Some(GameRules { size, ..next })));
            }
        }
    });
    ui.label("Mode and ball: from the next Start on.");
    speed_ui(ui, snapshot, intents);
    ui.horizontal_wrapped(|ui| {
        let mut paused = snapshot.wishes.paused && snapshot.is_in_play();
        let pause = ui.add_enabled_ui(snapshot.is_in_play(), |ui| {
            outlined(ui, |ui| ui.checkbox(&mut paused, "Pause (P)"))
        });
        if pause.inner.changed() {
            intents.push(Intent::change(snapshot, |to| to.paused = paused));
        }
        let mut reduced = snapshot.wishes.reduced_motion;
        let motion = outlined(ui, |ui| ui.checkbox(&mut reduced, "Reduced motion"));
        if motion.on_hover_text("Nothing moves but ball and paddles").changed() {
            intents.push(Intent::change(snapshot, |to| to.reduced_motion = reduced));
        }
    });
    looks_ui(ui, snapshot, intents);
    // In a row, as wide as its text: a menu makes a button alone in its line as wide as itself, and its text flush left.
    let reset = ui.horizontal(|ui| ui.add(Button::new("Reset settings"))).inner;
    if reset.on_hover_text("All of this as it was at first; forgets the best rally").clicked() {
        intents.push(Intent::Settings(GameSettings::default()));
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
                intents.push(Intent::change(snapshot, |to| to.speed = speed));
            }
        }
    });
}

/// Colours and size.
fn looks_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    row_ui(ui, "Look", |ui| {
        for colors in Colors::ALL {
            let (text, hint) = match colors {
                Colors::System => ("System", "Light or dark, as the desktop says"),
                Colors::Light => ("Light", "Dark on light, as a bright room needs it"),
                Colors::Dark => ("Dark", "Light on dark"),
                Colors::Contrast => ("Contrast", "White and strong colours on black"),
            };
            let name = format!("Look: {}", colors.name());
            if choice_ui(ui, text, &name, hint, snapshot.wishes.colors == colors) {
                intents.push(Intent::change(snapshot, |to| to.colors = colors));
            }
        }
    });
    let zoom = snapshot.wishes.zoom;
    row_ui(ui, "Size", |ui| {
        if step_ui(ui, "-", "Smaller (Ctrl -)", zoom.stepped(false) != zoom) {
            intents.push(Intent::change(snapshot, |to| to.zoom = zoom.stepped(false)));
        }
        ui.label(format!("{} %", zoom.percent()));
        if step_ui(ui, "+", "Larger (Ctrl +)", zoom.stepped(true) != zoom) {
            intents.push(Intent::change(snapshot, |to| to.zoom = zoom.stepped(true)));
        }
        let mut is_large = zoom.is_for_projector();
        let projector = outlined(ui, |ui| ui.checkbox(&mut is_large, "Projector (F2)"));
        if projector.on_hover_text("Everything twice as large, in all windows").changed() {
            intents.push(Intent::change(snapshot, |to| {
                to.zoom = if is_large { Zoom::PROJECTOR } else { Zoom::NORMAL }
            }));
        }
    });
}

/// A button that makes everything a step larger or smaller. True if it is pressed.
fn step_ui(ui: &mut Ui, text: &str, name: &str, is_possible: bool) -> bool {
    let button = Button::new(text).min_size(vec2(BUTTON_HEIGHT, 0.0));
    let response = ui.add_enabled(is_possible, button);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_possible, name));
    response.on_hover_text(name).clicked()
}

/// A row of choices with its name in a column.
fn row_ui(ui: &mut Ui, name: &str, choices: impl FnOnce(&mut Ui)) {
    ui.horizontal_wrapped(|ui| {
        ui.allocate_ui(vec2(NAME_WIDTH, BUTTON_HEIGHT), |ui| {
            ui.set_min_width(NAME_WIDTH);
            ui.label(name);
        });
        choices(ui);
    });
}

/// A radio button. True if the user chooses it.
fn choice_ui(ui: &mut Ui, text: &str, name: &str, hint: &str, is_chosen: bool) -> bool {
    let response = outlined(ui, |ui| ui.radio(is_chosen, text));
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, name));
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    response.on_hover_text(hint).clicked() && !is_chosen
}
