//! What a screen reader reads of a replay without being asked: by its main window alone, while that has the keyboard.

use egui::accesskit::Live;
use egui::{Role, Sense, Ui};

use super::shown::{Playhead, clock_time};
use crate::ui::widgets::named;

/// A step that goes no farther is one of playing on, in nanoseconds of the scrubber.
const LONGEST_STEP_NS: u64 = 3_000_000_000;

/// What was announced, and how it was then.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    said: String,
    before: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    shown_ns: u64,
    is_playing: bool,
    mark: usize,
    has_fault: bool,
}

impl Announcer {
    /// The live node: marks that are passed, play and pause, and jumps. To be called in every frame.
    pub(super) fn ui(&mut self, ui: &Ui, playhead: &Playhead) {
        let is_focused = ui.input(|input| input.focused);
        self.follow(playhead, is_focused);
        let status = ui.interact(ui.max_rect(), ui.scope_id().with("replay status"), Sense::hover());
        let status = named(status, Role::Status, &self.said);
        let live = if is_focused { Live::Polite } else { Live::Off };
        ui.ctx().accesskit_node_builder(status.id, |node| node.set_live(live));
    }

    fn follow(&mut self, playhead: &Playhead, is_focused: bool) {
        let (mark, text) = playhead.last_mark().map_or((0, ""), |(number, mark)| (number, &mark.text));
        let now = Moment {
            shown_ns: playhead.shown_ns,
            is_playing: playhead.is_playing,
            mark,
            has_fault: playhead.fault.is_some(),
        };
        let before = self.before.replace(now);
        let Some(before) = before.filter(|_| is_focused) else { return };
        let mut sentences = Vec::new();
        if now.has_fault && !before.has_fault {
            sentences
                .extend(playhead.fault.as_ref().map(|fault| format!("The recording does not fit: {fault}.")));
        }
        if now.is_playing != before.is_playing {
            sentences.push(if now.is_playing { "Playing.".to_owned() } else { "Paused.".to_owned() });
        }
        let jumped = now.shown_ns.abs_diff(before.shown_ns) > LONGEST_STEP_NS || now.mark < before.mark;
        if now.mark > before.mark && !text.is_empty() {
            sentences.push(format!("{text}."));
        } else if jumped && !now.is_playing {
            sentences.push(format!("{}, {}.", clock_time(playhead.at_ns, false), playhead.count_in_words()));
        }
        if !sentences.is_empty() {
            self.say(sentences.join(" "));
        }
    }

    /// The same text again is a change as well.
    fn say(&mut self, text: String) {
        let is_repeated = text == self.said;
        self.said = text;
        if is_repeated {
            self.said.push(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::playback::{Mark, MarkKind};

    fn playhead(shown_ns: u64, is_playing: bool) -> Playhead {
        let mark = |shown_ns, text: &str| Mark {
            shown_ns,
            at_ns: shown_ns,
            tick: 0,
            kind: MarkKind::Death,
            pane: None,
            line: 1,
            text: text.to_owned(),
        };
        let marks = [mark(5_000, "it died"), mark(9_000, "it died again")];
        Playhead { shown_ns, at_ns: shown_ns, is_playing, marks: marks.into(), ..Playhead::default() }
    }

    #[test]
    fn marks_pauses_and_jumps_are_announced_and_playing_on_is_not() {
        let mut announcer = Announcer::default();
        let mut said = |shown_ns, is_playing, is_focused| {
            announcer.said.clear();
            announcer.follow(&playhead(shown_ns, is_playing), is_focused);
            announcer.said.clone()
        };
        assert_eq!(said(0, false, true), "", "the first look");
        assert_eq!(said(0, true, true), "Playing.");
        assert_eq!(said(4_000, true, true), "");
        assert_eq!(said(5_000, true, true), "it died.");
        assert_eq!(said(6_000, true, true), "");
        assert_eq!(said(6_000, false, true), "Paused.");
        assert_eq!(said(4_000, false, true), "0:00, tick 0, hop 0, epoch 0.", "back over a mark");
        assert_eq!(said(9_500, false, false), "", "another window has the keyboard");
        assert_eq!(said(9_600, false, true), "");
    }
}
