//! A hidden window, opened and drawn as those of the panes are, only to learn whether that works, and by what.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use egui::ViewportCommand;
use serde::{Deserialize, Serialize};

use super::screen::{self, Screen};
use crate::error::Result;

/// What draws the windows.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenGl {
    /// As the driver reports it.
    pub version: String,
    /// The device, or the program that draws in its place.
    pub renderer: String,
    /// Of the driver.
    pub vendor: String,
    /// `GLX` or `EGL`.
    pub through: String,
}

/// Opens a hidden window, has it drawn, learns by what, and closes it.
///
/// # Errors
/// [`crate::error::Error::NoDisplay`] says why no window can be opened.
pub fn probe_window() -> Result<OpenGl> {
    listen();
    let screen = Arc::new(Screen::default());
    let viewport = screen::viewport("tripong doctor").with_visible(false);
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    let create: eframe::AppCreator<'_> = Box::new(|_| Ok(Box::new(OneFrame::default())));
    screen::run_native(&screen, options, create).map(|()| collected().unwrap_or_default())
}

/// A window that is drawn once: some drivers crash not before that.
#[derive(Default)]
struct OneFrame {
    is_drawn: bool,
}

impl eframe::App for OneFrame {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        // What was drawn is on its way when the next frame begins.
        if self.is_drawn {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        } else {
            ctx.send_viewport_cmd(ViewportCommand::RequestPaintWhileHidden);
        }
        ctx.request_repaint();
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        // A text, a shape and a picture: what the windows are made of.
        ui.heading("tripong");
        ui.painter().circle_filled(ui.max_rect().center(), 9.0, egui::Color32::WHITE);
        self.is_drawn = true;
    }
}

/// eframe reports what it knows of OpenGL only to its log, unless one is ready to write `unsafe`.
struct LogCollector;

static COLLECTED: OnceLock<Mutex<Vec<String>>> = OnceLock::new();

impl log::Log for LogCollector {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        ["egui_glow", "eframe"].iter().any(|name| metadata.target().starts_with(name))
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let collected = COLLECTED.get_or_init(Mutex::default);
            collected.lock().unwrap_or_else(PoisonError::into_inner).push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

fn listen() {
    if log::set_logger(&LogCollector).is_ok() {
        log::set_max_level(log::LevelFilter::Debug);
    }
}

fn collected() -> Option<OpenGl> {
    let collected = COLLECTED.get()?.lock().unwrap_or_else(PoisonError::into_inner);
    opengl_in(&collected)
}

fn opengl_in(lines: &[String]) -> Option<OpenGl> {
    let value = |name: &str| {
        let prefix = format!("opengl {name}: ");
        let found = lines.iter().flat_map(|text| text.lines()).find_map(|line| line.strip_prefix(&prefix))?;
        Some(found.trim().to_owned())
    };
    let is_config = |line: &&String| line.starts_with("using the first config");
    let config = lines.iter().find(is_config).map_or("", |line| line.as_str());
    let through = ["Glx", "Egl"].into_iter().find(|name| config.contains(&format!("config: {name}")));
    Some(OpenGl {
        version: value("version")?,
        renderer: value("renderer")?,
        vendor: value("vendor")?,
        through: through.unwrap_or("an unknown way").to_uppercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_draws_is_read_out_of_what_eframe_logs() {
        let lines = [
            "using the first config from config picker closure. config: Glx(Config { .. })",
            "\nopengl version: 4.5 (Core Profile) Mesa 22.3.6\nopengl renderer: llvmpipe (LLVM 15.0.6, 256 bits)\nopengl vendor: Mesa",
        ];
        let opengl = opengl_in(&lines.map(str::to_owned)).unwrap();
        assert_eq!((opengl.vendor.as_str(), opengl.through.as_str()), ("Mesa", "GLX"));
        assert_eq!(opengl.renderer, "llvmpipe (LLVM 15.0.6, 256 bits)");
        assert_eq!(opengl.version, "4.5 (Core Profile) Mesa 22.3.6");
        assert_eq!(opengl_in(&[]), None);
    }
}
