//! The boxes before a pane's window: the message box of the first Start, and the help.

use egui::{Context, Id, Key, Label, Modal, ModalResponse, Modifiers, Response, RichText, ScrollArea, Ui};

use super::key_labels::KeyLabels;
use super::keys;
use super::playback_input::PLAYBACK_KEYS;
use super::start_keys::forget_held_keys;
use super::theme::box_size;
use super::widgets::{column_ui, scroll_by_keys};
use crate::game::{Court, GameMode, POINTS_TO_WIN, PaneId};
use crate::protocol::snapshot::Snapshot;

/// Width of the help's text, in points, where it fits.
const HELP_WIDTH: f32 = 340.0;
/// Width of the message box's text, in points, where it fits.
const MESSAGE_WIDTH: f32 = 280.0;
/// From this width on keys and what they do have columns; in a narrower box they are below each other.
const COLUMNS_FROM: f32 = 240.0;
/// Width of the column of the keys, in points.
const KEYS_WIDTH: f32 = 88.0;

/// How the user left the message box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// OK or Enter: serve the ball.
    Serve,
    /// Escape, or a click beside the box.
    Dismiss,
}

/// A box with a text that scrolls, and below it a button, which has the keyboard while the box is open.
fn box_ui(
    ctx: &Context,
    heading: &str,
    wanted_width: f32,
    button: &str,
    text_ui: impl FnOnce(&mut Ui),
) -> ModalResponse<Response> {
    forget_held_keys(ctx);
    let [width, height] = box_size(ctx, wanted_width);
    Modal::new(Id::unique(heading)).show(ctx, |ui| {
        ui.set_max_width(width);
        ui.heading(heading);
        let line = ui.text_style_height(&egui::TextStyle::Body);
        ScrollArea::vertical().max_height(height).min_scrolled_height(0.0).show(ui, |ui| {
            scroll_by_keys(ui, height - line);
            text_ui(ui);
        });
        ui.add_space(6.0);
        let button = ui.button(button);
        button.request_focus();
        button
    })
}

/// Shows the message box: what the game is, which process this is, and what OK does. None while it stays open.
pub(super) fn message_box_ui(
    ctx: &Context,
    court: &Court,
    me: PaneId,
    pid: u32,
    labels: &KeyLabels,
) -> Option<Answer> {
    let modal = box_ui(ctx, "One ball, many processes", MESSAGE_WIDTH, "OK", |ui| {
        message_ui(ui, court, me, pid, labels);
    });
    let is_ok = modal.inner.clicked() || ctx.input(|input| input.key_pressed(Key::Enter));
    if is_ok { Some(Answer::Serve) } else { modal.should_close().then_some(Answer::Dismiss) }
}

fn message_ui(ui: &mut Ui, court: &Court, me: PaneId, pid: u32, labels: &KeyLabels) {
    ui.add_space(4.0);
    ui.label(format!(
        "Each of the {} windows is a process of its own. The ball lives in exactly one of them at a time, and crosses \
         to the next by shared memory, a pipe or a socket: choose below the court.",
        court.panes
    ));
    ui.label(format!("This is {}: process {} of {}, pid {pid}.", court.pane_name(me), me.0 + 1, court.panes));
    let (keys, pause) = (keys::names(court, me, labels), labels.name(Key::P));
    ui.label(format!("Move the paddle with the mouse, the wheel, or {keys}. {pause} pauses. F1 shows more."));
    ui.add_space(4.0);
    ui.label(RichText::new("OK serves the ball from this pane. Esc closes this box.").strong());
}

/// F1, or the question mark.
pub(super) fn help_is_asked_for(ctx: &Context) -> bool {
    ctx.input_mut(|input| {
        input.consume_key(Modifiers::NONE, Key::F1)
            || input.consume_key(Modifiers::NONE, Key::Questionmark)
            || input.consume_key(Modifiers::SHIFT, Key::Questionmark)
    })
}

