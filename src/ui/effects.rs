//! What a fast ball leaves behind: a trail, and a short glow where a paddle struck it or it came through a side.
//!
//! All of it is counted in ticks of the ball, and only there while the ball can be seen in this window: so it needs no
//! clock and no repaint of its own, and nothing of it is left when the ball is gone. With reduced motion there is none.

use std::collections::VecDeque;

use super::court_painter::CourtPainter;
use crate::game::{Ball, PANE_WIDTH, PaneId};
use crate::protocol::snapshot::Snapshot;

/// How old a place of the trail can be, in ticks.
const TRAIL_TICKS: u64 = 40;
/// So many places are in a trail at most, however often a window is painted.
const TRAIL_LENGTH: usize = 10;
/// A trail's newest place is so opaque.
const TRAIL_OPACITY: f32 = 0.3;
/// How long a glow takes to fade, in ticks.
const GLOW_TICKS: u64 = 48;
const GLOW_OPACITY: f32 = 0.6;
/// Nothing that flies gets farther in a tick, in court units: a ball that does was put there.
const LONGEST_STEP: f64 = 0.1;

/// What a window remembers of the ball.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// Where the ball was, the newest last.
    trail: VecDeque<Ball>,
    glow: Option<Glow>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Glow {
    since_tick: u64,
    what: Lit,
    /// Where the ball was, down.
    y: f64,
}

/// What glows.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lit {
    Paddle,
    /// The side at this x.
    Side(f64),
}

impl Effects {
    /// Takes the newest picture of the ball in.
    pub(super) fn follow(&mut self, snapshot: &Snapshot, me: PaneId) {
        let Some(ball) =
            snapshot.ball.filter(|ball| !snapshot.live_settings.reduced_motion && ball.overlaps(me))
        else {
            *self = Self::default();
            return;
        };
        if let Some(before) = self.trail.back().copied() {
            if !is_later_in_flight(&before, &ball) {
                *self = Self::default();
            } else if ball.tick == before.tick && ball.hop == before.hop {
                return;
            } else {
                self.glow = glow(snapshot, me, &before, &ball).or(self.glow);
            }
        }
        self.trail.push_back(ball);
        let is_old = |at: &Ball| ball.tick - at.tick > TRAIL_TICKS;
        while self.trail.len() > TRAIL_LENGTH || self.trail.front().is_some_and(is_old) {
            self.trail.pop_front();
        }
        self.glow = self.glow.filter(|glow| ball.tick - glow.since_tick < GLOW_TICKS);
    }

    /// The trail, under the ball; and the side that it came through.
    pub(super) fn paint(&self, court: &CourtPainter<'_>) {
        let Some(ball) = self.trail.back() else { return };
        if let Some(Glow { what: Lit::Side(x), y, .. }) = self.glow {
            court.lit_side(x, y, court.palette.wall.gamma_multiply(self.glow_opacity()));
        }
        for at in self.trail.iter().filter(|at| at.tick < ball.tick) {
            let left = 1.0 - (ball.tick - at.tick) as f32 / (TRAIL_TICKS + 1) as f32;
            let color = court.palette.ball.gamma_multiply(TRAIL_OPACITY * left);
            court.disc(at.x, at.y, at.radius() * f64::from(left), color);
        }
    }

    /// How brightly the paddle glows: 0 for not at all.
    pub(super) fn paddle_glow(&self) -> f32 {
        let is_paddle = self.glow.is_some_and(|glow| glow.what == Lit::Paddle);
        if is_paddle { self.glow_opacity() } else { 0.0 }
    }

    fn glow_opacity(&self) -> f32 {
        let age = self.trail.back().zip(self.glow).map(|(ball, glow)| ball.tick - glow.since_tick);
        age.map_or(0.0, |age| GLOW_OPACITY * (1.0 - age as f32 / GLOW_TICKS as f32))
    }
}

fn is_later_in_flight(before: &Ball, ball: &Ball) -> bool {
    let Some(ticks) = ball.tick.checked_sub(before.tick) else { return false };
    let distance = (ball.x - before.x).hypot(ball.y - before.y);
    ball.hop >= before.hop && distance <= LONGEST_STEP * ticks.max(1) as f64
}

