//! The view of the memory: baton, buttons and keys, and the selected word between map and table.

use egui::{
    Button, EventFilter, FontId, Frame, Id, Key, Label, Modifiers, Rect, Response, RichText, Role,
    ScrollArea, Sense, StrokeKind, Ui, vec2,
};

use super::map::{MapLayout, Stands, legend_ui};
use super::table::{TableInput, TableView, table_ui};
use crate::inspector::memory::{Memory, Row};
use crate::protocol::RegionPart;
use crate::ui::theme::{BUTTON_HEIGHT, Palette};
use crate::ui::widgets::{button_ui, checkbox_ui, named};

/// Size of the baton's headline, in points.
const HEADLINE: f32 = 24.0;
/// Size of the text below it.
const BATON_TEXT: f32 = 17.0;
/// The map has at most this part of the height, but at least so many points.
const MAP_SHARE: f32 = 0.42;
const MAP_AT_LEAST: f32 = 120.0;
/// The table has at least so many points.
const TABLE_AT_LEAST: f32 = 180.0;
/// Height that is kept for the description of the selected word, so that the table stays where it is.
const DETAIL_HEIGHT: f32 = 62.0;

/// What the view itself remembers; all else is in the model.
#[derive(Debug, Default)]
pub struct MemoryUi {
    /// The number of the selected field. None is the baton.
    selected: Option<usize>,
    /// By section, whether it is folded. Empty before the first frame.
    is_folded: Vec<bool>,
    /// Whether all of it was wanted at first.
    is_unfolded: bool,
    only_changed: bool,
    /// The selected word is to be brought into sight.
    shows_selected: bool,
    /// How much of the view is below what is in sight, and how much of the table above, in points.
    hidden_below: f32,
    hidden_of_table: f32,
    /// In a replay the play head says which moment is shown.
    is_of_replay: bool,
}

impl MemoryUi {
    /// With no part folded, also those that hardly anybody wants to read.
    pub fn unfolded() -> Self {
        Self { is_unfolded: true, ..Self::default() }
    }

    /// The view of a replay: it has no buttons to hold it still.
    pub fn of_replay() -> Self {
        Self { is_of_replay: true, ..Self::default() }
    }

    /// Shows the memory, as it was last observed.
    pub fn ui(&mut self, ui: &mut Ui, memory: &mut Memory) {
        if self.is_folded.len() != memory.sections.len() {
            let is_folded =
                |part: RegionPart| !self.is_unfolded && part.is_long() && part != RegionPart::Latencies;
            self.is_folded = memory.sections.iter().map(|section| is_folded(section.part)).collect();
        }
        let map_id = Id::unique("byte map");
        let pages = self.keys(ui, memory, map_id);
        let height = ui.available_height();
        // Down to the table, and then down the table; back in the opposite order.
        let scrolls_view = if pages > 0.0 { self.hidden_below > 1.0 } else { self.hidden_of_table < 1.0 };
        let shown = ScrollArea::vertical().id_salt("memory").auto_shrink(false).show(ui, |ui| {
            let top = ui.cursor().top();
            baton_ui(ui, memory);
            self.controls_ui(ui, memory);
            legend_ui(ui, memory.layout().court());
            self.map_ui(ui, memory, map_id, (height * MAP_SHARE).max(MAP_AT_LEAST));
            self.detail_ui(ui, memory);
            let left = height - (ui.cursor().top() - top) - 2.0;
            let table_pages = if scrolls_view { 0.0 } else { pages };
            self.table_ui(ui, memory, table_pages, left.max(TABLE_AT_LEAST));
            // Only here: the first area that ends takes it.
            if scrolls_view && pages != 0.0 {
                ui.scroll_with_delta(vec2(0.0, -pages * height * 0.8));
            }
        });
        self.hidden_below = shown.content_size.y - shown.inner_rect.height() - shown.state.clamped_offset().y;
        self.shows_selected = false;
    }

    fn selected(&self, memory: &Memory) -> usize {
        self.selected.unwrap_or_else(|| memory.baton_position())
    }

