//! All repetitions of all mechanisms and of our own side, interleaved.

use crate::cli::Arguments;
use crate::compare::ratios;
use crate::error::{Result, report_line};
use crate::mechanism::{Wait, Work};
use crate::mode::Mode;
use crate::ours::{self, Ours};
use crate::placement::{Placement, allowed_cpus};
use crate::report::{ComparisonReport, Machine, Manifest};
use crate::roster::Mechanism;
use crate::row::{Row, RowKey, Sample, median_row};
use crate::run::{Plan, repetition};
use crate::spawn::Signals;
use crate::worker::WorkerReport;

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
    let plan = Plan::rally(bytes, hops, arguments.corrupt, cpus);
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
                let sample = sample(entry.mechanism, *placement, &plan, number, &signals);
                let sample = sample.map_err(|error| error.within(place))?;
                rows.push(sample.row(&entry.row_key(bytes)));
                entry.add(sample);
            }
            let measure = |tripong: &ours::Tripong| tripong.repetition(*placement, &plan, &signals);
            rows.extend(ours.ask(placement.name(), measure)?);
        }
        repetitions.push(rows);
    }
    let mut rows = Vec::new();
    for placement in &placements {
        let here = entries.iter().filter(|entry| entry.placement == *placement);
        rows.extend(here.filter_map(|entry| Some(entry.sample.as_ref()?.row(&entry.row_key(bytes)))));
        rows.extend(our_rows(&repetitions, placement.name()));
    }
    let machine = Machine::new(Mode::Latency, plan.cpus.len());
    let manifest = Manifest::new(machine, bytes, hops, arguments.repeats);
    Ok(ComparisonReport { manifest, rows, ratios: ratios(&repetitions) })
}

fn sample(
    mechanism: &Mechanism,
    placement: Placement,
    plan: &Plan,
    number: usize,
    signals: &Signals,
) -> Result<Sample> {
    let (reports, usage) = repetition::<WorkerReport>(mechanism, placement, plan, number, signals)?;
    let (warmup, hops) = match plan.work {
        Work::Rally { warmup, hops } => (warmup, hops),
        Work::Flow(_) => (0, 0),
    };
    Sample::new(&reports, hops, warmup + hops, usage)
}

/// The placements that this machine has.
pub(crate) fn possible(wanted: &[Placement], cpus: usize) -> Vec<Placement> {
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
            if *placement == Placement::SameCpu && mechanism.wait == Wait::Spin {
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
    let ours = ours.into_iter().filter(|row| row.transport == ours::TRANSPORT && row.placement == placement);
    let of = |wait| {
        let rows: Vec<_> = ours.clone().filter(|row| row.wait == wait).cloned().collect();
        median_row(&rows)
    };
    ["block", "adaptive", "spin"].into_iter().filter_map(of).collect()
}
