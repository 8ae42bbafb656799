//! Two reports, row by row: what is better, and what is worse. docs/BENCH.md has the rules.

mod median;
mod text;

use serde::Serialize;

use super::command::Share;
use super::figures::Row;
use super::floor::{Floor, FloorKind};
use super::key::{Mode, RowKey};
use super::manifest::Manifest;
use super::report::BenchReport;
use super::report::facts::{busy, is_debug};
use crate::platform::markup::plain;

pub(super) use median::median;
pub(super) use text::markdown;

/// The chance that anything is said to be better or worse where nothing has changed but by chance: half of it is for all rows
/// together, the other half is shared by the rows.
const ERROR: f64 = 0.05;

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

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// The median latency, in nanoseconds
    P50Ns,
    /// Messages per second
    MessagesPerS,
}

/// A ratio, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Judged {
    /// How much worse: of latencies new over old, of throughput old over new. 1 is no change, more is worse.
    pub ratio: Option<f64>,
    /// Where it lies; null of one repetition.
    pub interval: Option<[f64; 2]>,
    /// What that means.
    pub verdict: Verdict,
}

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
    /// The floor that both are relative to; null where one of them has none.
    pub floor: Option<FloorKind>,
    /// The ratio of both.
    #[serde(flatten)]
    pub judged: Judged,
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
    /// All rows as one: the mean of their ratios, repetition by repetition.
    pub together: Judged,
    /// Worse if a row is, or all together are; else better, in the same way; else what all together are.
    pub verdict: Verdict,
}

/// Of a row in both: the logarithm of how bad each repetition was.
struct Logs {
    old: Vec<f64>,
    new: Vec<f64>,
    floor: Option<FloorKind>,
}

impl Comparison {
    /// Compares them.
    pub(super) fn of(old: &BenchReport, new: &BenchReport, noise: Share) -> Self {
        let find = |report: &BenchReport, key| report.rows.iter().find(|row| row.key == key).cloned();
        let pairs = new.rows.iter().filter_map(|row| Some((find(old, row.key)?, row)));
        let pairs: Vec<_> =
            pairs.map(|(before, after)| (logs(old, &before, new, after), before, after)).collect();
        let noise_percent = noise.percent();
        let band = (1.0 + noise_percent / 100.0).ln();
        let together = judge(&together(&pairs), band, ERROR / 2.0);
        let error = ERROR / 2.0 / pairs.len().max(1) as f64;
        let rows: Vec<_> =
            pairs.iter().map(|(logs, before, after)| compared(logs, before, after, band, error)).collect();
        let without = |one: &BenchReport, other: &BenchReport| -> Vec<RowKey> {
            let keys = one.rows.iter().map(|row| row.key);
            keys.filter(|key| find(other, *key).is_none()).collect()
        };
        let verdicts = || rows.iter().map(|row| row.judged.verdict).chain([together.verdict]);
        let verdict = [Verdict::Worse, Verdict::Better]
            .into_iter()
            .find(|verdict| verdicts().any(|found| found == *verdict));
        Self {
            noise_percent,
            old: old.manifest.clone(),
            new: new.manifest.clone(),
            warnings: warnings(&old.manifest, &new.manifest),
            only_old: without(old, new),
            only_new: without(new, old),
            together,
            verdict: verdict.unwrap_or(together.verdict),
            rows,
        }
    }
}

/// By which figure a row is compared.
pub(super) fn figure_of(mode: Mode) -> Compared {
    if mode == Mode::Throughput { Compared::MessagesPerS } else { Compared::P50Ns }
}

fn figures(row: &Row) -> Vec<f64> {
    match figure_of(row.key.mode) {
        Compared::P50Ns => row.figures.repeat_p50_ns.iter().map(|ns| *ns as f64).collect(),
        Compared::MessagesPerS => row.figures.repeat_messages_per_s.clone(),
    }
}

