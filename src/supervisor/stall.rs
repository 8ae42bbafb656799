//! Frozen and hung panes: an owner of the ball that makes no progress. The caller gives the time.

use std::time::{Duration, Instant};

use crate::game::{Court, PaneId};
use crate::platform::sync::Ordering;
use crate::protocol::{Owner, Ownership, Region};

/// Watches whether the ball's owner makes progress.
#[derive(Debug)]
pub(super) struct StallWatch {
    /// After this without progress the ball is taken; None: never.
    patience: Option<Duration>,
    seen: (Ownership, u64),
    since: Instant,
    looked: Instant,
    candidates: Vec<StallCandidate>,
}

/// A pane from which the ball was taken, and that has not been seen alive since.
#[derive(Debug)]
struct StallCandidate {
    pane: PaneId,
    heartbeats: u64,
    since: Instant,
}

impl StallWatch {
    pub(super) fn new(patience: Option<Duration>, now: Instant) -> Self {
        Self { patience, seen: (Ownership::REST, 0), since: now, looked: now, candidates: Vec::new() }
    }

    /// When to look again; None if there is nothing to watch.
    pub(super) fn next_look(&self) -> Option<Instant> {
        let is_idle = self.seen.0 == Ownership::REST && self.candidates.is_empty();
        self.patience.filter(|_| !is_idle).map(|patience| self.looked + patience / 4)
    }

    /// The pane that has had the ball without progress for too long, if there is one.
    pub(super) fn stalled_owner(&mut self, region: &Region, court: &Court, now: Instant) -> Option<PaneId> {
        let patience = self.patience?;
        let was_away = now - self.looked > patience / 2 + Duration::from_millis(1);
        self.looked = now;
        if was_away {
            // The launcher itself stood still (ctrl-Z, a suspended machine), and so did the panes, maybe.
            self.since = now;
            self.candidates.iter_mut().for_each(|candidate| candidate.since = now);
        }
        let ownership = region.baton.look()?;
        let seen = (ownership, region.slot(ownership.holder).writes());
        if seen != self.seen {
            (self.seen, self.since) = (seen, now);
        }
        if region.is_paused() {
            // The process that ends the pause may die before it notifies; then the owner looks by itself.
            self.since = now + crate::transport::PATIENCE;
        }
        match ownership.holder {
            Owner::Pane(pane) if now - self.since >= patience && !is_over(region, ownership, court) => {
                Some(pane)
            }
            Owner::Pane(_) | Owner::Supervisor => None,
        }
    }

    /// The ball was taken from this pane; from now on it must show that it lives.
    pub(super) fn candidate(&mut self, pane: PaneId, region: &Region, now: Instant) {
        let heartbeats = region.pane(pane).status.heartbeats.load(Ordering::Relaxed);
        self.acquit(pane);
        self.candidates.push(StallCandidate { pane, heartbeats, since: now });
    }

    /// It stays with its owner for another while: there is nobody to take the ball.
    pub(super) fn wait_on(&mut self, now: Instant) {
        self.since = now;
    }

    /// It has a new process.
    pub(super) fn acquit(&mut self, pane: PaneId) {
        self.candidates.retain(|candidate| candidate.pane != pane);
    }

    /// The candidates that have shown no life for as long again, although they could run. A stopped process is not hung: it
    /// may be continued at any time, and then has all the time that others have.
    pub(super) fn hung(
        &mut self,
        region: &Region,
        is_stopped: impl Fn(PaneId) -> bool,
        now: Instant,
    ) -> Vec<PaneId> {
        let Some(patience) = self.patience else { return Vec::new() };
        let stopped = self.candidates.iter_mut().filter(|candidate| is_stopped(candidate.pane));
        stopped.for_each(|candidate| candidate.since = now);
        let heartbeats = |pane| region.pane(pane).status.heartbeats.load(Ordering::Relaxed);
        self.candidates.retain(|candidate| candidate.heartbeats == heartbeats(candidate.pane));
        let hung = self.candidates.iter().filter(|candidate| now - candidate.since >= patience);
        hung.map(|candidate| candidate.pane).collect()
    }
}

