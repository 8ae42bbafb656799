//! Frozen and hung panes: an owner of the ball that makes no progress.

use std::time::{Duration, Instant};

use crate::court::{Court, PaneId};
use crate::protocol::{Owner, Region, Tenure};
use crate::sync::Ordering;

/// Watches whether the ball's owner makes progress.
#[derive(Debug)]
pub(super) struct StallWatch {
    /// After this without progress the ball is taken; None: never.
    patience: Option<Duration>,
    seen: (Tenure, u64),
    since: Instant,
    looked: Instant,
    suspects: Vec<Suspect>,
}

/// A pane from which the ball was taken, and that has not been seen alive since.
#[derive(Debug)]
struct Suspect {
    pane: PaneId,
    looks: u64,
    since: Instant,
}

impl StallWatch {
    pub(super) fn new(patience: Option<Duration>) -> Self {
        let now = Instant::now();
        Self { patience, seen: (Tenure::REST, 0), since: now, looked: now, suspects: Vec::new() }
    }

    /// When to look again; None if there is nothing to watch.
    pub(super) fn next_look(&self) -> Option<Instant> {
        let is_idle = self.seen.0 == Tenure::REST && self.suspects.is_empty();
        self.patience.filter(|_| !is_idle).map(|patience| self.looked + patience / 4)
    }

    /// The pane that has had the ball without progress for too long, if there is one.
    pub(super) fn stalled_owner(&mut self, region: &Region, court: &Court) -> Option<PaneId> {
        let patience = self.patience?;
        let now = Instant::now();
        let was_away = now - self.looked > patience / 2 + Duration::from_millis(1);
        self.looked = now;
        if was_away {
            // The launcher itself stood still (ctrl-Z, a suspended machine), and so did the panes, maybe.
            self.since = now;
            self.suspects.iter_mut().for_each(|suspect| suspect.since = now);
        }
        let tenure = region.baton.look()?;
        let seen = (tenure, region.slot(tenure.holder).writes());
        if seen != self.seen {
            (self.seen, self.since) = (seen, now);
        }
        if region.is_paused() {
            // Who ends the pause may die before the ring; then the owner looks by itself.
            self.since = now + crate::play::PATIENCE;
        }
        match tenure.holder {
            Owner::Pane(pane) if now - self.since >= patience && !is_over(region, tenure, court) => {
                Some(pane)
            }
            Owner::Pane(_) | Owner::Supervisor => None,
        }
    }

    /// The ball was taken from this pane; from now on it must show that it lives.
    pub(super) fn suspect(&mut self, pane: PaneId, region: &Region) {
        let looks = region.pane(pane).card.looks.load(Ordering::Relaxed);
        self.acquit(pane);
        self.suspects.push(Suspect { pane, looks, since: Instant::now() });
    }

    /// It stays with its owner for another while: there is nobody to take the ball.
    pub(super) fn wait_on(&mut self) {
        self.since = Instant::now();
    }

    /// It has a new process.
    pub(super) fn acquit(&mut self, pane: PaneId) {
        self.suspects.retain(|suspect| suspect.pane != pane);
    }

    /// The suspects that have shown no life for as long again, although they could run. A stopped process is not hung: it
    /// may be continued at any time, and then has all the time that others have.
    pub(super) fn hung(&mut self, region: &Region, is_stopped: impl Fn(PaneId) -> bool) -> Vec<PaneId> {
        let Some(patience) = self.patience else { return Vec::new() };
        let stopped = self.suspects.iter_mut().filter(|suspect| is_stopped(suspect.pane));
        stopped.for_each(|suspect| suspect.since = Instant::now());
        let looks = |pane| region.pane(pane).card.looks.load(Ordering::Relaxed);
        self.suspects.retain(|suspect| suspect.looks == looks(suspect.pane));
        let hung = self.suspects.iter().filter(|suspect| suspect.since.elapsed() >= patience);
        hung.map(|suspect| suspect.pane).collect()
    }
}

/// After a match the ball rests with its owner.
fn is_over(region: &Region, tenure: Tenure, court: &Court) -> bool {
    region.ball(tenure, court).is_ok_and(|record| record.ball.standing.is_over())
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::clock;
    use crate::protocol::Setup;
    use crate::shm::Mapping;

    const PATIENCE: Duration = Duration::from_millis(20);
    const PANE: PaneId = PaneId(1);

    fn wait() {
        clock::sleep_until(clock::now_ns() + 2 * clock::ns(PATIENCE)).unwrap();
    }

    #[test]
    fn a_pane_that_shows_no_life_hangs_and_one_that_is_continued_has_its_time() {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(Court { panes: 3, seed: 1 }, 1)).unwrap();
        let mut watch = StallWatch::new(Some(PATIENCE));
        watch.suspect(PANE, mapping.region());
        wait();
        assert_eq!(watch.hung(mapping.region(), |_| true), [], "stopped, for however long");
        // Continued a moment ago, and has not run yet.
        let hung = watch.hung(mapping.region(), |_| false);
        assert!(hung.is_empty() || watch.suspects[0].since.elapsed() >= PATIENCE, "{hung:?}");
        wait();
        assert_eq!(watch.hung(mapping.region(), |_| false), [PANE]);
        mapping.region().pane(PANE).card.looks.store(1, Ordering::Relaxed);
        assert_eq!(watch.hung(mapping.region(), |_| false), [], "it has looked");
    }
}
