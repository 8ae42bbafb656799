//! What a process does to itself because somebody wants to see what the others make of it.

use nix::sys::signal::{Signal, raise};

use super::state::Player;
use crate::platform::clock;
use crate::protocol::{Deed, Record, Tenure};

impl Player<'_> {
    /// Obeys the supervisor's order, if there is one for this very process. `next` is the record that would be written now.
    pub(super) fn obey(&self, next: Option<(Tenure, &Record)>) {
        match (self.region().order(self.me(), self.seat.incarnation), next) {
            // Alive, but without progress, until the supervisor ends it.
            (Some(Deed::Hang), _) => clock::stand_still(),
            (Some(Deed::Tear), Some((tenure, record))) => {
                self.slot().tear(tenure.epoch, record);
                // Cannot fail, and does not return.
                let _killed = raise(Signal::SIGKILL);
            }
            // Without the ball there is no record to tear. All other deeds are signals.
            _ => {}
        }
    }
}
