//! What the game can have come to by now: a ball that claims more is not believed, however well its checksum fits.

use std::time::Duration;

use super::state::Supervisor;
use crate::game::TICKS_PER_SECOND;
use crate::protocol::{Checkpoint, Corrupt, Owner, Ownership, Record};

/// So often the game is looked at while it changes hands: then its Region is overwritten.
const ATTEMPTS: usize = 10_000;

impl Supervisor {
    /// Whether the ball can be there by now, given what the supervisor itself has seen and done.
    ///
    /// # Errors
    /// [`Corrupt`] says why not.
    pub(super) fn check(&self, ownership: Ownership, record: &Record) -> Result<(), Corrupt> {
        let (court, ball) = (&self.setup.court, &record.ball);
        if let Owner::Pane(pane) = ownership.holder
            && !court.can_have(pane, ball)
        {
            return Err(Corrupt::Ball);
        }
        let counts = &self.tally.counts;
        // Every epoch but that of the first serve was begun by a hop, a recovery or a recall.
        let epochs_add_up =
            ownership.epoch.saturating_sub(1) == ball.hop + counts.recoveries + counts.recalls();
        let rally = self.tally.serves.last().map_or(0, |served| served.serve.epoch);
        let before = &self.last_good.checkpoint.record.ball;
        let most = before.tick + most_ticks(self.last_good.at.elapsed(), self.setup.paced);
        // One less: its last copy may be lost, and the one before count.
        let can_have_flown = (before.tick.saturating_sub(1)..=most).contains(&ball.tick);
        let can_have_hopped = ball.hop >= before.hop && ball.hop - before.hop <= most - before.tick;
        let can_have_scored =
            u64::from(ball.score.hits) <= ball.tick && u64::from(ball.score.passes) <= ball.hop;
        if epochs_add_up && record.rally == rally && can_have_flown && can_have_hopped && can_have_scored {
            Ok(())
        } else {
            Err(Corrupt::TooFar)
        }
    }

    /// The game as it is now, if it can be so.
    pub(super) fn checkpoint(&self) -> Option<Checkpoint> {
        // Not consistent once is a hand-off; never consistent is corrupt.
        let mut looks = (0..ATTEMPTS).filter_map(|_| Checkpoint::of(self.region(), &self.setup.court));
        looks.find(|found| self.check(found.ownership, &found.record).is_ok())
    }
}

/// How many ticks a ball can have flown in a time, and in the moment between two looks at it: at double speed, and twice
/// that for what is caught up with; or, as fast as it goes, one every ten nanoseconds.
fn most_ticks(time: Duration, paced: bool) -> u64 {
    let a_second = if paced { 4 * u64::from(TICKS_PER_SECOND) } else { 100_000_000 };
    let ticks = (time + Duration::from_secs(1)).as_nanos() * u128::from(a_second) / 1_000_000_000;
    u64::try_from(ticks).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_bounded_by_the_time_that_went_by() {
        assert_eq!(most_ticks(Duration::ZERO, true), 960);
        assert_eq!(most_ticks(Duration::from_secs(1), true), 1920);
        assert!(most_ticks(Duration::from_millis(500), false) < 1 << 40);
        assert!(most_ticks(Duration::MAX / 2, false) < 1 << 63, "and never overflow");
    }
}
