//! How far apart the medians of two runs are, and where that lies for sure.
//!
//! The bootstrap of a median needs no random numbers: which of the ordered repetitions is the median of a resample follows from the
//! binomial distribution (Efron 1979). So a comparison of the same two reports says the same each time.

/// What each of `count` ordered repetitions has of the chance to be the median of a resample of as many. Of an even number the median
/// is either of the middle ones.
pub(super) fn weights(count: usize) -> Vec<f64> {
    let middles = if count % 2 == 1 { vec![count.div_ceil(2)] } else { vec![count / 2, count / 2 + 1] };
    let mut weights = vec![0.0; count];
    for middle in &middles {
        let mut before = 0.0;
        for (index, weight) in weights.iter_mut().enumerate() {
            // The median is at most the k-th of all, if at least `middle` draws are.
            let up_to = at_least(*middle, count, (index + 1) as f64 / count as f64);
            *weight += (up_to - before) / middles.len() as f64;
            before = up_to;
        }
    }
    weights
}

/// The chance of at least `least` successes of `count`, each of this chance.
fn at_least(least: usize, count: usize, chance: f64) -> f64 {
    if chance >= 1.0 {
        return 1.0;
    }
    let (yes, no) = (chance.ln(), (1.0 - chance).ln());
    let mut ln_choose = 0.0;
    let mut sum = 0.0;
    for hits in 0..=count {
        if hits >= least {
            sum += (ln_choose + hits as f64 * yes + (count - hits) as f64 * no).exp();
        }
        ln_choose += ((count - hits) as f64).ln() - ((hits + 1) as f64).ln();
    }
    sum.min(1.0)
}

/// The median of some numbers, of an even number the mean of the middle ones.
pub(in crate::bench) fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    Some(f64::midpoint(sorted[last / 2], sorted[last.div_ceil(2)]))
}

/// Where the median of `new` less that of `old` lies, but for this chance of error, half of it at each end.
pub(super) fn interval(old: &[f64], new: &[f64], error: f64) -> Option<[f64; 2]> {
    if old.len() < 2 || new.len() < 2 {
        return None;
    }
    let [old, new] = [old, new].map(|numbers| {
        let mut sorted = numbers.to_vec();
        sorted.sort_by(f64::total_cmp);
        let weighed = sorted.into_iter().zip(weights(numbers.len()));
        // What is as good as impossible widens nothing.
        weighed.filter(|(_, weight)| *weight > error * 1e-6).collect::<Vec<_>>()
    });
    let pairs =
        new.iter().flat_map(|(new, chance)| old.iter().map(move |(old, other)| (new - old, chance * other)));
    let mut differences: Vec<_> = pairs.collect();
    differences.sort_by(|one, other| one.0.total_cmp(&other.0));
    let end = |differences: &mut dyn Iterator<Item = &(f64, f64)>| {
        let mut sum = 0.0;
        let mut end = None;
        for (difference, chance) in differences {
            sum += chance;
            end = Some(*difference);
            if sum > error / 2.0 {
                break;
            }
        }
        end
    };
    Some([end(&mut differences.iter())?, end(&mut differences.iter().rev())?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_those_of_a_bootstrap() {
        for count in [1, 2, 3, 4, 5, 10, 101, 1000] {
            let weights = weights(count);
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{count}");
            let mirrored = weights.iter().zip(weights.iter().rev());
            assert!(mirrored.into_iter().all(|(one, other)| (one - other).abs() < 1e-9), "{count}");
        }
        // Of 27 resamples of three, 7 have the first as their median.
        assert!((weights(3)[0] - 7.0 / 27.0).abs() < 1e-12);
    }

    #[test]
    fn the_interval_has_the_difference_in_it_and_narrows_with_more_repetitions() {
        let around = |middle: f64, count: u32| -> Vec<f64> {
            (0..count).map(|index| middle + f64::from(index) / f64::from(count - 1) - 0.5).collect()
        };
        let mut width = f64::INFINITY;
        for count in [3, 5, 11, 41] {
            let [low, high] = interval(&around(0.0, count), &around(2.0, count), 0.05).unwrap();
            assert!(low < 2.0 && high > 2.0 && high - low < width, "{count}: {low} {high}");
            width = high - low;
        }
        assert_eq!(interval(&[1.0], &[1.0, 2.0], 0.05), None);
        assert_eq!(interval(&[1.0, 1.0], &[3.0, 3.0], 0.05), Some([2.0, 2.0]));
        assert_eq!(
            [median(&[]), median(&[3.0, 1.0]), median(&[5.0, 1.0, 3.0])],
            [None, Some(2.0), Some(3.0)]
        );
    }

    #[test]
    fn where_much_must_be_sure_the_interval_is_all_that_was_seen() {
        let [low, high] = interval(&[1.0, 2.0, 3.0], &[11.0, 12.0, 13.0], 1e-9).unwrap();
        assert!((low - 8.0).abs() < 1e-12 && (high - 12.0).abs() < 1e-12, "{low} {high}");
    }
}
