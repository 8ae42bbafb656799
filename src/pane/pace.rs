//! The pace of a game in real time. It changes when a tick comes, never what it brings.

use super::state::Player;
use crate::platform::clock;
use crate::protocol::{Fenced, Ownership, ProcessStatus, Record, Speed, TransportKind};
use crate::transport::PATIENCE;

/// A game that is later than this (stopped, suspended) goes on from now and does not hurry after.
const LATENESS_NS: u64 = 100_000_000;

impl Player<'_> {
    /// Waits until the next tick is due, and sets when the one after it is.
    pub(super) fn pace(&mut self, ownership: Ownership, record: &mut Record) -> Result<(), Fenced> {
        if !self.setup.paced {
            return Ok(());
        }
        if self.region().is_paused() {
            self.rest(ownership, record)?;
            // What was due meanwhile is not caught up with.
            record.due_ns = clock::now_ns();
        }
        // The word of another process may be anything; but no tick is due later than the slowest.
        record.due_ns = record.due_ns.min(clock::now_ns() + Speed::Slow.tick_ns());
        if let Err(error) = clock::sleep_until(record.due_ns) {
            self.failure = Some(error);
            return Ok(());
        }
        let now = clock::now_ns();
        if now > record.due_ns + LATENESS_NS {
            record.due_ns = now;
        }
        record.due_ns += self.region().settings().pace(&record.ball.score).tick_ns();
        Ok(())
    }

    /// The ball stands still in this pane: sleeps until a process that wants it to fly on notifies.
    fn rest(&mut self, ownership: Ownership, record: &Record) -> Result<(), Fenced> {
        while self.region().is_paused() && !self.is_stopping() {
            ProcessStatus::count(&self.slot().status.heartbeats);
            // The bell before all that it announces.
            self.region().bell(self.me()).disarm();
            if !self.region().baton.is_still(ownership) {
                return Err(Fenced);
            }
            self.obey(Some((ownership, record)));
            self.show_what_is_new(Some(ownership));
            if self.region().is_paused() && !self.is_stopping() {
                self.wait_for_a_notification();
            }
        }
        Ok(())
    }

    /// There is nothing to do until somebody notifies.
    pub(super) fn wait_for_a_notification(&mut self) {
        self.transports.by(TransportKind::Shared).sleep(PATIENCE);
    }
}
