//! How sure a figure is: percentiles only where enough messages stand behind them, and intervals by bootstrap over repetitions.
//!
//! Repetitions, not messages, are drawn again: messages of one repetition share its processes, its pages and its minute, so they
//! differ less from each other than from those of the next.

use hdrhistogram::Histogram;

use crate::game::mix;

/// A percentile is reported if at least so many messages are slower.
const SLOWER: u64 = 10;
/// How often the repetitions are drawn again.
const RESAMPLES: u64 = 2000;
/// The same data give the same interval.
const SEED: u64 = 0x7472_6970_6f6e_6721;
/// From so many repetitions on there is an interval: of four, even the least and the greatest enclose the median with 87.5 %
/// confidence only. And how many of 10,000 resamples are left out at each end of an interval of 95 %. Few repetitions vary
/// less among themselves than all that could have been, so the share is that of Student's t on n - 1 degrees of freedom, widened
/// by the root of n / (n - 1), on the scale of the normal distribution (Hesterberg 2015, the expanded percentile interval).
const LEFT_OUT: [(usize, u64); 12] = [
    (5, 10),
    (6, 24),
    (7, 41),
    (8, 57),
    (9, 72),
    (10, 86),
    (12, 107),
    (15, 132),
    (20, 159),
    (30, 188),
    (60, 218),
    (200, 242),
];

/// So many of a hundred took no longer; None where there are too few to tell.
pub(super) fn percentile(latencies: &Histogram<u64>, quantile: f64) -> Option<u64> {
    let slower = latencies.len() as f64 * (1.0 - quantile);
    // A share such as 1 - 0.9 is a little less than what it stands for.
    (slower + 1e-6 >= SLOWER as f64).then(|| latencies.value_at_quantile(quantile))
}

/// The latencies of one repetition: each that occurred and how often, the shortest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Latencies(Vec<(u64, u64)>);

impl Latencies {
    pub(super) fn of(latencies: &Histogram<u64>) -> Self {
        let occurred = latencies.iter_recorded();
        Self(occurred.map(|value| (value.value_iterated_to(), value.count_since_last_iteration())).collect())
    }
}

/// The interval of 95 % of the median of all messages of these repetitions; None of too few.
pub(super) fn median_interval(repeats: &[Latencies]) -> Option<[u64; 2]> {
    let pool = Pool::of(repeats);
    interval(repeats.len(), |weights| pool.median(weights))
}

/// The interval of 95 % of messages per second over these repetitions, of which each has its messages and its seconds; None of too
/// few.
pub(super) fn rate_interval(repeats: &[(u64, f64)]) -> Option<[f64; 2]> {
    interval(repeats.len(), |weights| {
        let drawn = || repeats.iter().zip(weights);
        let messages: f64 = drawn().map(|((messages, _), weight)| (messages * weight) as f64).sum();
        let seconds: f64 = drawn().map(|((_, seconds), weight)| seconds * *weight as f64).sum();
        if seconds > 0.0 { messages / seconds } else { 0.0 }
    })
}

/// The interval of a figure of so many repetitions, each of which counts as often as it was drawn.
fn interval<T: PartialOrd + Copy>(repeats: usize, figure: impl Fn(&[u64]) -> T) -> Option<[T; 2]> {
    let (_, left_out) = LEFT_OUT.into_iter().rev().find(|(from, _)| repeats >= *from)?;
    let mut figures: Vec<T> = (0..RESAMPLES)
        .map(|resample| {
            let mut weights = vec![0; repeats];
            for draw in 0..repeats as u64 {
                let random = mix(mix(SEED, resample), draw);
                weights[((u128::from(random) * repeats as u128) >> 64) as usize] += 1;
            }
            figure(&weights)
        })
        .collect();
    figures.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
    let skipped = usize::try_from(left_out * RESAMPLES / 10_000).unwrap_or(0);
    // What is reported is never outside.
    let reported = figure(&vec![1; repeats]);
    let (least, greatest) = (figures[skipped], figures[figures.len() - 1 - skipped]);
    Some([
        if reported < least { reported } else { least },
        if reported > greatest { reported } else { greatest },
    ])
}

/// All repetitions together, so that the median of any choice of them is found fast.
struct Pool {
    /// Each latency that occurred, the shortest first.
    values: Vec<u64>,
    /// Of each repetition, how many took no longer than each of these.
    up_to: Vec<Vec<u64>>,
}

impl Pool {
    fn of(repeats: &[Latencies]) -> Self {
        let mut values: Vec<u64> =
            repeats.iter().flat_map(|repeat| repeat.0.iter().map(|(value, _)| *value)).collect();
        values.sort_unstable();
        values.dedup();
        let up_to = repeats.iter().map(|repeat| {
            let (mut counts, mut sum) = (repeat.0.iter().peekable(), 0);
            let count = |value: &u64| {
                while let Some((_, count)) = counts.next_if(|(next, _)| next <= value) {
                    sum += count;
                }
                sum
            };
            values.iter().map(count).collect()
        });
        Self { up_to: up_to.collect(), values }
    }

