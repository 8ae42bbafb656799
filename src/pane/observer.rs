//! What looks on while a pane is played.

/// Who looks on: a window, or nobody.
pub trait Audience: Sync {
    /// Something to see has changed.
    fn show(&self);
    /// The same, even where nobody can see it: the window is wanted in front.
    fn come_forward(&self);
}