/// Shows the help: what each key does, and what the window shows. True when it is to be closed: by Esc, a click beside it,
/// its button, or the key that opened it. A key that does nothing on this display has no row.
pub(super) fn help_ui(
    ctx: &Context,
    court: &Court,
    me: PaneId,
    pid: u32,
    can_raise: bool,
    labels: &KeyLabels,
    snapshot: &Snapshot,
) -> bool {
    let modal = box_ui(ctx, "Help", HELP_WIDTH, "Close", |ui| {
        let own_keys = snapshot.has_own_keys().then_some(me);
        keys_ui(ui, court, own_keys, can_raise, labels);
        ui.add_space(6.0);
        for sentence in sentences(court, me, pid, snapshot.score().rules.mode) {
            ui.add(Label::new(sentence).wrap());
        }
    });
    modal.inner.clicked() || modal.should_close() || help_is_asked_for(ctx)
}

/// With `own_keys` the keys of other panes move nothing here.
fn keys_ui(ui: &mut Ui, court: &Court, own_keys: Option<PaneId>, can_raise: bool, labels: &KeyLabels) {
    let names = |pane| keys::names(court, pane, labels);
    let text = str::to_owned;
    let rows = [
        (
            own_keys.is_some(),
            own_keys.map(names).unwrap_or_default(),
            "the paddle of this window, up and down; other windows have keys of their own",
        ),
        (own_keys.is_none(), names(PaneId(0)), "the left paddle, up and down, from any window"),
        (own_keys.is_none(), names(court.last()), "the right paddle"),
        (
            own_keys.is_none() && court.panes > 2,
            names(PaneId(1)),
            "the paddle of this window, or of the first inner pane",
        ),
        (true, text("Space, Enter"), "serve the ball that rests, as Start does"),
        (true, format!("Space, {}", labels.name(Key::P)), "pause the ball that flies, and go on"),
        (true, text("Tab, Enter"), "from control to control; press it"),
        (true, text("F1 or ?"), "this help"),
        (true, text("F2"), "projector: everything twice as large, in all windows"),
        (can_raise, text("F3"), "bring all windows to the front, minimized ones too"),
        (true, text("F4"), "record the game in a new file; end the recording"),
        (true, text("Ctrl + - 0"), "larger, smaller, as it was"),
        (true, text("Page Up/Down"), "scroll the explanation, or this help"),
        (true, text("Mouse"), "drag on the court, or turn the wheel: this window's paddle"),
    ];
    for (_, keys, what) in rows.into_iter().filter(|(does_something, ..)| *does_something) {
        row_ui(ui, &keys, what);
    }
}

/// A row: keys, and what they do.
fn row_ui(ui: &mut Ui, keys: &str, what: &str) {
    if ui.available_width() < COLUMNS_FROM {
        ui.label(RichText::new(keys).strong());
        ui.indent(keys, |ui| ui.add(Label::new(what).wrap()));
        return;
    }
    ui.horizontal_top(|ui| {
        column_ui(ui, KEYS_WIDTH, 0.0, RichText::new(keys).strong());
        ui.add(Label::new(what).wrap());
    });
}

/// The help of a replay's windows: its keys, and these sentences. True when it is to be closed.
pub(super) fn replay_help_ui(ctx: &Context, can_raise: bool, sentences: &[&str]) -> bool {
    let modal = box_ui(ctx, "Help", HELP_WIDTH, "Close", |ui| {
        PLAYBACK_KEYS.iter().for_each(|key| row_ui(ui, key.name, key.what));
        let rows = [
            (true, "a capital", "to the next mark of the kind that has this letter"),
            (true, "Tab, Enter", "from control to control; press it"),
            (true, "F1 or ?", "this help"),
            (true, "F2", "projector: everything twice as large, in all windows"),
            (can_raise, "F3", "bring all windows to the front, minimized ones too"),
            (true, "Ctrl + - 0", "larger, smaller, as it was"),
            (true, "Page Up/Down", "scroll"),
        ];
        for (_, keys, what) in rows.into_iter().filter(|(does_something, ..)| *does_something) {
            row_ui(ui, keys, what);
        }
        ui.add_space(6.0);
        for sentence in sentences {
            ui.add(Label::new(*sentence).wrap());
        }
    });
    modal.inner.clicked() || modal.should_close() || help_is_asked_for(ctx)
}

