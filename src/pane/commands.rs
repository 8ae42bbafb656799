//! What a process does to itself because somebody wants to see what the others make of it.

use nix::sys::signal::{Signal, raise};

use super::state::Player;
use crate::platform::clock;
use crate::protocol::{Action, Ownership, Record};

impl Player<'_> {
    /// Obeys the supervisor's command, if there is one for this very process. `next` is the record that would be written now.
    pub(super) fn obey(&self, next: Option<(Ownership, &Record)>) {
        match (self.region().command(self.me(), self.endpoint.incarnation), next) {
            // Alive, but without progress, until the supervisor ends it.
            (Some(Action::Hang), _) => clock::stand_still(),
            (Some(Action::Tear), Some((ownership, record))) => {
                self.slot().tear(ownership.epoch, record);
                // Cannot fail, and does not return.
                let _killed = raise(Signal::SIGKILL);
            }
            // Without the ball there is no record to tear. All other actions are signals.
            _ => {}
        }
    }
}
