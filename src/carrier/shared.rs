//! The carrier `shared`: the record stays where it is, and a futex wakes the taker.

use std::time::Duration;

use super::{Carrier, Seat, Unsent};
use crate::court::PaneId;
use crate::protocol::{Record, Tenure};

/// Nothing travels: the taker reads the giver's slot.
pub(super) struct Shared<'a> {
    seat: Seat<'a>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(seat: Seat<'a>) -> Self {
        Self { seat }
    }
}

impl Carrier for Shared<'_> {
    fn send(&mut self, _next: Tenure, _record: &Record) -> Result<(), Unsent> {
        Ok(())
    }

    fn wait_to_send(&mut self, _to: PaneId, timeout: Duration) {
        // Nothing is ever in the way; another carrier may have been, before a swap.
        self.sleep(timeout);
    }

    fn announce(&self, to: PaneId) {
        self.seat.ring(to);
    }

    fn receive(&mut self, _tenure: Tenure, _ledger: &Record) {}

    fn sleep(&mut self, timeout: Duration) {
        self.seat.bell().0.sleep(timeout);
    }
}