/// The help of the window of a lab. True when it is to be closed.
pub(super) fn lab_help_ui(ctx: &Context) -> bool {
    let modal = box_ui(ctx, "Help", HELP_WIDTH, "Close", |ui| {
        let rows = [
            ("Enter", "the large button at the bottom: predict, do it, conclude, go on"),
            ("Space", "the same, where nothing is asked"),
            ("1 to 9", "choose, select an item of an order, or do the next step of a process"),
            ("Up, Down", "choose the one above or below; a number larger or smaller by 1"),
            ("Shift Up/Down", "move the selected item of an order"),
            ("Letters", "the next step of the process whose name begins so"),
            ("Backspace", "take the last step back"),
            ("Left, Right", "look again at what has happened, moment by moment"),
            ("Page Up/Down", "scroll"),
            ("Tab, Enter", "from control to control; press it"),
            ("Esc", "end the lab, after a question"),
            ("F1 or ?", "this help"),
            ("F2", "projector: everything twice as large"),
            ("Ctrl + - 0", "larger, smaller, as it was"),
        ];
        rows.iter().for_each(|(keys, what)| row_ui(ui, keys, what));
        ui.add_space(6.0);
        for sentence in [
            "Predict first: your prediction is in the receipt before anything happens, and cannot be changed.",
            "What happens is real: each box is a process of its own, with its pid, and what lies between them is memory or a pipe.",
        ] {
            ui.add(Label::new(sentence).wrap());
        }
    });
    modal.inner.clicked() || modal.should_close() || help_is_asked_for(ctx)
}

/// Asks whether the lab is to be ended. None while it stays open; true to end it.
pub(super) fn end_box_ui(ctx: &Context) -> Option<bool> {
    forget_held_keys(ctx);
    let [width, _] = box_size(ctx, MESSAGE_WIDTH);
    let modal = Modal::new(Id::unique("end the lab")).show(ctx, |ui| {
        ui.set_max_width(width);
        ui.heading("End the lab?");
        ui.add(Label::new("The receipt keeps what you have done. The rest counts as not answered.").wrap());
        ui.add_space(6.0);
        ui.horizontal_wrapped(|ui| {
            let stay = ui.button("Stay");
            let end = ui.button("End it");
            if ui
                .memory(|memory| memory.focused())
                .is_none_or(|focused| ![stay.id, end.id].contains(&focused))
            {
                stay.request_focus();
            }
            (stay.clicked(), end.clicked())
        })
        .inner
    });
    match modal.inner {
        (_, true) => Some(true),
        (true, _) => Some(false),
        _ => modal.should_close().then_some(false),
    }
}

/// What the outer sides are, and what the game is about.
fn about_mode(mode: GameMode) -> String {
    match mode {
        GameMode::Rally => {
            "A rally: the outer sides are walls, which bounce the ball. The paddles' hits are counted until \
                            the ball gets past an outer paddle."
                .to_owned()
        }
        GameMode::Match => format!(
            "A match: the outer sides are goals. The left paddle plays against the right one; those between them are the \
             net. First to {POINTS_TO_WIN} points, by two. After a goal the ball is served away from it."
        ),
    }
}

fn sentences(court: &Court, me: PaneId, pid: u32, mode: GameMode) -> [String; 7] {
    let (number, panes) = (me.0 + 1, court.panes);
    [
        about_mode(mode),
        "Through a dashed side the ball goes to the next process.".to_owned(),
        format!("Each window is a process of its own. This one is process {number} of {panes}, pid {pid}."),
        "At the bottom of the court: what has just happened, for three seconds.".to_owned(),
        "The arrow on the court points to the process that has the ball.".to_owned(),
        "Below the court: by what the next hop goes, and what the last one was made of.".to_owned(),
        "Inspect shows the shared memory, the processes, the hand-offs and the invariants.".to_owned(),
    ]
}