/// The row's repetitions, relative to its floor in the same repetition where both reports have that.
fn logs(old: &BenchReport, before: &Row, new: &BenchReport, after: &Row) -> Logs {
    let floors =
        floor_of(old, before).zip(floor_of(new, after)).filter(|(one, other)| one.kind == other.kind);
    let sign = if figure_of(after.key.mode) == Compared::MessagesPerS { -1.0 } else { 1.0 };
    let of = |row: &Row, floor: Option<&Floor>| -> Vec<f64> {
        let floor = floor.map(|floor| &floor.repeat_p50_ns);
        let relative = |(index, figure): (usize, f64)| {
            sign * figure.ln() - floor.and_then(|floor| floor.get(index)).map_or(0.0, |floor| floor.ln())
        };
        figures(row).into_iter().enumerate().map(relative).collect()
    };
    let kind = floors.map(|(floor, _)| floor.kind);
    let (one, other) = floors.unzip();
    Logs { old: of(before, one), new: of(after, other), floor: kind }
}

/// The floor of a row, if it has one for each of the row's repetitions.
fn floor_of<'a>(report: &'a BenchReport, row: &Row) -> Option<&'a Floor> {
    let kind = row.floor?.kind;
    let mut floors =
        report.floors.iter().filter(|floor| floor.kind == kind && floor.placement == row.key.placement);
    let fits = |floor: &&Floor| {
        floor.bytes.is_none_or(|bytes| bytes == row.key.bytes)
            && floor.in_flight.is_none_or(|buffers| buffers == row.key.in_flight)
    };
    let floor = floors.find(fits)?;
    let is_whole = floor.repeat_p50_ns.len() == row.figures.repeat_p50_ns.len();
    (is_whole && floor.repeat_p50_ns.iter().all(|ns| *ns > 0.0)).then_some(floor)
}

/// Each repetition's mean over all rows that have it: a machine that was slow for a while was slow for all of them.
fn together(pairs: &[(Logs, Row, &Row)]) -> Logs {
    let usable = |logs: &&Logs| logs.old.iter().chain(&logs.new).all(|log| log.is_finite());
    let all: Vec<_> = pairs.iter().map(|(logs, ..)| logs).filter(usable).collect();
    let mean = |side: fn(&Logs) -> &Vec<f64>| -> Vec<f64> {
        let repeats = all.iter().map(|logs| side(logs).len()).min().unwrap_or(0);
        let of = |repeat: usize| all.iter().map(|logs| side(logs)[repeat]).sum::<f64>() / all.len() as f64;
        (0..repeats).map(of).collect()
    };
    Logs { old: mean(|logs| &logs.old), new: mean(|logs| &logs.new), floor: None }
}

fn judge(logs: &Logs, band: f64, error: f64) -> Judged {
    let is_usable = logs.old.iter().chain(&logs.new).all(|log| log.is_finite());
    let medians = median(&logs.new).zip(median(&logs.old)).filter(|_| is_usable);
    let interval = medians.and_then(|_| median::interval(&logs.old, &logs.new, error));
    let verdict = match interval {
        Some([low, _]) if low > band => Verdict::Worse,
        Some([_, high]) if high < -band => Verdict::Better,
        Some([low, high]) if (high - low) / 2.0 <= band => Verdict::NoChange,
        _ => Verdict::Unclear,
    };
    let ratio = medians.map(|(new, old)| (new - old).exp());
    Judged { ratio, interval: interval.map(|bounds| bounds.map(f64::exp)), verdict }
}

fn compared(logs: &Logs, before: &Row, after: &Row, band: f64, error: f64) -> ComparedRow {
    let middle = |row: &Row| median(&figures(row)).unwrap_or(0.0);
    ComparedRow {
        key: after.key,
        figure: figure_of(after.key.mode),
        old: middle(before),
        new: middle(after),
        floor: logs.floor,
        judged: judge(logs, band, error),
    }
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
