//! What every transport does.

use std::time::Duration;

use crate::game::PaneId;
use crate::protocol::{Ownership, Record};

/// A pane that nobody rings looks by itself after this, in case a ring was lost with its process.
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

    /// Waits until [`Self::send`] may succeed, something rings, or `timeout` is over.
    fn wait_to_send(&mut self, to: PaneId, timeout: Duration);

    /// After the swap: wakes the taker, unless what was sent does.
    fn notify(&self, to: PaneId);

    /// Takes what was sent along with `ownership`, and checks it against the ledger, which has the last word.
    fn receive(&mut self, ownership: Ownership, ledger: &Record);

    /// Sleeps until something comes by this transport, something rings, or `timeout` is over. May return early.
    fn sleep(&mut self, timeout: Duration);
}
