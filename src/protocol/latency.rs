//! How long hand-offs took: a histogram in the Region, so that it survives the process that filled it.

use crate::platform::sync::{Ordering, ReadWrite, Rights, Word, Word32};
use crate::shm::shared;

/// Buckets per doubling: a duration is known to 1 in 32, about 3 %.
const PER_DOUBLING: u64 = 32;
/// The first 32 buckets are 1 ns wide; then 31 doublings reach 2^36 ns, more than a minute.
const BUCKETS: usize = 32 * PER_DOUBLING as usize;

shared! {
    /// Counts of durations, in buckets whose width grows with the duration. One writer.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub struct Histogram<M: Rights = ReadWrite> {
        pub(super) counts: [Word32<M>; BUCKETS],
        pub(super) max_ns: Word<M>,
    }
}

/// Percentiles of many durations, in nanoseconds. Zeros if there was none.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Percentiles {
    /// How many there were.
    #[serde(skip)]
    pub count: u64,
    /// Half of them took no longer.
    pub p50: u64,
    /// 99 of 100 took no longer.
    pub p99: u64,
    /// 999 of 1000 took no longer.
    pub p999: u64,
    /// None took longer.
    pub max: u64,
}

/// So many durations were this long, in nanoseconds. The last bucket also has all that took longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// The shortest that is counted here.
    pub first_ns: u64,
    /// The longest that is counted here.
    pub last_ns: u64,
    /// How many there were.
    pub count: u64,
}

impl Histogram {
    /// Counts a duration.
    pub fn record(&self, duration_ns: u64) {
        // Relaxed, and no read-modify-write: there is one writer, and readers want the sum, not the order.
        let cell = &self.counts[bucket(duration_ns)];
        cell.store(cell.load(Ordering::Relaxed).saturating_add(1), Ordering::Relaxed);
        self.max_ns.store(self.max_ns.load(Ordering::Relaxed).max(duration_ns), Ordering::Relaxed);
    }
}

impl<M: Rights> Histogram<M> {
    /// The percentiles over several histograms, each rounded up to the end of its bucket.
    pub fn percentiles<'a>(histograms: impl IntoIterator<Item = &'a Self>) -> Percentiles {
        let (counts, max) = Self::sums(histograms);
        let total: u64 = counts.iter().sum();
        let at = |per_mille: u64| {
            let wanted = (total * per_mille).div_ceil(1000);
            let mut seen = 0;
            let reached = counts.iter().position(|count| {
                seen += count;
                seen >= wanted
            });
            reached.map_or(max, bucket_end).min(max)
        };
        Percentiles { count: total, p50: at(500), p99: at(990), p999: at(999), max }
    }

    /// The buckets over several histograms, from the shortest durations to the longest. Empty ones are left out.
    pub fn buckets<'a>(histograms: impl IntoIterator<Item = &'a Self>) -> Vec<Bucket> {
        let (counts, _) = Self::sums(histograms);
        let filled = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
        let start = |index: usize| index.checked_sub(1).map_or(0, |before| bucket_end(before) + 1);
        filled.map(|(i, count)| Bucket { first_ns: start(i), last_ns: bucket_end(i), count }).collect()
    }

    /// The counts of all buckets, and the longest duration.
    fn sums<'a>(histograms: impl IntoIterator<Item = &'a Self>) -> (Vec<u64>, u64) {
        let (mut counts, mut max) = (vec![0; BUCKETS], 0);
        for histogram in histograms {
            let cells = counts.iter_mut().zip(&histogram.counts);
            cells.for_each(|(sum, cell)| *sum += u64::from(cell.load(Ordering::Relaxed)));
            max = max.max(histogram.max_ns.load(Ordering::Relaxed));
        }
        (counts, max)
    }
}

/// The bucket of a duration; the last one also has all that is longer.
pub(super) fn bucket(duration_ns: u64) -> usize {
    let width_log = u64::from((duration_ns | PER_DOUBLING).ilog2() - PER_DOUBLING.ilog2());
    let index = width_log * PER_DOUBLING + (duration_ns >> width_log);
    usize::try_from(index).unwrap_or(usize::MAX).min(BUCKETS - 1)
}

/// The longest duration that falls into a bucket.
fn bucket_end(index: usize) -> u64 {
    let index = index as u64;
    let width_log = (index / PER_DOUBLING).saturating_sub(1);
    let start = (index - width_log * PER_DOUBLING) << width_log;
    start + (1 << width_log) - 1
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    fn histogram(durations: impl IntoIterator<Item = u64>) -> Histogram {
        let histogram = Histogram { counts: std::array::from_fn(|_| Word32::new(0)), max_ns: Word::new(0) };
        durations.into_iter().for_each(|duration| histogram.record(duration));
        histogram
    }

    #[test]
    fn buckets_follow_each_other_without_gap_or_overlap() {
        let mut next = 0;
        for index in 0..BUCKETS - 1 {
            assert_eq!(bucket(next), index, "start of a bucket: {next}");
            assert_eq!(bucket(bucket_end(index)), index, "end of a bucket: {}", bucket_end(index));
            next = bucket_end(index) + 1;
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_durations_to_three_percent() {
        let halves = [histogram(1..=5_000), histogram(5_001..=10_000)];
        let found = Histogram::percentiles(&halves);
        for (found, exact) in [(found.p50, 5_000), (found.p99, 9_900), (found.p999, 9_990)] {
            assert!(found >= exact && found <= exact + exact / 30, "{found} for {exact}");
        }
        assert_eq!(found.max, 10_000);
    }

    #[test]
    fn the_filled_buckets_have_every_duration_once_and_at_its_place() {
        let halves = [histogram([1, 1, 700]), histogram([700, 1_000_000])];
        let found = Histogram::buckets(&halves);
        let counts: Vec<_> = found.iter().map(|bucket| bucket.count).collect();
        assert_eq!(counts, [2, 2, 1]);
        for (bucket, duration) in found.iter().zip([1, 700, 1_000_000]) {
            assert!((bucket.first_ns..=bucket.last_ns).contains(&duration), "{bucket:?}");
        }
    }

    #[test]
    fn no_durations_are_all_zero_and_one_is_itself() {
        assert_eq!(Histogram::percentiles(&[histogram([])]), Percentiles::default());
        let one = Histogram::percentiles(&[histogram([1_234_567])]);
        assert_eq!(
            one,
            Percentiles { count: 1, p50: 1_234_567, p99: 1_234_567, p999: 1_234_567, max: 1_234_567 }
        );
    }
}
