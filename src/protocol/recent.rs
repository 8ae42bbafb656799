//! What the Region has of the last seconds: the supervisor's events, and the end of a rally.

use super::event_log::Event;
use super::rally_end::RallyEnd;
use super::region::Region;
use crate::platform::clock;
use crate::platform::sync::Rights;

/// How long something counts as recent, in nanoseconds.
pub const RECENT_NS: u64 = 4_000_000_000;
/// So many events at most: in a storm of them the older ones are not missed.
const MOST_EVENTS: u64 = 32;

/// What has happened in the last [`RECENT_NS`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recent {
    /// When this was read (`CLOCK_MONOTONIC`, ns).
    pub taken_ns: u64,
    /// The supervisor's events, the oldest first.
    pub events: Vec<Event>,
    /// How the last rally ended.
    pub rally_end: Option<RallyEnd>,
}

impl Recent {
    /// Reads it. While nothing is recent, that is one entry of the event log.
    pub fn take(region: &Region<impl Rights>) -> Self {
        Self::read(region, clock::now_ns)
    }

    /// The same, where it is `now_ns`: of a game that was recorded.
    pub fn take_at(region: &Region<impl Rights>, now_ns: u64) -> Self {
        Self::read(region, || now_ns)
    }

    fn read(region: &Region<impl Rights>, now: impl FnOnce() -> u64) -> Self {
        let log = &region.event_log.events;
        let newest = log.since(log.count().saturating_sub(1)).entries;
        // After the newest event: none has happened later than this.
        let taken_ns = now();
        let event =
            |words: &[u64; 4]| Event::from_words(*words).filter(|event| is_recent(event.at_ns, taken_ns));
        let events = if newest.first().and_then(event).is_some() {
            log.since(log.count().saturating_sub(MOST_EVENTS)).entries.iter().filter_map(event).collect()
        } else {
            Vec::new()
        };
        let rally_end = region.rally_end().filter(|end| is_recent(end.at_ns, taken_ns));
        Self { taken_ns, events, rally_end }
    }
}

/// A time that is yet to come is corrupt.
fn is_recent(at_ns: u64, now_ns: u64) -> bool {
    now_ns.checked_sub(at_ns).is_some_and(|age_ns| age_ns < RECENT_NS)
}

// Miri has no memfd.
#[cfg(test)]
#[cfg(not(any(feature = "model", miri)))]
mod tests {
    use super::*;
    use crate::game::{Court, PaneId, Side};
    use crate::protocol::{Setup, What};
    use crate::shm::Mapping;

    #[test]
    fn the_last_seconds_are_there_and_nothing_older_nor_later() {
        let court = Court { panes: 3, seed: 1 };
        let (_memfd, mapping) = Mapping::create(&Setup::headless(court, 1)).unwrap();
        let region = mapping.region();
        assert_eq!((Recent::take(region).events, Recent::take(region).rally_end), (vec![], None));
        let now_ns = clock::now_ns();
        let push = |at_ns: u64, what| region.event_log.events.push(Event { at_ns, what }.words());
        let hung = What::Hung { pane: PaneId(1) };
        push(now_ns.saturating_sub(2 * RECENT_NS), hung);
        assert_eq!(Recent::take(region).events, []);
        let recent = [now_ns - 2, now_ns - 1].map(|at_ns| Event { at_ns, what: What::Reinitialized });
        recent.iter().for_each(|event| push(event.at_ns, event.what));
        assert_eq!(Recent::take(region).events, recent);
        let end = RallyEnd { at_ns: now_ns, side: Side::Left, is_goal: true, hits: 3 };
        region.set_rally_end(&end);
        assert!(Recent::take(region).rally_end.is_some_and(|found| found.word() == end.word()));
        let later_ns = now_ns + 3_600_000_000_000;
        push(later_ns, hung);
        region.set_rally_end(&RallyEnd { at_ns: later_ns, ..end });
        let corrupt = Recent::take(region);
        assert_eq!((corrupt.events, corrupt.rally_end), (vec![], None));
        region.event_log.events.push([now_ns, u64::MAX, 0, 0]);
        assert_eq!(Recent::take(region).events, [], "no event has this kind");
        region.event_log.events.set_count(u64::MAX);
        assert!(Recent::take(region).events.len() <= 32);
    }
}
