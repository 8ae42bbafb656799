//! When the windows are woken to show something new.

use super::state::{Observer, Player, ViewState, score};
use crate::game::{Ball, Control, Paddle, PaneId};
use crate::protocol::{Owner, Ownership};

impl Player<'_> {
    /// Shows the observer what has changed, and returns whether something goes on moving here.
    pub(super) fn show_what_is_new(&mut self, ownership: Option<Ownership>) -> bool {
        let Some(observer) = self.observer else { return false };
        self.come_forward_if_wanted(observer);
        let now = self.to_show(ownership);
        let moves = now.moves;
        if moves || self.view_state != now {
            observer.show();
        }
        self.view_state = now;
        moves
    }

    fn come_forward_if_wanted(&mut self, observer: &dyn Observer) {
        let raises = self.region().raises();
        if raises != self.raises {
            self.raises = raises;
            observer.come_forward();
        }
    }

    fn to_show(&self, ownership: Option<Ownership>) -> ViewState {
        let region = self.region();
        ViewState {
            ownership,
            is_received: ownership.is_some_and(|ownership| region.has_received(ownership)),
            moves: self.something_moves(ownership),
            transport: region.transport(),
            live_settings: region.settings(),
            score: ownership
                .and_then(|ownership| region.ball(ownership, self.endpoint.court).ok())
                .map(|it| score(&it.ball)),
            news: (region.event_log.events.count(), region.rally_end()),
            control: Some(region.control(self.me())),
        }
    }

    /// Without the ball, two things can move in a pane: a part of the ball that the neighbour has, and the paddle, which
    /// the autopilot brings back to the middle or a key to the end of its line. A ball that rests, or stands still, moves
    /// nothing.
    fn something_moves(&self, ownership: Option<Ownership>) -> bool {
        let court = self.endpoint.court;
        if self.setup.paced && self.region().is_paused() {
            return false;
        }
        let moving = ownership.filter(|ownership| ownership.holder != Owner::Supervisor);
        let Some(record) = moving.and_then(|ownership| self.region().ball(ownership, court).ok()) else {
            return false;
        };
        if record.ball.score.is_over() {
            return false;
        }
        let paddle_moves = match self.region().control(self.me()) {
            Control::Autopilot => self.slot().paddle_for(&record, court) != Paddle::MIDDLE,
            Control::Manual(_) => false,
            Control::Held(key) => key.moves_after(record.ball.tick),
        };
        record.ball.overlaps(self.me()) || paddle_moves
    }

    /// Notifies the other panes of a game with windows, of which these have something new to show.
    pub(super) fn notify_the_windows(&self, which: impl Fn(PaneId) -> bool) {
        if self.setup.windows {
            let others = self.endpoint.court.all_panes().filter(|pane| *pane != self.me() && which(*pane));
            others.for_each(|pane| self.endpoint.notify(pane));
        }
    }

    /// Shows the ball, and notifies the neighbour whose pane the ball begins to touch: it shows its part.
    pub(super) fn show(&mut self, before: &Ball, ball: &Ball) {
        let Some(observer) = self.observer else { return };
        self.come_forward_if_wanted(observer);
        if self.region().settings().pace(&ball.score).is_shown(ball.tick) {
            observer.show();
        }
        if score(before) != score(ball) || ball.score.has_ended(&before.score) {
            // It is seen in every window.
            return self.notify_the_windows(|_| true);
        }
        let panes = self.endpoint.court.all_panes().filter(|pane| *pane != self.me());
        let touched = panes.filter(|pane| ball.overlaps(*pane) && !before.overlaps(*pane));
        touched.for_each(|pane| self.endpoint.notify(pane));
    }
}
