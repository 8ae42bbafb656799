//! The transport `shared`: the record stays where it is, and a futex wakes the taker.

use std::time::Duration;

use super::interface::{Endpoint, Transport, Unsent};
use crate::game::PaneId;
use crate::protocol::doorbell::Wait;
use crate::protocol::{Owner, Ownership, Record};

/// Nothing travels: the taker reads the giver's slot.
pub(super) struct Shared<'a> {
    pub(super) endpoint: Endpoint<'a>,
    pub(super) wait: Wait,
}

impl Transport for Shared<'_> {
    fn send(&mut self, _next: Ownership, _record: &Record) -> Result<(), Unsent> {
        Ok(())
    }

    fn wait_to_send(&mut self, _to: PaneId, timeout: Duration) {
        // Nothing is ever in the way; another transport may have been, before a swap.
        self.sleep(timeout);
    }

    fn notify(&self, to: PaneId) {
        self.endpoint.notify(to);
    }

    fn receive(&mut self, _ownership: Ownership, _ledger: &Record) {}

    fn sleep(&mut self, timeout: Duration) {
        let (mine, _) = self.endpoint.bell();
        // The ball comes from a neighbour, so only its holder's bell can tell whether watching is worth it; a ball that
        // rests comes when somebody presses Start.
        match self.endpoint.region.baton.look().map(|ownership| ownership.holder) {
            Some(Owner::Pane(holder)) if holder.0.abs_diff(self.endpoint.me.0) == 1 => {
                mine.wait(self.wait, self.endpoint.region.bell(holder), timeout);
            }
            _ => mine.sleep(timeout),
        }
    }
}
