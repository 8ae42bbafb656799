//! The scrubber: a slider over the whole recording, with a mark for each death, recall and goal.

use egui::style::HandleShape;
use egui::{Align2, Color32, FontId, Label, Rect, Response, Slider, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::shown::{Playhead, clock_time};
use crate::recording::playback::{Mark, MarkKind};
use crate::ui::playback_input::PlaybackInput;
use crate::ui::theme::Palette;

/// Height of the strip with the marks, in points, and the size of their letters.
const MARKS_HEIGHT: f32 = 16.0;
const LETTER: f32 = 11.0;
/// A letter has so much room, in points; where there is less it is left out, and the line stays.
const LETTER_ROOM: f32 = 10.0;
/// The pointer is at a mark that is no farther away, in points.
const NEAR: f32 = 5.0;
/// From this height of the window on there is room for a line about the letters, in points.
const HAS_ROOM_FROM: f32 = 380.0;
/// Nanoseconds of a second.
const SECOND_NS: f64 = 1e9;

/// Shows it. Returns where the viewer wants to go.
pub(super) fn scrubber_ui(ui: &mut Ui, playhead: &Playhead) -> Option<PlaybackInput> {
    let width = ui.available_width();
    let (strip, strip_response) = {
        let (rect, response) = ui.allocate_exact_size(vec2(width, MARKS_HEIGHT), egui::Sense::click());
        (rect, response)
    };
    let mut shown_s = playhead.shown_ns as f64 / SECOND_NS;
    let length_s = (playhead.length_ns as f64 / SECOND_NS).max(f64::MIN_POSITIVE);
    ui.spacing_mut().slider_width = width;
    // The rail is seen on black as well.
    ui.visuals_mut().widgets.inactive.bg_fill = Palette::of(ui.visuals()).line;
    let slider = Slider::new(&mut shown_s, 0.0..=length_s).show_value(false).trailing_fill(true);
    let response = ui.add(slider.handle_shape(HandleShape::Circle));
    name(ui, &response, playhead);
    let scale = Scale::of(&response, playhead.length_ns);
    paint_marks(ui, strip, &response, playhead, &scale);
    let legend = legend(&playhead.marks);
    if !legend.is_empty() && ui.ctx().content_rect().height() >= HAS_ROOM_FROM {
        ui.add(Label::new(format!("Marks: {}", legend.join(", "))).truncate());
    }
    let near = strip_response.hover_pos().and_then(|at| scale.nearest(&playhead.marks, at.x));
    match near {
        Some(mark) => drop(strip_response.clone().on_hover_text_at_pointer(in_words(mark))),
        None if legend.is_empty() => {}
        None => drop(strip_response.clone().on_hover_text(legend.join("\n"))),
    }
    if strip_response.clicked()
        && let Some(at) = strip_response.interact_pointer_pos()
    {
        let place =
            scale.nearest(&playhead.marks, at.x).map_or_else(|| scale.ns_at(at.x), |mark| mark.shown_ns);
        return Some(PlaybackInput::SeekTo(place));
    }
    response.changed().then(|| PlaybackInput::SeekTo(as_ns(shown_s)))
}

/// What the letters stand for, of all kinds of marks that there are.
fn legend(marks: &[Mark]) -> Vec<String> {
    let has = |kind: &MarkKind| marks.iter().any(|mark| mark.kind == *kind);
    let words = |kind: MarkKind| format!("{} {}", kind.letter(), kind.name());
    MarkKind::ALL.into_iter().filter(has).map(words).collect()
}

/// A mark in words: when, and what.
pub(super) fn in_words(mark: &Mark) -> String {
    format!("{}  {}", clock_time(mark.at_ns, true), mark.text)
}

/// What screen readers read. While it plays only whole seconds: they read each change of what has the focus.
fn name(ui: &Ui, response: &Response, playhead: &Playhead) {
    let seconds = playhead.shown_ns as f64 / SECOND_NS;
    let seconds = if playhead.is_playing { seconds.floor() } else { seconds };
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), seconds, "Place in the recording"));
    let place = clock_time(playhead.at_ns, !playhead.is_playing);
    let hop = if playhead.is_playing { String::new() } else { format!(", {}", playhead.count_in_words()) };
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(format!("{place}{hop}")));
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place on the scrubber")]
fn as_ns(seconds: f64) -> u64 {
    (seconds.max(0.0) * SECOND_NS).round() as u64
}

/// From places on the scrubber to places on the screen.
struct Scale {
    left: f32,
    width: f32,
    length_ns: u64,
}

impl Scale {
    /// That of the slider: its handle stays within it.
    fn of(slider: &Response, length_ns: u64) -> Self {
        let rail = slider.rect.x_range().shrink(slider.rect.height() / 2.5);
        Self { left: rail.min, width: rail.span().max(1.0), length_ns: length_ns.max(1) }
    }

    fn x(&self, shown_ns: u64) -> f32 {
        self.left + (shown_ns as f64 / self.length_ns as f64).min(1.0) as f32 * self.width
    }

    fn ns_at(&self, x: f32) -> u64 {
        let part = f64::from(((x - self.left) / self.width).clamp(0.0, 1.0));
        as_ns(part * self.length_ns as f64 / SECOND_NS)
    }

    fn nearest<'a>(&self, marks: &'a [Mark], x: f32) -> Option<&'a Mark> {
        let from = marks.partition_point(|mark| self.x(mark.shown_ns) < x - NEAR);
        let near = marks[from..].iter().take_while(|mark| self.x(mark.shown_ns) <= x + NEAR);
        near.min_by(|a, b| (self.x(a.shown_ns) - x).abs().total_cmp(&(self.x(b.shown_ns) - x).abs()))
    }
}

/// A line for each mark, and its letter where there is room: the kind is known by letter and colour.
fn paint_marks(ui: &Ui, strip: Rect, slider: &Response, playhead: &Playhead, scale: &Scale) {
    let (painter, palette) = (ui.painter(), Palette::of(ui.visuals()));
    let (mut line_at, mut letter_at) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
    for mark in playhead.marks.iter() {
        let x = scale.x(mark.shown_ns);
        let color = color(mark.kind, &palette);
        // One line for all that are in the same pixel.
        if x - line_at >= 1.0 {
            painter.vline(x, strip.bottom() - 4.0..=slider.rect.bottom(), Stroke::new(1.5, color));
            line_at = x;
        }
        if x - letter_at >= LETTER_ROOM {
            let at = pos2(x, strip.bottom() - 4.0);
            let font = FontId::monospace(LETTER);
            painter.text(at, Align2::CENTER_BOTTOM, mark.kind.letter(), font, color);
            letter_at = x;
        }
    }
}

fn color(kind: MarkKind, palette: &Palette) -> Color32 {
    match kind {
        MarkKind::Death | MarkKind::Reinitialization | MarkKind::Fault => palette.violated,
        MarkKind::Goal | MarkKind::MatchEnd => palette.holds,
        MarkKind::Freeze | MarkKind::Recall | MarkKind::Recovery => palette.text,
    }
}
