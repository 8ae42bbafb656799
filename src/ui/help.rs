//! The help: what each key does, and what the window shows.

use egui::{Context, Id, Key, Label, Modal, Modifiers, RichText, ScrollArea, Ui};

use super::keys;
use super::theme::box_size;
use super::widgets::{column_ui, scroll_by_keys};
use crate::game::{Court, PaneId};

/// Width of the help's text, in points, where there is room.
const WIDTH: f32 = 340.0;
/// From this width on keys and what they do have columns; in a narrower box they are below each other.
const COLUMNS_FROM: f32 = 240.0;
/// Width of the column of the keys, in points.
const KEYS_WIDTH: f32 = 88.0;

/// F1, or the question mark.
pub(super) fn is_asked_for(ctx: &Context) -> bool {
    ctx.input_mut(|input| {
        input.consume_key(Modifiers::NONE, Key::F1)
            || input.consume_key(Modifiers::NONE, Key::Questionmark)
            || input.consume_key(Modifiers::SHIFT, Key::Questionmark)
    })
}

/// Shows the help. True when it is to be closed: by Esc, a click beside it, its button, or the key that opened it.
/// A key that does nothing on this display has no row.
pub(super) fn help_ui(ctx: &Context, court: &Court, me: PaneId, pid: u32, can_raise: bool) -> bool {
    let [width, height] = box_size(ctx, WIDTH);
    let modal = Modal::new(Id::unique("help")).show(ctx, |ui| {
        ui.set_max_width(width);
        ui.heading("Help");
        let line = ui.text_style_height(&egui::TextStyle::Body);
        ScrollArea::vertical().max_height(height).min_scrolled_height(0.0).show(ui, |ui| {
            scroll_by_keys(ui, height - line);
            keys_ui(ui, court, can_raise);
            ui.add_space(6.0);
            for sentence in sentences(court, me, pid) {
                ui.add(Label::new(sentence).wrap());
            }
        });
        ui.add_space(4.0);
        let close = ui.button("Close");
        // The keyboard is for the box while it is open.
        close.request_focus();
        close.clicked()
    });
    modal.inner || modal.should_close() || is_asked_for(ctx)
}

fn keys_ui(ui: &mut Ui, court: &Court, can_raise: bool) {
    let rows = [
        (true, keys::names(court, PaneId(0)), "the left paddle, up and down, from any window"),
        (true, keys::names(court, court.last()), "the right paddle"),
        (
            court.panes > 2,
            keys::names(court, PaneId(1)),
            "the paddle of this window, or of the first inner pane",
        ),
        (true, "P, Space", "pause, and go on"),
        (true, "Tab, Enter", "from control to control; press it"),
        (true, "F1 or ?", "this help"),
        (true, "F2", "projector: everything twice as large, in all windows"),
        (can_raise, "F3", "bring all windows to the front, minimized ones too"),
        (true, "Ctrl + - 0", "larger, smaller, as it was"),
        (true, "Page Up/Down", "scroll the explanation, or this help"),
        (true, "Mouse", "drag on the court, or turn the wheel: this window's paddle"),
    ];
    for (_, keys, what) in rows.into_iter().filter(|(does_something, ..)| *does_something) {
        if ui.available_width() < COLUMNS_FROM {
            ui.label(RichText::new(keys).strong());
            ui.indent(keys, |ui| ui.add(Label::new(what).wrap()));
            continue;
        }
        ui.horizontal_top(|ui| {
            column_ui(ui, KEYS_WIDTH, 0.0, RichText::new(keys).strong());
            ui.add(Label::new(what).wrap());
        });
    }
}

fn sentences(court: &Court, me: PaneId, pid: u32) -> [String; 5] {
    let (number, panes) = (me.0 + 1, court.panes);
    [
        format!("Each window is a process of its own. This one is process {number} of {panes}, pid {pid}."),
        "Solid sides are walls. Through a dashed side the ball goes to the next process.".to_owned(),
        "The arrow on the court points to the process that has the ball.".to_owned(),
        "Below the court: by what the next hop goes, and what the last one was made of.".to_owned(),
        "Inspect shows the shared memory, the processes, the hand-offs and the invariants.".to_owned(),
    ]
}
