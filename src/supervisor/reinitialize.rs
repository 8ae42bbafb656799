//! The Region when it was overwritten: noticed, and laid out again from the last good checkpoint. A ball that claims more
//! than the game can have come to by now is not believed, however well its checksum fits.

use std::time::{Duration, Instant};

use super::happening::{Happened, WentBack};
use super::policy::Spent;
use super::state::{LastGood, Supervisor};
use crate::error::{Error, Result};
use crate::platform::sync::Ordering;
use crate::protocol::{Checkpoint, Corrupt, Owner, Ownership, Pace, Phase, Record, What};
use crate::shm::Mapping;
use crate::supervisor::spawn::InspectorOutput;

/// How often the supervisor looks at the Region when nobody notifies it: that it is sound, and what to go on from if not.
pub(super) const LOOK: Duration = Duration::from_millis(500);
/// So often the game is looked at while it changes hands: then its Region is overwritten.
const ATTEMPTS: usize = 10_000;

impl Supervisor {
    pub(super) fn header_is_sound(&self) -> bool {
        let header = &self.region().header;
        header.phase() == Phase::Running && header.setup().as_ref() == Ok(&self.setup)
    }

    /// Looks at the Region when it is time.
    pub(super) fn look_after_the_region(&mut self) -> Result<()> {
        if self.looked.elapsed() < LOOK { Ok(()) } else { self.look_at_the_region().map(drop) }
    }

    /// Keeps the last good checkpoint up to date, and replaces a Region that a child has overwritten. Returns
    /// whether it was sound.
    pub(super) fn look_at_the_region(&mut self) -> Result<bool> {
        self.looked = Instant::now();
        if !self.header_is_sound() {
            return self.replace_region("its header is corrupt").map(|()| false);
        }
        let Some(checkpoint) = self.checkpoint() else {
            return self.replace_region("its baton or its records are corrupt").map(|()| false);
        };
        self.last_good = LastGood { checkpoint, tally: self.tally.clone(), at: self.looked };
        Ok(true)
    }

    /// A fresh Region and fresh children, from the last good checkpoint: the game goes back to it, and goes on from there
    /// as it did before. [`Error::Overwritten`] if that was necessary too often.
    pub(super) fn replace_region(&mut self, reason: &str) -> Result<()> {
        self.replacements.spend(Instant::now()).map_err(|Spent { most, window }| Error::Overwritten {
            reason: reason.to_owned(),
            replacements: most,
            window,
        })?;
        let screen = self.lay_out_anew(reason)?;
        self.tally.counts.restarts += u64::from(self.setup.court.panes);
        self.start_all()?;
        // It can see the new Region only with a new process, as the panes can.
        screen.map_or(Ok(()), |screen| self.open_inspector(screen))
    }

    /// Ends all children, and lays out a fresh Region from the last good checkpoint. Returns where the inspector was seen.
    fn lay_out_anew(&mut self, reason: &str) -> Result<Option<InspectorOutput>> {
        self.report(&format!("the Region is replaced: {reason}"));
        self.kill_all()?;
        let screen = self.inspection.end()?;
        let (memfd, mapping) = Mapping::create(&self.setup)?;
        let LastGood { checkpoint, tally, .. } = &self.last_good;
        checkpoint.lay_out(mapping.region(), &self.setup);
        // The game goes back, and with it what was done in it; what was spent on it does not.
        self.tally.serves.clone_from(&tally.serves);
        let counts = &mut self.tally.counts;
        counts.serves = tally.counts.serves;
        counts.recoveries = tally.counts.recoveries + u64::from(checkpoint.ownership != Ownership::REST);
        counts.reinitializations += 1;
        self.happenings.add(Happened::Reinitialized(Box::new(WentBack::to(checkpoint, reason))));
        (self.memfd, self.mapping) = (memfd, mapping);
        let serves = self.tally.serves.iter().map(|served| served.serve.words());
        serves.for_each(|words| self.region().event_log.serves.push(words));
        self.note(What::Reinitialized);
        // The process statuses are new, and the request page is still there.
        self.inspection.asked.fill(0);
        self.region().event_log.answered.store(self.inspection.answered, Ordering::Release);
        for pane in self.setup.court.all_panes() {
            let asked = &self.mapping.region().pane(pane).status.serves_asked;
            self.panes[pane.index()].serves_done = asked.load(Ordering::Relaxed);
        }
        Ok(screen)
    }

    /// All children have ended: what the game has come to is what is there now, or, if somebody has written over it since the
    /// last look, the last good checkpoint. From now on nobody's word counts.
    pub(super) fn settle(&mut self) -> Result<()> {
        let now = self.checkpoint();
        if now.is_none() {
            self.lay_out_anew("it was corrupt when the game ended")?;
        }
        let last =
            now.map_or_else(|| self.last_good.checkpoint.laid_out(), |now| (now.ownership, now.record));
        self.settled = Some(last);
        Ok(())
    }

    /// Whether the ball can be there by now, given what the supervisor itself has seen and done.
    pub(super) fn check(&self, ownership: Ownership, record: &Record) -> std::result::Result<(), Corrupt> {
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

/// How many ticks a ball can have flown in a time, and in the moment between two looks at it: at the fastest pace, and twice
/// that for what is caught up with; or, as fast as it goes, one every ten nanoseconds.
fn most_ticks(time: Duration, paced: bool) -> u64 {
    let a_second = if paced { 2 * Pace::FASTEST.ticks_per_second() } else { 100_000_000 };
    let ticks = (time + Duration::from_secs(1)).as_nanos() * u128::from(a_second) / 1_000_000_000;
    u64::try_from(ticks).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_bounded_by_the_time_that_went_by() {
        assert_eq!(most_ticks(Duration::ZERO, true), 1920);
        assert_eq!(most_ticks(Duration::from_secs(1), true), 3840);
        assert!(most_ticks(Duration::from_millis(500), false) < 1 << 40);
        assert!(most_ticks(Duration::MAX / 2, false) < 1 << 63, "and never overflow");
    }
}
