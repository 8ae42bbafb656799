//! A ratio, where it lies, and what that means.

use serde::Serialize;

use super::median::{interval, median};
use crate::bench::floor::FloorKind;

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Better by more than the noise
    #[strum(serialize = "better")]
    Better,
    /// Worse by more than the noise
    #[strum(serialize = "worse")]
    Worse,
    /// Not known to have changed by more than the noise
    #[strum(serialize = "no change")]
    NoChange,
    /// Too few repetitions, or they differ too much
    #[strum(serialize = "unclear")]
    Unclear,
}

/// A ratio, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Judged {
    /// How much worse: of latencies new over old, of throughput old over new. 1 is no change, more is worse; null if it is unknown.
    pub ratio: Option<f64>,
    /// Where it lies; null of one repetition.
    pub interval: Option<[f64; 2]>,
    /// What that means.
    pub verdict: Verdict,
}

/// The same relative to what the machine could do at best in the same repetition.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OverFloor {
    /// Relative to what; null of all rows together.
    pub floor: Option<FloorKind>,
    /// The ratio.
    pub judged: Judged,
}

/// The logarithms of how bad each repetition was, in both reports.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Logs {
    pub(super) old: Vec<f64>,
    pub(super) new: Vec<f64>,
}

/// How it is judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge {
    /// The logarithm of what is noise.
    pub(super) band: f64,
    /// The chance of an error.
    pub(super) error: f64,
}

impl Judge {
    /// What these repetitions say.
    pub(super) fn judge(&self, logs: &Logs) -> Judged {
        let medians = median(&logs.new).zip(median(&logs.old)).filter(|_| logs.is_usable());
        let interval = medians.and_then(|_| interval(&logs.old, &logs.new, self.error));
        let verdict = match interval {
            Some([low, _]) if low > self.band => Verdict::Worse,
            Some([_, high]) if high < -self.band => Verdict::Better,
            Some(interval) if self.is_narrow(interval) => Verdict::NoChange,
            _ => Verdict::Unclear,
        };
        let ratio = medians.map(|(new, old)| (new - old).exp());
        Judged { ratio, interval: interval.map(|bounds| bounds.map(f64::exp)), verdict }
    }

    /// Whether these repetitions say as much as the noise lets them.
    pub(super) fn is_steady(&self, logs: &Logs) -> bool {
        logs.is_usable()
            && interval(&logs.old, &logs.new, self.error).is_some_and(|interval| self.is_narrow(interval))
    }

    fn is_narrow(&self, [low, high]: [f64; 2]) -> bool {
        (high - low) / 2.0 <= self.band
    }
}

impl Logs {
    /// Whether all of them are numbers: a figure of 0 has none.
    pub(super) fn is_usable(&self) -> bool {
        self.old.iter().chain(&self.new).all(|log| log.is_finite())
    }
}

/// What is better, or worse, is so as it was measured and relative to the machine's best: a machine that was slower altogether is no
/// regression, and neither is a floor that has moved alone.
pub(super) fn both(measured: &Judged, over_floor: Option<&OverFloor>) -> Verdict {
    let Some(over_floor) = over_floor else { return measured.verdict };
    match (measured.verdict, over_floor.judged.verdict) {
        (one, other) if one == other => one,
        (Verdict::NoChange, _) | (_, Verdict::NoChange) => Verdict::NoChange,
        _ => Verdict::Unclear,
    }
}
