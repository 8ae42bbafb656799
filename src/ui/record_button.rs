//! The button that begins a recording and ends it, and shows how long and how large it is by then.
//!
//! ```text
//! [Record]    [● 1:23, 0.2 MB]    [● Recording]
//! ```
//!
//! Time and size are in the window that has the keyboard: it paints once a second then. The others say that there is a recording,
//! which stays true without another frame, so a pane without the ball costs nothing while it is recorded.

use std::time::Duration;

use egui::{Button, Color32, Context, Key, Rect, Response, Role, Stroke, TextStyle, Ui, pos2};

use super::intent::Intent;
use super::key_places::is_pressed;
use super::theme::Palette;
use super::widgets::{button, named_choice};
use crate::protocol::RecordingStatus;
use crate::protocol::snapshot::Snapshot;
use crate::recording::folder;

/// What screen readers call the button; that it is pressed says that the game is recorded.
const NAME: &str = "Record";
/// Room for the dot, at the beginning of a text. No font here has one.
const DOT_ROOM: &str = "    ";
/// Radius of the dot, in points.
const DOT_RADIUS: f32 = 4.0;
const SECOND_NS: u64 = 1_000_000_000;

/// How much room the button has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// For all of it.
    Enough,
    /// For the dot, and the time if there is one.
    Little,
}

/// How wide the button is that begins a recording, in points. While one goes on it has words that fit there as well.
pub(super) fn width_of_record_button(ui: &Ui) -> f32 {
    width_of_button(ui, NAME)
}

fn width_of_button(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Button.resolve(ui.style());
    let text = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    text.size().x + 2.0 * ui.spacing().button_padding.x
}

/// Adds the button.
pub(super) fn record_button_ui(ui: &mut Ui, snapshot: &Snapshot, room: Room, intents: &mut Vec<Intent>) {
    let words = snapshot.recording.map(|status| words(ui, snapshot, status));
    let text = match (&words, room) {
        (Some([_, short]), Room::Little) => format!("{DOT_ROOM}{short}"),
        (Some(words), Room::Enough) => {
            let [long, short] = words.each_ref().map(|words| format!("{DOT_ROOM}{words}"));
            if width_of_button(ui, &long) <= ui.available_width() { long } else { short }
        }
        (None, Room::Enough) => NAME.to_owned(),
        (None, Room::Little) => DOT_ROOM.to_owned(),
    };
    let response = ui.add(match room {
        Room::Enough => button(&text),
        Room::Little => Button::new(&text).small(),
    });
    if words.is_some() || room == Room::Little {
        dot(ui, &response, words.is_some());
    }
    let response = named_choice(response, Role::Button, words.is_some(), NAME);
    if let Some([long, _]) = words {
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(long));
    }
    if response.on_hover_ui(|ui| drop(ui.label(hint(snapshot)))).clicked() {
        intents.push(Intent::Record);
        // In the menu.
        ui.close();
    }
}

/// What the button of a menu begins with while the game is recorded: room for the dot.
pub(super) fn room_for_dot(snapshot: &Snapshot) -> &'static str {
    if snapshot.recording.is_some() { DOT_ROOM } else { "" }
}

/// Paints the dot at the beginning of a button: red while the game is recorded, and in a ring while it is not.
pub(super) fn dot(ui: &Ui, button: &Response, is_recorded: bool) {
    let Rect { min, max } = button.rect;
    let text = ui.style().interact(button).text_color();
    let color = if is_recorded { Palette::of(ui.visuals()).violated } else { text };
    let center = pos2(min.x + ui.spacing().button_padding.x + DOT_RADIUS, (min.y + max.y) / 2.0);
    if is_recorded {
        ui.painter().circle_filled(center, DOT_RADIUS, color);
    } else {
        ui.painter().circle_stroke(center, DOT_RADIUS, Stroke::new(1.0, color));
        ui.painter().circle_filled(center, DOT_RADIUS - 2.0, color);
    }
}

/// F4 is the button. With Alt it closes a window elsewhere.
pub(super) fn record_key(ctx: &Context) -> Option<Intent> {
    let is_wanted = ctx.input(|input| input.modifiers.is_none() && is_pressed(input, Key::F4));
    is_wanted.then_some(Intent::Record)
}

/// Has the window that shows the time painted when it changes.
pub(super) fn refresh_each_second(ctx: &Context, snapshot: &Snapshot) {
    if let Some(status) = snapshot.recording.filter(|_| has_keyboard(ctx)) {
        let age_ns = snapshot.recent.taken_ns.saturating_sub(status.since_ns);
        ctx.request_repaint_after(Duration::from_nanos(SECOND_NS - age_ns % SECOND_NS));
    }
}

fn has_keyboard(ctx: &Context) -> bool {
    ctx.input(|input| input.focused)
}

/// What the button says of a recording, with much room and with little.
fn words(ui: &Ui, snapshot: &Snapshot, status: RecordingStatus) -> [String; 2] {
    if !has_keyboard(ui.ctx()) {
        return ["Recording", "Rec"].map(str::to_owned);
    }
    let long = status.so_far(snapshot.recent.taken_ns);
    let short = long.split(',').next().unwrap_or_default().to_owned();
    [long, short]
}

fn hint(snapshot: &Snapshot) -> String {
    let Some(status) = snapshot.recording else {
        return match folder::path() {
            Ok(folder) => format!("Record the game in a new file in {} (F4)", folder.display()),
            Err(error) => format!("The game cannot be recorded: {error}"),
        };
    };
    match (folder::path(), status.file.file()) {
        (Ok(folder), Some(file)) => format!("In {}; press to end it (F4)", folder.join(file).display()),
        _ => format!("In {}; press to end it (F4)", status.file),
    }
}
