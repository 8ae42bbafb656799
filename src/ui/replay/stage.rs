//! What all windows of a replay share: what is shown, which of them are open, and the way from each of them to the thread that plays.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use egui::{Context, Ui, ViewportBuilder, ViewportCommand, ViewportId};

use super::command::{Command, overlay};
use super::shown::Shown;
use crate::game::PaneId;
use crate::platform::display::Place;
use crate::platform::sync::{AtomicBool, Ordering};
use crate::protocol::GameSettings;
use crate::ui::intent::Intent;
use crate::ui::pane::PaneUi;
use crate::ui::placing::Placing;
use crate::ui::screen;
use crate::ui::theme::{COURT_ASPECT, DEFAULT_WIDTH, MIN_SIZE, height_beside_court};

/// A repaint at once, and only one: `request_repaint` would paint two frames.
const NOW: Duration = Duration::from_nanos(1);

/// The windows of a replay.
#[derive(Debug)]
pub(super) struct Stage {
    shown: Mutex<Shown>,
    panes: Vec<PaneWindow>,
    commands: Mutex<Sender<Command>>,
    ctx: OnceLock<Context>,
    /// The main window was asked to paint, and has not: a hidden window is asked once, not again and again.
    is_asked: AtomicBool,
}

/// The window of a pane.
#[derive(Debug)]
struct PaneWindow {
    inner: Mutex<PaneInner>,
    is_asked: AtomicBool,
}

#[derive(Debug)]
struct PaneInner {
    view: PaneUi,
    /// Where it belongs.
    place: Option<Place>,
    placing: Option<Placing>,
    /// As it was opened: what is stated here again and again must stay the same, or the window would be moved.
    builder: Option<ViewportBuilder>,
    is_closed: bool,
    /// Whether it was painted: the next one opens then, so that every desktop has them in order.
    is_painted: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a thread that has panicked leaves behind is a moment of the recording as well.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The viewport of a pane's window.
fn id_of(pane: usize) -> ViewportId {
    ViewportId::from_hash_of(("pane of a replay", pane))
}

impl Stage {
    pub(super) fn new(shown: Shown, commands: Sender<Command>, places: &[Place], can_raise: bool) -> Self {
        let court = shown.court;
        let window = |pane: PaneId| {
            let place = places.get(pane.index()).copied();
            let view = PaneUi::new(court, pane, 0, true);
            let view = if can_raise { view } else { view.without_raising() };
            let (placing, builder) = (place.map(Placing::new), None);
            let inner = PaneInner { view, place, placing, builder, is_closed: false, is_painted: false };
            PaneWindow { inner: Mutex::new(inner), is_asked: AtomicBool::new(false) }
        };
        let panes = court.all_panes().map(window).collect();
        let (shown, commands) = (Mutex::new(shown), Mutex::new(commands));
        Self { shown, panes, commands, ctx: OnceLock::new(), is_asked: AtomicBool::new(false) }
    }

    pub(super) fn open(&self, ctx: Context) {
        let _first = self.ctx.set(ctx);
    }

    /// What is shown.
    pub(super) fn shown(&self) -> MutexGuard<'_, Shown> {
        lock(&self.shown)
    }

    pub(super) fn send(&self, command: Command) {
        // It fails only when the thread has ended, and nothing plays any more.
        let _unread = lock(&self.commands).send(command);
    }

    /// To be called at the beginning of each frame of the main window.
    pub(super) fn main_is_painted(&self) {
        self.is_asked.store(false, Ordering::Release);
    }

    pub(super) fn paint_main(&self) {
        self.paint(&self.is_asked, ViewportId::ROOT);
    }

    pub(super) fn paint_pane(&self, pane: usize) {
        self.paint(&self.panes[pane].is_asked, id_of(pane));
    }

    fn paint(&self, is_asked: &AtomicBool, id: ViewportId) {
        if let Some(ctx) = self.ctx.get()
            && !is_asked.swap(true, Ordering::AcqRel)
        {
            ctx.request_repaint_after_for(NOW, id);
        }
    }

    /// Shows the windows of the panes that are open, one after the other. To be called in each frame of the main window. True if all
    /// were painted.
    pub(super) fn show_panes(self: &Arc<Self>, ctx: &Context) -> bool {
        for index in 0..self.panes.len() {
            let mut inner = lock(&self.panes[index].inner);
            if inner.is_closed {
                continue;
            }
            let title = inner.view.title();
            let builder = inner.builder(ctx).clone().with_title(title);
            let is_painted = inner.is_painted;
            drop(inner);
            let stage = Arc::clone(self);
            ctx.show_viewport_deferred(id_of(index), builder, move |ui, _class| stage.pane_ui(index, ui));
            if !is_painted {
                return false;
            }
        }
        true
    }

