//! Opens the window of a lab: reads on stdin what there is to be seen, and writes to stdout what the student says.

use std::io::{self, BufRead, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use egui::ViewportCommand;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use super::place::place;
use super::shell::LabUi;
use crate::error::{Error, Result};
use crate::lab::front::{FromWindow, Look, ToWindow, View};
use crate::pane::Observer;
use crate::platform::display::Display;
use crate::platform::parent::name_the_process;
use crate::platform::{keep_libraries_quiet, signals};
use crate::ui::placing::Placing;
use crate::ui::screen::{self, Screen};
use crate::ui::widgets::name_frame;

/// Size of the window where no place is known, in points, and the least.
const SIZE: [f32; 2] = [1000.0, 720.0];
const MIN_SIZE: [f32; 2] = [400.0, 300.0];

/// What was said so far; None when there will be nothing more.
type Shared = Arc<Mutex<Option<View>>>;

/// Shows a lab, as the process that conducts it says on stdin, and writes the student's answers to stdout.
///
/// # Errors
/// What keeps the window from being shown.
pub fn run_lab() -> Result<()> {
    // What ends the lab is the conductor's to decide.
    signals::leave_to_launcher()?;
    set_pdeathsig(Signal::SIGKILL)
        .map_err(Error::system("ask for a signal at the launcher's death (prctl)"))?;
    name_the_process("tripong:lab");
    let look = look()?;
    let display = Display::find()?;
    screen::or_try_software(show(&display, look))
}

/// The first line.
fn look() -> Result<Look> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    let read = read.and_then(|_| serde_json::from_str(&line).map_err(io::Error::from));
    match read.map_err(Error::failed("read how the window of the lab looks"))? {
        ToWindow::Look(look) => Ok(look),
        other => {
            let why = io::Error::other(format!("it begins with {other:?}"));
            Err(Error::failed("read how the window of the lab looks")(why))
        }
    }
}

fn show(display: &Display, look: Look) -> Result<()> {
    keep_libraries_quiet();
    let at = place(display, &look);
    let screen = Arc::new(Screen::default());
    let viewport = screen::viewport_at("tripong lab".to_owned(), at, SIZE).with_min_inner_size(MIN_SIZE);
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    let create: eframe::AppCreator<'_> = Box::new(|cc| {
        screen.open(cc.egui_ctx.clone());
        cc.egui_ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let shared = Shared::new(Mutex::new(Some(View::default())));
        start_reader(Arc::clone(&shared), Arc::clone(&screen))?;
        let (screen, view, placing) = (Arc::clone(&screen), LabUi::new(look), at.map(Placing::new));
        Ok(Box::new(LabApp { shared, screen, view, placing, title: String::new() }))
    });
    screen::run_native(&screen, options, create)
}

/// Reads until there is nothing more.
fn start_reader(shared: Shared, screen: Arc<Screen>) -> io::Result<()> {
    let read = move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            // A line of a later version means nothing here.
            if let Ok(news) = serde_json::from_str(&line) {
                if let Some(view) = shared.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
                    view.take(news);
                }
                screen.show();
            }
        }
        *shared.lock().unwrap_or_else(PoisonError::into_inner) = None;
        screen.show_even_if_hidden();
    };
    thread::Builder::new().name("reader".to_owned()).spawn(read).map(|_never_joined| ())
}

struct LabApp {
    shared: Shared,
    screen: Arc<Screen>,
    view: LabUi,
    placing: Option<Placing>,
    title: String,
}

impl eframe::App for LabApp {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if self.shared.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.screen.is_being_painted();
        let said = {
            let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(view) = shared.as_ref() else { return };
            let scene = view.scene.as_ref();
            let title = scene
                .map_or_else(|| "tripong lab".to_owned(), |scene| format!("tripong lab: {}", scene.title));
            name_frame(ui.ctx(), &title);
            if self.title != title {
                ui.ctx().send_viewport_cmd(ViewportCommand::Title(title.clone()));
                self.title = title;
            }
            self.view.ui(ui, view)
        };
        for said in said {
            say(&said);
            if said == FromWindow::End {
                ui.ctx().send_viewport_cmd(ViewportCommand::Close);
            }
        }
        if let Some(placing) = &mut self.placing {
            let _chosen = placing.follow(ui.ctx());
        }
    }
}

/// Says it to the process that conducts the lab. If that is gone, so is this one in a moment.
fn say(said: &FromWindow) {
    if let Ok(line) = serde_json::to_string(said) {
        let mut stdout = io::stdout().lock();
        let _heard = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    }
}
