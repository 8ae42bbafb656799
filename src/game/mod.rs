//! The game: pure, the same everywhere. It knows no clock, no process and no window.

mod ball;
mod court;
mod geometry;
mod paddle;
mod reference_simulation;
mod rules;

pub use ball::Ball;
pub use court::{Court, Outcome};
pub use geometry::{
    HEIGHT, MAX_PANES, PADDLE_HALF_HEIGHT, PADDLE_HALF_WIDTH, PANE_WIDTH, PaneId, SPEED, TICKS_PER_SECOND,
    mix, unit,
};
pub use paddle::{Control, Direction, HeldKey, Paddle};
pub use reference_simulation::ReferenceSimulation;
pub use rules::{BallSize, GameMode, GameRules, MOST_HITS, POINTS_TO_WIN, Score, Side, Skill};
