//! The view of the flow: buttons and keys, the diagram, the latencies, and all of it in words.

use egui::{Key, Label, Response, RichText, Role, ScrollArea, TextStyle, Ui, vec2};

use super::frame::{Frame, MARGIN, pick, plot};
use super::latency::latencies_ui;
use super::picture::Picture;
use super::time_view::TimeView;
use crate::game::Court;
use crate::inspector::Moment;
use crate::inspector::flow::{Entry, Flow};
use crate::ui::theme::{Palette, faint};
use crate::ui::widgets::{button, keep_arrows, named, scroll_by_keys, width_of};

/// Height of a line of the diagram, and the least of the whole, in points.
const LINE_HEIGHT: f32 = 60.0;
const MIN_HEIGHT: f32 = 150.0;
/// The least height of the list, in points.
const LIST_HEIGHT: f32 = 200.0;
/// From this width on the list is beside the latencies, in points.
const TWO_COLUMNS_FROM: f32 = 900.0;
/// As long as an entry can get, and a little longer: its lines are broken between words.
const LONGEST_ENTRY: &str = "12345.678 s  epoch 123456, hop 123456: recovered for the next process of the middle, which had it \
                             after 1.23 ms, stayed 1.23 s, and more";
/// By how much a key or a button pans, in spans, and zooms.
const PAN: f64 = 0.2;
const ZOOM: f64 = 1.5;

/// What the view itself remembers; all else is in the model.
#[derive(Debug, Default)]
pub struct FlowUi {
    view: TimeView,
    selected: Option<(u64, Entry)>,
    /// The list is to be moved to what was selected.
    reveals: bool,
    /// What is shown while it is still.
    still: Option<Box<Flow>>,
    /// In a replay most keys move the play head, and nobody can press Start.
    is_of_replay: bool,
}

/// What a key or a button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FlowInput {
    ZoomIn,
    ZoomOut,
    Earlier,
    Later,
    Follow,
    Previous,
    Next,
}

/// The buttons: name, keys, what they do.
const BUTTONS: [(&str, &[Key], FlowInput); 5] = [
    ("Zoom in", &[Key::Plus, Key::Equals], FlowInput::ZoomIn),
    ("Zoom out", &[Key::Minus], FlowInput::ZoomOut),
    ("Earlier", &[Key::ArrowLeft], FlowInput::Earlier),
    ("Later", &[Key::ArrowRight], FlowInput::Later),
    ("Follow", &[Key::Home], FlowInput::Follow),
];
/// What has no button.
const KEYS: [(&[Key], FlowInput); 2] =
    [(&[Key::ArrowUp], FlowInput::Previous), (&[Key::ArrowDown], FlowInput::Next)];

impl FlowUi {
    /// The view of a replay, whose own keys come before those of this view.
    pub fn of_replay() -> Self {
        Self { is_of_replay: true, ..Self::default() }
    }

    /// The moment of what is shown: that of the picture that is held, if `is_still`.
    pub fn moment(&self, flow: &Flow, is_still: bool) -> Moment {
        self.still.as_deref().filter(|_| is_still).unwrap_or(flow).moment
    }

