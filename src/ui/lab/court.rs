//! The processes of a lab side by side, as the panes of a court, with what lies between them; and what has happened, as a list.

use egui::{
    Align, Color32, Frame, Key, Label, Layout, RichText, Sense, Stroke, TextStyle, TextWrapMode, Ui,
    WidgetText, vec2,
};

use super::pace::Pace;
use super::presses::presses;
use super::text::with_code;
use crate::game::PaneId;
use crate::lab::front::{Cell, Picture, ProcessPicture, View};
use crate::ui::theme::{Palette, faint};
use crate::ui::widgets::{button, button_ui};

/// A process has so much width at the least, in points, and its box so much height.
const NARROWEST: f32 = 130.0;
const HEIGHT: f32 = 84.0;
/// From this width on what lies between two processes stands there.
const BETWEEN_FROM: f32 = 430.0;
/// Around the words of a cell, in points.
const CELL_MARGIN: f32 = 5.0;
/// Radius of the ball, in points.
const BALL: f32 = 6.0;

/// Which moment of an action is looked at.
#[derive(Debug, Default)]
pub(super) struct Looking {
    /// None: the newest one that is shown.
    at: Option<usize>,
}

impl Looking {
    /// At the newest.
    pub(super) fn forget(&mut self) {
        self.at = None;
    }

    /// Left and right, where the action is over.
    pub(super) fn keys(&mut self, ui: &Ui, count: usize) {
        for (key, held) in presses(ui, &[Key::ArrowLeft, Key::ArrowRight]) {
            if held.is_none() {
                self.step(key == Key::ArrowRight, count);
            }
        }
    }

    fn step(&mut self, on: bool, count: usize) {
        let last = count.saturating_sub(1);
        let at = self.at.unwrap_or(last);
        self.at = Some(if on { (at + 1).min(last) } else { at.saturating_sub(1) });
    }
}

/// What has happened so far; where it is over its moments can be looked at again.
pub(super) fn action_ui(ui: &mut Ui, view: &View, pace: &Pace, looking: &mut Looking, is_over: bool) {
    let count = pace.shown();
    if count == 0 {
        return;
    }
    let at = looking.at.filter(|_| is_over).unwrap_or(count - 1).min(count - 1);
    if let Some(picture) = view.picture_after(at + 1) {
        picture_ui(ui, picture);
        ui.add_space(6.0);
    }
    if is_over && count > 1 {
        ui.horizontal(|ui| {
            if button_ui(ui, button("<"), "Moment before", "How it was before (Left)").clicked() {
                looking.step(false, count);
            }
            if button_ui(ui, button(">"), "Next moment", "How it was after that (Right)").clicked() {
                looking.step(true, count);
            }
            ui.label(format!("Moment {} of {count}", at + 1));
        });
    }
    // A moment that is a picture alone belongs to what was said before it.
    let said = view.moments[..=at].iter().rposition(|moment| !moment.text.is_empty());
    events_ui(ui, view, count, said, looking, is_over);
}

fn events_ui(
    ui: &mut Ui,
    view: &View,
    count: usize,
    said: Option<usize>,
    looking: &mut Looking,
    is_over: bool,
) {
    for (index, moment) in
        view.moments.iter().take(count).enumerate().filter(|(_, moment)| !moment.text.is_empty())
    {
        let is_looked_at = Some(index) == said;
        let text = format!("{} {}", if is_looked_at { ">" } else { "-" }, moment.text);
        let text = with_code(ui, &text, |text| if is_looked_at { text.strong() } else { text });
        // Tab passes it over: Left and Right go there.
        let sense = if is_over { Sense::CLICK } else { Sense::hover() };
        let label = ui.add(Label::new(text).wrap().sense(sense));
        if label.clicked() {
            looking.at = Some(index);
        }
        if is_looked_at && !is_over && count == view.moments.len() {
            label.scroll_to_me(None);
        }
    }
}

