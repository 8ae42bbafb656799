//! Where a carrier works: what it needs of its process.

use crate::game::{Court, PaneId};
use crate::protocol::doorbell::{Doorbell, FdBell};
use crate::protocol::{Card, Region};

/// Where a carrier works: one pane's process.
#[derive(Debug, Clone, Copy)]
pub struct Seat<'a> {
    /// The shared bytes.
    pub region: &'a Region,
    /// The court.
    pub court: &'a Court,
    /// The pane that this process plays.
    pub me: PaneId,
    /// Which process of that pane this is.
    pub incarnation: u64,
    /// The pollable halves of all panes' doorbells.
    pub bells: &'a [FdBell],
}

impl<'a> Seat<'a> {
    pub(super) fn bell(&self) -> (&'a Doorbell, &'a FdBell) {
        (self.region.bell(self.me), &self.bells[self.me.index()])
    }

    pub(super) fn card(&self) -> &'a Card {
        &self.region.pane(self.me).card
    }

    /// Rings a pane.
    pub fn ring(&self, pane: PaneId) {
        self.region.bell(pane).ring(&self.bells[pane.index()]);
    }
}