fn glow(snapshot: &Snapshot, me: PaneId, before: &Ball, ball: &Ball) -> Option<Glow> {
    let since_tick = ball.tick;
    if ball.hop > before.hop {
        // It comes in through the side behind it, and goes out through the one before it.
        let comes_in = snapshot.holder() == Some(me);
        let x = if (ball.vx > 0.0) == comes_in { me.left() } else { me.left() + PANE_WIDTH };
        return Some(Glow { since_tick, what: Lit::Side(x), y: ball.y });
    }
    let is_hit = ball.score.hits > before.score.hits && snapshot.holder() == Some(me);
    is_hit.then_some(Glow { since_tick, what: Lit::Paddle, y: ball.y })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::{Control, Court, Paddle};
    use crate::protocol::snapshot::PaneView;
    use crate::protocol::{GameSettings, Owner, Ownership, Recent, TransportKind};

    const COURT: Court = Court { panes: 3, seed: 1 };
    const ME: PaneId = PaneId(1);

    fn picture(ball: Ball) -> Snapshot {
        let pane = PaneView { pid: 1, incarnation: 1, paddle: Paddle::MIDDLE, control: Control::Autopilot };
        Snapshot {
            ownership: Ownership { epoch: 1, giver: Owner::Supervisor, holder: Owner::Pane(ME) },
            due_ns: None,
            ball: Some(ball),
            panes: vec![pane; 3],
            transport: TransportKind::Shared,
            hand_off: None,
            medians_ns: [None; 3],
            live_settings: GameSettings::default(),
            recording: None,
            recent: Recent::default(),
        }
    }

    /// A window that has seen the ball fly for some frames, and its last picture.
    fn flown(frames: u64) -> (Effects, Snapshot) {
        let mut effects = Effects::default();
        let start = COURT.serve(ME, None);
        let at = |frame| Ball { tick: 4 * frame, x: start.x + 0.02 * frame as f64, ..start };
        (0..=frames).for_each(|frame| effects.follow(&picture(at(frame)), ME));
        (effects, picture(at(frames)))
    }

    #[test]
    fn the_trail_is_short_however_long_the_ball_flies() {
        for frames in [1, 5, 20] {
            let trail = flown(frames).0.trail;
            assert_eq!(trail.len() as u64, (frames + 1).min(10));
        }
    }

    #[test]
    fn nothing_is_left_when_the_ball_is_gone_or_motion_is_unwanted() {
        let elsewhere = |picture: &mut Snapshot| picture.ball = Some(COURT.serve(PaneId(0), None));
        let reduced = |picture: &mut Snapshot| picture.live_settings.reduced_motion = true;
        let unreadable = |picture: &mut Snapshot| picture.ball = None;
        let changes: [fn(&mut Snapshot); 3] = [elsewhere, reduced, unreadable];
        for change in changes {
            let (mut effects, mut picture) = flown(5);
            change(&mut picture);
            effects.follow(&picture, ME);
            assert!(effects.trail.is_empty() && effects.glow.is_none());
        }
    }

    #[test]
    fn a_ball_that_was_put_somewhere_draws_no_line_there() {
        let (mut effects, picture_before) = flown(5);
        let ball = picture_before.ball.unwrap();
        effects.follow(&picture(Ball { tick: ball.tick + 4, x: ball.x - 1.0, ..ball }), ME);
        assert_eq!(effects.trail.len(), 1);
        effects.follow(&picture(Ball { tick: 0, ..ball }), ME);
        assert_eq!(effects.trail.len(), 1, "time never goes back");
    }

    #[test]
    fn a_hit_glows_and_fades_with_the_ticks() {
        let (mut effects, before) = flown(5);
        let mut ball = before.ball.unwrap();
        ball.tick += 4;
        ball.score.hits += 1;
        effects.follow(&picture(ball), ME);
        let first = effects.paddle_glow();
        effects.follow(&picture(Ball { tick: ball.tick + 20, ..ball }), ME);
        let later = effects.paddle_glow();
        assert!(first > later && later > 0.0, "{first} {later}");
        effects.follow(&picture(Ball { tick: ball.tick + GLOW_TICKS, ..ball }), ME);
        assert!(effects.paddle_glow() <= 0.0);
    }

    #[test]
    fn the_side_through_which_the_ball_comes_in_or_goes_out_glows() {
        let cases = [(1.0, true, 4.0), (-1.0, true, 8.0), (1.0, false, 8.0), (-1.0, false, 4.0)];
        for (direction, comes_in, x) in cases {
            let (mut effects, mut after) = flown(1);
            let ball = after.ball.as_mut().unwrap();
            (ball.vx, ball.hop, ball.tick) = (direction, ball.hop + 1, ball.tick + 1);
            if !comes_in {
                after.ownership.holder = Owner::Pane(PaneId(2));
            }
            effects.follow(&after, ME);
            assert_eq!(effects.glow.map(|glow| glow.what), Some(Lit::Side(x)));
        }
    }
}
