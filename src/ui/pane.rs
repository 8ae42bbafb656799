//! All that a pane's window shows, and what its user can do there.

use std::time::Duration;

use egui::accesskit::Live;
use egui::{self, CentralPanel, Context, Id, Key, Panel, Rect, Response, Role, Sense, Ui, pos2, vec2};

use super::appearance::{Appearance, mark_focus};
use super::bar::{Boxes, Controls};
use super::boxes::{Answer, help_is_asked_for, help_ui, message_box_ui};
use super::court_painter::CourtPainter;
use super::court_view::CourtView;
use super::effects::Effects;
use super::explanation::explanation_ui;
use super::fold::Shown;
use super::intent::Intent;
use super::key_labels::KeyLabels;
use super::keys::{self, HeldKeys, keys_ui, size_keys_ui};
use super::paddle_slider::{drag, paddle_slider_ui};
use super::record_button::{record_key, refresh_each_second};
use super::replayed_pane::{self, Replayed, ReplayedControls};
use super::score;
use super::start_keys::{StartKey, start_key};
use super::theme::{BAR_HEIGHT, BUTTON_HEIGHT, TRANSPORT_BAR_HEIGHT};
use super::transport_bar::transport_bar_ui;
use super::voice::Voice;
use super::widgets::{name_frame, named};
use crate::game::{Control, Court, Paddle, PaneId};
use crate::platform::keyboard::KeyboardLayout;
use crate::protocol::GameSettings;
use crate::protocol::snapshot::Snapshot;

/// Width of the line on which the paddle moves, in points.
const RAIL_WIDTH: f32 = 3.0;
/// Width of the button in the corner of a court without bars, in points.
const CORNER_WIDTH: f32 = 56.0;
/// The same with the dot of a recording.
const CORNER_WIDTH_WITH_DOT: f32 = 68.0;
/// What is news until a moment is gone in a frame after that.
const JUST_AFTER: Duration = Duration::from_millis(1);

/// What the window itself remembers; all else is in the snapshot.
#[derive(Debug)]
pub struct PaneUi {
    court: Court,
    me: PaneId,
    pid: u32,
    boxes: Boxes,
    /// Whether this display lets a program bring its windows to the front.
    can_raise: bool,
    appearance: Appearance,
    effects: Effects,
    /// Another window still shows the ball.
    hides_ball: bool,
    held_keys: HeldKeys,
    labels: KeyLabels,
    voice: Voice,
    /// In a replay: how that stands.
    replayed: Option<Replayed>,
}

impl PaneUi {
    /// The window of pane `me`, in the process `pid`. Its user may have pressed Start before: in the window of a
    /// process that died.
    pub fn new(court: Court, me: PaneId, pid: u32, has_pressed_start: bool) -> Self {
        let boxes = Boxes { has_pressed_start, message_box_is_open: false, help_is_open: false };
        let (appearance, effects, hides_ball, held_keys, labels, voice, replayed) = Default::default();
        Self {
            court,
            me,
            pid,
            boxes,
            can_raise: true,
            appearance,
            effects,
            hides_ball,
            held_keys,
            labels,
            voice,
            replayed,
        }
    }

    /// On a display where no program brings its windows to the front (Wayland), the window does not offer it.
    pub fn without_raising(self) -> Self {
        Self { can_raise: false, ..self }
    }

    /// From now on it is the window of a replay, which plays or stands still: it shows what has happened to the process `pid`, and
    /// offers what a replay can do.
    pub fn set_replayed(&mut self, is_playing: bool, pid: u32) {
        (self.replayed, self.pid) = (Some(Replayed { is_playing }), pid);
    }

    /// The window's title: which pane, which process. The number comes first, where it is seen however short the title is
    /// cut: on Wayland it alone shows the order of the windows.
    pub fn title(&self) -> String {
        let (name, number, panes) = (self.court.pane_title(self.me), self.me.0 + 1, self.court.panes);
        let program = if self.replayed.is_some() { "tripong replay" } else { "tripong" };
        format!("{number} of {panes}: {program}, {name}, pid {}", self.pid)
    }

    /// From now on the ball is not drawn, because another window still shows it; or it is again.
    pub fn hide_ball(&mut self, is_hidden: bool) {
        self.hides_ball = is_hidden;
    }

