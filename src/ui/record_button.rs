//! The button that begins a recording and ends it, and shows how long and how large it is by then.
//!
//! ```text
//! [Record]    [● 1:23 0.2 MB]    [● Recording]
//! ```
//!
//! Time and size are in the window that has the keyboard: it paints once a second then. The others say that there is a recording,
//! which stays true without another frame, so a pane without the ball costs nothing while it is recorded.

use std::time::Duration;

use egui::{Button, Color32, Context, Key, Rect, Response, Role, TextStyle, Ui, pos2, vec2};

use super::intent::Intent;
use super::key_places::is_pressed;
use super::theme::{BUTTON_HEIGHT, Palette};
use super::widgets::named_choice;
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

/// How wide the button is where it has room, in points: as long as a recording goes on it does not change.
pub(super) fn width_of_record_button(ui: &Ui, snapshot: &Snapshot) -> f32 {
    let widest = match snapshot.recording {
        None => NAME.to_owned(),
        Some(_) if has_keyboard(ui.ctx()) => format!("{DOT_ROOM}00:00 000.0 MB"),
        Some(_) => format!("{DOT_ROOM}Recording"),
    };
    let font = TextStyle::Button.resolve(ui.style());
    let text = ui.painter().layout_no_wrap(widest, font, Color32::PLACEHOLDER);
    (text.size().x + 2.0 * ui.spacing().button_padding.x).ceil()
}

/// Adds the button.
pub(super) fn record_button_ui(ui: &mut Ui, snapshot: &Snapshot, room: Room, intents: &mut Vec<Intent>) {
    let words = snapshot.recording.map(|status| words(ui.ctx(), snapshot, status, room));
    let text = match (&words, room) {
        (Some(words), _) => format!("{DOT_ROOM}{words}"),
        (None, Room::Enough) => NAME.to_owned(),
        (None, Room::Little) => DOT_ROOM.to_owned(),
    };
    let size = match room {
        Room::Enough => vec2(width_of_record_button(ui, snapshot), BUTTON_HEIGHT),
        Room::Little => vec2(0.0, 0.0),
    };
    let button = Button::new(text).min_size(size);
    let response = ui.add(if room == Room::Little { button.small() } else { button });
    if words.is_some() || room == Room::Little {
        dot(ui, &response, words.is_some());
    }
    let response = named_choice(response, Role::Button, words.is_some(), NAME);
    if let Some(words) = words {
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(words));
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

/// Paints the dot at the beginning of a button.
pub(super) fn dot(ui: &Ui, button: &Response, is_recorded: bool) {
    let Rect { min, max } = button.rect;
    let text = ui.style().interact(button).text_color();
    let color = if is_recorded { Palette::of(ui.visuals()).violated } else { text };
    let center = pos2(min.x + ui.spacing().button_padding.x + DOT_RADIUS, (min.y + max.y) / 2.0);
    ui.painter().circle_filled(center, DOT_RADIUS, color);
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

fn words(ctx: &Context, snapshot: &Snapshot, status: RecordingStatus, room: Room) -> String {
    let so_far = status.so_far(snapshot.recent.taken_ns);
    match room {
        Room::Enough if has_keyboard(ctx) => so_far,
        Room::Enough => "Recording".to_owned(),
        Room::Little if has_keyboard(ctx) => so_far.split(' ').next().unwrap_or_default().to_owned(),
        Room::Little => "Rec".to_owned(),
    }
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
