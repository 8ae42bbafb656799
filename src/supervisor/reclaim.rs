//! The supervisor's hand on the ball: serve, recall, recover, and what is done about an owner that is frozen.

use std::time::Instant;

use super::state::Supervisor;
use super::tally::Served;
use crate::error::Result;
use crate::game::PaneId;
use crate::platform::clock;
use crate::protocol::failpoint::Step;
use crate::protocol::{Garbage, Owner, Record, Serve, Tenure, What};

/// A take that meets a hand-off is run again; so often that only a broken Region makes it fail.
const TAKE_ATTEMPTS: usize = 10_000;

impl Supervisor {
    /// Puts the ball to the start of `to`, wherever it is now: the first serve, or a recall.
    pub(super) fn serve(&mut self, to: PaneId) -> Result<()> {
        let court = self.setup.court;
        let wanted = self.region().settings().rules;
        let served = |tenure: Tenure, old: &Record| {
            let rules = wanted.unwrap_or(old.ball.standing.rules);
            court.serve_by(rules, to, (tenure != Tenure::REST).then_some(old.ball))
        };
        let serve = |tenure: Tenure, old: Record| {
            Record::served(served(tenure, &old), tenure.epoch + 1, clock::now_ns())
        };
        let (tenure, old) = loop {
            // A Region that was replaced has a sound ball. It is replaced only so often.
            if let Some(taken) = self.take(to, serve)? {
                break taken;
            }
        };
        let serve = Serve { epoch: tenure.epoch + 1, pane: to, ball: served(tenure, &old) };
        let before = (tenure != Tenure::REST).then_some(old.ball);
        self.tally.serves.push(Served { serve, before });
        self.tally.counts.serves += 1;
        self.region().journal.serves.push(serve.words());
        self.note(What::Served { pane: to, epoch: serve.epoch, from: tenure.holder });
        Ok(())
    }

    /// What a dead process has left of the ball and of its paddle can be gone on from.
    ///
    /// # Errors
    /// [`Garbage`] says why not: then only the last good checkpoint has both.
    pub(super) fn check_what_is_left(&self, pane: PaneId) -> std::result::Result<(), Garbage> {
        let (region, court) = (self.region(), &self.setup.court);
        region.pane(pane).records(court).into_iter().try_for_each(|record| record.map(drop))?;
        match region.baton.look().filter(|tenure| tenure.holder == Owner::Pane(pane)) {
            Some(tenure) => match region.ball_as_played(tenure, court)? {
                Some(record) => self.check(tenure, &record),
                None => Ok(()),
            },
            None => Ok(()),
        }
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
            let (record, fault) = match self.ball_of(tenure) {
                Ok(good) => good,
                Err(garbage) => {
                    problem = garbage;
                    continue;
                }
            };
            self.region().slot(Owner::Supervisor).write_both(tenure.epoch, &change(tenure, record));
            self.fail_inside_take(tenure);
            if self.region().baton.take(tenure, to).is_ok() {
                self.alarm_all();
                if let (Some(fault), Owner::Pane(pane)) = (fault, tenure.holder) {
                    self.tell(&format!("{pane} has left {fault}; the ball goes on from where it came in"));
                }
                return Ok(Some((tenure, record)));
            }
        }
        self.replace_region(&format!("the ball cannot be taken for {to}: {problem}"))?;
        Ok(None)
    }

    /// For tests: the owner is killed when all is ready for the swap.
    fn fail_inside_take(&mut self, tenure: Tenure) {
        let Some(failpoint) = self.policy.failpoint.filter(|failpoint| failpoint.step == Step::InsideTake)
        else {
            return;
        };
        self.reclaims += 1;
        if let Owner::Pane(owner) = tenure.holder
            && self.reclaims.is_multiple_of(failpoint.count)
            && let Some(child) = self.child(owner)
        {
            child.process.signal(rustix::process::Signal::KILL);
        }
    }

    /// The ball as its owner has it, and what is wrong with the owner's own record, if that had to be passed over.
    fn ball_of(&self, tenure: Tenure) -> std::result::Result<(Record, Option<Garbage>), Garbage> {
        let (region, court) = (self.region(), &self.setup.court);
        let checked = |record: Record| self.check(tenure, &record).map(|()| record);
        let played = region.ball_as_played(tenure, court).and_then(|record| record.map(checked).transpose());
        match played {
            Ok(Some(record)) => Ok((record, None)),
            Err(Garbage::Unstable) => Err(Garbage::Unstable),
            other => {
                region.ball_as_taken(tenure, court).and_then(checked).map(|record| (record, other.err()))
            }
        }
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
}
