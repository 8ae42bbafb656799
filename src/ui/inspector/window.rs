//! The inspector's window: the one place where its views and the running game meet.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use egui::{Context, Vec2, ViewportCommand, vec2};

use super::place::place;
use super::shell::{InspectorUi, PROJECTOR_ZOOM, Tab};
use crate::error::Result;
use crate::inspector::{Inspector, Watcher};
use crate::pane::Observer;
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::platform::{keep_libraries_quiet, report_line};
use crate::protocol::{Demand, WindowStatus};
use crate::ui::placing::Placing;
use crate::ui::screen::{self, Screen};
use crate::ui::standing::{self, Entrance, Opening};
use crate::ui::widgets::name_frame;

/// Between two samples while the window can be seen.
const PERIOD: Duration = Duration::from_millis(100);
/// Size of the window at first, in points.
const SIZE: [f32; 2] = [960.0, 640.0];
/// The smallest useful window, in points.
const MIN_SIZE: [f32; 2] = [480.0, 320.0];
/// On a projector everything is as large as there is room for so much, in points.
const PROJECTED: Vec2 = vec2(800.0, 330.0);
/// Everything is enlarged in such steps.
const ZOOM_STEP: f32 = 0.25;

/// Shows the game in a window, until it is closed or the game is stopped.
///
/// # Errors
/// [`Error::NoDisplay`](crate::error::Error::NoDisplay) says what is missing.
pub fn run_inspector(inspector: Inspector) -> Result<()> {
    keep_libraries_quiet();
    let inspector = Arc::new(inspector);
    let screen = Arc::new(Screen::default());
    let title = format!("tripong: inspector, pid {}", std::process::id());
    let place = place(&inspector);
    // Another inspector opens there too, whatever has moved meanwhile.
    place.into_iter().for_each(|place| inspector.request_page().set_place(place));
    let viewport = screen::viewport_at(title, place, SIZE).with_min_inner_size(MIN_SIZE);
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    let create: eframe::AppCreator<'_> = Box::new(|cc| {
        screen.open(cc.egui_ctx.clone());
        start_ticker(Arc::clone(&inspector), Arc::clone(&screen))?;
        let watcher = Watcher::new(&inspector)?;
        let view = InspectorUi::new(&inspector.setup, Tab::Memory);
        let called = inspector.region().event_log.called.load(Ordering::Relaxed);
        let opening = Opening::new(follow(cc, &inspector));
        let (inspector, screen) = (Arc::clone(&inspector), Arc::clone(&screen));
        let (placing, fitted) = (place.map(Placing::new), (Vec2::ZERO, 1.0));
        Ok(Box::new(InspectorApp { inspector, screen, watcher, view, called, placing, opening, fitted }))
    });
    screen::or_try_software(screen::run_native(&screen, options, create))
}

/// Follows how the window manager keeps the window. One that nobody has asked for takes the keyboard from nobody, and stands as
/// the last one did.
fn follow(cc: &eframe::CreationContext<'_>, inspector: &Arc<Inspector>) -> bool {
    let page = inspector.request_page();
    let (state, above) = (page.window.state().unwrap_or_default(), page.window.above());
    let entrance = if page.is_unasked() { Entrance::Quiet { state, above } } else { Entrance::Plain };
    standing::follow(cc, inspector, window_status, entrance, |_| ())
}

fn window_status(inspector: &Inspector) -> &WindowStatus {
    &inspector.request_page().window
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
    placing: Option<Placing>,
    opening: Opening,
    /// On a projector: the size of the window, in pixels, to which everything was last fitted, and how large it is since then.
    fitted: (Vec2, f32),
}

impl eframe::App for InspectorApp {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        if !self.inspector.is_running() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        self.opening.is_over(&self.inspector.request_page().window);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.screen.is_being_painted();
        name_frame(ui.ctx(), "inspector, tripong");
        self.come_if_called(ui.ctx());
        if let Some(chosen) = self.placing.as_mut().and_then(|placing| placing.follow(ui.ctx())) {
            self.inspector.request_page().set_place(chosen);
        }
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
        self.fit_a_projector(ui.ctx());
        let inspector = Arc::clone(&self.inspector);
        self.opening.follow(ui.ctx(), move || {
            let setup = &inspector.setup;
            let is_shown = |pane| inspector.region().pane(pane).status.window.is_shown();
            let are_shown = || !setup.windows || setup.court.all_panes().all(is_shown);
            standing::wait_for_turn(setup.court.panes, are_shown);
        });
    }
}

impl InspectorApp {
    /// On a projector everything is as large as the window has room for, until its user chooses another size.
    fn fit_a_projector(&mut self, ctx: &Context) {
        let pixels = (ctx.content_rect().size() * ctx.zoom_factor()).round();
        let (fitted_to, fitted) = self.fitted;
        let is_chosen = fitted_to != Vec2::ZERO && fitted != ctx.zoom_factor();
        if !self.inspector.setup.presents || is_chosen || pixels == fitted_to {
            return;
        }
        let room = (pixels / PROJECTED).min_elem();
        let zoom = ((room / ZOOM_STEP).floor() * ZOOM_STEP).clamp(1.0, PROJECTOR_ZOOM);
        self.fitted = (pixels, zoom);
        ctx.set_zoom_factor(zoom);
    }

    /// Somebody has asked for what is open already: it is behind another window, or an icon.
    fn come_if_called(&mut self, ctx: &Context) {
        let called = self.inspector.region().event_log.called.load(Ordering::Relaxed);
        if called != self.called {
            self.called = called;
            screen::bring_to_front(ctx);
        }
    }
}
