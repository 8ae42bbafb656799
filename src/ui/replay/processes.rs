//! The processes of a recording: what it says of them, and no more. They are gone, so /proc is not asked.

use egui::{Frame, Grid, Label, Margin, RichText, ScrollArea, Ui};

use super::shown::{RecordedProcess, RecordedState, Shown};
use crate::game::Control;
use crate::inspector::processes::ProcessState;
use crate::ui::inspector::state_mark_ui;
use crate::ui::score;
use crate::ui::theme::Palette;
use crate::ui::widgets::scroll_by_keys;

/// What is above the columns.
const COLUMNS: [&str; 9] =
    ["process", "ball", "pid", "inc.", "state", "hops", "fenced", "paddle", "moved by"];

/// Shows them.
pub fn recorded_processes_ui(ui: &mut Ui, shown: &Shown) {
    let page = ui.available_height();
    ui.visuals_mut().override_text_color = Some(Palette::of(ui.visuals()).text);
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        scroll_by_keys(ui, page);
        ui.add(
            Label::new("As recorded: these processes are gone, and nothing can be done to them. Values of the kernel are not in a recording.")
                .wrap(),
        );
        ui.add_space(6.0);
        Frame::new().inner_margin(Margin::symmetric(2, 2)).show(ui, |ui| {
            let grid = Grid::new("recorded processes").striped(true).spacing([16.0, 6.0]);
            grid.show(ui, |ui| {
                COLUMNS.iter().for_each(|name| drop(ui.label(RichText::new(*name).strong())));
                ui.end_row();
                for process in &shown.processes {
                    row_ui(ui, shown, process);
                    ui.end_row();
                }
            });
        });
    });
}

fn row_ui(ui: &mut Ui, shown: &Shown, process: &RecordedProcess) {
    let view = score::pane_view(&shown.watcher.snapshot, process.pane);
    let color = Palette::of(ui.visuals()).pane(process.pane);
    ui.label(RichText::new(shown.court.pane_title(process.pane)).strong().color(color));
    ui.label(if shown.watcher.snapshot.holder() == Some(process.pane) { "here" } else { "" });
    ui.label(number(process.pid.into()));
    ui.label(number(process.incarnation));
    ui.horizontal(|ui| {
        state_mark_ui(ui, mark_of(process.state));
        ui.label(process.state.word());
    });
    ui.label(process.hops.to_string());
    ui.label(process.fenced.to_string());
    ui.label(format!("{:.2}", view.paddle.y));
    ui.label(match view.control {
        Control::Autopilot => "autopilot",
        Control::Manual(_) => "a person",
        Control::Held(_) => "a held key",
    });
}

/// The mark of a state is that of the same state in a running game.
fn mark_of(state: RecordedState) -> ProcessState {
    match state {
        RecordedState::Alive => ProcessState::Running,
        RecordedState::Frozen => ProcessState::Stopped,
        RecordedState::Dead => ProcessState::Gone,
    }
}

/// What a recording does not say is a dash.
fn number(number: u64) -> String {
    if number == 0 { "–".to_owned() } else { number.to_string() }
}
