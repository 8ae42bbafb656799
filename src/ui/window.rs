//! The window itself: the one place where the screen and the Region meet.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use egui::{Context, ViewportCommand, vec2};

use super::arrangement::least_size;
use super::intent::Intent;
use super::motion;
use super::one_ball::{Drawn, OneBall};
use super::pane::PaneUi;
use super::placing::Placing;
use super::screen::{self, Screen};
use super::standing::{self, Entrance, Opening};
use super::theme::{COURT_ASPECT, DEFAULT_WIDTH, height_beside_court};
use crate::child::{Attached, Play};
use crate::error::{Error, Result};
use crate::pane::Observer;
use crate::platform::clock;
use crate::platform::display::{Place, WindowState};
use crate::platform::keyboard::{self, KeyboardLayout};
use crate::platform::{keep_libraries_quiet, report_line};
use crate::protocol::failpoint::{self, FailpointStep};
use crate::protocol::snapshot::{Medians, Snapshot};
use crate::protocol::{GameSettings, Phase};

/// A window that takes longer to open is reported.
const LONGEST_OPENING: Duration = Duration::from_secs(20);
/// A ball that is held back is looked at again after this: as soon as in the next frame.
const FRAME: Duration = Duration::from_millis(16);
/// In this time all other windows come to the front that were called.
const OTHERS_COME: Duration = Duration::from_millis(400);

/// Shows the pane in a window, until it is closed or the game is stopped.
///
/// # Errors
/// [`Error::NoDisplay`] says what is missing.
pub fn run_window(attached: Attached, play: Box<Play>) -> Result<()> {
    keep_libraries_quiet();
    let attached = Arc::new(attached);
    let screen = Arc::new(Screen::default());
    let shown = show(&attached, &screen, play);
    let shown = attached.failed().map_or(shown, |code| Err(Error::ChildFailed(code)));
    let is_stopping = attached.region().header.phase() == Phase::Stopping;
    match shown {
        Ok(()) if is_stopping => Ok(()),
        Ok(()) => {
            attached.announce_leaving();
            Ok(())
        }
        Err(error @ Error::ChildFailed(_)) => Err(error),
        Err(error) if is_stopping => Err(Error::ChildFailed(error.exit_code())),
        Err(error) => Err(attached.report_once(error)),
    }
}

