//! The window that shows the verdict of a game when its panes have ended: readable from the last row, until it is closed.

use std::io;
use std::sync::Arc;

use egui::{Key, RichText, ScrollArea, ViewportCommand};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use super::appearance::Appearance;
use super::screen::{self, Screen};
use super::theme::Palette;
use crate::error::{Error, ON_STDOUT, Result};
use crate::supervisor::verdict::Verdict;

/// The title of the window.
const TITLE: &str = "tripong: verdict";
/// Width and height of the window at first, in points at zoom 1.
const SIZE: [f32; 2] = [760.0, 480.0];
/// The smallest useful window.
const MIN_SIZE: [f32; 2] = [320.0, 240.0];
/// Sizes of the text, in points.
const HEADING_SIZE: f32 = 30.0;
const REASON_SIZE: f32 = 18.0;
const REPORT_SIZE: f32 = 15.0;
/// Height of what is below the report: the buttons and their margin, in points.
const BELOW_REPORT: f32 = 40.0;

/// Shows the verdict, which comes on stdin, until its window is closed.
///
/// # Errors
/// [`Error::NoWindow`] says what is missing; [`Error::System`] if there is no verdict on stdin.
pub fn show_verdict() -> Result<()> {
    // Signals that ask for an end are the launcher's, and blocked here.
    set_pdeathsig(Signal::SIGKILL)
        .map_err(Error::system("ask for a signal at the launcher's death (prctl)"))?;
    let verdict = serde_json::from_reader(io::stdin()).map_err(io::Error::from);
    let verdict: Verdict = verdict.map_err(Error::system("read the verdict from stdin"))?;
    let zoom = verdict.settings.zoom.factor();
    let viewport = screen::viewport(TITLE).with_inner_size(SIZE.map(|length| length * zoom));
    let options = eframe::NativeOptions {
        viewport: viewport.with_min_inner_size(MIN_SIZE),
        centered: true,
        ..Default::default()
    };
    let screen = Arc::new(Screen::default());
    let create: eframe::AppCreator<'_> = Box::new(|cc| {
        screen.open(cc.egui_ctx.clone());
        Ok(Box::new(VerdictUi::new(verdict)))
    });
    screen::run_native(&screen, options, create).map_err(|error| error.instead(ON_STDOUT))
}

/// The verdict, its reason and the report.
#[derive(Debug)]
pub struct VerdictUi {
    verdict: Verdict,
    appearance: Appearance,
}

impl VerdictUi {
    /// Shows this verdict.
    pub fn new(verdict: Verdict) -> Self {
        Self { verdict, appearance: Appearance::default() }
    }

    /// Shows it; true when the user is done with it.
    pub fn ui(&mut self, ui: &mut egui::Ui) -> bool {
        self.appearance.follow(ui.ctx(), &self.verdict.settings);
        let Verdict { heading, reason, report, holds, .. } = &self.verdict;
        let palette = Palette::of(ui.visuals());
        let color = if *holds { palette.holds } else { palette.violated };
        ui.label(RichText::new(heading).size(HEADING_SIZE).strong().color(color));
        ui.add(egui::Label::new(RichText::new(reason).size(REASON_SIZE).strong()).wrap());
        ui.add_space(8.0);
        let height = (ui.available_height() - BELOW_REPORT).max(BELOW_REPORT);
        ScrollArea::both().max_height(height).auto_shrink([false, false]).show(ui, |ui| {
            let text = RichText::new(report).size(REPORT_SIZE).monospace().color(palette.text);
            ui.add(egui::Label::new(text).extend().selectable(true));
        });
        ui.add_space(6.0);
        let is_pressed = ui.horizontal(|ui| {
            if ui.button("Copy").on_hover_text("The report, to the clipboard").clicked() {
                ui.ctx().copy_text(report.clone());
            }
            let close = ui.button("Close");
            ui.label("Esc or Q");
            close.clicked()
        });
        // Not Space and not any key: one that was for the game must not close what comes after it.
        let is_key = ui.input(|input| input.key_pressed(Key::Escape) || input.key_pressed(Key::Q));
        is_pressed.inner || is_key
    }
}

impl eframe::App for VerdictUi {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let is_done = egui::CentralPanel::default().show(ui, |ui| Self::ui(self, ui)).inner;
        if is_done {
            ui.ctx().send_viewport_cmd(ViewportCommand::Close);
        }
    }
}
