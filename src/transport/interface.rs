//! What every transport does, and what it needs of its process.

use std::time::Duration;

use crate::game::{Court, PaneId};
use crate::protocol::doorbell::{Doorbell, FdBell};
use crate::protocol::{Ownership, ProcessStatus, Record, Region};

/// A pane that nobody notifies looks by itself after this, in case a notification was lost with its process.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
/// After this a link that is of no use is not so because of a death: the supervisor has new ones by then.
pub(super) const GRACE: Duration = Duration::from_millis(500);

/// Why a record could not be sent. The ball stays with its giver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsent {
    /// There is no room: the taker has not read for a long time.
    Full,
    /// There is nobody at the other end, or no link yet.
    Broken,
}

/// One kind of IPC, as the process of one pane uses it.
pub trait Transport {
    /// Sends a record to the holder of `next`, before the swap that makes it the holder.
    ///
    /// # Errors
    /// [`Unsent`] if it could not be sent without waiting.
    fn send(&mut self, next: Ownership, record: &Record) -> Result<(), Unsent>;

    /// Waits until [`Self::send`] may succeed, something notifies, or `timeout` is over.
    fn wait_to_send(&mut self, to: PaneId, timeout: Duration);

    /// After the swap: wakes the taker, unless what was sent does.
    fn notify(&self, to: PaneId);

    /// Takes what was sent along with `ownership`, and checks it against the ledger, which has the last word.
    fn receive(&mut self, ownership: Ownership, ledger: &Record);

    /// Sleeps until something comes by this transport, something notifies, or `timeout` is over. May return early.
    fn sleep(&mut self, timeout: Duration);
}

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
