//! The window that looks on, and what it shows while the ball is elsewhere.

use crate::game::{Ball, Control};
use crate::protocol::{GameSettings, Ownership, TransportKind};

/// Who looks on: a window, or nobody.
pub trait Observer: Sync {
    /// Something to see has changed.
    fn show(&self);
    /// The same, even where nobody can see it: the window is wanted in front.
    fn come_forward(&self);
}

/// What the observer has last been shown while nothing flew here.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ViewState {
    /// Who had it.
    pub(super) ownership: Option<Ownership>,
    /// Whether it had it in its hands already, and so how long the hand-off took.
    pub(super) is_received: bool,
    /// Whether something moved here.
    pub(super) moves: bool,
    pub(super) transport: TransportKind,
    pub(super) live_settings: GameSettings,
    /// Points of both sides, and hits.
    pub(super) score: Option<(u8, u8, u32)>,
    /// Who moves the paddle here: a key in another window may.
    pub(super) control: Option<Control>,
}

/// What a paddle or an outer wall changes of how the game stands.
pub(super) fn score(ball: &Ball) -> (u8, u8, u32) {
    (ball.score.left, ball.score.right, ball.score.hits)
}
