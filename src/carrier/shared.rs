//! The carrier `shared`: the record stays where it is, and a futex wakes the taker.

use std::time::Duration;

use super::endpoint::Seat;
use super::interface::{Carrier, Unsent};
use crate::game::PaneId;
use crate::protocol::doorbell::Wait;
use crate::protocol::{Owner, Record, Tenure};

/// Nothing travels: the taker reads the giver's slot.
pub(super) struct Shared<'a> {
    seat: Seat<'a>,
    wait: Wait,
}

impl<'a> Shared<'a> {
    pub(super) fn new(seat: Seat<'a>, wait: Wait) -> Self {
        Self { seat, wait }
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
        let (mine, _) = self.seat.bell();
        // The ball comes from a neighbour, so only its holder's bell can tell whether watching is worth it; a ball that
        // rests comes when somebody presses Start.
        match self.seat.region.baton.look().map(|tenure| tenure.holder) {
            Some(Owner::Pane(holder)) if holder.0.abs_diff(self.seat.me.0) == 1 => {
                mine.wait(self.wait, self.seat.region.bell(holder), timeout);
            }
            _ => mine.sleep(timeout),
        }
    }
}
