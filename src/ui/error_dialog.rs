//! The window that shows what went wrong, where there is no terminal to report it on.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

use egui::{Key, RichText, ScrollArea, ViewportCommand};

use super::screen::{self, Screen};
use super::widgets::name_frame;
use crate::error::Result;
use crate::platform::keep_libraries_quiet;

/// Width and height of the window at first, in points.
const SIZE: [f32; 2] = [560.0, 220.0];
/// Height of what is below the text: the buttons and their margin, in points.
const BELOW_TEXT: f32 = 40.0;

/// The title of the window, and of a notification.
pub(crate) const HEADING: &str = "tripong could not go on";
/// What is shown while more may be found out.
const CHECKING: &str = "tripong doctor checks what is missing ...";

/// Gets a window painted again.
pub(crate) type Wake = Box<dyn Fn() + Send>;

/// Shows the text in a window, until it is closed. `opened` is called when the window is there, with what wakes it; below the
/// text is shown what comes from there.
///
/// # Errors
/// [`Error::NoDisplay`](crate::error::Error::NoDisplay) says what is missing.
pub(crate) fn run_error_dialog(
    text: String,
    opened: impl FnOnce(Wake) -> Option<Receiver<String>>,
) -> Result<()> {
    keep_libraries_quiet();
    let viewport = screen::viewport(HEADING).with_inner_size(SIZE);
    let options = eframe::NativeOptions { viewport, centered: true, ..Default::default() };
    let screen = Arc::new(Screen::default());
    let create: eframe::AppCreator<'_> = Box::new(|cc| {
        screen.open(cc.egui_ctx.clone());
        let ctx = cc.egui_ctx.clone();
        Ok(Box::new(ErrorDialogUi::new(text, opened(Box::new(move || ctx.request_repaint())))))
    });
    screen::run_native(&screen, options, create)
}

/// What went wrong, and what is found out about it while it is shown.
#[derive(Debug)]
pub struct ErrorDialogUi {
    text: String,
    /// None when there is nothing more to come.
    findings: Option<Receiver<String>>,
}

impl ErrorDialogUi {
    /// A text, and where more may come from.
    pub fn new(text: String, findings: Option<Receiver<String>>) -> Self {
        Self { text, findings }
    }

    /// Shows what is known by now; true when the user is done with it.
    pub fn ui(&mut self, ui: &mut egui::Ui) -> bool {
        while let Some(findings) = &self.findings {
            match findings.try_recv() {
                Ok(finding) => self.text += &format!("\n\n{finding}"),
                Err(TryRecvError::Empty) => {
                    return error_dialog_ui(ui, &format!("{}\n\n{CHECKING}", self.text));
                }
                Err(TryRecvError::Disconnected) => self.findings = None,
            }
        }
        error_dialog_ui(ui, &self.text)
    }
}

impl eframe::App for ErrorDialogUi {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        name_frame(ui.ctx(), HEADING);
        let is_done = egui::CentralPanel::default().show(ui, |ui| Self::ui(self, ui)).inner;
        if is_done {
            ui.ctx().send_viewport_cmd(ViewportCommand::Close);
        }
    }
}

/// Heading, text and buttons; true when the user is done with it.
fn error_dialog_ui(ui: &mut egui::Ui, text: &str) -> bool {
    ui.heading(HEADING);
    ui.add_space(6.0);
    let height = (ui.available_height() - BELOW_TEXT).max(BELOW_TEXT);
    ScrollArea::vertical().max_height(height).auto_shrink([false, false]).show(ui, |ui| {
        ui.add(egui::Label::new(RichText::new(text).monospace().strong()).wrap().selectable(true));
    });
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        if ui.button("Copy").on_hover_text("The text, to the clipboard").clicked() {
            ui.ctx().copy_text(text.to_owned());
        }
        ui.button("Close").clicked()
    })
    .inner
        || ui.input(|input| input.key_pressed(Key::Escape))
}
