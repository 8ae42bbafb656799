//! Rows that differ in nothing but the way of their messages, and which of them wins.

use crate::bench::figures::Row;
use crate::bench::key::{Copying, Mode, RowKey};
use crate::bench::mechanism::Mechanism;
use crate::platform::units::{fmt_many, fmt_mean_ns};
use crate::protocol::doorbell::Wait;

/// Where one of two has no interval, a difference counts from this factor on.
const FACTOR_WITHOUT_INTERVAL: f64 = 2.0;
/// The CPU time of a row has no interval; a difference of it counts from this factor on.
const FACTOR_OF_CPU: f64 = 1.1;

/// By what rows are compared: less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The median latency.
    Median,
    /// The time of a message where many are on their way.
    Throughput,
    /// CPU time per message.
    Cpu,
}

impl By {
    fn ns(self, row: &Row) -> f64 {
        match self {
            Self::Median => row.figures.p50_ns as f64,
            Self::Throughput => 1e9 / row.figures.messages_per_s,
            Self::Cpu => row.figures.cpu_ns_per_message,
        }
    }

    fn interval(self, row: &Row) -> Option<[f64; 2]> {
        match self {
            Self::Median => row.figures.p50_interval_ns.map(|ns| ns.map(|ns| ns as f64)),
            Self::Throughput => {
                row.figures.messages_interval_per_s.map(|[least, most]| [1e9 / most, 1e9 / least])
            }
            Self::Cpu => None,
        }
    }

    /// Whether `worse` is worse by more than chance.
    fn is_clear(self, better: &Row, worse: &Row) -> bool {
        let factor = self.ns(worse) / self.ns(better);
        match (self, self.interval(better), self.interval(worse)) {
            (Self::Cpu, ..) => factor >= FACTOR_OF_CPU,
            (_, Some([_, most]), Some([least, _])) => most < least,
            _ => factor >= FACTOR_WITHOUT_INTERVAL,
        }
    }

    /// The figure, for people.
    pub(super) fn figure(self, row: &Row) -> String {
        match self {
            Self::Median | Self::Cpu => fmt_mean_ns(self.ns(row)),
            Self::Throughput => format!(
                "{} messages/s, {}B/s",
                fmt_many(row.figures.messages_per_s),
                fmt_many(row.figures.bytes_per_s)
            ),
        }
    }
}

/// What a comparison of rows has shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict<'a> {
    /// One is better than all others, and so many times better than the next.
    Winner { best: &'a Row, next: &'a Row, times: f64 },
    /// These are the best, the best first, and differ by no more than this, in percent.
    Tie { rows: Vec<&'a Row>, percent: f64 },
}

impl<'a> Verdict<'a> {
    /// Of these rows; None of fewer than two, or of what is no number.
    pub(super) fn of(by: By, rows: &[&'a Row]) -> Option<Self> {
        let mut rows = rows.to_vec();
        if !rows.iter().all(|row| by.ns(row).is_finite() && by.ns(row) > 0.0) {
            return None;
        }
        rows.sort_by(|one, other| by.ns(one).total_cmp(&by.ns(other)));
        let [best, next, ..] = *rows.as_slice() else { return None };
        if by.is_clear(best, next) {
            return Some(Self::Winner { best, next, times: by.ns(next) / by.ns(best) });
        }
        let tied: Vec<_> = rows.into_iter().filter(|row| !by.is_clear(best, row)).collect();
        let last = tied.last().map_or(1.0, |row| by.ns(row) / by.ns(best));
        Some(Self::Tie { rows: tied, percent: (last - 1.0) * 100.0 })
    }

    /// The rows that it rests on.
    pub(super) fn rows(&self) -> Vec<&'a Row> {
        match self {
            Self::Winner { best, next, .. } => vec![best, next],
            Self::Tie { rows, .. } => rows.clone(),
        }
    }
}

/// What the ways of rows are compared under: all of the key but the way, and how many messages it can have on their way or hands
/// over at once, which is part of it.
pub(super) fn terms(key: &RowKey) -> RowKey {
    let (transport, wait, copy) = (Mechanism::Shared, Wait::Block, Copying::InPlace);
    RowKey { transport, wait, copy, in_flight: 1, batch: 1, ..*key }
}

/// Rows of a mode, those of the same terms together, in the order of the report.
pub(super) fn contests<'a>(rows: &[&'a Row], mode: Mode) -> Vec<Vec<&'a Row>> {
    let mut contests: Vec<Vec<&Row>> = Vec::new();
    for &row in rows.iter().filter(|row| row.key.mode == mode) {
        match contests.iter_mut().find(|contest| terms(&contest[0].key) == terms(&row.key)) {
            Some(contest) => contest.push(row),
            None => contests.push(vec![row]),
        }
    }
    contests
}

/// Several ways, as a sentence has them.
pub(super) fn list(rows: &[&Row]) -> String {
    let ways: Vec<_> = rows.iter().map(|row| row.key.way()).collect();
    match ways.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A difference, for people: within 3 %, 1.5 times, 40 times.
pub(super) fn fmt_times(times: f64) -> String {
    if times < 9.95 { format!("{times:.1} times") } else { format!("{times:.0} times") }
}
