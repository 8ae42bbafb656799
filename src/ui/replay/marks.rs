//! All marks as a list: each is a button that goes there.

use egui::{Button, RichText, Role, ScrollArea, Ui};

use super::scrubber::in_words;
use super::shown::Playhead;
use crate::ui::playback_input::PlaybackInput;
use crate::ui::theme::{BUTTON_HEIGHT, Palette};
use crate::ui::widgets::{keep_in_sight, named_choice, scroll_by_keys};

/// Shows them. Returns where the viewer wants to go. `reveals` brings the last one that was reached into sight.
pub(super) fn marks_ui(ui: &mut Ui, playhead: &Playhead, reveals: bool) -> Option<PlaybackInput> {
    let page = ui.available_height();
    ui.visuals_mut().override_text_color = Some(Palette::of(ui.visuals()).text);
    if playhead.marks.is_empty() {
        ui.label("Nothing was marked: no process died, no ball was recalled, and nobody made a goal.");
        return None;
    }
    let reached = playhead.last_mark().map(|(number, _)| number - 1);
    let row_height = BUTTON_HEIGHT + ui.spacing().item_spacing.y;
    let mut area = ScrollArea::vertical().auto_shrink(false);
    if let Some(reached) = reached.filter(|_| reveals) {
        area = area.vertical_scroll_offset((reached as f32 * row_height - page / 2.0).max(0.0));
    }
    let marks = &playhead.marks;
    area.show_rows(ui, BUTTON_HEIGHT, marks.len(), |ui, rows| {
        scroll_by_keys(ui, page);
        let mut wanted = None;
        for index in rows {
            let Some(mark) = marks.get(index) else { continue };
            let is_reached = reached == Some(index);
            let text = format!("{}  {}", mark.kind.letter(), in_words(mark));
            let text =
                if is_reached { RichText::new(format!("> {text}")).strong() } else { RichText::new(text) };
            let button =
                Button::selectable(is_reached, text).truncate().min_size([0.0, BUTTON_HEIGHT].into());
            let response = ui.add(button);
            keep_in_sight(&response);
            let name = format!("Go to {}", in_words(mark));
            if named_choice(response, Role::Button, is_reached, &name).clicked() {
                wanted = Some(PlaybackInput::SeekTo(mark.shown_ns));
            }
        }
        wanted
    })
    .inner
}