    fn select(&mut self, field: usize) {
        (self.selected, self.shows_selected) = (Some(field), true);
    }

    /// The keys that belong to no control. Returns how many pages further the table is to go.
    fn keys(&mut self, ui: &Ui, memory: &mut Memory, map: Id) -> f32 {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if !self.is_of_replay && pressed(Key::N) {
            memory.step();
        }
        // A control that has the focus is pressed by the space bar.
        if !self.is_of_replay
            && ui.memory(|egui| egui.focused()).is_none_or(|focused| focused == map)
            && pressed(Key::Space)
        {
            memory.set_live(!memory.is_live());
        }
        f32::from(u8::from(pressed(Key::PageDown))) - f32::from(u8::from(pressed(Key::PageUp)))
    }

    fn controls_ui(&mut self, ui: &mut Ui, memory: &mut Memory) {
        if self.is_of_replay {
            return self.only_changed_ui(ui);
        }
        ui.horizontal_wrapped(|ui| {
            let (text, name, hint) = if memory.is_live() {
                ("Still", "Hold this still", "Holds what is shown now (space bar)")
            } else {
                ("Live", "Go live", "Shows what there is, ten times a second (space bar)")
            };
            let button = |text| Button::new(text).min_size(vec2(56.0, BUTTON_HEIGHT));
            if button_ui(ui, button(text), name, hint).clicked() {
                memory.set_live(!memory.is_live());
            }
            let hint = "Takes the next still, and marks what has changed since this one (N)";
            if button_ui(ui, button("Step"), "Step to the next still", hint).clicked() {
                memory.step();
            }
            self.only_changed_ui(ui);
            let mode = if memory.is_live() { "Live" } else { "Held" };
            ui.label(format!("{mode}, picture {}", memory.count));
        });
    }

    fn only_changed_ui(&mut self, ui: &mut Ui) {
        let hint = "Leaves out of the table what is as it was";
        let only_changed = checkbox_ui(ui, self.only_changed, "Only what has changed", hint);
        self.only_changed = only_changed.unwrap_or(self.only_changed);
    }

    fn map_ui(&mut self, ui: &mut Ui, memory: &Memory, id: Id, height: f32) {
        let palette = Palette::of(ui.visuals());
        Frame::new().fill(palette.court).inner_margin(4.0).show(ui, |ui| {
            let width = ui.available_width() - ui.spacing().scroll.allocated_width() - 2.0;
            let map = MapLayout::new(memory, &self.is_folded, width);
            let area = ScrollArea::vertical().id_salt("map").auto_shrink([false, true]);
            area.max_height(height).min_scrolled_height(height.min(map.height + 4.0)).show(ui, |ui| {
                let size = vec2(width, map.height + 4.0);
                let (_, rect) = ui.allocate_space(size);
                let response = ui.interact(rect, id, Sense::click());
                self.map_keys(ui, &map, memory, &response);
                self.map_pointer(&response, &map, memory, rect);
                let origin = rect.min + vec2(0.0, 2.0);
                let selected = self.selected(memory);
                if self.shows_selected
                    && let Some(cell) = map.place_of(selected)
                {
                    ui.scroll_to_rect(cell.translate(origin.to_vec2()).expand(8.0), None);
                }
                if response.has_focus() {
                    let edge = Rect::from_min_size(ui.clip_rect().min, ui.clip_rect().size()).shrink(1.0);
                    let stroke = ui.visuals().selection.stroke;
                    ui.painter().rect_stroke(edge, 2.0, stroke, StrokeKind::Inside);
                }
                map.paint(ui.painter(), origin, memory, selected, &palette);
                let (fields, court) = (memory.layout().fields(), memory.layout().court());
                let name = format!("Byte map, selected: {}", fields[selected].full_label(court));
                named(response, Role::Grid, &name);
            });
        });
    }

