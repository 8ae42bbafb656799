//! The court and its physics.
//!
//! Lengths are in court units, times in ticks. The whole court is one plane: x grows from the left wall of the
//! first pane to the right wall of the last, y from the top down, and pane `i` covers
//! `i * PANE_WIDTH .. (i + 1) * PANE_WIDTH`. Only `+ - * /`, comparisons and the exact `%` are used, no sine and
//! no root: IEEE 754 defines their every bit, so a seed gives the same trajectory on every machine.

use super::ball::Ball;
use super::geometry::{
    HEIGHT, PADDLE_HALF_HEIGHT, PADDLE_HALF_WIDTH, PANE_WIDTH, PaneId, SPEED, TICK, mix, unit,
};
use super::paddle::{Control, Paddle};
use super::rules::{GameRules, Score, Side};

/// How far the middle line of an outer paddle stands from its wall.
const PADDLE_INSET: f64 = 0.4;
/// Tangent of half the steepest angle after a strike: 50 degrees.
const STEEPEST: f64 = 0.466;

/// Where the ball is after a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Still in the pane.
    Stays,
    /// Its centre has crossed an open side, into this pane.
    LeavesTo(PaneId),
}

/// The court that all panes share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Court {
    /// How many panes: 2 to [`MAX_PANES`](super::MAX_PANES).
    pub panes: u8,
    /// What serves and the autopilot draw from.
    pub seed: u64,
}

impl Court {
    /// Width of the whole court.
    pub fn width(&self) -> f64 {
        f64::from(self.panes) * PANE_WIDTH
    }

    /// Whether this can be a ball of this court: finite, inside, and at the right speed.
    pub fn is_sound(&self, ball: &Ball) -> bool {
        let inside = |value: f64, from: f64, to: f64| value.is_finite() && (from..=to).contains(&value);
        let speed_squared = ball.vx * ball.vx + ball.vy * ball.vy;
        inside(ball.x, 0.0, self.width())
            && inside(ball.y, 0.0, HEIGHT)
            && (speed_squared / (SPEED * SPEED) - 1.0).abs() < 1e-6
    }

    /// All panes, from left to right.
    pub fn all_panes(&self) -> impl DoubleEndedIterator<Item = PaneId> + use<> {
        (0..self.panes).map(PaneId)
    }

    /// The last pane, whose right side is a wall.
    pub fn last(&self) -> PaneId {
        PaneId(self.panes - 1)
    }

    /// The pane in the middle (right of the middle, where the count is even).
    pub fn middle(&self) -> PaneId {
        PaneId(self.panes / 2)
    }

    /// What a person calls the pane.
    pub fn name(&self, pane: PaneId) -> String {
        match pane {
            PaneId(0) => "left".to_owned(),
            _ if pane == self.last() => "right".to_owned(),
            PaneId(1) if self.panes == 3 => "middle".to_owned(),
            inner => format!("inner {}", inner.number()),
        }
    }

    /// The same with its noun: "left pane", "inner pane 2": the second of all.
    pub fn pane_title(&self, pane: PaneId) -> String {
        let name = self.name(pane);
        name.strip_prefix("inner ")
            .map_or_else(|| format!("{name} pane"), |number| format!("inner pane {number}"))
    }

    /// The same within a sentence: "the left pane", "inner pane 2".
    pub fn pane_name(&self, pane: PaneId) -> String {
        let title = self.pane_title(pane);
        if title.starts_with("inner") { title } else { format!("the {title}") }
    }

    /// The x of the pane's paddle: near the wall in the first and the last pane, in the middle of an inner one.
    pub fn paddle_x(&self, pane: PaneId) -> f64 {
        if pane == PaneId(0) {
            PADDLE_INSET
        } else if pane == self.last() {
            self.width() - PADDLE_INSET
        } else {
            pane.left() + PANE_WIDTH / 2.0
        }
    }

    /// Whether a paddle strikes a ball that moves in this direction. An outer paddle has one face only, the one
    /// away from its wall, so that a ball behind it is never caged.
    fn has_face_against(&self, pane: PaneId, vx: f64) -> bool {
        (pane != PaneId(0) || vx < 0.0) && (pane != self.last() || vx > 0.0)
    }

    /// The ball as it is served from `pane` at this tick of the ball's life: from the pane's start position, away
    /// from its paddle, at an angle drawn from the seed.
    pub fn serve(&self, pane: PaneId, last: Option<Ball>) -> Ball {
        self.serve_by(last.map(|ball| ball.score.rules).unwrap_or_default(), pane, last)
    }

