//! What a pane's window has in a replay in place of its controls: nobody can press Start, move a paddle or choose a transport in
//! what has happened, so nothing of that is offered.
//!
//! ```text
//! [Play]  Replay: the autopilot moved this paddle
//! The ball is in the right pane: process 3 of 3, pid 103.                [?]
//! ```

use egui::{Align, Button, Context, Label, Layout, Rect, RichText, Ui, UiBuilder, vec2};

use super::bar::{ordinal, which_process};
use super::boxes::replay_help_ui;
use super::intent::Intent;
use super::playback_input::{PlaybackInput, take_playback_keys};
use super::score;
use super::theme::{BUTTON_HEIGHT, HAS_ROOM_FROM};
use super::transport_bar::explain_ui;
use super::widgets::{button, button_ui};
use crate::game::{Control, Court, PaneId};
use crate::protocol::TransportKind;
use crate::protocol::snapshot::{PaneView, Snapshot};

/// How the replay stands, as far as a pane's window shows it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Replayed {
    pub(super) is_playing: bool,
}

/// The controls of a pane's window in a replay.
pub(super) struct ReplayedControls<'a> {
    pub(super) court: &'a Court,
    pub(super) me: PaneId,
    pub(super) snapshot: &'a Snapshot,
    pub(super) replayed: Replayed,
    pub(super) help_is_open: &'a mut bool,
    pub(super) intents: &'a mut Vec<Intent>,
}

impl ReplayedControls<'_> {
    pub(super) fn bar_ui(&mut self, ui: &mut Ui) {
        let has_room = ui.available_width() >= HAS_ROOM_FROM;
        ui.add_space(4.0);
        ui.horizontal(|ui| self.row_ui(ui));
        let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
            self.help_button_ui(ui, Button::new("?").small());
            let whereabouts = score::whereabouts(self.snapshot, self.court, self.me, !has_room, false);
            let text = Layout::left_to_right(Align::Center);
            ui.with_layout(text, |ui| ui.add(Label::new(whereabouts).truncate()));
        });
    }

    fn row_ui(&mut self, ui: &mut Ui) {
        self.play_button_ui(ui);
        let view = score::pane_view(self.snapshot, self.me);
        if view.incarnation > 1 {
            let hint = format!(
                "{} process of this pane, as recorded. The one before died.",
                ordinal(view.incarnation)
            );
            let text = which_process(ui, view.incarnation, view.pid);
            ui.add(Label::new(RichText::new(text).strong()).truncate()).on_hover_text(hint);
        }
        ui.add(Label::new(moved_by(&view)).truncate())
            .on_hover_text("A replay shows what has happened: nothing can be moved");
    }

    /// In a window that has room for nothing else.
    pub(super) fn corner_ui(&mut self, ui: &mut Ui, corner: Rect) {
        ui.scope_builder(UiBuilder::new().max_rect(corner), |ui| self.play_button_ui(ui));
    }

    fn play_button_ui(&mut self, ui: &mut Ui) {
        let text = if self.replayed.is_playing { "Pause" } else { "Play" };
        let hint = "Plays the recording, or lets it stand still (space bar)";
        if button_ui(ui, button(text).min_size(vec2(56.0, BUTTON_HEIGHT)), text, hint).clicked() {
            self.intents.push(Intent::Playback(PlaybackInput::PlayOrPause));
        }
    }

    fn help_button_ui(&mut self, ui: &mut Ui, button: Button<'_>) {
        if button_ui(ui, button, "Help", "What the keys do (F1)").clicked() {
            *self.help_is_open = true;
            ui.ctx().request_repaint();
        }
    }
}

/// Who moved the paddle then.
pub(super) fn moved_by(view: &PaneView) -> &'static str {
    match view.control {
        Control::Autopilot => "Replay: autopilot",
        Control::Manual(_) | Control::Held(_) => "Replay: a person played",
    }
}

/// Below the court: by what the next hop goes, and the explanation of the last one.
pub(super) fn bottom_bar_ui(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    ui.horizontal_centered(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            explain_ui(ui, snapshot, intents);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let transport = transport_in_words(snapshot.transport);
                let hint = "As recorded: in a replay nobody can choose another transport";
                ui.add(Label::new(transport).truncate()).on_hover_text(hint);
            });
        });
    });
}

fn transport_in_words(transport: TransportKind) -> String {
    format!("Next hop by {}", transport.in_words())
}

/// The keys of the replay, unless the help has them.
pub(super) fn keys_ui(ui: &Ui, is_behind_a_box: bool, intents: &mut Vec<Intent>) {
    if !is_behind_a_box {
        let keeps_space = ui.memory(|memory| memory.focused().is_some());
        let wanted = ui.input_mut(|input| take_playback_keys(input, keeps_space));
        intents.extend(wanted.into_iter().map(Intent::Playback));
    }
}

/// The help. True when it is to be closed.
pub(super) fn help_ui(ctx: &Context, can_raise: bool) -> bool {
    let sentences = [
        "A pane as its window showed it. Nothing can be moved or chosen in what has happened: the inspector's window of this replay \
         has a bar with all that can be done.",
        "Closing this window leaves the others open.",
    ];
    replay_help_ui(ctx, can_raise, &sentences)
}
