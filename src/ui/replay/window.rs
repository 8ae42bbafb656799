//! Opens the windows of a replay, and closes them.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use egui::{Context, ViewportCommand};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use super::command::Command;
use super::look::ReplayLook;
use super::place::{Places, places};
use super::player::Player;
use super::shell::{ReplayTab, ReplayUi, ReplayWanted};
use super::stage::Stage;
use crate::cli::settings::Settings;
use crate::error::{Error, Result};
use crate::platform::display::Display;
use crate::platform::keep_libraries_quiet;
use crate::platform::parent::name_the_process;
use crate::protocol::{GameSettings, Zoom};
use crate::recording::playback::Playback;
use crate::ui::appearance::Appearance;
use crate::ui::placing::Placing;
use crate::ui::screen::{self, Screen};
use crate::ui::widgets::name_frame;

/// Size of the main window where no place is known, in points, and the least.
const SIZE: [f32; 2] = [960.0, 600.0];
const MIN_SIZE: [f32; 2] = [400.0, 240.0];
/// In this time the window manager has put the last pane's window where it belongs, and given it the keyboard.
const OTHERS_COME: Duration = Duration::from_millis(400);
/// The view that is shown first.
const FIRST: ReplayTab = ReplayTab::Flow;

/// Shows a recording in the windows of this process, until the main one is closed.
///
/// # Errors
/// [`Error::NoDisplay`] says what is missing; or what is wrong with the file, if it is no recording.
pub fn run_replay(path: &Path, presents: bool, zoom: Option<Zoom>) -> Result<()> {
    set_pdeathsig(Signal::SIGKILL)
        .map_err(Error::system("ask for a signal at the launcher's death (prctl)"))?;
    name_the_process("tripong:replay");
    // What is no recording is an error of one line, and no window.
    let playback = Playback::open(path)?;
    let (display, settings) = (Display::find()?, Settings::load().remembered());
    let look = ReplayLook { display, settings, presents, zoom };
    screen::or_try_software(show(playback, path, &look))
}

fn show(playback: Playback, path: &Path, look: &ReplayLook) -> Result<()> {
    keep_libraries_quiet();
    let court = playback.court();
    let Places { panes, main, zoom } = places(&look.display, &court, look.zoom, look);
    // The panes have the upper part of the screen: there is no room for an explanation until its viewer wants it.
    let settings = GameSettings { zoom, explains: false, ..look.settings };
    let can_raise = look.display != Display::Wayland;
    let (player, shown) = Player::new(playback, FIRST, settings)?;
    let (commands, received) = mpsc::channel();
    let stage = Arc::new(Stage::new(shown, commands, &panes, can_raise));
    let screen = Arc::new(Screen::default());
    let title = format!("tripong: replay, {}", name_of(path));
    let viewport = screen::viewport_at(title, main, SIZE).with_min_inner_size(MIN_SIZE);
    let mut options = eframe::NativeOptions { viewport, ..Default::default() };
    // The thread that plays paces all windows; one after the other would wait for the display.
    options.glow_options.vsync = false;
    let create: eframe::AppCreator<'_> = Box::new(|cc| {
        screen.open(cc.egui_ctx.clone());
        stage.open(cc.egui_ctx.clone());
        cc.egui_ctx.options_mut(|options| options.zoom_with_keyboard = false);
        player.start(Arc::clone(&stage), received)?;
        let view = ReplayUi::new(FIRST, can_raise);
        let (appearance, placing) = (Appearance::default(), main.map(Placing::new));
        let (stage, takes_keyboard_at, has_keyboard) = (Arc::clone(&stage), None, false);
        Ok(Box::new(ReplayApp { stage, view, appearance, placing, takes_keyboard_at, has_keyboard }))
    });
    screen::run_native(&screen, options, create)
}

/// The name of the file: its folder may be long.
fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

struct ReplayApp {
    stage: Arc<Stage>,
    view: ReplayUi,
    appearance: Appearance,
    placing: Option<Placing>,
    /// When the main window takes the keyboard, once: the last one to open has it. None before all are open.
    takes_keyboard_at: Option<Instant>,
    has_keyboard: bool,
}

impl eframe::App for ReplayApp {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.stage.main_is_painted();
        name_frame(ui.ctx(), "replay, tripong");
        let tab = self.view.tab();
        let wanted = {
            let mut shown = self.stage.shown();
            self.appearance.follow(ui.ctx(), &shown.watcher.snapshot.live_settings);
            self.view.ui(ui, &mut shown)
        };
        wanted.into_iter().for_each(|wanted| self.grant(wanted));
        if self.view.tab() != tab {
            self.stage.send(Command::Tab(self.view.tab()));
        }
        if let Some(placing) = &mut self.placing {
            let _chosen = placing.follow(ui.ctx());
        }
        self.show_panes(ui.ctx());
    }
}

impl ReplayApp {
    fn grant(&self, wanted: ReplayWanted) {
        match wanted {
            ReplayWanted::Input(input) => self.stage.send(Command::Input(input)),
            ReplayWanted::Settings(settings) => self.stage.set_settings(settings),
            ReplayWanted::ShowPanes => {
                self.stage.open_closed();
                self.stage.raise_all();
            }
        }
    }

    fn show_panes(&mut self, ctx: &Context) {
        // The size that everything is to have is known in the second frame; windows are opened by it.
        if ctx.cumulative_frame_nr() == 0 {
            return ctx.request_repaint();
        }
        if !self.stage.show_panes(ctx) || self.has_keyboard {
            return;
        }
        let now = Instant::now();
        let left = self.takes_keyboard_at.get_or_insert(now + OTHERS_COME).saturating_duration_since(now);
        if left.is_zero() {
            self.has_keyboard = true;
            ctx.send_viewport_cmd(ViewportCommand::Focus);
        } else {
            ctx.request_repaint_after(left);
        }
    }
}
