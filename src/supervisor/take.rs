//! The supervisor's hand on the ball: serve, recall, recover, and the fresh Region when the old one is garbage.

use std::time::Instant;

use super::{LOOK, Supervisor};
use crate::clock;
use crate::court::PaneId;
use crate::error::{Error, Result};
use crate::failpoint::Step;
use crate::protocol::{Checkpoint, Garbage, Owner, Phase, Record, Serve, Tenure, What};
use crate::shm::Mapping;
use crate::sync::Ordering;

/// A take that meets a hand-off is run again; so often that only a broken Region makes it fail.
const TAKE_ATTEMPTS: usize = 10_000;

impl Supervisor {
    /// Puts the ball to the start of `to`, wherever it is now: the first serve, or a recall.
    pub(super) fn serve(&mut self, to: PaneId) -> Result<()> {
        let court = self.setup.court;
        let wanted = self.region().wishes().rules;
        let served = |tenure: Tenure, old: &Record| {
            let rules = wanted.unwrap_or(old.ball.standing.rules);
            court.serve_by(rules, to, (tenure != Tenure::REST).then_some(old.ball))
        };
        let serve = |tenure: Tenure, old: Record| {
            Record::served(served(tenure, &old), tenure.epoch + 1, clock::now_ns())
        };
        let (tenure, old) = match self.take(to, serve)? {
            Some(taken) => taken,
            // A fresh Region has a sound ball, so a second try is enough, or nothing is.
            None => {
                self.take(to, serve)?.ok_or_else(|| Error::RuleViolated("no ball to serve".to_owned()))?
            }
        };
        let serve = Serve { epoch: tenure.epoch + 1, pane: to, ball: served(tenure, &old) };
        self.tally.serves.push(serve);
        self.tally.counts.serves += 1;
        self.region().journal.serves.push(serve.words());
        self.note(What::Served { pane: to, epoch: serve.epoch, from: tenure.holder });
        Ok(())
    }

    /// Takes the ball from a dead process for the next one of the same pane, which goes on exactly from there.
    pub(super) fn recover(&mut self, pane: PaneId) -> Result<()> {
        // A Region that had to be replaced has counted its own recovery.
        if let Some((tenure, _)) = self.take(pane, |_, old| Record { handed_ns: 0, ..old })? {
            self.tally.counts.recoveries += 1;
            self.note(What::Recovered { pane, epoch: tenure.epoch + 1 });
        }
        Ok(())
    }

    /// Takes the ball out of whatever tenure is current, changes it, gives it to `to`, and tells what tenure and ball were
    /// before. None if the Region had to be replaced instead.
    fn take(
        &mut self,
        to: PaneId,
        change: impl Fn(Tenure, Record) -> Record,
    ) -> Result<Option<(Tenure, Record)>> {
        let mut problem = Garbage::Unstable;
        for _ in 0..TAKE_ATTEMPTS {
            let Some(tenure) = self.region().baton.look() else { continue };
            let (record, fault) = match self.last_good(tenure) {
                Ok(good) => good,
                Err(garbage) => {
                    problem = garbage;
                    continue;
                }
            };
            self.region().slot(Owner::Supervisor).write(tenure.epoch, &change(tenure, record));
            self.fail_inside_take(tenure);
            if self.region().baton.take(tenure, to).is_ok() {
                self.alarm_all();
                if let (Some(fault), Owner::Pane(pane)) = (fault, tenure.holder) {
                    self.tell(&format!("{pane} has left {fault}; the ball goes on from where it came in"));
                }
                return Ok(Some((tenure, record)));
            }
        }
        self.renew(&format!("the ball cannot be taken for {to}: {problem}"))?;
        Ok(None)
    }

    /// For tests: the owner is killed when all is ready for the swap.
    fn fail_inside_take(&mut self, tenure: Tenure) {
        let Some(failpoint) = self.rules.failpoint.filter(|failpoint| failpoint.step == Step::InsideTake)
        else {
            return;
        };
        self.takes += 1;
        if let Owner::Pane(owner) = tenure.holder
            && self.takes.is_multiple_of(failpoint.count)
            && let Some(child) = self.child(owner)
        {
            child.process.signal(rustix::process::Signal::KILL);
        }
    }

    /// The ball as its owner has it, and what is wrong with the owner's own record, if that had to be passed over.
    fn last_good(&self, tenure: Tenure) -> std::result::Result<(Record, Option<Garbage>), Garbage> {
        let (region, court) = (self.region(), &self.setup.court);
        let fault = region.ball_as_played(tenure, court).err();
        region.ball(tenure, court).map(|record| (record, fault))
    }

    /// Takes the ball from an owner that makes no progress, and kills who does not come back to life.
    pub(super) fn look_after_the_frozen(&mut self) -> Result<()> {
        let now = Instant::now();
        if let Some(frozen) = self.stalls.stalled_owner(self.mapping.region(), &self.setup.court, now) {
            let Some(to) = self.nearest_live(frozen) else {
                self.stalls.wait_on(now);
                return Ok(());
            };
            self.tally.counts.stalls += 1;
            self.note(What::Stalled { pane: frozen });
            self.serve(to)?;
            self.stalls.suspect(frozen, self.mapping.region(), now);
            self.tell(&format!("{frozen} makes no progress; the ball was recalled to {to}"));
        }
        let children = &self.children;
        let is_stopped = |pane| children.iter().any(|child| child.pane == pane && child.process.is_stopped());
        for pane in self.stalls.hung(self.mapping.region(), is_stopped, now) {
            if let Some(child) = self.child(pane) {
                self.note(What::Hung { pane });
                child.process.signal(rustix::process::Signal::KILL);
                self.tell(&format!("{pane} (pid {}) hangs; it was killed", child.process.pid));
                self.stalls.acquit(pane);
            }
        }
        Ok(())
    }

