//! The bar below the court: by which transport the next hop goes, as a segmented control, and whether hops are explained.
//!
//! ```text
//! Next hop by  ((o) Shared memory | ( ) Pipe | ( ) Socket)          [x] Explain
//! ```
//!
//! Each segment is a radio button for a screen reader. A mark, not colour alone, shows which one is chosen.

use egui::{Align, Button, ComboBox, CornerRadius, Layout, Response, Role, Stroke, Ui, vec2};

use super::intent::Intent;
use super::theme::BUTTON_HEIGHT;
use super::widgets::{checkbox_ui, named, named_choice, radio_ui};
use crate::protocol::TransportKind;
use crate::protocol::snapshot::Snapshot;

/// From this width on there is room for the full names, in points.
const FULL_NAMES_FROM: f32 = 350.0;
/// From this width on there is room to say what the control is for.
const CAPTION_FROM: f32 = 440.0;
/// From this width on there is room for the segments; in a narrower bar they are a list.
const SEGMENTS_FROM: f32 = 270.0;
/// Width of the list.
const LIST_WIDTH: f32 = 64.0;
/// Radius of a segment's mark, and the room for it left of the name.
const MARK_RADIUS: f32 = 4.5;
const MARK_ROOM: &str = "     ";
/// How round the ends of the control are.
const ROUND: u8 = 6;

pub(super) fn transport_bar_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let width = ui.available_width();
    ui.horizontal_centered(|ui| {
        if width >= CAPTION_FROM {
            ui.label("Next hop by");
        }
        if width < SEGMENTS_FROM {
            list_ui(ui, snapshot, intents);
        } else {
            segments_ui(ui, snapshot, intents, width >= FULL_NAMES_FROM);
        }
        let right = Layout::right_to_left(Align::Center);
        ui.with_layout(right, |ui| explain_ui(ui, snapshot, intents));
    });
}

/// The same in the menu, in a window that has no room for the bar.
pub(super) fn transport_menu_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    ui.horizontal_wrapped(|ui| {
        for kind in TransportKind::ALL {
            let is_chosen = snapshot.transport == kind;
            if radio_ui(ui, is_chosen, name(kind, false), &accessible_name(kind), &hint(kind)) {
                intents.push(Intent::Transport(kind));
            }
        }
        explain_ui(ui, snapshot, intents);
    });
}

pub(super) fn explain_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let hint = "What a hop is made of: system calls, copies, wake-ups. A low window has no room for it.";
    let explains = checkbox_ui(ui, snapshot.live_settings.explains, "Explain", hint);
    intents.extend(explains.map(|explains| Intent::change(snapshot, |to| to.explains = explains)));
}

fn segments_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>, has_room: bool) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 1.0;
        for kind in TransportKind::ALL {
            if segment_ui(ui, kind, snapshot.transport == kind, has_room) {
                intents.push(Intent::Transport(kind));
            }
        }
    });
}

/// The same as a list that opens, where there is no room for segments.
fn list_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let list = ComboBox::from_id_salt("transport").width(LIST_WIDTH);
    let list = list.selected_text(name(snapshot.transport, false)).show_ui(ui, |ui| {
        for kind in TransportKind::ALL {
            let is_selected = snapshot.transport == kind;
            if radio_ui(ui, is_selected, name(kind, true), &accessible_name(kind), &hint(kind)) {
                intents.push(Intent::Transport(kind));
                ui.close();
            }
        }
    });
    let name = format!("Transport of the next hop: {}", snapshot.transport.in_words());
    named(list.response, Role::ComboBox, &name);
}

/// What a transport is called here.
fn name(kind: TransportKind, has_room: bool) -> &'static str {
    match kind {
        TransportKind::Shared if has_room => "Shared memory",
        TransportKind::Shared => "Shared",
        TransportKind::Pipe => "Pipe",
        TransportKind::Socket => "Socket",
    }
}

fn accessible_name(kind: TransportKind) -> String {
    format!("Transport: {}", kind.in_words())
}

fn hint(kind: TransportKind) -> String {
    format!("From the next hop on the ball goes by {}, in all windows", kind.in_words())
}

/// One segment. True if the user wants this transport.
fn segment_ui(ui: &mut Ui, kind: TransportKind, is_selected: bool, has_room: bool) -> bool {
    let button = Button::selectable(is_selected, format!("{MARK_ROOM}{}", name(kind, has_room)));
    let button = button.frame_when_inactive(true).corner_radius(corners(kind));
    let response = ui.add(button.min_size(vec2(0.0, BUTTON_HEIGHT)));
    paint_mark(ui, &response, is_selected);
    let response = named_choice(response, Role::RadioButton, is_selected, &accessible_name(kind));
    response.on_hover_text(hint(kind)).clicked() && !is_selected
}

/// The mark of a radio button: a circle, and a point in it where it is selected.
fn paint_mark(ui: &Ui, response: &Response, is_selected: bool) {
    let color = ui.style().interact_selectable(response, is_selected).text_color();
    let centre = response.rect.left_center() + vec2(ui.spacing().button_padding.x + MARK_RADIUS + 2.0, 0.0);
    ui.painter().circle_stroke(centre, MARK_RADIUS, Stroke::new(1.0, color));
    if is_selected {
        ui.painter().circle_filled(centre, MARK_RADIUS - 2.0, color);
    }
}

/// The control has round ends and straight seams.
fn corners(kind: TransportKind) -> CornerRadius {
    match kind {
        TransportKind::Shared => CornerRadius { nw: ROUND, sw: ROUND, ..CornerRadius::ZERO },
        TransportKind::Pipe => CornerRadius::ZERO,
        TransportKind::Socket => CornerRadius { ne: ROUND, se: ROUND, ..CornerRadius::ZERO },
    }
}
