//! A row in two reports.

use serde::Serialize;

use super::median::median;
use super::verdict::{Judge, Logs, OverFloor};
use crate::bench::figures::Row;
use crate::bench::floor::{Floor, FloorKey, FloorKind};
use crate::bench::key::Mode;
use crate::bench::report::BenchReport;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// The median latency, in nanoseconds
    P50Ns,
    /// Messages per second
    MessagesPerS,
}

/// By which figure a row is compared.
pub(in crate::bench) fn figure_of(mode: Mode) -> Compared {
    if mode == Mode::Throughput { Compared::MessagesPerS } else { Compared::P50Ns }
}

/// That figure of each repetition.
pub(super) fn figures(row: &Row) -> Vec<f64> {
    match figure_of(row.key.mode) {
        Compared::P50Ns => row.figures.repeat_p50_ns.iter().map(|ns| *ns as f64).collect(),
        Compared::MessagesPerS => row.figures.repeat_messages_per_s.clone(),
    }
}

/// How bad each repetition of a row was.
pub(super) struct Pair<'a> {
    pub(super) before: &'a Row,
    pub(super) after: &'a Row,
    pub(super) measured: Logs,
    /// The same relative to its floor, where both reports have that.
    pub(super) over_floor: Option<Relative>,
}

/// How bad each repetition of a row was relative to its floor in the same repetition.
pub(super) struct Relative {
    pub(super) floor: FloorKind,
    /// The floor alone: if it varied more than the noise, as where the hypervisor moves CPUs, the machine was another one, and the row is
    /// left out of what all rows say together.
    floors: Logs,
    over: Logs,
}

impl Relative {
    /// What is known of it.
    pub(super) fn judge(&self, judge: &Judge) -> OverFloor {
        OverFloor { floor: Some(self.floor), judged: judge.judge(&self.over) }
    }
}

impl<'a> Pair<'a> {
    pub(super) fn of(old: (&BenchReport, &'a Row), new: (&BenchReport, &'a Row)) -> Self {
        let ((old, before), (new, after)) = (old, new);
        let sign = if figure_of(after.key.mode) == Compared::MessagesPerS { -1.0 } else { 1.0 };
        let of = |row: &Row| figures(row).into_iter().map(|figure| sign * figure.ln()).collect();
        let measured = Logs { old: of(before), new: of(after) };
        let relative =
            |logs: &[f64], floors: &[f64]| logs.iter().zip(floors).map(|(log, floor)| log - floor).collect();
        let floors = floor_of(old, before).zip(floor_of(new, after)).map(|(old, new)| Logs { old, new });
        let over_floor = floors.zip(after.floor).map(|(floors, floor)| {
            let old = relative(&measured.old, &floors.old);
            let over = Logs { old, new: relative(&measured.new, &floors.new) };
            Relative { floor: floor.kind, floors, over }
        });
        Self { before, after, measured, over_floor }
    }
}

impl Pair<'_> {
    /// What it says of all rows together, as measured and relative to its floor; None if it says too little itself.
    pub(super) fn clear(&self, judge: &Judge) -> Option<[&Logs; 2]> {
        let relative = match &self.over_floor {
            None => &self.measured,
            Some(Relative { floors, over, .. }) => judge.is_steady(floors).then_some(over)?,
        };
        (judge.is_steady(&self.measured) && judge.is_steady(relative)).then_some([&self.measured, relative])
    }
}

/// The logarithms of the floor of a row, if it has one for each of the row's repetitions.
fn floor_of(report: &BenchReport, row: &Row) -> Option<Vec<f64>> {
    let beside =
        FloorKey::beside(&row.key).filter(|key| row.floor.is_some_and(|floor| floor.kind == key.kind))?;
    let is_it = |floor: &&Floor| {
        let Floor { kind, placement, bytes, in_flight, .. } = **floor;
        FloorKey { kind, placement, bytes, in_flight } == beside
    };
    let floor = report.floors.iter().find(is_it)?;
    let logs: Vec<_> = floor.repeat_p50_ns.iter().map(|ns| ns.ln()).collect();
    (logs.len() == row.figures.repeat_p50_ns.len()).then_some(logs)
}

/// In each repetition the row in the middle of all, each beside its own middle.
pub(super) fn middle_of<'a>(rows: impl Iterator<Item = &'a Logs>) -> Logs {
    let beside = |logs: &'a Logs| Some((logs, median(&[&logs.old[..], &logs.new[..]].concat())?));
    let all: Vec<_> = rows.filter_map(beside).collect();
    let side = |side: fn(&Logs) -> &Vec<f64>| -> Vec<f64> {
        let repeats = all.iter().map(|(logs, _)| side(logs).len()).min().unwrap_or(0);
        let of = |repeat: usize| {
            let logs: Vec<_> = all.iter().map(|(logs, middle)| side(logs)[repeat] - middle).collect();
            median(&logs)
        };
        (0..repeats).filter_map(of).collect()
    };
    Logs { old: side(|logs| &logs.old), new: side(|logs| &logs.new) }
}
