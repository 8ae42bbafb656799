//! The table of the processes: as many columns as fit, and below each process what did not.

use egui::{Button, Color32, Frame, Label, Margin, Response, RichText, Role, TextStyle, Ui, vec2};

use crate::game::PaneId;
use crate::inspector::processes::{COLUMNS, NAME, ProcessInfo, Processes, STATE};
use crate::ui::inspector::state_mark::state_mark_ui;
use crate::ui::theme::Palette;
use crate::ui::widgets::{keep_in_sight, named_choice, pair_ui, width_of};

/// What is left free between two columns, and between two values below a process, in points.
const GAP: f32 = 14.0;
/// How far what is below a process is indented, in points.
const INDENT: f32 = 16.0;
/// The width of the column of the states is that of this one: the longest that a pane has most of the time. A longer one is
/// wrapped.
const USUAL_STATE: &str = "blocked: futex (its doorbell)";

type Cells = [String; COLUMNS.len()];

/// What the table itself remembers.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The most that each column has needed so far, in points: so nothing jumps when a number gets shorter.
    widths: [f32; COLUMNS.len()],
}

impl Table {
    /// Shows the table. Returns which pane is selected then.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        processes: &Processes,
        selected: Option<PaneId>,
    ) -> Option<PaneId> {
        let holder = processes.moment.holder;
        let rows: Vec<_> = processes.all.iter().map(|process| (process, process.cells(holder))).collect();
        self.measure(ui, rows.iter().map(|(_, cells)| cells));
        let columns = self.fitting(ui.available_width());
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for (column, width) in COLUMNS.iter().zip(self.widths).take(columns) {
                cell_ui(ui, width, |ui| {
                    ui.add(Label::new(RichText::new(column.name).strong()).extend())
                        .on_hover_text(column.meaning)
                });
            }
        });
        let mut is_striped = false;
        rows.iter().fold(selected, |selected, (process, cells)| {
            is_striped ^= true;
            let fill = if is_striped { ui.visuals().faint_bg_color } else { Color32::TRANSPARENT };
            let frame = Frame::new().fill(fill).inner_margin(Margin::symmetric(0, 2));
            frame.show(ui, |ui| self.row_ui(ui, process, cells, columns, selected)).inner
        })
    }

    fn measure<'a>(&mut self, ui: &Ui, rows: impl Iterator<Item = &'a Cells>) {
        let width = |text: &str| width_of(ui, text);
        let heads = COLUMNS.map(|column| width(column.name));
        let mut wanted = rows.fold(heads, |wanted, cells| {
            let mut cells = cells.iter();
            wanted.map(|wanted| cells.next().map_or(wanted, |cell| wanted.max(width(cell))))
        });
        // A name is a button.
        wanted[NAME] += 2.0 * ui.spacing().button_padding.x;
        let mark = ui.text_style_height(&TextStyle::Body) + ui.spacing().item_spacing.x;
        wanted[STATE] = width(USUAL_STATE) + mark;
        for (width, wanted) in self.widths.iter_mut().zip(wanted) {
            *width = width.max(wanted.ceil());
        }
    }

    /// How many of the columns fit, from the left.
    fn fitting(&self, available: f32) -> usize {
        let mut used = -GAP;
        let fit = self.widths.iter().take_while(|width| {
            used += **width + GAP;
            used <= available
        });
        // The name is a must.
        fit.count().max(1)
    }

    /// The row of a process. Returns which pane is selected then.
    fn row_ui(
        &self,
        ui: &mut Ui,
        process: &ProcessInfo,
        cells: &Cells,
        columns: usize,
        selected: Option<PaneId>,
    ) -> Option<PaneId> {
        ui.set_width(ui.available_width());
        let name = ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let name = cell_ui(ui, self.widths[NAME], |ui| name_ui(ui, process, selected));
            for (column, cell) in cells.iter().enumerate().take(columns).skip(1) {
                cell_ui(ui, self.widths[column], |ui| match column {
                    STATE => state_ui(ui, process, cell),
                    _ => drop(ui.add(Label::new(cell).extend())),
                });
            }
            name
        });
        let below: Vec<_> = (columns..COLUMNS.len()).collect();
        if !below.is_empty() {
            below_ui(ui, process, cells, &below);
        }
        match process.role.pane() {
            Some(pane) if name.inner.clicked() => (selected != Some(pane)).then_some(pane),
            _ => selected,
        }
    }
}

/// A part of a line. What it holds is as wide as the column, or wrapped.
fn cell_ui<R>(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    let height = ui.text_style_height(&TextStyle::Body);
    let cell = ui.allocate_ui(vec2(width, height), |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.x = 4.0;
        add(ui)
    });
    cell.inner
}

/// A pane can be selected by its name.
fn name_ui(ui: &mut Ui, process: &ProcessInfo, selected: Option<PaneId>) -> Response {
    let Some(pane) = process.role.pane() else {
        // Below each other: the other names are buttons.
        ui.add_space(ui.spacing().button_padding.x);
        return ui.label(&process.name);
    };
    let color = Palette::of(ui.visuals()).pane(pane);
    let is_selected = selected == Some(pane);
    let name = RichText::new(&process.name).strong();
    // On the background of what is selected the pane's own colour may not be seen well.
    let name = if is_selected { name } else { name.color(color) };
    let response = ui.add(Button::selectable(is_selected, name));
    keep_in_sight(&response);
    let name = format!("Select {}", process.name_with_article());
    named_choice(response, Role::Button, is_selected, &name)
        .on_hover_text("Describes below what each action would do to it")
}

fn state_ui(ui: &mut Ui, process: &ProcessInfo, state: &str) {
    state_mark_ui(ui, process.state);
    ui.add(Label::new(state).wrap());
}

/// The values that had no column, each with its name.
fn below_ui(ui: &mut Ui, process: &ProcessInfo, cells: &Cells, columns: &[usize]) {
    ui.horizontal_wrapped(|ui| {
        ui.add_space(INDENT);
        if columns.contains(&STATE) {
            state_ui(ui, process, &cells[STATE]);
            ui.end_row();
            ui.add_space(INDENT);
        }
        ui.spacing_mut().item_spacing.x = GAP;
        let shown = columns.iter().filter(|column| **column != STATE && !cells[**column].is_empty());
        for column in shown {
            let (name, meaning) = (COLUMNS[*column].name, COLUMNS[*column].meaning);
            pair_ui(ui, name, &cells[*column]).on_hover_text(meaning);
        }
    });
}