    /// The arrow keys, while the map or nothing has the focus.
    fn map_keys(&mut self, ui: &Ui, map: &MapLayout, memory: &Memory, response: &Response) {
        let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|egui| egui.set_focus_lock_filter(response.id, arrows));
        if ui.memory(|egui| egui.focused()).is_some_and(|focused| focused != response.id) {
            return;
        }
        let here = self.selected(memory);
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let targets = [
            (Key::ArrowLeft, map.beside(here, -1)),
            (Key::ArrowRight, map.beside(here, 1)),
            (Key::ArrowUp, map.above_or_below(here, false)),
            (Key::ArrowDown, map.above_or_below(here, true)),
        ];
        for (key, target) in targets {
            if pressed(key)
                && let Some(target) = target
            {
                self.select(target);
            }
        }
    }

    fn map_pointer(&mut self, response: &Response, map: &MapLayout, memory: &Memory, rect: Rect) {
        let pointed = response.hover_pos().and_then(|at| map.at((at - rect.min - vec2(0.0, 2.0)).to_pos2()));
        if response.clicked() {
            response.request_focus();
            match pointed {
                Some(Stands::Field(number)) => self.select(number),
                Some(Stands::Folded(number)) => self.is_folded[number] = false,
                None => {}
            }
        }
        match pointed {
            Some(Stands::Field(number)) => {
                response.clone().on_hover_ui_at_pointer(|ui| word_ui(ui, memory, number));
            }
            Some(Stands::Folded(number)) => {
                let title = &memory.sections[number].title;
                response.clone().on_hover_text_at_pointer(format!("{title}: a click unfolds it"));
            }
            None => {}
        }
    }

    fn detail_ui(&self, ui: &mut Ui, memory: &Memory) {
        let top = ui.cursor().top();
        word_ui(ui, memory, self.selected(memory));
        let missing = DETAIL_HEIGHT - (ui.cursor().top() - top);
        if missing > 0.0 {
            ui.add_space(missing);
        }
    }

    fn table_ui(&mut self, ui: &mut Ui, memory: &Memory, pages: f32, height: f32) {
        let rows = memory.rows(&self.is_folded, self.only_changed);
        let selected = self.selected(memory);
        let line = rows.iter().position(|row| *row == Row::Field(selected));
        let table = TableView {
            memory,
            rows: &rows,
            is_folded: &self.is_folded,
            selected,
            scroll_to: line.filter(|_| self.shows_selected),
            pages,
            height,
        };
        if rows.is_empty() {
            ui.label("Nothing has changed.");
        }
        let (input, hidden) = table_ui(ui, &table);
        self.hidden_of_table = hidden;
        match input {
            // It is in sight: nothing shall move under the pointer.
            Some(TableInput::Select(field)) => self.selected = Some(field),
            Some(TableInput::Fold(section)) => self.is_folded[section] ^= true,
            None => {}
        }
    }
}

fn baton_ui(ui: &mut Ui, memory: &Memory) {
    let Some(baton) = memory.baton() else {
        ui.label("Nothing was read yet.");
        return;
    };
    ui.add(Label::new(RichText::new(baton.headline).size(HEADLINE).strong()).wrap());
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(baton.text).size(BATON_TEXT));
        let hex = RichText::new(baton.parts_hex.join(" | ")).font(FontId::monospace(BATON_TEXT));
        ui.add(Label::new(hex).extend())
            .on_hover_text("The baton's 64 bits in hexadecimal: epoch, giver, holder");
    });
}

/// The description of a word.
fn word_ui(ui: &mut Ui, memory: &Memory, number: usize) {
    let Some(view) = memory.view(number) else { return };
    let changed = if view.has_changed { "  changed" } else { "" };
    let first = format!("{:#07x}  {}  {}{changed}", view.offset, view.label, view.hex);
    ui.add(Label::new(RichText::new(first).monospace().strong()).wrap());
    let second = format!("{}   (unit: {}; written by: {})", view.text, view.unit, view.writer);
    ui.add(Label::new(second).wrap());
    ui.add(Label::new(memory.layout().fields()[number].meaning).wrap());
}