/// After a match the ball rests with its owner.
fn is_over(region: &Region, ownership: Ownership, court: &Court) -> bool {
    region.ball(ownership, court).is_ok_and(|record| record.ball.score.is_over())
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::protocol::{Record, Setup};
    use crate::shm::Mapping;

    const COURT: Court = Court { panes: 3, seed: 1 };
    const PATIENCE: Duration = Duration::from_millis(20);
    /// So often that the watch never seems to have been away.
    const LOOK: Duration = Duration::from_millis(5);
    const PANE: PaneId = PaneId(1);

    fn record() -> Record {
        Record::served(COURT.serve(PANE, None), 1, 0)
    }

    /// A Region in which `PANE` has the ball, and has written nothing yet; and its watch, from now on.
    fn watched(patience: Option<Duration>) -> (Mapping<Region>, StallWatch, Instant) {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        mapping.region().baton.reclaim(Ownership::REST, PANE).unwrap();
        let start = Instant::now();
        (mapping, StallWatch::new(patience, start), start)
    }

    /// Looks from `since` on until the owner is taken for stalled, and returns after how many looks that is.
    fn looks_until_stalled(watch: &mut StallWatch, region: &Region, since: Instant) -> Option<u32> {
        (1..100).find(|looks| watch.stalled_owner(region, &COURT, since + *looks * LOOK) == Some(PANE))
    }

    #[test]
    fn an_owner_without_progress_is_stalled_after_the_patience_and_never_before() {
        let (mapping, mut watch, start) = watched(Some(PATIENCE));
        let region = mapping.region();
        assert_eq!(watch.stalled_owner(region, &COURT, start), None, "it has the ball only now");
        assert_eq!(looks_until_stalled(&mut watch, region, start), Some(4));
        let wrote_at = start + 5 * LOOK;
        region.pane(PANE).write(1, &record());
        assert_eq!(watch.stalled_owner(region, &COURT, wrote_at), None, "it has written");
        assert_eq!(looks_until_stalled(&mut watch, region, wrote_at), Some(4));
        watch.wait_on(wrote_at + 4 * LOOK);
        assert_eq!(looks_until_stalled(&mut watch, region, wrote_at + 4 * LOOK), Some(4));
    }

    #[test]
    fn a_pause_or_a_launcher_that_stood_still_itself_is_no_stall_of_the_owner() {
        let (mapping, mut watch, start) = watched(Some(PATIENCE));
        let region = mapping.region();
        assert_eq!(watch.stalled_owner(region, &COURT, start), None);
        let back = start + 100 * PATIENCE;
        assert_eq!(watch.stalled_owner(region, &COURT, back), None, "the launcher was away");
        assert_eq!(looks_until_stalled(&mut watch, region, back), Some(4));
        region.set_paused(true);
        assert_eq!(looks_until_stalled(&mut watch, region, back + 4 * LOOK), None, "it is paused");
    }

    #[test]
    fn without_a_limit_nobody_is_stalled() {
        let (mapping, mut watch, start) = watched(None);
        assert_eq!(looks_until_stalled(&mut watch, mapping.region(), start), None);
    }

    #[test]
    fn a_pane_that_shows_no_life_hangs_and_one_that_is_continued_has_its_time() {
        let (mapping, mut watch, start) = watched(Some(PATIENCE));
        let region = mapping.region();
        watch.candidate(PANE, region, start);
        assert_eq!(watch.hung(region, |_| false, start + PATIENCE - LOOK), [], "it has time left");
        let continued = start + 2 * PATIENCE;
        assert_eq!(watch.hung(region, |_| true, continued), [], "stopped, for however long");
        assert_eq!(
            watch.hung(region, |_| false, continued),
            [],
            "continued a moment ago, and has not run yet"
        );
        assert_eq!(watch.hung(region, |_| false, continued + PATIENCE - LOOK), []);
        assert_eq!(watch.hung(region, |_| false, continued + PATIENCE), [PANE]);
        region.pane(PANE).status.heartbeats.store(1, Ordering::Relaxed);
        assert_eq!(watch.hung(region, |_| false, continued + PATIENCE), [], "it has looked");
    }
}
