//! All repetitions of all mechanisms and of our own side, interleaved.

use crate::cli::Arguments;
use crate::compare::ratios;
use crate::error::{Result, report_line};
use crate::mechanism::Wait;
use crate::ours::{Tripong, is_final};
use crate::placement::{Placement, allowed_cpus};
use crate::report::{ComparisonReport, Manifest};
use crate::roster::Mechanism;
use crate::row::{Row, RowKey, Sample, median_row};
use crate::run::{Plan, repetition};
use crate::spawn::Signals;

/// A mechanism at a placement, and what its repetitions have shown so far.
struct Entry {
    mechanism: &'static Mechanism,
    placement: Placement,
    sample: Option<Sample>,
}

impl Entry {
    fn row_key(&self, bytes: usize) -> RowKey<'static> {
        let (transport, wait) = (self.mechanism.name, self.mechanism.wait.name());
        RowKey { transport, wait, placement: self.placement.name(), bytes }
    }

    fn add(&mut self, sample: Sample) {
        match &mut self.sample {
            Some(all) => all.add(&sample),
            None => self.sample = Some(sample),
        }
    }
}

/// Runs everything that was asked for.
///
/// # Errors
/// Of a mechanism. What fails on our own side is only said.
pub(crate) fn play(arguments: &Arguments) -> Result<ComparisonReport> {
    let signals = Signals::block()?;
    let cpus = allowed_cpus()?;
    let (bytes, hops) = (arguments.bytes()?, arguments.hops());
    let plan = Plan { bytes, hops, corrupt: arguments.corrupt, cpus };
    let placements = possible(&arguments.placement, plan.cpus.len());
    let mut entries = entries(&arguments.mechanisms()?, &placements);
    let mut ours = Ours::new(arguments);
    let mut repetitions = Vec::new();
    let mut number = 0;
    for _ in 0..arguments.repeats {
        let mut rows = Vec::new();
        for placement in &placements {
            for entry in entries.iter_mut().filter(|entry| entry.placement == *placement) {
                number += 1;
                let place = format!("{}, {}", entry.mechanism.name, placement.name());
                let sample = repetition(entry.mechanism, *placement, &plan, number, &signals);
                let sample = sample.map_err(|error| error.within(place))?;
                rows.push(sample.row(&entry.row_key(bytes)));
                entry.add(sample);
            }
            rows.extend(ours.repetition(*placement, &plan, &signals)?);
        }
        repetitions.push(rows);
    }
    let mut rows = Vec::new();
    for placement in &placements {
        let here = entries.iter().filter(|entry| entry.placement == *placement);
        rows.extend(here.filter_map(|entry| Some(entry.sample.as_ref()?.row(&entry.row_key(bytes)))));
        rows.extend(our_rows(&repetitions, placement.name()));
    }
    let manifest = Manifest::new(bytes, hops, arguments.repeats, plan.cpus.len());
    Ok(ComparisonReport { manifest, rows, ratios: ratios(&repetitions) })
}

/// The placements that this machine has.
fn possible(wanted: &[Placement], cpus: usize) -> Vec<Placement> {
    let mut placements = Vec::new();
    for placement in wanted {
        if *placement == Placement::DistinctCores && cpus < 2 {
            report_line("distinct-cores is skipped: there is one CPU only");
        } else if !placements.contains(placement) {
            placements.push(*placement);
        }
    }
    placements
}

fn entries(mechanisms: &[&'static Mechanism], placements: &[Placement]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for placement in placements {
        for mechanism in mechanisms {
            if *placement == Placement::SameCore && mechanism.wait == Wait::Spin {
                report_line(&format!(
                    "{} is skipped on one CPU: who spins there keeps the other one from it",
                    mechanism.name
                ));
            } else {
                entries.push(Entry { mechanism, placement: *placement, sample: None });
            }
        }
    }
    entries
}

/// Our rows at a placement, each over all repetitions.
fn our_rows(repetitions: &[Vec<Row>], placement: &str) -> Vec<Row> {
    let ours: Vec<_> = repetitions.iter().flatten().collect();
    let ours = ours.into_iter().filter(|row| row.transport == "shared" && row.placement == placement);
    let of = |wait| {
        let rows: Vec<_> = ours.clone().filter(|row| row.wait == wait).cloned().collect();
        median_row(&rows)
    };
    ["block", "adaptive", "spin"].into_iter().filter_map(of).collect()
}

/// Our own side, until it fails for the first time.
struct Ours(Option<Tripong>);

impl Ours {
    fn new(arguments: &Arguments) -> Self {
        if !arguments.wants_ours() {
            return Self(None);
        }
        match Tripong::find(arguments.tripong.as_deref()) {
            Ok(tripong) => Self(Some(tripong)),
            Err(error) => {
                report_line(&format!("{error}; the mechanisms run without tripong"));
                Self(None)
            }
        }
    }

    fn repetition(&mut self, placement: Placement, plan: &Plan, signals: &Signals) -> Result<Vec<Row>> {
        let Some(tripong) = &self.0 else { return Ok(Vec::new()) };
        match tripong.repetition(placement, plan, signals) {
            Ok(rows) => Ok(rows),
            Err(error) if is_final(&error) => Err(error),
            Err(error) => {
                report_line(&format!("{}: {error}; the mechanisms run on without tripong", placement.name()));
                self.0 = None;
                Ok(Vec::new())
            }
        }
    }
}
