//! The playback bar: buttons, speed, the scrubber, and where that is.

use egui::{Button, Label, RichText, Role, Ui, vec2};

use super::scrubber::scrubber_ui;
use super::shown::Playhead;
use crate::game::TICKS_PER_SECOND;
use crate::recording::playback::Rate;
use crate::ui::playback_input::PlaybackInput;
use crate::ui::theme::{BUTTON_HEIGHT, Palette};
use crate::ui::widgets::{button, keep_in_sight, named, one_of_ui};

/// The buttons left and right of the one that plays: text, name, what it does.
const BACK: [(&str, &str, PlaybackInput); 4] = [
    ("Start", "To the start", PlaybackInput::Start),
    ("< Mark", "Previous mark", PlaybackInput::MarkBack),
    ("< Hop", "Previous hop", PlaybackInput::HopBack),
    ("< Tick", "Previous tick", PlaybackInput::TickBack),
];
const ON: [(&str, &str, PlaybackInput); 4] = [
    ("Tick >", "Next tick", PlaybackInput::Tick),
    ("Hop >", "Next hop", PlaybackInput::Hop),
    ("Mark >", "Next mark", PlaybackInput::Mark),
    ("End", "To the end", PlaybackInput::End),
];
/// From this width on there is room to say what the speeds are, in points.
const HAS_ROOM_FROM: f32 = 860.0;
/// Width of the button that plays, in points: the same whatever it says.
const PLAY_WIDTH: f32 = 60.0;

/// Shows the bar. `more_ui` adds buttons to its first row. Returns what the viewer wants.
pub fn playback_bar_ui(
    ui: &mut Ui,
    playhead: &Playhead,
    more_ui: impl FnOnce(&mut Ui),
) -> Option<PlaybackInput> {
    let mut wanted = ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let mut wanted = buttons_ui(ui, &BACK, None);
        wanted = play_ui(ui, playhead.is_playing).or(wanted);
        wanted = buttons_ui(ui, &ON, wanted);
        let has_room = ui.max_rect().width() >= HAS_ROOM_FROM;
        if has_room {
            ui.separator();
            ui.label("Speed");
        }
        wanted = rates_ui(ui, playhead.rate).or(wanted);
        if has_room {
            ui.separator();
        }
        more_ui(ui);
        wanted
    });
    wanted.inner = ui.scope(|ui| scrubber_ui(ui, playhead)).inner.or(wanted.inner);
    place_ui(ui, playhead);
    wanted.inner
}

fn buttons_ui(
    ui: &mut Ui,
    buttons: &[(&str, &str, PlaybackInput)],
    wanted: Option<PlaybackInput>,
) -> Option<PlaybackInput> {
    buttons.iter().fold(wanted, |wanted, (text, name, input)| {
        let response = named(ui.add(button(text)), Role::Button, name);
        keep_in_sight(&response);
        let key = input.key().map(|key| format!(": {} ({})", key.what, key.name)).unwrap_or_default();
        if response.on_hover_text(format!("{name}{key}")).clicked() { Some(*input) } else { wanted }
    })
}

fn play_ui(ui: &mut Ui, is_playing: bool) -> Option<PlaybackInput> {
    let text = if is_playing { "Pause" } else { "Play" };
    let play = Button::new(RichText::new(text).strong()).min_size(vec2(PLAY_WIDTH, BUTTON_HEIGHT));
    let response = named(ui.add(play), Role::Button, text);
    keep_in_sight(&response);
    response
        .on_hover_text("Plays the recording, or lets it stand still (space bar)")
        .clicked()
        .then_some(PlaybackInput::PlayOrPause)
}

fn rates_ui(ui: &mut Ui, rate: Rate) -> Option<PlaybackInput> {
    ui.spacing_mut().item_spacing.x = 1.0;
    let chosen = Rate::ALL.into_iter().fold(None, |chosen, choice| {
        let (is_chosen, name) = (choice == rate, format!("Speed: {}", choice.name()));
        let hint = "Times as fast as it happened (+ and -)";
        let is_clicked = one_of_ui(ui, is_chosen, choice.name(), &name, hint);
        if is_clicked && !is_chosen { Some(PlaybackInput::Rate(choice)) } else { chosen }
    });
    ui.spacing_mut().item_spacing.x = 4.0;
    chosen
}

/// Where it is, what has happened there, and what is wrong with the recording.
fn place_ui(ui: &mut Ui, playhead: &Playhead) {
    ui.horizontal_wrapped(|ui| {
        ui.add(Label::new(RichText::new(playhead.place_in_words()).strong()).extend());
        ui.add(Label::new(playhead.count_in_words()).extend());
        if playhead.is_unpaced {
            ui.add(Label::new(format!("not paced: shown at {TICKS_PER_SECOND} ticks a second")).extend());
        }
        if let Some((number, mark)) = playhead.last_mark() {
            let (of, text) = (playhead.marks.len(), &mark.text);
            ui.add(Label::new(format!("Mark {number} of {of}: {text}")).truncate());
        } else if !playhead.marks.is_empty() {
            ui.add(Label::new(format!("No mark so far; {} to come", playhead.marks.len())).truncate());
        }
        if let Some(percent) = playhead.reading {
            let percent = percent.map(|percent| format!(": {percent} %")).unwrap_or_default();
            ui.add(Label::new(format!("Reading the recording{percent}")).extend());
        }
    });
    if playhead.is_cut {
        ui.add(Label::new("The recording was not ended in order: its last second may be missing.").wrap());
    }
    if let Some(fault) = &playhead.fault {
        let color = Palette::of(ui.visuals()).violated;
        let text = format!("Shown up to the first line that does not fit: {fault}");
        ui.add(Label::new(RichText::new(text).strong().color(color)).wrap());
    }
}
