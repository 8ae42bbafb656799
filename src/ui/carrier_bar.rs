//! The bar below the court: by which carrier the next hop goes, as a segmented control, and whether hops are explained.
//!
//! ```text
//! Next hop by  ((o) Shared memory | ( ) Pipe | ( ) Socket)          [x] Explain
//! ```
//!
//! Each segment is a radio button for whoever cannot see it, and shows by its mark, not by its colour alone, whether it
//! is the one.

use eframe::egui::{
    Align, Button, ComboBox, CornerRadius, Layout, Response, Role, Stroke, Ui, WidgetInfo, vec2,
};

use super::Intent;
use super::theme::{BUTTON_HEIGHT, outlined};
use crate::protocol::CarrierKind;
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

pub(super) fn carrier_bar_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
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
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut explains = snapshot.wishes.explains;
            let hint = "What a hop is made of: system calls, copies, wake-ups";
            let explain = outlined(ui, |ui| ui.checkbox(&mut explains, "Explain"));
            if explain.on_hover_text(hint).changed() {
                intents.push(Intent::change(snapshot, |to| to.explains = explains));
            }
        });
    });
}

fn segments_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>, has_room: bool) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 1.0;
        for kind in CarrierKind::ALL {
            if segment_ui(ui, kind, snapshot.carrier == kind, has_room) {
                intents.push(Intent::Carrier(kind));
            }
        }
    });
}

/// The same as a list that opens, where there is no room for segments.
fn list_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let list = ComboBox::from_id_salt("carrier").width(LIST_WIDTH);
    let list = list.selected_text(name(snapshot.carrier, false)).show_ui(ui, |ui| {
        for kind in CarrierKind::ALL {
            let is_selected = snapshot.carrier == kind;
            let choice = outlined(ui, |ui| ui.radio(is_selected, name(kind, true)));
            let accessible_name = format!("Carrier: {}", kind.in_words());
            choice
                .widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_selected, &accessible_name));
            if choice.clicked() && !is_selected {
                intents.push(Intent::Carrier(kind));
                ui.close();
            }
        }
    });
    let accessible_name = format!("Carrier of the next hop: {}", snapshot.carrier.in_words());
    list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &accessible_name));
}

/// What a carrier is called here.
fn name(kind: CarrierKind, has_room: bool) -> &'static str {
    match kind {
        CarrierKind::Shared if has_room => "Shared memory",
        CarrierKind::Shared => "Shared",
        CarrierKind::Pipe => "Pipe",
        CarrierKind::Socket => "Socket",
    }
}

/// One segment. True if the user wants this carrier.
fn segment_ui(ui: &mut Ui, kind: CarrierKind, is_selected: bool, has_room: bool) -> bool {
    let button = Button::selectable(is_selected, format!("{MARK_ROOM}{}", name(kind, has_room)));
    let button = button.frame_when_inactive(true).corner_radius(corners(kind));
    let response = ui.add(button.min_size(vec2(0.0, BUTTON_HEIGHT)));
    paint_mark(ui, &response, is_selected);
    let accessible_name = format!("Carrier: {}", kind.in_words());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_selected, &accessible_name));
    let hint = format!("From the next hop on the ball goes by {}, in all windows", kind.in_words());
    response.on_hover_text(hint).clicked() && !is_selected
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
fn corners(kind: CarrierKind) -> CornerRadius {
    match kind {
        CarrierKind::Shared => CornerRadius { nw: ROUND, sw: ROUND, ..CornerRadius::ZERO },
        CarrierKind::Pipe => CornerRadius::ZERO,
        CarrierKind::Socket => CornerRadius { ne: ROUND, se: ROUND, ..CornerRadius::ZERO },
    }
}