fn show(attached: &Arc<Attached>, screen: &Arc<Screen>, play: Box<Play>) -> Result<()> {
    let has_pressed_start = attached.has_asked_for_serve();
    let mut view = PaneUi::new(attached.setup.court, attached.me, std::process::id(), has_pressed_start);
    let opens = report_if_it_hangs(attached);
    let place = attached.place();
    if attached.setup.places.is_empty() {
        // Wayland: only the compositor decides where a window is, and what is in front of it.
        view = view.without_raising();
    }
    let options = eframe::NativeOptions {
        viewport: viewport(&view, place, &attached.region().settings()),
        ..Default::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(|cc| {
        screen.open(cc.egui_ctx.clone());
        drop(opens);
        view.follow(&cc.egui_ctx, &attached.region().settings());
        start_worker(Arc::clone(attached), Arc::clone(screen), play)?;
        let opening = Opening::new(follow(cc, attached));
        let (attached, screen, medians) = (Arc::clone(attached), Arc::clone(screen), Medians::default());
        let explained = attached.region().settings().explains;
        let (placing, raises) = (place.map(Placing::new), attached.region().raises());
        let (comes_last_at, one_ball) = Default::default();
        let keyboard = watch_keyboard(Arc::clone(&screen));
        Ok(Box::new(PaneApp {
            attached,
            screen,
            view,
            medians,
            explained,
            placing,
            opening,
            raises,
            comes_last_at,
            one_ball,
            keyboard,
        }))
    });
    screen::or_try_software(screen::run_native(screen, options, create))
}

/// Reports once a window that takes too long to open, as it does with a driver that hangs. Until what is returned is dropped.
fn report_if_it_hangs(attached: &Arc<Attached>) -> mpsc::Sender<()> {
    let (opens, has_opened) = mpsc::channel();
    let attached = Arc::clone(attached);
    let wait = move || {
        if has_opened.recv_timeout(LONGEST_OPENING) == Err(RecvTimeoutError::Timeout)
            && attached.region().header.may_speak()
        {
            report_line(&format!(
                "tripong: {}: its window is not open after {LONGEST_OPENING:?}: the display or its driver hangs, or the \
                 machine is very busy; ctrl-C ends it, `tripong doctor` checks why",
                attached.me
            ));
        }
    };
    // Nothing depends on it.
    let _started = thread::Builder::new().name("opening".to_owned()).stack_size(64 * 1024).spawn(wait);
    opens
}

fn viewport(view: &PaneUi, place: Option<Place>, settings: &GameSettings) -> egui::ViewportBuilder {
    let height = DEFAULT_WIDTH * COURT_ASPECT + height_beside_court(DEFAULT_WIDTH, settings.explains);
    screen::viewport_at(view.title(), place, [DEFAULT_WIDTH, height])
        .with_min_inner_size(least_size(settings.zoom))
}

/// Follows how the window manager keeps the window. One that comes back stands as the pane's last one did.
fn follow(cc: &eframe::CreationContext<'_>, attached: &Arc<Attached>) -> bool {
    let last = attached.window();
    let quiet = |state| Entrance::Quiet { state, above: last.above() };
    // What the last one found is no news of this one.
    let state = last.state().map(|state| WindowState { is_out_of_order: false, ..state });
    let entrance = state.map_or(Entrance::Plain, quiet);
    standing::follow(cc, attached, Attached::window, entrance, standing::look_for_a_lost_order)
}

/// The thread that manages the ball. The window only shows it.
fn start_worker(attached: Arc<Attached>, screen: Arc<Screen>, play: Box<Play>) -> std::io::Result<()> {
    let work = move || {
        if let Err(error) = play(&attached, Some(screen.as_ref())) {
            attached.fail(error);
        }
        // A hidden window must notice the end as well.
        screen.show_even_if_hidden();
    };
    thread::Builder::new().name("ball".to_owned()).spawn(work).map(|_never_joined| ())
}

/// Sends the layout of the keyboard, and every other that follows, and has the window painted anew.
fn watch_keyboard(screen: Arc<Screen>) -> mpsc::Receiver<KeyboardLayout> {
    let (sender, layouts) = mpsc::channel();
    keyboard::watch(move |layout| {
        // Nobody reads it once the window is closed.
        let _unread = sender.send(layout);
        screen.show();
    });
    layouts
}

struct PaneApp {
    attached: Arc<Attached>,
    screen: Arc<Screen>,
    view: PaneUi,
    medians: Medians,
    /// Whether the explanation was open in the last frame.
    explained: bool,
    placing: Option<Placing>,
    opening: Opening,
    /// How often it was wanted in front so far.
    raises: u64,
    /// When it takes the keyboard back: all windows were called from here, and the last one to come has it.
    comes_last_at: Option<Instant>,
    one_ball: RefCell<OneBall>,
    /// The layouts of the keyboard, as it gets them.
    keyboard: mpsc::Receiver<KeyboardLayout>,
}

impl eframe::App for PaneApp {
    /// Also runs while the window is hidden: then nothing is drawn, and a key is released elsewhere.
    fn raw_input_hook(&mut self, _ctx: &Context, raw_input: &mut egui::RawInput) {
        screen::keep_the_glyphs_small(raw_input);
        if !raw_input.focused {
            self.attached.release_all_keys();
        }
    }

    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        if self.attached.region().header.phase() == Phase::Stopping || self.attached.failed().is_some() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        self.opening.is_over(self.attached.window());
        self.come_forward_if_wanted(ctx);
        if ctx.input(|input| input.viewport().visible()) == Some(false) {
            self.one_ball.borrow_mut().is_hidden(self.attached.region(), self.attached.me);
        }
    }

    /// Nothing is saved: eframe asks for this after each frame that it has brought to the screen.
    fn auto_save_interval(&self) -> Duration {
        self.one_ball.borrow_mut().is_presented(self.attached.region(), self.attached.me);
        Duration::MAX
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.screen.is_being_painted();
        self.mind_the_place(ui.ctx());
        let attached = Arc::clone(&self.attached);
        let (region, setup) = (attached.region(), &attached.setup);
        let mut snapshot = Snapshot::take(region, &setup.court, &mut self.medians);
        if setup.paced {
            motion::move_on(&mut snapshot, &setup.court, clock::now_ns());
        }
        self.show_one_ball(ui.ctx(), &mut snapshot);
        failpoint::reach(FailpointStep::Draw);
        if let Some(layout) = self.keyboard.try_iter().last() {
            self.view.set_keyboard(layout);
        }
        if snapshot.live_settings.explains && !self.explained {
            make_room_for_the_explanation(ui.ctx());
        }
        self.explained = snapshot.live_settings.explains;
        for intent in self.view.ui(ui, &snapshot) {
            match intent {
                Intent::Serve => self.attached.ask_for_serve(),
                Intent::Control(pane, control) => self.attached.set_control(pane, control),
                Intent::Hold(pane, direction) => self.attached.hold_key(pane, direction),
                Intent::Release(pane) => self.attached.release_key(pane),
                Intent::Transport(to) => self.attached.swap_transport(to),
                Intent::RaiseAll => {
                    self.comes_last_at = Some(Instant::now() + OTHERS_COME);
                    self.attached.raise_all();
                }
                Intent::Record => self.attached.press_record(),
                Intent::Inspect => self.attached.ask_for_inspector(),
                Intent::Settings(wanted) => self.attached.change_settings(&snapshot.live_settings, &wanted),
                // Only the windows of a replay offer it.
                Intent::Playback(_) => {}
            }
        }
        self.opening.follow(ui.ctx(), move || standing::wait_for_the_one_before(&attached));
    }
}