    /// The pane next to this one whose process can run.
    fn nearest_live(&self, frozen: PaneId) -> Option<PaneId> {
        let others = self.setup.court.all_panes().filter(|pane| *pane != frozen);
        let live = others.filter(|pane| self.child(*pane).is_some_and(|child| !child.process.is_stopped()));
        live.min_by_key(|pane| pane.0.abs_diff(frozen.0))
    }

    pub(super) fn header_is_sound(&self) -> bool {
        let header = &self.region().header;
        header.phase() == Phase::Running && header.setup().as_ref() == Ok(&self.setup)
    }

    /// Looks at the Region when it is time.
    pub(super) fn look_after_the_region(&mut self) -> Result<()> {
        if self.looked.elapsed() < LOOK { Ok(()) } else { self.look_at_the_region().map(drop) }
    }

    /// Keeps the shadow up to date, and mends or replaces a Region that a child has overwritten. Tells whether it was
    /// sound.
    pub(super) fn look_at_the_region(&mut self) -> Result<bool> {
        self.looked = Instant::now();
        if !self.header_is_sound() {
            return self.renew("its header is garbage").map(|()| false);
        }
        // Not consistent once is a hand-off; never consistent is garbage.
        for _ in 0..TAKE_ATTEMPTS {
            let checkpoint = Checkpoint::of(self.region(), &self.setup.court);
            if let Some(checkpoint) = checkpoint.filter(|checkpoint| self.follows_the_shadow(checkpoint)) {
                self.shadow = (checkpoint, self.tally.clone());
                return Ok(true);
            }
        }
        self.mend().map(|()| false)
    }

    /// Epochs, ticks and hops only grow.
    fn follows_the_shadow(&self, checkpoint: &Checkpoint) -> bool {
        let before = &self.shadow.0;
        let (old, new) = (&before.record.ball, &checkpoint.record.ball);
        checkpoint.tenure.epoch >= before.tenure.epoch && new.hop >= old.hop
    }

    /// The ball cannot be read: the smallest step that helps, from a recovery to a fresh Region.
    fn mend(&mut self) -> Result<()> {
        let can_recover = |(tenure, pane): &(Tenure, PaneId)| {
            let can_have = |record: &Record| self.setup.court.can_have(*pane, &record.ball);
            tenure.epoch >= self.shadow.0.tenure.epoch
                && self.last_good(*tenure).is_ok_and(|(record, _)| can_have(&record))
        };
        let owner = self.region().baton.look().and_then(|tenure| match tenure.holder {
            Owner::Pane(pane) => Some((tenure, pane)),
            Owner::Supervisor => None,
        });
        match owner.filter(can_recover) {
            Some((_, pane)) => self.recover(pane),
            None => self.renew("its baton or its records are garbage"),
        }
    }

    /// A fresh Region and fresh children, from the shadow: the game goes back to the last sound state that was seen,
    /// and goes on from there as it did before.
    pub(super) fn renew(&mut self, reason: &str) -> Result<()> {
        self.tell(&format!("the Region is replaced: {reason}"));
        self.kill_all()?;
        let screen = self.inspection.end()?;
        let incarnations: Vec<_> = self.setup.court.all_panes().map(|pane| self.incarnation(pane)).collect();
        let (memfd, mapping) = Mapping::create(&self.setup)?;
        let (shadow, tally) = &self.shadow;
        shadow.lay_out(mapping.region(), &self.setup);
        // The game goes back, and with it what was done in it; what was spent on it does not.
        self.tally.serves.clone_from(&tally.serves);
        let counts = &mut self.tally.counts;
        counts.serves = tally.counts.serves;
        counts.recoveries = tally.counts.recoveries + u64::from(shadow.tenure != Tenure::REST);
        counts.restarts += u64::from(self.setup.court.panes);
        counts.renewals += 1;
        (self.memfd, self.mapping) = (memfd, mapping);
        self.tally.serves.iter().for_each(|serve| self.region().journal.serves.push(serve.words()));
        self.note(What::Renewed);
        self.keep_the_desk();
        for (pane, incarnation) in self.setup.court.all_panes().zip(incarnations) {
            let card = &self.mapping.region().pane(pane).card;
            card.incarnation.store(incarnation, Ordering::Relaxed);
            self.serves_done[pane.index()] = card.serves_asked.load(Ordering::Relaxed);
        }
        self.start_all()?;
        // It can see the new Region only with a new process, as the panes can.
        screen.map_or(Ok(()), |screen| self.open_inspector(screen))
    }

    fn incarnation(&self, pane: PaneId) -> u64 {
        self.region().pane(pane).card.incarnation.load(Ordering::Relaxed)
    }
}