    /// The median, where each repetition counts as often as it was drawn.
    fn median(&self, weights: &[u64]) -> u64 {
        let up_to = |index: usize| -> u64 {
            self.up_to.iter().zip(weights).map(|(up_to, weight)| up_to[index] * weight).sum()
        };
        let Some(last) = self.values.len().checked_sub(1) else { return 0 };
        let half = up_to(last).div_ceil(2);
        // The first value up to which there is half of them.
        let (mut first, mut behind) = (0, last);
        while first < behind {
            let middle = usize::midpoint(first, behind);
            if up_to(middle) < half {
                first = middle + 1;
            } else {
                behind = middle;
            }
        }
        self.values[first]
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::bench::figures::new_histogram;
    use crate::game::unit;

    fn histogram(values: impl IntoIterator<Item = u64>) -> Histogram<u64> {
        let mut latencies = new_histogram().unwrap();
        values.into_iter().for_each(|value| latencies.record(value).unwrap());
        latencies
    }

    fn latencies(values: impl IntoIterator<Item = u64>) -> Latencies {
        Latencies::of(&histogram(values))
    }

    /// A number of the normal distribution: the sum of twelve uniform ones.
    fn normal(seed: u64, index: u64) -> f64 {
        (0..12).map(|part| unit(mix(mix(seed, index), part))).sum::<f64>() - 6.0
    }

    /// Which share of runs of so many repetitions have the truth in their interval.
    fn coverage(repeats: u64, is_covered: impl Fn(u64, u64) -> bool) -> f64 {
        let runs = 150;
        (0..runs).filter(|run| is_covered(*run, repeats)).count() as f64 / f64::from(runs as u32)
    }

    #[test]
    fn a_percentile_needs_ten_messages_above_it() {
        for (messages, has) in [
            (40, [false, false, false]),
            (99, [false, false, false]),
            (100, [true, false, false]),
            (999, [true, false, false]),
            (1000, [true, true, false]),
            (9999, [true, true, false]),
            (10_000, [true, true, true]),
        ] {
            let latencies = histogram(1..=messages);
            let found = [0.9, 0.99, 0.999].map(|quantile| percentile(&latencies, quantile).is_some());
            assert_eq!(found, has, "{messages} messages");
        }
        assert_eq!(percentile(&histogram(1..=1000), 0.9), Some(900));
    }

    #[test]
    fn the_interval_of_the_median_encloses_the_medians_of_the_repetitions() {
        let repeats = [100, 102, 104, 106, 108].map(|value| latencies([value; 9]));
        assert_eq!(median_interval(&repeats), Some([100, 108]));
        assert_eq!(median_interval(&repeats), median_interval(&repeats), "the same data, the same interval");
        let same = vec![repeats[0].clone(); 20];
        assert_eq!(median_interval(&same), Some([100, 100]), "no spread, no width");
    }

    #[test]
    fn fewer_than_five_repetitions_have_no_interval() {
        let one = latencies(1..=1000);
        for count in [0, 1, 4] {
            assert_eq!(median_interval(&vec![one.clone(); count]), None, "{count}");
            assert_eq!(rate_interval(&vec![(10, 1.0); count]), None, "{count}");
        }
        assert_eq!(median_interval(&vec![one; 5]), Some([500, 500]));
        assert_eq!(rate_interval(&[(10, 1.0); 5]), Some([10.0, 10.0]));
        assert_eq!(rate_interval(&[(0, 0.0); 5]), Some([0.0, 0.0]), "nothing was counted");
    }

    #[test]
    fn two_modes_show_as_a_wide_interval_and_not_as_their_mean() {
        let (fast, slow) = (latencies([50; 900]), latencies([2000; 100]));
        let of = |fasts: usize, slows: usize| {
            let repeats = [vec![fast.clone(); fasts], vec![slow.clone(); slows]].concat();
            median_interval(&repeats).unwrap()
        };
        let ends = [fast.0[0].0, slow.0[0].0];
        assert_eq!(of(3, 3), ends);
        // Of the messages nine of sixteen are fast, so the median of all is: it lies inside, though most repetitions are slow.
        assert_eq!(of(1, 7), ends);
        assert_eq!(of(20, 1), [ends[0]; 2]);
    }

    #[test]
    fn the_median_of_a_pool_is_that_of_all_messages_together() {
        let repeats = [latencies([10, 20, 30]), latencies([20, 40]), latencies([5])];
        let pool = Pool::of(&repeats);
        assert_eq!(pool.median(&[1, 1, 1]), 20);
        assert_eq!(pool.median(&[0, 1, 0]), 20);
        assert_eq!(pool.median(&[1, 0, 9]), 5);
        assert_eq!(Pool::of(&[]).median(&[]), 0);
    }

    #[test]
    fn the_interval_of_the_median_covers_the_true_one_in_about_95_of_100_runs() {
        // Each repetition has its own level, as processes on a machine do, around which its messages vary.
        let is_covered = |run: u64, repeats: u64| {
            let level = |repeat: u64| 1000.0 + 40.0 * normal(run, repeat);
            let repeats: Vec<_> = (0..repeats)
                .map(|repeat| {
                    let message = |index| level(repeat) + 30.0 * normal(mix(run, repeat + 1), index);
                    latencies((0..60).map(|index| (message(index) as i64).cast_unsigned()))
                })
                .collect();
            let [least, greatest] = median_interval(&repeats).unwrap();
            (least..=greatest).contains(&1000)
        };
        for (repeats, least, greatest) in [(5, 0.88, 0.97), (20, 0.91, 0.985)] {
            let found = coverage(repeats, is_covered);
            assert!((least..greatest).contains(&found), "{repeats} repetitions: {found}");
        }
    }

    #[test]
    fn the_interval_of_a_rate_covers_the_true_one_in_about_95_of_100_runs() {
        let is_covered = |run: u64, repeats: u64| {
            let messages = |repeat| ((100_000.0 + 5000.0 * normal(run, repeat)) as i64).cast_unsigned();
            let repeats: Vec<_> = (0..repeats).map(|repeat| (messages(repeat), 0.1)).collect();
            let [least, greatest] = rate_interval(&repeats).unwrap();
            (least..=greatest).contains(&1_000_000.0)
        };
        for (repeats, least, greatest) in [(5, 0.88, 0.97), (20, 0.91, 0.985)] {
            let found = coverage(repeats, is_covered);
            assert!((least..greatest).contains(&found), "{repeats} repetitions: {found}");
        }
    }
}
