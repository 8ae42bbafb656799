//! How much happens.

/// How much happens in a game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// The pane that takes over the ball with this hop keeps it.
    pub hops: u8,
    /// Processes that are killed.
    pub kills: u8,
    /// Processes that are stopped. Fewer than panes.
    pub stops: u8,
    /// Presses of Start.
    pub starts: u8,
}
