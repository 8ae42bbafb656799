//! What a process has open: folded at first.

use egui::{CollapsingHeader, Label, RichText, Ui};

use crate::inspector::processes::{Access, Fd, ProcessInfo};
use crate::ui::widgets::{column_ui, keep_in_sight};

/// Widths of the columns, in points: number, kind, direction. What the fd is comes after them, and is wrapped.
const NUMBER: f32 = 24.0;
const KIND: f32 = 68.0;
const ACCESS: f32 = 74.0;
/// What is left free between two of them.
const GAP: f32 = 8.0;

/// The open fds of this process.
pub(super) fn fds_ui(ui: &mut Ui, process: &ProcessInfo) {
    let header = format!("Open fds of {}: {}", process.name_with_article(), process.fds.len());
    let folding = CollapsingHeader::new(header).id_salt(&process.name).show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        process.fds.iter().for_each(|fd| fd_ui(ui, fd));
    });
    keep_in_sight(&folding.header_response);
}

fn fd_ui(ui: &mut Ui, fd: &Fd) {
    ui.horizontal_top(|ui| {
        let height = ui.text_style_height(&egui::TextStyle::Body);
        column_ui(ui, NUMBER, height, fd.number.to_string());
        column_ui(ui, KIND, height, fd.kind.to_string());
        let access = match fd.access {
            Access::Read => "read",
            Access::Write => "write",
            Access::Both => "read, write",
        };
        column_ui(ui, ACCESS, height, access);
        ui.vertical(|ui| {
            ui.add(Label::new(&fd.meaning).wrap());
            ui.add(Label::new(RichText::new(&fd.target).monospace()).wrap());
        });
    });
}
