//! One process with one window per pane: the pictures of tripong, by the reference simulation instead of by processes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use eframe::egui::{self, Context, ViewportBuilder, ViewportId};
use tripong::game::ReferenceSimulation;
use tripong::game::{Control, Court, Paddle, PaneId, TICKS_PER_SECOND};
use tripong::platform::clock;
use tripong::protocol::snapshot::{HandOff, PaneView, Snapshot};
use tripong::protocol::{GameSettings, Owner, Ownership, Recent, TransportKind};
use tripong::ui::PaneUi;

use super::{Place, Repaint};
use crate::error::{Result, failed};

/// One tick of a game in real time.
const TICK_NS: u64 = 1_000_000_000 / TICKS_PER_SECOND as u64;
/// 60 times a second.
const TICKS_PER_FRAME: u64 = 4;

/// The game and its pictures.
struct Peer {
    court: Court,
    game: Mutex<ReferenceSimulation>,
    views: Vec<Mutex<PaneUi>>,
    places: Vec<Place>,
}

/// Plays until it is ended from outside.
///
/// # Errors
/// When there is no display, or no OpenGL.
pub(crate) fn run(court: Court, places: Vec<Place>, repaint: Repaint) -> Result<()> {
    let view = |pane| Mutex::new(PaneUi::new(court, pane, std::process::id(), false));
    let game = Mutex::new(ReferenceSimulation::new(court, court.middle()));
    let peer = Arc::new(Peer { court, game, views: court.all_panes().map(view).collect(), places });
    let options = eframe::NativeOptions { viewport: peer.viewport(PaneId(0)), ..Default::default() };
    let create: eframe::AppCreator<'_> = Box::new(move |cc| {
        let (ball, ctx) = (Arc::clone(&peer), cc.egui_ctx.clone());
        thread::Builder::new().name("ball".to_owned()).spawn(move || ball.play(&ctx, repaint))?;
        Ok(Box::new(Windows(peer)))
    });
    eframe::run_native("tripong-end-to-end", options, create).map_err(failed("open the windows"))
}

impl Peer {
    fn game(&self) -> MutexGuard<'_, ReferenceSimulation> {
        self.game.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn view(&self, pane: PaneId) -> MutexGuard<'_, PaneUi> {
        self.views[pane.index()].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn viewport(&self, pane: PaneId) -> ViewportBuilder {
        let builder = ViewportBuilder::default().with_title(self.view(pane).title());
        let Some(place) = self.places.get(pane.index()) else { return builder };
        let Place { x, y, width, height } = *place;
        builder
            .with_position([f32::from(x), f32::from(y)])
            .with_inner_size([f32::from(width), f32::from(height)])
    }

    /// What a window of tripong sees of its Region.
    fn snapshot(&self) -> Snapshot {
        let game = self.game();
        let holder = Owner::Pane(game.pane());
        let ownership = Ownership { epoch: game.ball().hop + 1, giver: Owner::Supervisor, holder };
        let pid = std::process::id().into();
        let view =
            |pane| PaneView { pid, incarnation: 1, paddle: game.paddle(pane), control: Control::Autopilot };
        // The explanation is open, as it is in tripong: the same texts are drawn, whatever the numbers in them.
        let (hop, to, via) = (game.ball().hop, game.pane(), TransportKind::Shared);
        let hand_off = HandOff { hop, from: to, to, via, took_ns: Some(10_000) };
        Snapshot {
            ownership,
            ball: Some(game.ball()),
            // Its game is drawn at every tick: there is nothing between two of them.
            due_ns: None,
            panes: self.court.all_panes().map(view).collect(),
            transport: via,
            hand_off: (hop > 0).then_some(hand_off),
            medians_ns: [Some(10_000), None, None],
            live_settings: GameSettings::default(),
            recent: Recent::default(),
            recording: None,
        }
    }

    fn paint(&self, ui: &mut egui::Ui, pane: PaneId) {
        let snapshot = self.snapshot();
        // Nobody presses anything here.
        let _intents = self.view(pane).ui(ui, &snapshot);
    }

    /// The ball in real time, and who is to be painted.
    fn play(&self, ctx: &Context, repaint: Repaint) {
        let mut due_ns = clock::now_ns();
        let mut shown = vec![false; usize::from(self.court.panes)];
        loop {
            due_ns += TICK_NS;
            // Refused, it would paint at once: nothing that could be measured.
            if clock::sleep_until(due_ns).is_err() {
                return;
            }
            let (before, after) = {
                let mut game = self.game();
                let (before, tick) = (game.pane(), game.ball().tick + 1);
                game.run_until(|ball| ball.tick >= tick);
                (before, game.clone())
            };
            let is_frame = after.ball().tick.is_multiple_of(TICKS_PER_FRAME);
            for pane in self.court.all_panes() {
                let moves = repaint == Repaint::All || moves(&after, pane);
                let last_look = shown[pane.index()] && !moves;
                if is_frame && (moves || last_look) || before != after.pane() {
                    // request_repaint() would paint two frames; this paints one.
                    ctx.request_repaint_after_for(Duration::from_nanos(1), id(pane));
                }
                if is_frame {
                    shown[pane.index()] = moves;
                }
            }
        }
    }
}

/// As in tripong: the pane with the ball, a part of the ball, or the paddle on its way back to the middle.
fn moves(game: &ReferenceSimulation, pane: PaneId) -> bool {
    game.pane() == pane || game.ball().overlaps(pane) || game.paddle(pane) != Paddle::MIDDLE
}

fn id(pane: PaneId) -> ViewportId {
    if pane == PaneId(0) { ViewportId::ROOT } else { ViewportId::from_hash_of(pane) }
}

struct Windows(Arc<Peer>);

impl eframe::App for Windows {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let court = self.0.court;
        for pane in court.all_panes().skip(1) {
            let peer = Arc::clone(&self.0);
            let paint = move |ui: &mut egui::Ui, _class| peer.paint(ui, pane);
            ui.ctx().show_viewport_deferred(id(pane), self.0.viewport(pane), paint);
        }
        self.0.paint(ui, PaneId(0));
    }
}