    /// A frame of a pane's window.
    fn pane_ui(&self, index: usize, ui: &mut Ui) {
        let window = &self.panes[index];
        window.is_asked.store(false, Ordering::Release);
        let (snapshot, is_playing) = {
            let shown = self.shown();
            (shown.watcher.snapshot.clone(), shown.playhead.is_playing)
        };
        let mut inner = lock(&window.inner);
        let pid = snapshot.panes.get(index).map_or(0, |view| view.pid);
        let title = inner.view.title();
        inner.view.set_replayed(is_playing, u32::try_from(pid).unwrap_or(0));
        let mut main_must_paint = inner.view.title() != title;
        let intents = inner.view.ui(ui, &snapshot);
        if let Some(placing) = &mut inner.placing {
            let _chosen = placing.follow(ui.ctx());
        }
        main_must_paint |= !std::mem::replace(&mut inner.is_painted, true);
        if ui.input(|input| input.viewport().close_requested()) {
            (inner.is_closed, inner.is_painted, main_must_paint) = (true, false, true);
        }
        drop(inner);
        if main_must_paint {
            // It has the titles, opens the next window, and closes this one.
            ui.ctx().request_repaint_of(ViewportId::ROOT);
        }
        intents.into_iter().for_each(|intent| self.grant(intent));
    }

    fn grant(&self, intent: Intent) {
        match intent {
            Intent::Playback(input) => self.send(Command::Input(input)),
            Intent::Settings(settings) => self.set_settings(settings),
            Intent::RaiseAll => self.raise_all(),
            // Nothing of it is offered in a replay.
            Intent::Serve
            | Intent::Control(..)
            | Intent::Hold(..)
            | Intent::Release(_)
            | Intent::Transport(_)
            | Intent::Record
            | Intent::Inspect => {}
        }
    }

    /// The viewer wants it so, in all windows.
    pub(super) fn set_settings(&self, settings: GameSettings) {
        overlay(&mut self.shown().watcher.snapshot.live_settings, &settings);
        self.send(Command::Settings(settings));
        self.paint_main();
        (0..self.panes.len()).for_each(|pane| self.paint_pane(pane));
    }

    /// Opens the windows that were closed, where they belong.
    pub(super) fn open_closed(&self) {
        for window in &self.panes {
            let mut inner = lock(&window.inner);
            if std::mem::take(&mut inner.is_closed) {
                (inner.placing, inner.builder) = (inner.place.map(Placing::new), None);
                window.is_asked.store(false, Ordering::Release);
            }
        }
        self.paint_main();
    }

    /// All windows in front of those of other programs, and the main one with the keyboard.
    pub(super) fn raise_all(&self) {
        let Some(ctx) = self.ctx.get() else { return };
        let panes = (0..self.panes.len()).filter(|pane| !lock(&self.panes[*pane].inner).is_closed);
        for id in panes.map(id_of).chain([ViewportId::ROOT]) {
            ctx.send_viewport_cmd_to(id, ViewportCommand::Minimized(false));
            ctx.send_viewport_cmd_to(id, ViewportCommand::Focus);
        }
    }
}

impl PaneInner {
    /// How the window is opened, at the size that everything has by now.
    fn builder(&mut self, ctx: &Context) -> &ViewportBuilder {
        let (place, zoom) = (self.place, ctx.zoom_factor());
        self.builder.get_or_insert_with(|| {
            let least = MIN_SIZE.map(|length| length / zoom);
            let builder = screen::viewport("");
            let Some(Place { x, y, width, height }) = place else {
                let height = DEFAULT_WIDTH * COURT_ASPECT + height_beside_court(DEFAULT_WIDTH, false);
                return builder.with_min_inner_size(least).with_inner_size([DEFAULT_WIDTH, height]);
            };
            let [x, y, width, height] =
                [x, y, width, height].map(|pixels| f32::from(pixels) / ctx.pixels_per_point());
            // On a small screen its place is smaller.
            let least = [least[0].min(width), least[1].min(height)];
            builder.with_min_inner_size(least).with_position([x, y]).with_inner_size([width, height])
        })
    }
}