impl PaneApp {
    /// Draws the ball where it touches what other windows still show of it, or not at all, and then looks again.
    fn show_one_ball(&mut self, ctx: &Context, snapshot: &mut Snapshot) {
        let (region, court) = (self.attached.region(), &self.attached.setup.court);
        let drawn = self.one_ball.get_mut().paint(
            region,
            court,
            self.attached.me,
            snapshot.ball.as_ref(),
            clock::now_ns(),
        );
        if let (Drawn::At(spot), Some(ball)) = (drawn, &mut snapshot.ball) {
            (ball.x, ball.y) = (spot.x, spot.y);
        }
        self.view.hide_ball(drawn == Drawn::Nowhere);
        if drawn != Drawn::Exactly {
            ctx.request_repaint_after(FRAME);
        }
    }

    /// Puts the window to its place, and remembers where its user puts it.
    fn mind_the_place(&mut self, ctx: &Context) {
        if let Some(chosen) = self.placing.as_mut().and_then(|placing| placing.follow(ctx)) {
            self.attached.set_place(chosen);
        }
    }

    /// Somebody wants to see all windows: this one may be behind another program's, or an icon.
    fn come_forward_if_wanted(&mut self, ctx: &Context) {
        let raises = self.attached.region().raises();
        if raises != self.raises {
            self.raises = raises;
            screen::bring_to_front(ctx);
        }
        if let Some(at) = self.comes_last_at {
            let left = at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.comes_last_at = None;
                ctx.send_viewport_cmd(ViewportCommand::Focus);
            } else {
                ctx.request_repaint_after(left);
            }
        }
    }
}

/// Makes a window taller in which the explanation would have one line, as far as the screen reaches.
fn make_room_for_the_explanation(ctx: &Context) {
    let size = ctx.content_rect().size();
    let (inner, monitor) = ctx.input(|input| (input.viewport().inner_rect, input.viewport().monitor_size));
    // Nobody knows on Wayland; its compositors let no window grow too high.
    let tallest = inner.zip(monitor).map_or(f32::INFINITY, |(inner, monitor)| monitor.y - inner.top());
    let height = (size.x * COURT_ASPECT + height_beside_court(size.x, true)).min(tallest);
    if height > size.y {
        ctx.send_viewport_cmd(ViewportCommand::InnerSize(vec2(size.x, height)));
    }
}
