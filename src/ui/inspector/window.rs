//! The inspector's window: the one place where its views and the running game meet.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use egui::{Context, ViewportCommand};

use super::shell::{InspectorUi, Tab};
use crate::error::Result;
use crate::inspector::{Inspector, Watcher};
use crate::pane::Observer;
use crate::platform::clock;
use crate::platform::report_line;
use crate::platform::sync::Ordering;
use crate::protocol::Demand;
use crate::ui::screen::{self, Screen};

/// Between two samples while the window can be seen.
const PERIOD: Duration = Duration::from_millis(100);
/// Size of the window at first, in points.
const SIZE: [f32; 2] = [960.0, 640.0];
/// The smallest useful window, in points.
const MIN_SIZE: [f32; 2] = [480.0, 320.0];

/// Shows the game in a window, until it is closed or the game is stopped.
///
/// # Errors
/// [`Error::NoDisplay`](crate::error::Error::NoDisplay) says what is missing.
pub fn run_inspector(inspector: Inspector) -> Result<()> {
    let inspector = Arc::new(inspector);
    let screen = Arc::new(Screen::default());
    let title = format!("tripong: inspector, pid {}", std::process::id());
    let viewport = screen::viewport(title).with_inner_size(SIZE).with_min_inner_size(MIN_SIZE);
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    let create: eframe::AppCreator<'_> = Box::new(|cc| {
        screen.open(cc.egui_ctx.clone());
        start_ticker(Arc::clone(&inspector), Arc::clone(&screen))?;
        let watcher = Watcher::new(&inspector)?;
        let view = InspectorUi::new(&inspector.setup, Tab::Memory);
        let called = inspector.region().event_log.called.load(Ordering::Relaxed);
        let (inspector, screen) = (Arc::clone(&inspector), Arc::clone(&screen));
        Ok(Box::new(InspectorApp { inspector, screen, watcher, view, called }))
    });
    screen::or_try_software(screen::run_native(&screen, options, create))
}

/// Asks for a picture again and again; a hidden window is asked once. Ends with the game.
fn start_ticker(inspector: Arc<Inspector>, screen: Arc<Screen>) -> std::io::Result<()> {
    let tick = move || {
        let look = || {
            screen.show();
            clock::sleep_until(clock::now_ns() + clock::ns(PERIOD))
        };
        while inspector.is_running() {
            if let Err(error) = look() {
                // From now on there is a picture only when the mouse moves.
                return report_line(&format!("tripong: inspector: {error}"));
            }
        }
        screen.show_even_if_hidden();
    };
    thread::Builder::new().name("ticker".to_owned()).spawn(tick).map(|_never_joined| ())
}

struct InspectorApp {
    inspector: Arc<Inspector>,
    screen: Arc<Screen>,
    watcher: Watcher,
    view: InspectorUi,
    /// How often it was called to the front so far.
    called: u64,
}

impl eframe::App for InspectorApp {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        if !self.inspector.is_running() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.screen.is_being_painted();
        self.come_if_called(ui.ctx());
        let shown = self.view.shown();
        self.watcher.look(&self.inspector, shown);
        if let Some((pane, action)) = self.view.ui(ui, &mut self.watcher) {
            // Where the last request waits for its answer (for less than a millisecond), the user can press again.
            let _asked = self.inspector.ask(Demand::Act(pane, action));
        }
        if self.view.shown() != shown {
            // Another view was chosen: what it shows is from when it was last shown.
            ui.ctx().request_repaint();
        }
    }
}

impl InspectorApp {
    /// Somebody has asked for what is open already: it is behind another window, or an icon.
    fn come_if_called(&mut self, ctx: &Context) {
        let called = self.inspector.region().event_log.called.load(Ordering::Relaxed);
        if called != self.called {
            self.called = called;
            screen::bring_to_front(ctx);
        }
    }
}
