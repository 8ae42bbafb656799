//! Where a transport works: what it needs of its process.

use crate::game::{Court, PaneId};
use crate::protocol::doorbell::{Doorbell, FdBell};
use crate::protocol::{ProcessStatus, Region};

/// Where a transport works: one pane's process.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint<'a> {
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

impl<'a> Endpoint<'a> {
    pub(super) fn bell(&self) -> (&'a Doorbell, &'a FdBell) {
        (self.region.bell(self.me), &self.bells[self.me.index()])
    }

    pub(super) fn status(&self) -> &'a ProcessStatus {
        &self.region.pane(self.me).status
    }

    /// Notifies a pane.
    pub fn notify(&self, pane: PaneId) {
        self.region.bell(pane).notify(&self.bells[pane.index()]);
    }
}
