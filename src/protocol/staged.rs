//! What one process writes into a Region of its own to show a game that was recorded: no other process has it. So these stores go
//! by none of the transitions.

use super::baton::Ownership;
use super::kind::TransportKind;
use super::latency::Histogram;
use super::region::Region;
use super::ring::Ring;
use crate::platform::sync::Ordering;

impl Region {
    /// Sets who owns the ball.
    pub fn stage_ownership(&self, ownership: Ownership) {
        self.baton.lay_down(ownership);
    }

    /// Sets the transport in force, after so many swaps.
    pub fn stage_transport(&self, transport: TransportKind, swaps: u64) {
        self.set_transport_word(swaps << 8 | transport.number());
    }
}

impl<const W: usize, const N: usize> Ring<W, N> {
    /// So many entries are kept.
    pub const LENGTH: usize = N;

    /// Adds those of these entries that are not there yet. The first of them has this number.
    pub fn stage<'a>(&self, first: u64, entries: impl ExactSizeIterator<Item = &'a [u64; W]>) {
        if self.count() < first {
            self.count.store(first, Ordering::Release);
        }
        let there = self.count().saturating_sub(first);
        entries.skip(usize::try_from(there).unwrap_or(usize::MAX)).for_each(|words| self.push(*words));
    }
}

impl Histogram {
    /// Sets how many durations were counted at each of these places, and the longest one.
    pub fn stage(&self, counts: impl IntoIterator<Item = (usize, u32)>, max_ns: u64) {
        for (place, count) in counts {
            if let Some(cell) = self.counts.get(place) {
                cell.store(count, Ordering::Relaxed);
            }
        }
        self.max_ns.store(max_ns, Ordering::Relaxed);
    }

    /// Where a duration is counted.
    pub fn place_of(duration_ns: u64) -> usize {
        super::latency::bucket(duration_ns)
    }
}

#[cfg(test)]
#[cfg(not(any(feature = "model", miri)))]
mod tests {
    use super::*;
    use crate::game::{Court, PaneId};
    use crate::protocol::{Setup, TransportKind};
    use crate::shm::Mapping;

    const COURT: Court = Court { panes: 3, seed: 1 };

    #[test]
    fn entries_are_added_once_and_keep_their_numbers() {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let ring = &mapping.region().event_log.events;
        let entry = |number: u64| [number; 4];
        ring.stage(5, [entry(5), entry(6)].iter());
        assert_eq!((ring.count(), ring.since(5).entries), (7, vec![entry(5), entry(6)]));
        ring.stage(5, [entry(5), entry(6), entry(7)].iter());
        assert_eq!((ring.since(6).first, ring.since(6).entries), (6, vec![entry(6), entry(7)]));
        ring.stage(20, [entry(20)].iter());
        assert_eq!(ring.newest(), Some(entry(20)));
    }

    #[test]
    fn durations_that_are_laid_out_are_those_that_were_counted() {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let [counted, staged] =
            [0, 1].map(|pane| mapping.region().latency(PaneId(pane), TransportKind::Pipe));
        [7, 7, 90_000].into_iter().for_each(|ns| counted.record(ns));
        staged
            .stage([(Histogram::place_of(7), 2), (Histogram::place_of(90_000), 1), (usize::MAX, 9)], 90_000);
        assert_eq!(Histogram::percentiles([staged]), Histogram::percentiles([counted]));
    }
}
