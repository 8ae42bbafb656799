//! Which epochs are exported.

/// From one epoch to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first one.
    pub from: u64,
    /// The last one; None: to the end.
    pub to: Option<u64>,
}

impl Window {
    /// All there are.
    pub const ALL: Self = Self { from: 0, to: None };

    /// Whether this epoch is one of them.
    pub fn has(&self, epoch: u64) -> bool {
        epoch >= self.from && !self.is_over(epoch)
    }

    /// Whether this epoch is after them.
    pub fn is_over(&self, epoch: u64) -> bool {
        self.to.is_some_and(|to| epoch > to)
    }
}