    /// The same, by these rules from now on.
    pub fn serve_by(&self, rules: GameRules, pane: PaneId, last: Option<Ball>) -> Ball {
        let (tick, hop, hash) = last.map_or((0, 0, self.seed), |ball| (ball.tick, ball.hop, ball.hash));
        let score = last.map_or(Score::new(rules), |ball| ball.score.served(rules));
        let (x, vx, vy) = self.start(pane, tick);
        let mut ball = Ball { tick, hop, x, y: HEIGHT / 2.0, vx, vy, hash, score };
        ball.hash = ball.folded(u64::MAX);
        ball
    }

    /// Where a ball starts in a pane, across, and with which velocity.
    fn start(&self, pane: PaneId, tick: u64) -> (f64, f64, f64) {
        let inner = pane != PaneId(0) && pane != self.last();
        let x = pane.left() + PANE_WIDTH * if inner { 0.75 } else { 0.5 };
        let away = if pane == self.last() { -1.0 } else { 1.0 };
        let angle = unit(mix(mix(self.seed, tick), u64::from(pane.0))) * 1.6 - 0.8;
        let (vx, vy) = direction(angle, away);
        (x, vx, vy)
    }

    /// One tick of the pane that has the ball: the paddle moves, then the ball. Nothing, if the match is over.
    pub fn advance(&self, pane: PaneId, ball: &mut Ball, paddle: &mut Paddle, control: Control) -> Outcome {
        if ball.score.is_over() {
            return Outcome::Stays;
        }
        *paddle = match control {
            Control::Manual(wanted) => wanted,
            Control::Held(key) => key.paddle(ball.tick.wrapping_add(1)),
            Control::Autopilot => {
                let (y, reach) = self.plan(pane, ball);
                paddle.towards(y, reach)
            }
        };
        self.fly(pane, ball, *paddle, control != Control::Autopilot)
    }

    /// One tick of the ball, with a paddle of the autopilot.
    pub fn step(&self, pane: PaneId, ball: &mut Ball, paddle: Paddle) -> Outcome {
        self.fly(pane, ball, paddle, false)
    }

    /// One tick of the ball: top and bottom, paddle, outer walls, open sides. After a goal it lies still for a while.
    fn fly(&self, pane: PaneId, ball: &mut Ball, paddle: Paddle, by_hand: bool) -> Outcome {
        let before = *ball;
        ball.tick += 1;
        if ball.score.pause > 0 {
            ball.score.pause -= 1;
            return Outcome::Stays;
        }
        let radius = ball.radius();
        ball.x += ball.vx * TICK;
        ball.y += ball.vy * TICK;
        // Whether top or bottom was met makes no difference.
        let _met = bounce(&mut ball.y, &mut ball.vy, HEIGHT, radius);
        self.strike(pane, &before, ball, paddle, by_hand);
        if let Some(side) = bounce(&mut ball.x, &mut ball.vx, self.width(), radius) {
            self.pass_paddle(pane, ball, side);
        }
        self.outcome(pane, ball)
    }

    /// The ball has met the outer wall on this side: the rally is over, and in a match it was a goal. Then the pane serves
    /// it towards the other side, so a goal changes no owner.
    fn pass_paddle(&self, pane: PaneId, ball: &mut Ball, side: Side) {
        if ball.score.is_match() {
            ball.score.add_point(if side == Side::Left { Side::Right } else { Side::Left });
            (ball.x, ball.vx, ball.vy) = self.start(pane, ball.tick);
            ball.y = HEIGHT / 2.0;
            ball.hash = mix(ball.folded(u64::MAX - 1), ball.score.goal_word());
        } else {
            ball.score.end_rally();
        }
    }

    /// Whether the ball is still in the pane.
    pub fn outcome(&self, pane: PaneId, ball: &Ball) -> Outcome {
        if ball.x < pane.left() && pane != PaneId(0) {
            Outcome::LeavesTo(PaneId(pane.0 - 1))
        } else if ball.x >= pane.right() && pane != self.last() {
            Outcome::LeavesTo(PaneId(pane.0 + 1))
        } else {
            Outcome::Stays
        }
    }

    /// The panes beside this one.
    pub fn neighbours(&self, pane: PaneId) -> impl Iterator<Item = PaneId> + use<> {
        self.all_panes().filter(move |other| other.0.abs_diff(pane.0) == 1)
    }

