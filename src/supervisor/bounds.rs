//! What the game can have come to by now: a ball that claims more is not believed, however well its checksum fits.

use std::time::{Duration, Instant};

use super::{Supervisor, Tally};
use crate::game::TICKS_PER_SECOND;
use crate::protocol::{Checkpoint, Garbage, Owner, Record, Tenure};

/// The last good checkpoint, from which a Region is laid out anew. Private: no child can reach it.
#[derive(Debug)]
pub(super) struct LastGood {
    pub(super) checkpoint: Checkpoint,
    /// What had been done by then.
    pub(super) tally: Tally,
    /// When it was taken.
    pub(super) at: Instant,
}

/// A budget of repairs: so many within a time.
#[derive(Debug)]
pub(super) struct Budget {
    /// None: as many as it takes.
    most: Option<(usize, Duration)>,
    spent: Vec<Instant>,
}

/// A budget is spent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spent {
    /// How many were allowed.
    pub(super) most: usize,
    /// Within which time, in words.
    pub(super) window: String,
}

impl Budget {
    pub(super) fn new(most: Option<(usize, Duration)>) -> Self {
        Self { most, spent: Vec::new() }
    }

    /// Takes one of it.
    ///
    /// # Errors
    /// It is [`Spent`].
    pub(super) fn spend(&mut self, now: Instant) -> Result<(), Spent> {
        let Some((most, window)) = self.most else { return Ok(()) };
        self.spent.push(now);
        self.spent.retain(|at| now.saturating_duration_since(*at) <= window);
        let spent = || Spent { most, window: humantime::format_duration(window).to_string() };
        if self.spent.len() <= most { Ok(()) } else { Err(spent()) }
    }
}

impl Supervisor {
    /// Whether the ball can be there by now, given what the supervisor itself has seen and done.
    ///
    /// # Errors
    /// [`Garbage`] says why not.
    pub(super) fn check(&self, tenure: Tenure, record: &Record) -> Result<(), Garbage> {
        let (court, ball) = (&self.setup.court, &record.ball);
        if let Owner::Pane(pane) = tenure.holder
            && !(pane <= court.last() && court.can_have(pane, ball))
        {
            return Err(Garbage::Ball);
        }
        let counts = &self.tally.counts;
        // Every epoch but that of the first serve was begun by a hop, a recovery or a recall.
        let epochs_add_up = tenure.epoch.saturating_sub(1) == ball.hop + counts.recoveries + counts.recalls();
        let rally = self.tally.serves.last().map_or(0, |served| served.serve.epoch);
        let before = &self.last_good.checkpoint.record.ball;
        let most = before.tick + most_ticks(self.last_good.at.elapsed(), self.setup.paced);
        // One less: its last copy may be lost, and the one before count.
        let can_have_flown = (before.tick.saturating_sub(1)..=most).contains(&ball.tick);
        let can_have_hopped = ball.hop >= before.hop && ball.hop - before.hop <= most - before.tick;
        let can_have_scored =
            u64::from(ball.standing.hits) <= ball.tick && u64::from(ball.standing.passes) <= ball.hop;
        if epochs_add_up && record.rally == rally && can_have_flown && can_have_hopped && can_have_scored {
            Ok(())
        } else {
            Err(Garbage::TooFar)
        }
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
    fn a_budget_is_spent_and_comes_back_with_time() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut budget = Budget::new(Some((2, 5 * second)));
        let mut spend = |at| budget.spend(start + at * second);
        assert_eq!([spend(0), spend(1)], [Ok(()), Ok(())]);
        assert_eq!(spend(2), Err(Spent { most: 2, window: "5s".to_owned() }));
        assert_eq!(spend(20), Ok(()));
        assert_eq!(Budget::new(None).spend(start), Ok(()));
    }

    #[test]
    fn ticks_are_bounded_by_the_time_that_went_by() {
        assert_eq!(most_ticks(Duration::ZERO, true), 960);
        assert_eq!(most_ticks(Duration::from_secs(1), true), 1920);
        assert!(most_ticks(Duration::from_millis(500), false) < 1 << 40);
        assert!(most_ticks(Duration::MAX / 2, false) < 1 << 63, "and never overflow");
    }
}
