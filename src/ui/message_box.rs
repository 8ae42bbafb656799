//! The message box of the first Start: what the game is, which process this is, and what OK does.

use egui::{Context, Id, Key, Modal, RichText, ScrollArea, Ui};

use super::keys;
use super::theme::box_size;
use crate::game::{Court, PaneId};

/// How the user left the message box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// OK or Enter: serve the ball.
    Serve,
    /// Escape, or a click beside the box.
    Dismiss,
}

/// Shows the box; None while it stays open.
pub(super) fn message_box_ui(ctx: &Context, court: &Court, me: PaneId, pid: u32) -> Option<Answer> {
    let modal = Modal::new(Id::unique("message box")).show(ctx, |ui| {
        let [width, height] = box_size(ctx, 280.0);
        ui.set_max_width(width);
        ui.heading("One ball, many processes");
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(0.0)
            .show(ui, |ui| text_ui(ui, court, me, pid));
        ui.add_space(6.0);
        let ok = ui.button("OK");
        ok.request_focus();
        ok.clicked() || ui.input(|input| input.key_pressed(Key::Enter))
    });
    if modal.inner { Some(Answer::Serve) } else { modal.should_close().then_some(Answer::Dismiss) }
}

fn text_ui(ui: &mut Ui, court: &Court, me: PaneId, pid: u32) {
    ui.add_space(4.0);
    ui.label(format!(
        "Each of the {} windows is a process of its own. The ball lives in exactly one of them at a time, and crosses \
         to the next by shared memory, a pipe or a socket: choose below the court.",
        court.panes
    ));
    ui.label(format!("This is {}: process {} of {}, pid {pid}.", court.pane_name(me), me.0 + 1, court.panes));
    let keys = keys::names(court, me);
    ui.label(format!("Move the paddle with the mouse, the wheel, or {keys}. P pauses. F1 shows more."));
    ui.add_space(4.0);
    ui.label(RichText::new("OK serves the ball from this pane. Esc closes this box.").strong());
}