    /// From now on the user's keyboard has this layout: the letter keys are called as they are printed there.
    pub fn set_keyboard(&mut self, layout: KeyboardLayout) {
        self.labels.set_layout(layout);
    }

    /// Colours and size as users want them, from the first frame on.
    pub fn follow(&mut self, ctx: &egui::Context, live_settings: &GameSettings) {
        // The keys of the size are for all windows at once.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        self.appearance.follow(ctx, live_settings);
    }

    /// Shows the snapshot, and returns what the user wants.
    pub fn ui(&mut self, ui: &mut Ui, snapshot: &Snapshot) -> Vec<Intent> {
        let mut intents = Vec::new();
        self.follow(ui.ctx(), &snapshot.live_settings);
        name_frame(ui.ctx(), &format!("{}, tripong", self.court.pane_title(self.me)));
        self.effects.follow(snapshot, self.me);
        self.labels.follow(ui.ctx());
        // A box that opens in this frame is shown in the next: the Enter that opened it must not close it.
        if self.can_raise && ui.input(|input| input.key_pressed(Key::F3)) {
            intents.push(Intent::RaiseAll);
        }
        if self.replayed.is_none() {
            intents.extend(record_key(ui.ctx()));
            refresh_each_second(ui.ctx(), snapshot);
        }
        let before = self.boxes;
        if !before.is_any_open() && help_is_asked_for(ui.ctx()) {
            self.boxes.help_is_open = true;
            ui.ctx().request_repaint();
        }
        let shown = Shown::in_window(ui.available_size(), snapshot.live_settings.explains);
        if shown.bar {
            let bar = Panel::top("bar").exact_size(BAR_HEIGHT);
            bar.show(ui, |ui| self.bar_ui(ui, snapshot, shown, &mut intents));
        }
        bottom_ui(ui, snapshot, shown, self.replayed.is_some(), &mut intents);
        CentralPanel::no_frame().show(ui, |ui| self.court_ui(ui, snapshot, shown, &mut intents));
        self.boxes_ui(ui.ctx(), snapshot, before, &mut intents);
        mark_focus(ui.ctx());
        intents
    }

