//! Texts of the page.

pub(super) use crate::platform::markup::escaped;
use crate::recording::export::happening::Interval;

/// A time of the recording.
pub(super) fn seconds(at: u64) -> String {
    format!("{}.{:06} s", at / 1_000_000_000, at % 1_000_000_000 / 1000)
}

/// The epochs of these intervals. Where the Region was replaced, they begin again.
pub(super) fn epochs(intervals: &[Interval]) -> String {
    let run = |run: &[Interval]| match run {
        [] => String::new(),
        [first, .., last] if first.epoch != last.epoch => format!("{} to {}", first.epoch, last.epoch),
        [first, ..] => first.epoch.to_string(),
    };
    let runs: Vec<_> = intervals.chunk_by(|before, next| before.epoch <= next.epoch).map(run).collect();
    let is_one = intervals.windows(2).all(|pair| matches!(pair, [a, b] if a.epoch == b.epoch));
    format!("{} {}", if is_one { "Epoch" } else { "Epochs" }, runs.join(", then "))
}