    /// Shows the flow; as it was, if `is_still`.
    pub fn ui(&mut self, ui: &mut Ui, flow: &Flow, court: &Court, is_still: bool) {
        let still = if is_still { self.still.take().or_else(|| Some(Box::new(flow.clone()))) } else { None };
        let shown = still.as_deref().unwrap_or(flow);
        ui.visuals_mut().override_text_color = Some(Palette::of(ui.visuals()).text);
        let page = ui.available_height();
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if shown.entries.is_empty() {
                let todo = if self.is_of_replay { "Play on." } else { "Press Start in a pane." };
                ui.label(format!("Nothing has happened yet: the ball has not been served. {todo}"));
            } else {
                self.shown_ui(ui, shown, court, page);
            }
            // After the list, which would take the pages for itself.
            scroll_by_keys(ui, page);
        });
        self.still = still;
    }

    fn shown_ui(&mut self, ui: &mut Ui, flow: &Flow, court: &Court, page: f32) {
        let inputs = self.buttons_ui(ui).into_iter().chain(pressed_keys(ui));
        inputs.for_each(|input| self.grant(input, flow));
        let hovered = self.diagram_ui(ui, flow, court, page);
        if let Some((at_ns, entry)) = hovered.or(self.selected).or(flow.entries.last().copied()) {
            let outlier = flow.outlier(entry).map(|outlier| format!("; this hand-off took {outlier}"));
            let reported = flow.format(at_ns, entry, court) + &outlier.unwrap_or_default();
            // A single hand-off may be out of the ordinary: the medians below are what stands out.
            ui.add(Label::new(RichText::new(reported).color(faint(ui.visuals()))).wrap());
        }
        ui.add_space(4.0);
        if ui.available_width() >= TWO_COLUMNS_FROM {
            let height = page - ui.min_rect().height();
            ui.columns(2, |columns| {
                self.list_ui(&mut columns[0], flow, court, height);
                latencies_ui(&mut columns[1], &flow.latencies);
            });
        } else {
            latencies_ui(ui, &flow.latencies);
            ui.add_space(4.0);
            self.list_ui(ui, flow, court, page - ui.min_rect().height());
        }
    }

    fn buttons_ui(&self, ui: &mut Ui) -> Vec<FlowInput> {
        let mut inputs = Vec::new();
        ui.horizontal_wrapped(|ui| {
            for (name, keys, input) in BUTTONS {
                let is_on = input == FlowInput::Follow && self.view.is_following();
                let button = ui.add(button(name).selected(is_on));
                let button = match self.is_of_replay {
                    true => button,
                    false => button.on_hover_text(format!("Key: {}", keys[0].name())),
                };
                if button.clicked() {
                    inputs.push(input);
                }
            }
            ui.label("Arrows up and down: one after the other");
        });
        inputs
    }

    fn grant(&mut self, input: FlowInput, flow: &Flow) {
        let now_s = flow.seconds(flow.now_ns);
        match input {
            FlowInput::ZoomIn => self.view.zoom(1.0 / ZOOM, now_s),
            FlowInput::ZoomOut => self.view.zoom(ZOOM, now_s),
            FlowInput::Earlier => self.view.pan(-PAN, now_s),
            FlowInput::Later => self.view.pan(PAN, now_s),
            FlowInput::Follow => {
                self.view.follow();
                self.selected = None;
            }
            FlowInput::Previous => self.select(-1, flow, now_s),
            FlowInput::Next => self.select(1, flow, now_s),
        }
    }

    /// Selects the next entry, or the one before. The first time it is the newest.
    fn select(&mut self, step: isize, flow: &Flow, now_s: f64) {
        let entries = &flow.entries;
        let last = entries.len() - 1;
        let place = |selected: (u64, Entry)| entries.iter().position(|entry| entry.1 == selected.1);
        let place = match self.selected {
            // What is no longer kept was older than all.
            Some(selected) => place(selected).map_or(0, |place| place.saturating_add_signed(step).min(last)),
            None => last,
        };
        self.selected = entries.get(place).copied();
        self.reveals = true;
        if let Some((at_ns, _)) = self.selected {
            self.view.reveal(flow.seconds(at_ns), now_s);
        }
    }

    /// The diagram. Returns what the pointer is at.
    fn diagram_ui(&mut self, ui: &mut Ui, flow: &Flow, court: &Court, page: f32) -> Option<(u64, Entry)> {
        let palette = Palette::of(ui.visuals());
        let lines = f32::from(court.panes) + 1.0;
        let height = (lines * LINE_HEIGHT).min(page * 0.5).max(lines * 30.0).max(MIN_HEIGHT);
        let now_s = flow.seconds(flow.now_ns);
        let (from_s, to_s) = self.view.range_s(now_s);
        let bottom = -f64::from(court.panes) - MARGIN;
        let shown = ui.scope(|ui| {
            ui.visuals_mut().extreme_bg_color = palette.court;
            plot(court, &palette, height).show(ui, |plot| {
                plot.set_plot_bounds_x(from_s..=to_s);
                plot.set_plot_bounds_y(bottom..=MARGIN);
            })
        });
        let shown = shown.inner;
        let range = shown.transform.bounds().range_x();
        let range_s = (*range.start(), *range.end());
        if range_s != (from_s, to_s) {
            self.view.set(range_s, now_s);
        }
        let frame = Frame { rect: *shown.transform.frame(), range_s, panes: court.panes };
        let selected = match self.selected {
            Some((_, Entry::OwnershipInterval(epoch))) => Some(epoch),
            _ => None,
        };
        let painter = ui.painter_at(frame.rect);
        Picture::of(flow, &frame).paint(&painter, &frame, &palette, selected);
        if let Some((at_ns, Entry::Mark(_) | Entry::Gap(_))) = self.selected {
            let x = frame.rect.left()
                + ((flow.seconds(at_ns) - range_s.0) / (range_s.1 - range_s.0)) as f32 * frame.rect.width();
            painter.vline(x, frame.rect.y_range(), (2.0, palette.text));
        }
        name_the_diagram(&shown.response, flow, court);
        self.point(&shown.response, flow, court, &frame)
    }

    /// What the pointer is at; a click selects it.
    fn point(
        &mut self,
        response: &Response,
        flow: &Flow,
        court: &Court,
        frame: &Frame,
    ) -> Option<(u64, Entry)> {
        let at = response.hover_pos().filter(|at| frame.rect.contains(*at))?;
        let hovered = pick(flow, court, frame, at);
        if response.clicked() {
            self.selected = hovered;
            self.reveals = true;
        }
        hovered
    }

    /// All that has happened in words, the newest first: nobody needs the picture.
    fn list_ui(&mut self, ui: &mut Ui, flow: &Flow, court: &Court, space: f32) {
        ui.label(RichText::new("All of it in words, the newest first").strong());
        let entries = &flow.entries;
        // Below its heading, and clear of the lower edge.
        let list_height = (space - 40.0).max(LIST_HEIGHT);
        // All are as high, so that only those in sight are laid out: as many lines as the longest needs.
        let lines = (width_of(ui, LONGEST_ENTRY) / (ui.available_width() - 24.0)).ceil().max(1.0);
        let height = (lines * ui.text_style_height(&TextStyle::Body)).max(ui.spacing().interact_size.y);
        let mut area =
            ScrollArea::vertical().id_salt("list of the flow").auto_shrink(false).max_height(list_height);
        let selected = self.selected.and_then(|(_, entry)| entries.iter().position(|(_, e)| *e == entry));
        if let Some(place) = selected.filter(|_| self.reveals) {
            let row = (entries.len() - 1 - place) as f32;
            area = area.vertical_scroll_offset(
                (row * (height + ui.spacing().item_spacing.y) - list_height / 2.0).max(0.0),
            );
        }
        self.reveals = false;
        area.show_rows(ui, height, entries.len(), |ui, rows| {
            for (at_ns, entry) in entries.iter().rev().skip(rows.start).take(rows.len()) {
                let reported = flow.format(*at_ns, *entry, court);
                let is_selected = self.selected.is_some_and(|(_, selected)| selected == *entry);
                let text = if is_selected {
                    RichText::new(format!("> {reported}")).strong()
                } else {
                    reported.into()
                };
                ui.allocate_ui(vec2(ui.available_width(), height), |ui| ui.add(Label::new(text).wrap()));
            }
        });
    }
}

fn name_the_diagram(response: &Response, flow: &Flow, court: &Court) {
    let newest = flow.entries.last().map(|(at_ns, entry)| flow.format(*at_ns, *entry, court));
    let text = format!("Space-time diagram. The newest: {}", newest.unwrap_or_default());
    named(response.clone(), Role::Image, &text);
}

/// Keys, unless somebody is writing.
fn pressed_keys(ui: &Ui) -> Vec<FlowInput> {
    if ui.ctx().text_edit_focused() {
        return Vec::new();
    }
    keep_arrows(ui, true);
    ui.input(|input| {
        let is_pressed =
            |key: Key| input.key_pressed(key) && !input.modifiers.command && !input.modifiers.alt;
        let buttons = BUTTONS.into_iter().map(|(_, keys, input)| (keys, input));
        let pressed = buttons.chain(KEYS).filter(|(keys, _)| keys.iter().any(|key| is_pressed(*key)));
        pressed.map(|(_, input)| input).collect()
    })
}