    fn bar_ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, shown: Shown, intents: &mut Vec<Intent>) {
        match self.replayed_controls(snapshot, intents) {
            Some(mut controls) => controls.bar_ui(ui),
            None => self.controls(snapshot, shown, intents).bar_ui(ui),
        }
    }

    /// What there is in their place in a replay.
    fn replayed_controls<'a>(
        &'a mut self,
        snapshot: &'a Snapshot,
        intents: &'a mut Vec<Intent>,
    ) -> Option<ReplayedControls<'a>> {
        let replayed = self.replayed?;
        let (court, me, help_is_open) = (&self.court, self.me, &mut self.boxes.help_is_open);
        Some(ReplayedControls { court, me, snapshot, replayed, help_is_open, intents })
    }

    fn controls<'a>(
        &'a mut self,
        snapshot: &'a Snapshot,
        shown: Shown,
        intents: &'a mut Vec<Intent>,
    ) -> Controls<'a> {
        let (court, me, labels, boxes) = (&self.court, self.me, &self.labels, &mut self.boxes);
        Controls { court, me, snapshot, labels, boxes, shown, intents }
    }

    /// The boxes that were open `before` this frame.
    fn boxes_ui(&mut self, ctx: &Context, snapshot: &Snapshot, before: Boxes, intents: &mut Vec<Intent>) {
        if before.message_box_is_open
            && let Some(answer) = message_box_ui(ctx, &self.court, self.me, self.pid, &self.labels)
        {
            self.boxes.message_box_is_open = false;
            intents.extend((answer == Answer::Serve).then_some(Intent::Serve));
        }
        let help_ui = |ctx| match self.replayed {
            Some(_) => replayed_pane::help_ui(ctx, self.can_raise),
            None => help_ui(ctx, &self.court, self.me, self.pid, self.can_raise, &self.labels, snapshot),
        };
        if before.help_is_open && help_ui(ctx) {
            self.boxes.help_is_open = false;
        }
    }

    fn court_ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, shown: Shown, intents: &mut Vec<Intent>) {
        let view = CourtView::new(ui.max_rect(), self.me);
        // Not focusable: for the keyboard there are the keys and the slider.
        let sense = if self.replayed.is_some() { Sense::hover() } else { Sense::DRAG };
        let response = ui.allocate_rect(view.rect, sense);
        let response = named(response, Role::Image, &self.court_in_words(snapshot));
        let court = self.court;
        let painter = CourtPainter::new(ui, view, &court);
        painter.court(snapshot.score().is_match());
        painter.rail(RAIL_WIDTH);
        self.paint_texts(ui, &painter, snapshot);
        size_keys_ui(ui, snapshot, intents);
        let paddle = match self.replayed {
            Some(_) => {
                replayed_pane::keys_ui(ui, self.boxes.is_any_open(), intents);
                score::pane_view(snapshot, self.me).paddle
            }
            None => self.played_ui(ui, &view, &response, snapshot, intents),
        };
        self.paint_moving(&painter, snapshot, paddle);
        if shown.bar {
            return;
        }
        match self.replayed_controls(snapshot, intents) {
            Some(mut controls) => controls.corner_ui(ui, corner(&view, &court, snapshot.recording.is_some())),
            None => self
                .controls(snapshot, shown, intents)
                .corner_ui(ui, corner(&view, &court, snapshot.recording.is_some())),
        }
    }

    /// What a player does, by mouse, keys and screen reader; and what a player hears. Returns where the paddle is then.
    fn played_ui(
        &mut self,
        ui: &mut Ui,
        view: &CourtView,
        response: &Response,
        snapshot: &Snapshot,
        intents: &mut Vec<Intent>,
    ) -> Paddle {
        self.status_ui(ui, view, snapshot);
        let mine = score::pane_view(snapshot, self.me);
        let before = mine.paddle;
        let keys = keys::names(&self.court, self.me, &self.labels);
        let (slider, wanted) = paddle_slider_ui(ui, &self.court, view, mine, &keys);
        let wanted = wanted.or_else(|| drag(response, view)).or_else(|| self.wheel(ui, view, before));
        intents.extend(wanted.map(|paddle| Intent::Control(self.me, Control::Manual(paddle))));
        let is_behind_a_box = self.boxes.is_any_open();
        keys_ui(ui, &self.court, self.me, snapshot, &mut self.held_keys, is_behind_a_box, intents);
        if !is_behind_a_box {
            self.start_key_ui(ui, slider, snapshot, intents);
        }
        wanted.unwrap_or(before)
    }

    /// The space bar, and Enter.
    fn start_key_ui(&mut self, ui: &Ui, slider: Id, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
        intents.extend(match start_key(ui, slider, snapshot) {
            Some(StartKey::Start) => self.boxes.press_start(ui, snapshot.score().is_over()),
            Some(StartKey::Pause) => Some(Intent::change(snapshot, |to| to.paused = !to.paused)),
            None => None,
        });
    }

    /// Paddle and ball, and what they leave behind.
    fn paint_moving(&self, painter: &CourtPainter<'_>, snapshot: &Snapshot, paddle: Paddle) {
        if !self.hides_ball {
            self.effects.paint(painter);
        }
        painter.paddle(paddle);
        let glow = self.effects.paddle_glow();
        if glow > 0.0 {
            painter.lit_paddle(paddle, painter.palette.wall.gamma_multiply(glow));
        }
        if score::winner(snapshot, &self.court) == Some(self.me) {
            painter.winner(self.me);
            painter.lit_paddle(paddle, painter.palette.pane(self.me));
        }
        if let Some(ball) = snapshot.ball.as_ref().filter(|_| !self.hides_ball) {
            painter.ball(ball);
        }
    }

    /// The texts on the court: score or rally, where the ball is, the keys, why nothing flies, and what has just happened.
    fn paint_texts(&self, ui: &Ui, painter: &CourtPainter<'_>, snapshot: &Snapshot) {
        painter.headline(&score::headline(snapshot), snapshot.score().is_match());
        let winner = score::winner(snapshot, &self.court);
        if let Some(holder) = snapshot.holder().filter(|holder| *holder != self.me && winner.is_none()) {
            let name = format!("in {}", self.court.pane_name(holder));
            let [process, pid] = score::process(snapshot, &self.court, holder);
            painter.elsewhere(holder, &[name, process, pid]);
        }
        let news = snapshot.news(&self.court);
        let color = winner.map_or(painter.palette.text, |winner| painter.palette.pane(winner));
        let banner = match self.replayed {
            Some(_) => score::replayed_banner(snapshot),
            None => score::banner(snapshot, &self.labels.name(Key::P)),
        };
        let banner = banner.map(|lines| painter.banner(&lines, color, news.is_some()));
        if snapshot.goal().is_some() {
            painter.serve_arrow(snapshot.ball.is_some_and(|ball| ball.vx > 0.0));
        }
        if let Some(news) = &news {
            painter.news(news);
            if self.replayed.is_none() {
                // It goes by itself. In a replay it goes with the time of the recording, which may stand still.
                ui.ctx().request_repaint_after(Duration::from_nanos(news.left_ns) + JUST_AFTER);
            }
        } else if self.replayed.is_none() && score::pane_view(snapshot, self.me).control == Control::Autopilot
        {
            let keys = keys::names(&self.court, self.me, &self.labels);
            let keys = if snapshot.has_own_keys() { format!("{keys}, only here") } else { keys };
            painter.keys(&keys, banner.unwrap_or(painter.view.rect.top()));
        }
    }

    /// What a screen reader reads without being asked.
    fn status_ui(&mut self, ui: &Ui, view: &CourtView, snapshot: &Snapshot) {
        let status = ui.interact(view.rect, ui.scope_id().with("status"), Sense::hover());
        let (text, is_live) = self.voice.follow(ui.ctx(), snapshot, &self.court, &self.labels.name(Key::P));
        let status = named(status, Role::Status, text);
        let live = if is_live { Live::Polite } else { Live::Off };
        ui.ctx().accesskit_node_builder(status.id, |node| node.set_live(live));
    }

    fn court_in_words(&self, snapshot: &Snapshot) -> String {
        let place = score::whereabouts(snapshot, &self.court, self.me, false, self.replayed.is_none());
        if self.replayed.is_some() {
            let paddle = replayed_pane::moved_by(&score::pane_view(snapshot, self.me));
            return format!("Court. {place} {paddle}.");
        }
        let keys = keys::names(&self.court, self.me, &self.labels);
        let score = score::in_words(snapshot, &self.labels.name(Key::P));
        let scope = if snapshot.has_own_keys() { ", in this window only" } else { "" };
        format!("Court. {place} {score} {keys} move this paddle{scope}.")
    }

    /// The wheel.
    fn wheel(&self, ui: &Ui, view: &CourtView, paddle: Paddle) -> Option<Paddle> {
        if self.boxes.is_any_open() {
            return None;
        }
        let points = ui.input(|input| {
            // Below the court the wheel scrolls the explanation.
            let is_below = input.pointer.hover_pos().is_some_and(|at| at.y > view.rect.bottom());
            if is_below { 0.0 } else { input.smooth_scroll_delta().y }
        });
        (points != 0.0).then(|| Paddle::at(paddle.y - view.court_from_screen(points)))
    }
}

