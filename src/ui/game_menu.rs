//! The menu of the game: what is played, how fast, with how large a ball.
//!
//! ```text
//! [Game]
//!   Mode   (o) Rally  ( ) Match
//!   Ball   ( ) Small  (o) Normal  ( ) Large
//!   Skill  ( ) Easy  (o) Fair  ( ) Hard   (next Start)
//!   Speed  ( ) ½  (o) 1  ( ) 1½  ( ) 2    [ ] Gets faster
//!   [ ] Pause (P)   [ ] Only this window's keys
//!   Theme  (o) System  ( ) Light  ( ) Dark  ( ) Contrast
//!   Size   [-] 100 % [+]  [ ] Projector (F2)
//!   [ ] Reduced motion   [Reset settings]   [ ] Announce hops
//! ```

use egui::{Button, Id, Popup, PopupCloseBehavior, Response, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use super::intent::Intent;
use super::theme::BUTTON_HEIGHT;
use super::widgets::{button, checkbox_ui, column_ui, named, radio_ui};
use crate::game::{BallSize, GameMode, GameRules, Skill};
use crate::protocol::snapshot::Snapshot;
use crate::protocol::{Colors, GameSettings, Speed, Tempo, Zoom};

/// Width of the column with the names of the rows, in points.
const NAME_WIDTH: f32 = 40.0;
/// Width of the menu, in points, where there is room.
const WIDTH: f32 = 310.0;
/// Height of a row with a name, in points.
const ROW_HEIGHT: f32 = 21.0;
/// Between two rows, in points.
const ROW_GAP: f32 = 1.5;
/// What the menu leaves free of the window, both ways, with its margins.
const AROUND_MENU: f32 = 28.0;

/// A button with this text, and the menu that it opens.
pub(super) fn game_menu_ui(ui: &mut Ui, text: &str, content_ui: impl FnOnce(&mut Ui)) -> Response {
    // A drag that begins on it is none of the court, which may be below it.
    let button = ui.add(button(text).sense(Sense::click_and_drag()));
    let button = named(button, Role::Button, "Game settings");
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
            content_ui(ui);
        });
    });
    button.on_hover_text("Mode, ball, autopilots, speed, pause")
}

/// What the menu has in every window; `pause_key` is the name of that key.
pub(super) fn menu_ui(ui: &mut Ui, snapshot: &Snapshot, pause_key: &str, intents: &mut Vec<Intent>) {
    rules_ui(ui, snapshot, intents);
    speed_ui(ui, snapshot, intents);
    let live_settings = &snapshot.live_settings;
    ui.horizontal_wrapped(|ui| {
        let is_in_play = snapshot.is_in_play();
        let text = format!("Pause ({pause_key})");
        let pause = |ui: &mut Ui| checkbox_ui(ui, live_settings.paused && is_in_play, &text, "");
        let paused = ui.add_enabled_ui(is_in_play, pause).inner;
        intents.extend(paused.map(|paused| Intent::change(snapshot, |to| to.paused = paused)));
        let hint = "In each window, keys move the paddle of that window and no other: for a match of two";
        let own_keys = checkbox_ui(ui, live_settings.own_keys, "Only this window's keys", hint);
        intents.extend(own_keys.map(|own_keys| Intent::change(snapshot, |to| to.own_keys = own_keys)));
    });
    appearance_ui(ui, snapshot, intents);
    let reset = ui.horizontal_wrapped(|ui| {
        let hint = "Nothing moves but ball and paddles";
        let reduced = checkbox_ui(ui, live_settings.reduced_motion, "Reduced motion", hint);
        intents.extend(reduced.map(|reduced| Intent::change(snapshot, |to| to.reduced_motion = reduced)));
        let reset = ui.add(Button::new("Reset settings"));
        announce_ui(ui, snapshot, intents);
        reset
    });
    let reset = reset.inner;
    if reset.on_hover_text("All of this as it was at first; forgets the best rally").clicked() {
        intents.push(Intent::Settings(GameSettings::default()));
    }
}

/// For users of screen readers.
fn announce_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let hint = "A screen reader reads every hop, in the window that has the keyboard";
    let announced = checkbox_ui(ui, snapshot.live_settings.announces_hops, "Announce hops", hint);
    intents.extend(announced.map(|hops| Intent::change(snapshot, |to| to.announces_hops = hops)));
}

/// How fast time goes.
fn speed_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let live_settings = &snapshot.live_settings;
    ui.horizontal_wrapped(|ui| {
        let speed = choices_in_row_ui(ui, "Speed", Speed::ALL, live_settings.speed, |speed| {
            let text = match speed {
                Speed::Slow => "½",
                Speed::Normal => "1",
                Speed::Fast => "1½",
                Speed::Fastest => "2",
            };
            (text, speed.name(), "How fast time goes, at once, in all windows")
        });
        intents.extend(speed.map(|speed| Intent::change(snapshot, |to| to.speed = speed)));
        let hint = "A tenth every five hits of a rally, up to twice the speed";
        let rises = checkbox_ui(ui, live_settings.tempo.rises(), "Gets faster", hint);
        intents.extend(rises.map(|rises| Intent::change(snapshot, |to| to.tempo = Tempo::from(rises))));
    });
}