/// The processes and what lies between them.
fn picture_ui(ui: &mut Ui, Picture { processes, cells }: &Picture) {
    let width = ui.available_width();
    match processes.as_slice() {
        [left, right] if width >= BETWEEN_FROM && !cells.is_empty() => {
            ui.columns(3, |columns| {
                process_ui(&mut columns[0], left, PaneId(0));
                cells.iter().for_each(|cell| cell_ui(&mut columns[1], cell));
                process_ui(&mut columns[2], right, PaneId(1));
            });
        }
        _ => {
            // The number of columns: a small one.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the width of a window"
            )]
            let room = (width / NARROWEST).max(1.0) as usize;
            let in_row = processes.len().clamp(1, room);
            let numbered: Vec<_> = processes.iter().zip((0..=u8::MAX).map(PaneId)).collect();
            for row in numbered.chunks(in_row) {
                ui.columns(in_row, |columns| {
                    for (column, (process, pane)) in columns.iter_mut().zip(row) {
                        process_ui(column, process, *pane);
                    }
                });
            }
            cells_ui(ui, cells);
        }
    }
}

fn process_ui(ui: &mut Ui, process: &ProcessPicture, pane: PaneId) {
    let palette = Palette::of(ui.visuals());
    let color = palette.pane(pane);
    let frame = Frame::new().fill(palette.court).stroke(Stroke::new(2.0, color)).corner_radius(6.0);
    frame.inner_margin(8.0).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_min_height(HEIGHT);
        // A column would stretch the lines to its width.
        ui.vertical(|ui| words_ui(ui, process, color));
    });
}

fn words_ui(ui: &mut Ui, ProcessPicture { name, pid, state, has_ball }: &ProcessPicture, color: Color32) {
    let palette = Palette::of(ui.visuals());
    ui.add(Label::new(RichText::new(name).strong().color(color)).wrap());
    let pid = if *pid == 0 { "not started".to_owned() } else { format!("pid {pid}") };
    ui.label(RichText::new(pid).color(faint(ui.visuals())));
    ui.add(Label::new(RichText::new(state).color(palette.text)).wrap());
    if *has_ball {
        ui.horizontal(|ui| {
            ball_ui(ui, palette.ball);
            ui.add(Label::new(RichText::new("has the ball").strong().color(palette.text)).wrap());
        });
    }
}

fn ball_ui(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(2.0 * BALL, 2.0 * BALL), Sense::hover());
    ui.painter().circle_filled(rect.center(), BALL, color);
}

/// A name and, below it, what it holds.
fn cell_ui(ui: &mut Ui, Cell { name, value }: &Cell) {
    let palette = Palette::of(ui.visuals());
    let frame = Frame::new().stroke(Stroke::new(1.0, palette.wall)).corner_radius(2.0);
    frame.inner_margin(CELL_MARGIN).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.vertical(|ui| {
            ui.add(Label::new(RichText::new(name).color(faint(ui.visuals()))).wrap());
            ui.add(Label::new(RichText::new(value).monospace().strong()).wrap());
        });
    });
}

/// In rows of as many as fit; one that is wider than a row is wrapped.
fn cells_ui(ui: &mut Ui, cells: &[Cell]) {
    let (whole, gap) = (ui.available_width(), ui.spacing().item_spacing.x);
    let widths: Vec<_> = cells.iter().map(|cell| natural_width(ui, cell).min(whole)).collect();
    let mut rest = cells.iter().zip(widths).peekable();
    while rest.peek().is_some() {
        ui.horizontal_top(|ui| {
            let mut used = -gap;
            while let Some((cell, width)) =
                rest.next_if(|(_, width)| used < 0.0 || used + gap + width <= whole)
            {
                used += gap + width;
                ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(width);
                    cell_ui(ui, cell);
                });
            }
        });
    }
}

/// What a cell needs in one line.
fn natural_width(ui: &Ui, Cell { name, value }: &Cell) -> f32 {
    let width = |text: RichText| {
        let text: WidgetText = text.into();
        text.into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Body).size().x
    };
    let width = width(RichText::new(name)).max(width(RichText::new(value).monospace().strong()));
    // The line around it, and what is lost in rounding.
    width + 2.0 * CELL_MARGIN + 4.0
}