/// Below the court: the transport, and the explanation of the last hop.
fn bottom_ui(ui: &mut Ui, snapshot: &Snapshot, shown: Shown, is_replayed: bool, intents: &mut Vec<Intent>) {
    if !shown.transport_bar {
        return;
    }
    let height = shown.height_below_court(ui.available_size());
    Panel::bottom("below court").exact_size(height).show(ui, |ui| {
        let bar = vec2(ui.available_width(), TRANSPORT_BAR_HEIGHT);
        ui.allocate_ui(bar, |ui| match is_replayed {
            true => replayed_pane::bottom_bar_ui(ui, snapshot, intents),
            false => transport_bar_ui(ui, snapshot, intents),
        });
        if shown.explanation {
            explanation_ui(ui, snapshot, intents);
        }
    });
}

/// The upper corner of the court in which there is neither a paddle nor the headline.
fn corner(view: &CourtView, court: &Court, has_dot: bool) -> Rect {
    let width = if has_dot { CORNER_WIDTH_WITH_DOT } else { CORNER_WIDTH };
    let (size, gap) = (vec2(width, BUTTON_HEIGHT), 4.0);
    let is_left = view.pane == court.last();
    let x = if is_left { view.rect.left() + gap } else { view.rect.right() - gap - size.x };
    Rect::from_min_size(pos2(x, view.rect.top() + gap), size)
}
