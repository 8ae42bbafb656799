//! The supervisor's hand on the ball: serve, recall, recover, and what is done about an owner that is frozen.

use std::time::Instant;

use super::happening::{Happened, Served};
use super::state::Supervisor;
use crate::error::Result;
use crate::game::PaneId;
use crate::platform::clock;
use crate::protocol::failpoint::FailpointStep;
use crate::protocol::{Corrupt, Owner, Ownership, Record, Serve, What};

/// A take that meets a hand-off is run again; so often that only a broken Region makes it fail.
const RECLAIM_ATTEMPTS: usize = 10_000;

impl Supervisor {
    /// Puts the ball to the start of `to`, wherever it is now: the first serve, or a recall.
    pub(super) fn serve(&mut self, to: PaneId) -> Result<()> {
        let court = self.setup.court;
        let wanted = self.region().settings().rules;
        let served = |ownership: Ownership, old: &Record| {
            let rules = wanted.unwrap_or(old.ball.score.rules);
            court.serve_by(rules, to, (ownership != Ownership::REST).then_some(old.ball))
        };
        let serve = |ownership: Ownership, old: Record| {
            Record::served(served(ownership, &old), ownership.epoch + 1, clock::now_ns())
        };
        let (ownership, old) = loop {
            // A Region that was replaced has a sound ball. It is replaced only so often.
            if let Some(taken) = self.reclaim(to, serve)? {
                break taken;
            }
        };
        let serve = Serve { epoch: ownership.epoch + 1, pane: to, ball: served(ownership, &old) };
        let before = (ownership != Ownership::REST).then_some(old.ball);
        self.happenings.add(Happened::Served(ownership, Served { serve, before }));
        self.tally.serves.push(Served { serve, before });
        self.tally.counts.serves += 1;
        self.region().event_log.serves.push(serve.words());
        self.note(What::Served { pane: to, epoch: serve.epoch, from: ownership.holder });
        Ok(())
    }

    /// Whether the game can go on from what a dead process has left of the ball and of its paddle. If not, only the last good
    /// checkpoint has both.
    pub(super) fn check_what_is_left(&self, pane: PaneId) -> std::result::Result<(), Corrupt> {
        let (region, court) = (self.region(), &self.setup.court);
        region.pane(pane).records(court).into_iter().try_for_each(|record| record.map(drop))?;
        let held = region.baton.look().filter(|ownership| ownership.holder == Owner::Pane(pane));
        let Some(ownership) = held else { return Ok(()) };
        let played = region.ball_as_played(ownership, court)?;
        played.map_or(Ok(()), |record| self.check(ownership, &record))
    }

    /// Takes the ball from a dead process for the next one of the same pane, which goes on exactly from there.
    pub(super) fn recover(&mut self, pane: PaneId) -> Result<()> {
        // A Region that had to be replaced has counted its own recovery.
        if let Some((ownership, record)) = self.reclaim(pane, |_, old| Record { handed_ns: 0, ..old })? {
            self.happenings.add(Happened::Recovered(ownership, record.ball));
            self.tally.counts.recoveries += 1;
            self.note(What::Recovered { pane, epoch: ownership.epoch + 1 });
        }
        Ok(())
    }

    /// Takes the ball out of whatever ownership is current, changes it, gives it to `to`, and returns what ownership and ball were
    /// before. None if the Region had to be replaced instead.
    fn reclaim(
        &mut self,
        to: PaneId,
        change: impl Fn(Ownership, Record) -> Record,
    ) -> Result<Option<(Ownership, Record)>> {
        let mut problem = Corrupt::Unstable;
        for _ in 0..RECLAIM_ATTEMPTS {
            let Some(ownership) = self.region().baton.look() else { continue };
            let (record, fault) = match self.ball_of(ownership) {
                Ok(good) => good,
                Err(corrupt) => {
                    problem = corrupt;
                    continue;
                }
            };
            self.region().slot(Owner::Supervisor).write_both(ownership.epoch, &change(ownership, record));
            self.fail_inside_reclaim(ownership);
            if self.region().baton.reclaim(ownership, to).is_ok() {
                self.wake_all();
                if let (Some(fault), Owner::Pane(pane)) = (fault, ownership.holder) {
                    self.report(&format!("{pane} has left {fault}; the ball goes on from where it came in"));
                }
                return Ok(Some((ownership, record)));
            }
        }
        self.replace_region(&format!("the ball cannot be taken for {to}: {problem}"))?;
        Ok(None)
    }

    /// For tests: the owner is killed when all is ready for the swap.
    fn fail_inside_reclaim(&mut self, ownership: Ownership) {
        let Some(failpoint) =
            self.policy.failpoint.filter(|failpoint| failpoint.step == FailpointStep::InsideReclaim)
        else {
            return;
        };
        self.reclaims += 1;
        if let Owner::Pane(owner) = ownership.holder
            && self.reclaims.is_multiple_of(failpoint.count)
            && let Some(child) = self.child(owner)
        {
            child.process.signal(rustix::process::Signal::KILL);
        }
    }

    /// The ball as its owner has it, and what is wrong with the owner's own record, if that had to be passed over.
    fn ball_of(&self, ownership: Ownership) -> std::result::Result<(Record, Option<Corrupt>), Corrupt> {
        let (region, court) = (self.region(), &self.setup.court);
        let checked = |record: Record| self.check(ownership, &record).map(|()| record);
        let played =
            region.ball_as_played(ownership, court).and_then(|record| record.map(checked).transpose());
        match played {
            Ok(Some(record)) => Ok((record, None)),
            Err(Corrupt::Unstable) => Err(Corrupt::Unstable),
            other => {
                region.ball_as_taken(ownership, court).and_then(checked).map(|record| (record, other.err()))
            }
        }
    }

    /// Takes the ball from an owner that makes no progress, and kills the process that does not come back to life.
    pub(super) fn look_after_the_frozen(&mut self) -> Result<()> {
        let now = Instant::now();
        if let Some(frozen) = self.stalls.stalled_owner(self.mapping.region(), &self.setup.court, now) {
            let Some(to) = self.nearest_live(frozen) else {
                self.stalls.wait_on(now);
                return Ok(());
            };
            self.tally.counts.stalls += 1;
            self.note(What::Stalled { pane: frozen });
            // That it was stopped comes before what follows from it.
            self.note_stops();
            self.happenings.add(Happened::Stalled(frozen));
            self.serve(to)?;
            self.stalls.candidate(frozen, self.mapping.region(), now);
            self.report(&format!("{frozen} makes no progress; the ball was recalled to {to}"));
        }
        let children = &self.children;
        let is_stopped = |pane| children.iter().any(|child| child.pane == pane && child.process.is_stopped());
        for pane in self.stalls.hung(self.mapping.region(), is_stopped, now) {
            if let Some(child) = self.child(pane) {
                self.note(What::Hung { pane });
                self.happenings.add(Happened::Hung(pane));
                child.process.signal(rustix::process::Signal::KILL);
                self.report(&format!("{pane} (pid {}) hangs; it was killed", child.process.pid));
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
