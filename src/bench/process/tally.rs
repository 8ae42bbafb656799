//! What a process has counted of a repetition.

use hdrhistogram::Histogram;

use crate::bench::figures::new_histogram;
use crate::bench::transport::Log;
use crate::error::Result;
use crate::platform::sync::Ordering;

/// The messages that a process took: how long each was on its way, and when the first was sent and the last had come.
pub(super) struct Tally {
    latencies: Histogram<u64>,
    taken: u64,
    counted: u64,
    first_ns: Option<u64>,
    last_ns: u64,
}

impl Tally {
    pub(super) fn new() -> Result<Self> {
        Ok(Self { latencies: new_histogram()?, taken: 0, counted: 0, first_ns: None, last_ns: 0 })
    }

    /// A message was taken, counted or not.
    #[inline]
    pub(super) fn take(&mut self) {
        self.taken += 1;
    }

    /// A message that is one of those that are counted, of a row that does not look at the clock for every one.
    #[inline]
    pub(super) fn count_unseen(&mut self) {
        self.counted += 1;
    }

    /// It is one of those that are counted.
    #[inline]
    pub(super) fn count(&mut self, sent_ns: u64, now_ns: u64) {
        self.counted += 1;
        self.latencies.saturating_record(now_ns.saturating_sub(sent_ns));
        self.first_ns.get_or_insert(sent_ns);
        self.last_ns = now_ns;
    }

    /// The last counted message has come.
    pub(super) fn ends(&mut self, now_ns: u64) {
        self.last_ns = now_ns;
    }

    /// The repetition is over.
    pub(super) fn finish(self, log: &Log) -> Histogram<u64> {
        // Relaxed: the launcher reads when this process has ended.
        log.first_ns.store(self.first_ns.unwrap_or(u64::MAX), Ordering::Relaxed);
        log.last_ns.store(self.last_ns, Ordering::Relaxed);
        log.taken.store(self.taken, Ordering::Relaxed);
        log.counted.store(self.counted, Ordering::Relaxed);
        self.latencies
    }
}
