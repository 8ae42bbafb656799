//! The same game in one process: what the shared game is compared with.

use super::ball::Ball;
use super::court::{Court, Outcome};
use super::geometry::PaneId;
use super::paddle::{Control, Paddle};
use super::rules::GameRules;

/// A game that one process simulates alone: with the autopilot on all paddles, unless it is given another control.
///
/// ```
/// use tripong::game::Court;
/// use tripong::game::ReferenceSimulation;
///
/// let court = Court { panes: 3, seed: 1 };
/// let mut one = ReferenceSimulation::new(court, court.middle());
/// let mut other = one.clone();
/// one.run_until(|ball| ball.hop == 10);
/// other.run_until(|ball| ball.hop == 10);
/// assert_eq!(one.ball(), other.ball());
/// ```
#[derive(Debug, Clone)]
pub struct ReferenceSimulation {
    court: Court,
    ball: Ball,
    pane: PaneId,
    /// Each pane's paddle, and the tick at which it last had the ball.
    paddles: Vec<(Paddle, u64)>,
    /// What moves the paddle of the pane that has the ball.
    control: Control,
}

impl ReferenceSimulation {
    /// A ball served from `pane` at tick 0, for a rally by the default rules.
    pub fn new(court: Court, pane: PaneId) -> Self {
        Self::by(GameRules::default(), court, pane)
    }

    /// The same by other rules.
    pub fn by(rules: GameRules, court: Court, pane: PaneId) -> Self {
        Self::from_serve(court, pane, court.serve_by(rules, pane, None))
    }

    /// A game in which `ball` has just been served from `pane`: with it a new rally begins, whatever was before.
    pub fn from_serve(court: Court, pane: PaneId, ball: Ball) -> Self {
        let paddles = vec![(Paddle::MIDDLE, ball.tick); usize::from(court.panes)];
        Self::resumed(court, pane, ball, paddles)
    }

    /// A game that goes on from here: `pane` has just got the ball, and `paddles` has one of each pane of the court, with the
    /// tick at which its pane last had the ball. None of these is later than the ball's.
    pub fn resumed(court: Court, pane: PaneId, ball: Ball, paddles: Vec<(Paddle, u64)>) -> Self {
        Self { court, ball, pane, paddles, control: Control::Autopilot }
    }

    /// The court in which it is played.
    pub fn court(&self) -> &Court {
        &self.court
    }

    /// The ball as it is now.
    pub fn ball(&self) -> Ball {
        self.ball
    }

    /// The pane that has the ball.
    pub fn pane(&self) -> PaneId {
        self.pane
    }

    /// The paddle of a pane, where it is now.
    pub fn paddle(&self, pane: PaneId) -> Paddle {
        let (paddle, since) = self.paddles[pane.index()];
        paddle.returned(self.ball.tick - since)
    }

    /// What moves the paddle of the pane that has the ball.
    pub fn control(&self) -> Control {
        self.control
    }

    /// From the next tick on this moves the paddle of the pane that has the ball. With every hop and every serve it is the
    /// autopilot again.
    pub fn set_control(&mut self, control: Control) {
        self.control = control;
    }

    /// Puts the ball back to the start of `pane`, as the Start button does. A new rally: every paddle starts from
    /// the middle.
    pub fn serve(&mut self, pane: PaneId) {
        self.serve_by(self.ball.score.rules, pane);
    }

    /// The same, by these rules from now on.
    pub fn serve_by(&mut self, rules: GameRules, pane: PaneId) {
        self.ball = self.court.serve_by(rules, pane, Some(self.ball));
        self.pane = pane;
        self.paddles.fill((Paddle::MIDDLE, self.ball.tick));
        self.control = Control::Autopilot;
    }

    /// Plays until the ball satisfies `done`, and not at all if it does already. The caller must know that it
    /// will: every tick and every hop comes, until a match is over. A ball that has left its pane is looked at before the hop
    /// and after it.
    pub fn run_until(&mut self, done: impl Fn(&Ball) -> bool) {
        self.run_within(u64::MAX, done);
    }

    /// The same, but not beyond this hop: where the next one would follow, the ball stays on the side that it has crossed.
    pub fn run_within(&mut self, last_hop: u64, done: impl Fn(&Ball) -> bool) {
        while !done(&self.ball) && !self.ball.score.is_over() {
            match self.court.outcome(self.pane, &self.ball) {
                Outcome::LeavesTo(_) if self.ball.hop >= last_hop => return,
                Outcome::LeavesTo(next) => {
                    self.ball = self.ball.handed_over();
                    self.pane = next;
                    self.control = Control::Autopilot;
                }
                Outcome::Stays => self.tick(),
            }
        }
    }

    /// Plays until the ball is as far as `goal`, or a match is over, but for no more than `ticks`, and takes those that were
    /// needed off them. False if they did not suffice.
    pub fn run_towards(&mut self, goal: &Ball, ticks: &mut u64) -> bool {
        let before = self.ball.tick;
        let last = before.saturating_add(*ticks);
        let is_there = |ball: &Ball| (ball.tick, ball.hop) >= (goal.tick, goal.hop);
        self.run_until(|ball| is_there(ball) || ball.tick >= last);
        *ticks -= self.ball.tick - before;
        is_there(&self.ball) || self.ball.score.is_over()
    }

    fn tick(&mut self) {
        let (paddle, since) = &mut self.paddles[self.pane.index()];
        *paddle = paddle.returned(self.ball.tick - *since);
        // Whether it leaves is asked for anew, before the next tick.
        let _outcome = self.court.advance(self.pane, &mut self.ball, paddle, self.control);
        *since = self.ball.tick;
    }
}
