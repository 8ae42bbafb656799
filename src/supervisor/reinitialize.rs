//! The Region when it was overwritten: noticed, and laid out again from the last good checkpoint.

use std::time::{Duration, Instant};

use super::budget::Spent;
use super::state::Supervisor;
use super::tally::LastGood;
use crate::error::{Error, Result};
use crate::platform::sync::Ordering;
use crate::protocol::{Ownership, Phase, What};
use crate::shm::Mapping;
use crate::supervisor::spawn::InspectorOutput;

/// How often the supervisor looks at the Region when nobody rings: that it is sound, and what to go on from if not.
pub(super) const LOOK: Duration = Duration::from_millis(500);

impl Supervisor {
    pub(super) fn header_is_sound(&self) -> bool {
        let header = &self.region().header;
        header.phase() == Phase::Running && header.setup().as_ref() == Ok(&self.setup)
    }

    /// Looks at the Region when it is time.
    pub(super) fn look_after_the_region(&mut self) -> Result<()> {
        if self.looked.elapsed() < LOOK { Ok(()) } else { self.look_at_the_region().map(drop) }
    }

    /// Keeps the last good checkpoint up to date, and replaces a Region that a child has overwritten. Tells
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
    /// as it did before.
    ///
    /// # Errors
    /// [`Error::Overwritten`] if that was necessary too often.
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
        (self.memfd, self.mapping) = (memfd, mapping);
        let serves = self.tally.serves.iter().map(|served| served.serve.words());
        serves.for_each(|words| self.region().event_log.serves.push(words));
        self.note(What::Reinitialized);
        self.keep_the_request_page();
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
}