    /// Whether this pane can have the ball there: in it, or on its last tick a step beyond an open side. A pane that the court
    /// does not have has no ball.
    pub fn can_have(&self, pane: PaneId, ball: &Ball) -> bool {
        let step = SPEED * TICK;
        pane <= self.last() && (pane.left() - step..=pane.right() + step).contains(&ball.x)
    }

    /// The x of the ball's centre when it touches the face that its movement goes against.
    fn contact_x(&self, pane: PaneId, ball: &Ball) -> f64 {
        self.paddle_x(pane) - (PADDLE_HALF_WIDTH + ball.radius()).copysign(ball.vx)
    }

    /// Turns the ball around if it met the paddle in this tick. Where it was struck decides the new angle.
    fn strike(&self, pane: PaneId, before: &Ball, ball: &mut Ball, paddle: Paddle, by_hand: bool) {
        let contact = self.contact_x(pane, before);
        let crossed = (contact - before.x) * before.vx >= 0.0 && (ball.x - contact) * before.vx > 0.0;
        let offset = (ball.y - paddle.y) / (PADDLE_HALF_HEIGHT + ball.radius());
        if crossed && self.has_face_against(pane, before.vx) && offset.abs() <= 1.0 {
            (ball.vx, ball.vy) = direction(offset, -before.vx);
            ball.x = 2.0 * contact - ball.x;
            ball.score.hit(by_hand);
        }
    }

    /// Where the autopilot wants the paddle to be, and how far it moves the paddle in a tick.
    ///
    /// The first half of every `4 (panes - 1)` hops is open: no inner paddle stands in the way, and 2 (panes - 1)
    /// hops are enough to go to one end of the court and then to the other. So every pane sees the ball again and
    /// again, however well they play. In the other half an inner paddle strikes every second ball, by a draw from the
    /// seed. An outer paddle lets one ball in so many go by as its skill says.
    fn plan(&self, pane: PaneId, ball: &Ball) -> (f64, f64) {
        let skill = ball.score.rules.autopilot;
        let contact = self.contact_x(pane, ball);
        let is_past = (contact - ball.x) * ball.vx < 0.0;
        if is_past || !self.has_face_against(pane, ball.vx) {
            return (Paddle::MIDDLE.y, Paddle::STEP);
        }
        let arrives_y = folded_y(ball.y + ball.vy * ((contact - ball.x) / ball.vx), ball.radius());
        let draw = mix(mix(self.seed, ball.hop), u64::from(pane.0));
        let inner = pane != PaneId(0) && pane != self.last();
        let sweep = 2 * (u64::from(self.panes) - 1);
        let lets_through = if inner {
            ball.hop % (2 * sweep) < sweep || draw.is_multiple_of(2)
        } else {
            draw.is_multiple_of(skill.lets_one_go_in())
        };
        if lets_through {
            let clear = PADDLE_HALF_HEIGHT + 2.0 * ball.radius();
            let away = if arrives_y > HEIGHT / 2.0 { -clear } else { clear };
            (arrives_y + away, Paddle::STEP)
        } else {
            let aim = skill.aim(unit(mix(draw, 1))) * PADDLE_HALF_HEIGHT;
            (arrives_y - aim, Paddle::STEP * skill.reach())
        }
    }
}

/// Reflects a coordinate of the ball off the walls at 0 and at `far`, and returns which one it has met. The speed stays
/// as it is.
fn bounce(position: &mut f64, velocity: &mut f64, far: f64, radius: f64) -> Option<Side> {
    let limit = far - radius;
    if *position < radius && *velocity < 0.0 {
        *position = 2.0 * radius - *position;
        *velocity = -*velocity;
        Some(Side::Left)
    } else if *position > limit && *velocity > 0.0 {
        *position = 2.0 * limit - *position;
        *velocity = -*velocity;
        Some(Side::Right)
    } else {
        None
    }
}

/// Where a ball that flies on to `y` ends up when top and bottom reflect it on its way.
fn folded_y(y: f64, radius: f64) -> f64 {
    let span = HEIGHT - 2.0 * radius;
    let along = (y - radius).rem_euclid(2.0 * span);
    radius + if along > span { 2.0 * span - along } else { along }
}

/// A velocity at full speed, `offset` (-1 to 1) of the steepest angle up or down, in the direction of `sign`. By
/// the half-angle formulas: no sine, so no library decides its last bit.
fn direction(offset: f64, sign: f64) -> (f64, f64) {
    let half = offset * STEEPEST;
    let scale = SPEED / (1.0 + half * half);
    ((scale * (1.0 - half * half)).copysign(sign), scale * 2.0 * half)
}
