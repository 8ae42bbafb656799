//! Two reports, row by row: what is better, and what is worse. docs/BENCH.md has the rules.

mod median;
mod pair;
mod text;
mod verdict;

use serde::Serialize;

use super::command::Share;
use super::figures::Row;
use super::key::RowKey;
use super::manifest::Manifest;
use super::report::BenchReport;
use super::report::facts::{busy, is_debug};
use crate::platform::markup::plain;

pub(super) use median::median;
pub use pair::Compared;
pub(super) use pair::figure_of;
use pair::{Pair, figures, middle_of};
pub(super) use text::markdown;
use verdict::{Judge, both};
pub use verdict::{Judged, OverFloor, Verdict};

/// The chance that anything is said to be better or worse where nothing has changed but by chance: half of it is for all rows
/// together, the other half is shared by the rows.
const ERROR: f64 = 0.05;

/// A row that both reports have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedRow {
    /// Which.
    #[serde(flatten)]
    pub key: RowKey,
    /// By which of its figures.
    pub figure: Compared,
    /// What it was: the median of its repetitions.
    pub old: f64,
    /// What it is.
    pub new: f64,
    /// The ratio of both.
    pub measured: Judged,
    /// The ratio of both, each relative to its floor; null where one of them has none.
    pub over_floor: Option<OverFloor>,
    /// What both ratios mean.
    pub verdict: Verdict,
}

/// A comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// A change up to so much is none, in percent.
    pub noise_percent: f64,
    /// The machine of the old report.
    pub old: Manifest,
    /// That of the new one.
    pub new: Manifest,
    /// Why the two may not be comparable.
    pub warnings: Vec<String>,
    /// Rows that both have, in the order of the new report.
    pub rows: Vec<ComparedRow>,
    /// Rows that only the old report has.
    pub only_old: Vec<RowKey>,
    /// Rows that only the new report has.
    pub only_new: Vec<RowKey>,
    /// All clear rows as one: in each repetition the row in the middle of them.
    pub together: Together,
    /// Worse if a row is, or all together are; else better, in the same way; else what all together are.
    pub verdict: Verdict,
}

/// All clear rows as one: in each repetition the row in the middle of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Together {
    /// Of so many rows: those that are clear themselves.
    pub rows: usize,
    /// As they were measured.
    pub measured: Judged,
    /// Each relative to its floor, where it has a steady one; null where none has.
    pub over_floor: Option<OverFloor>,
    /// What both mean.
    pub verdict: Verdict,
}

impl Comparison {
    /// Compares them.
    pub(super) fn of(old: &BenchReport, new: &BenchReport, noise: Share) -> Self {
        let find = |report: &'_ BenchReport, key| report.rows.iter().position(|row| row.key == key);
        let pairs = new.rows.iter().filter_map(|row| Some((&old.rows[find(old, row.key)?], row)));
        let pairs: Vec<_> = pairs.collect();
        let band = (1.0 + noise.percent() / 100.0).ln();
        let judge = Judge { band, error: ERROR / 2.0 / pairs.len().max(1) as f64 };
        let pairs = pairs.into_iter().map(|(before, after)| Pair::of((old, before), (new, after)));
        let pairs: Vec<_> = pairs.collect();
        let rows: Vec<_> = pairs.iter().map(|pair| compared(pair, &judge)).collect();
        let together = together(&pairs, &Judge { error: ERROR / 2.0, ..judge });
        let without = |one: &BenchReport, other: &BenchReport| -> Vec<RowKey> {
            let keys = one.rows.iter().map(|row| row.key);
            keys.filter(|key| find(other, *key).is_none()).collect()
        };
        let verdicts = || rows.iter().map(|row| row.verdict).chain([together.verdict]);
        let changed = [Verdict::Worse, Verdict::Better].into_iter();
        let changed = { changed }.find(|verdict| verdicts().any(|found| found == *verdict));
        Self {
            noise_percent: noise.percent(),
            old: old.manifest.clone(),
            new: new.manifest.clone(),
            warnings: warnings(&old.manifest, &new.manifest),
            only_old: without(old, new),
            only_new: without(new, old),
            verdict: changed.unwrap_or(together.verdict),
            together,
            rows,
        }
    }
}

fn compared(pair: &Pair, judge: &Judge) -> ComparedRow {
    let middle = |row: &Row| median(&figures(row)).unwrap_or(0.0);
    let measured = judge.judge(&pair.measured);
    let over_floor = pair.over_floor.as_ref().map(|relative| relative.judge(judge));
    ComparedRow {
        key: pair.after.key,
        figure: figure_of(pair.after.key.mode),
        old: middle(pair.before),
        new: middle(pair.after),
        measured,
        over_floor,
        verdict: both(&measured, over_floor.as_ref()),
    }
}

/// All rows that are clear themselves, as one. In each repetition it is as bad as the row in the middle, each row beside its own middle:
/// so a few rows that vary more than others count as little as any.
fn together(pairs: &[Pair<'_>], judge: &Judge) -> Together {
    let clear: Vec<_> = pairs.iter().filter_map(|pair| pair.clear(judge)).collect();
    let measured = judge.judge(&middle_of(clear.iter().map(|[measured, _]| *measured)));
    let has_floor = pairs.iter().any(|pair| pair.over_floor.is_some());
    let over_floor = has_floor.then(|| {
        let judged = judge.judge(&middle_of(clear.iter().map(|[_, relative]| *relative)));
        OverFloor { floor: None, judged }
    });
    Together { rows: clear.len(), measured, over_floor, verdict: both(&measured, over_floor.as_ref()) }
}

/// What differs between the two that is not the program.
fn warnings(old: &Manifest, new: &Manifest) -> Vec<String> {
    let mut warnings = Vec::new();
    let or_unknown = |text: &Option<String>| text.as_deref().map_or("unknown".to_owned(), plain);
    let number = |number: Option<usize>| number.map_or("unknown".to_owned(), |number| number.to_string());
    let mut differ = |what: &str, old: String, new: String| {
        if old != new {
            warnings.push(format!("{what} differs: {old}, then {new}"));
        }
    };
    differ("the CPU", or_unknown(&old.cpu), or_unknown(&new.cpu));
    differ("the number of CPUs", number(old.cpus), number(new.cpus));
    differ("the kernel", or_unknown(&old.kernel), or_unknown(&new.kernel));
    differ("the clock", or_unknown(&old.clocksource), or_unknown(&new.clocksource));
    differ("the governor", or_unknown(&old.governor), or_unknown(&new.governor));
    differ("the build", plain(&old.build), plain(&new.build));
    for (which, manifest) in [("old", old), ("new", new)] {
        warnings.extend(busy(manifest).map(|busy| format!("the {which} run: {busy}")));
    }
    if is_debug(new) && is_debug(old) {
        warnings.push("both are debug builds: what is compared is not what is shipped".to_owned());
    }
    warnings
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