/// Mode, ball and autopilots.
fn rules_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let next = snapshot.next_rules();
    let mode = choices_ui(ui, "Mode", GameMode::ALL, next.mode, |mode| match mode {
        GameMode::Rally => ("Rally", mode.name(), "The outer walls bounce the ball"),
        GameMode::Match => ("Match", mode.name(), "The outer walls are goals: first to 11, by two"),
    });
    intents
        .extend(mode.map(|mode| Intent::change(snapshot, |to| to.rules = Some(GameRules { mode, ..next }))));
    let size = choices_ui(ui, "Ball", BallSize::ALL, next.size, |size| {
        let text = match size {
            BallSize::Small => "Small",
            BallSize::Normal => "Normal",
            BallSize::Large => "Large",
        };
        (text, size.name(), "How large it is")
    });
    intents
        .extend(size.map(|size| Intent::change(snapshot, |to| to.rules = Some(GameRules { size, ..next }))));
    let autopilot = ui.horizontal_wrapped(|ui| {
        let autopilot = choices_in_row_ui(ui, "Skill", Skill::ALL, next.autopilot, |skill| {
            let text = match skill {
                Skill::Easy => "Easy",
                Skill::Fair => "Fair",
                Skill::Hard => "Hard",
            };
            (text, skill.name(), "How well the autopilots play")
        });
        ui.label("(next Start)").on_hover_text("Mode, ball and skill change with the next Start");
        autopilot
    });
    let with = |autopilot| GameRules { autopilot, ..next };
    intents.extend(autopilot.inner.map(|skill| Intent::change(snapshot, |to| to.rules = Some(with(skill)))));
}

/// Colours and size.
fn appearance_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let colors = choices_ui(ui, "Theme", Colors::ALL, snapshot.live_settings.colors, |colors| match colors {
        Colors::System => ("System", colors.name(), "Light or dark, as the desktop is set"),
        Colors::Light => ("Light", colors.name(), "Dark on light, for a bright place"),
        Colors::Dark => ("Dark", colors.name(), "Light on dark"),
        Colors::Contrast => ("Contrast", colors.name(), "White and strong colours on black"),
    });
    intents.extend(colors.map(|colors| Intent::change(snapshot, |to| to.colors = colors)));
    let zoom = snapshot.live_settings.zoom;
    ui.horizontal_wrapped(|ui| {
        column_ui(ui, NAME_WIDTH, ROW_HEIGHT, "Size");
        for (text, name, is_larger) in [("-", "Smaller (Ctrl -)", false), ("+", "Larger (Ctrl +)", true)] {
            let stepped = zoom.stepped(is_larger);
            let is_pressed = step_ui(ui, text, name, stepped != zoom);
            intents.extend(is_pressed.then(|| Intent::change(snapshot, |to| to.zoom = stepped)));
            if !is_larger {
                ui.label(format!("{} %", zoom.percent()));
            }
        }
        let hint = "Everything twice as large, in all windows";
        let is_large = checkbox_ui(ui, zoom.is_for_projector(), "Projector (F2)", hint);
        let zoom = |is_large| if is_large { Zoom::PROJECTOR } else { Zoom::NORMAL };
        intents.extend(is_large.map(zoom).map(|zoom| Intent::change(snapshot, |to| to.zoom = zoom)));
    });
}

/// A button that makes everything a step larger or smaller. True if it is pressed.
fn step_ui(ui: &mut Ui, text: &str, name: &str, is_possible: bool) -> bool {
    let button = Button::new(text).min_size(vec2(BUTTON_HEIGHT, 0.0));
    let response = ui.add_enabled(is_possible, button);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_possible, name));
    response.on_hover_text(name).clicked()
}

/// A row of choices with its name in a column. `words` are a choice's text, what screen readers call it, and its hint.
/// Returns what the user chooses.
fn choices_ui<T: Copy + PartialEq, const N: usize>(
    ui: &mut Ui,
    row: &str,
    all: [T; N],
    chosen: T,
    words: impl Fn(T) -> (&'static str, &'static str, &'static str),
) -> Option<T> {
    ui.horizontal_wrapped(|ui| choices_in_row_ui(ui, row, all, chosen, words)).inner
}

/// The same in a row that goes on with something else.
fn choices_in_row_ui<T: Copy + PartialEq, const N: usize>(
    ui: &mut Ui,
    row: &str,
    all: [T; N],
    chosen: T,
    words: impl Fn(T) -> (&'static str, &'static str, &'static str),
) -> Option<T> {
    column_ui(ui, NAME_WIDTH, ROW_HEIGHT, row);
    all.into_iter().fold(None, |chosen_now, choice| {
        let (text, name, hint) = words(choice);
        let is_pressed = radio_ui(ui, choice == chosen, text, &format!("{row}: {name}"), hint);
        if is_pressed { Some(choice) } else { chosen_now }
    })
}
