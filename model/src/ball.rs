//! The ball, and who owns it.

/// A slot's number: a pane's, or [`SUPERVISOR`].
pub type Owner = u8;

/// Panes of the modelled court.
pub const PANES: u8 = 3;
/// The supervisor's slot.
pub const SUPERVISOR: Owner = PANES;

/// The baton, decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ownership {
    pub epoch: u8,
    pub giver: Owner,
    pub holder: Owner,
}

impl Ownership {
    /// Before the first serve.
    pub const REST: Self = Self { epoch: 0, giver: SUPERVISOR, holder: SUPERVISOR };

    /// The ownership after this one.
    pub fn next(self, giver: Owner, holder: Owner) -> Self {
        Self { epoch: self.epoch + 1, giver, holder }
    }
}

/// The ball. Where it is inside its pane does not matter, only for how long it has been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ball {
    pub tick: u8,
    pub hop: u8,
    /// The pane in which its centre is: another one than the owner's after the tick that makes it leave.
    pub pane: u8,
    /// Ticks since it came into this pane.
    pub age: u8,
}

impl Ball {
    /// As its next holder takes it over.
    pub fn handed_over(self) -> Self {
        Self { hop: self.hop + 1, ..self }
    }

    /// As it is put to the start of a pane.
    pub fn served(self, pane: u8) -> Self {
        Self { pane, age: 0, ..self }
    }

    /// One tick. After `crossing` ticks it leaves the pane, to `to`.
    pub fn advanced(self, crossing: u8, to: u8) -> Self {
        let tick = self.tick + 1;
        if self.age + 1 < crossing {
            Self { tick, age: self.age + 1, ..self }
        } else {
            Self { tick, age: 0, pane: to, ..self }
        }
    }
}
