//! The pace of a game in real time. It changes when a tick comes, never what it brings.

use super::Player;
use crate::platform::clock;
use crate::protocol::{Card, CarrierKind, Fenced, Record, Speed, Tenure};

/// A game that is later than this (stopped, suspended) goes on from now and does not hurry after.
const LATENESS_NS: u64 = 100_000_000;

/// A ball in real time is shown anew every so many ticks: 60 times a second.
pub(super) fn ticks_per_frame(speed: Speed) -> u64 {
    2 * speed.halves()
}

impl Player<'_> {
    /// Waits until the next tick is due, and says when the one after it is.
    pub(super) fn pace(&mut self, tenure: Tenure, record: &mut Record) -> Result<(), Fenced> {
        if !self.setup.paced {
            return Ok(());
        }
        if self.region().is_paused() {
            self.rest(tenure, record)?;
            // What was due meanwhile is not caught up with.
            record.due_ns = clock::now_ns();
        }
        // The word of another process may say anything; but no tick is due later than the slowest.
        record.due_ns = record.due_ns.min(clock::now_ns() + Speed::Slow.tick_ns());
        if let Err(error) = clock::sleep_until(record.due_ns) {
            self.failure = Some(error);
            return Ok(());
        }
        let now = clock::now_ns();
        if now > record.due_ns + LATENESS_NS {
            record.due_ns = now;
        }
        record.due_ns += self.region().wishes().speed.tick_ns();
        Ok(())
    }

    /// The ball stands still in this pane: sleeps until somebody rings who wants it to fly on.
    fn rest(&mut self, tenure: Tenure, record: &Record) -> Result<(), Fenced> {
        while self.region().is_paused() && !self.is_stopping() {
            Card::count(&self.slot().card.looks);
            // The bell before all that it announces.
            self.region().bell(self.me()).hear();
            if !self.region().baton.is_still(tenure) {
                return Err(Fenced);
            }
            self.obey(Some((tenure, record)));
            self.show_what_is_new(Some(tenure));
            if self.region().is_paused() && !self.is_stopping() {
                self.wait_for_a_ring();
            }
        }
        Ok(())
    }

    /// There is nothing to do until somebody rings.
    pub(super) fn wait_for_a_ring(&mut self) {
        self.carriers.by(CarrierKind::Shared).sleep(super::PATIENCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_every_speed_sixty_frames_of_game_time_fit_into_a_second() {
        for speed in Speed::ALL {
            let frame_ns = ticks_per_frame(speed) * speed.tick_ns();
            assert!(1_000_000_000_u64.abs_diff(60 * frame_ns) < 1_000, "{speed:?}: {frame_ns} ns");
        }
        assert!(Speed::ALL.windows(2).all(|pair| pair[0].tick_ns() > pair[1].tick_ns()));
        assert_eq!(Speed::Normal.tick_ns(), 4_166_666);
    }
}
