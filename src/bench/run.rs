//! A run: all rows, in turn, and the report of them.

use std::ops::ControlFlow;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::driver::Driver;
use super::figures::{Row, Sample};
use super::floor::FloorKey;
use super::key::RowKey;
use super::manifest::Watch;
use super::placement::Placement;
use super::plan::Plan;
use super::report::{BenchReport, Outputs};
use crate::error::{Result, exit};
use crate::platform::signals::Signals;
use crate::platform::{json, machine, output, progress, report_line};

/// Measures all rows, and returns the exit code.
///
/// Must be called by the main thread: a child dies with the thread that started it (`PR_SET_PDEATHSIG`).
///
/// # Errors
/// Whatever kept a row from being measured. No child is left in any case.
pub fn run(plan: &Plan) -> Result<u8> {
    let cpus = machine::allowed_cpus()?;
    let keys = keys(plan, &cpus);
    let outputs = Outputs::open(plan)?;
    let watch = Watch::start(machine::HERE)?;
    let mut driver = Driver::new(Some(Signals::listen()?))?;
    let floors = if plan.no_floors { Vec::new() } else { floors(&keys) };
    let (floors, samples) = match measure_all(&mut driver, plan, &tasks(&keys, &floors), &cpus)? {
        ControlFlow::Continue(samples) => apart(samples),
        ControlFlow::Break(signal) => return Ok(exit::SIGNAL_BASE + signal as u8),
    };
    let manifest = watch.finish(&cpus)?;
    let warnings: Vec<_> = manifest.warning().into_iter().collect();
    warnings.iter().for_each(|warning| report_line(&format!("tripong: {warning}")));
    let rows: Vec<_> = samples.iter().map(|(key, sample)| row(*key, sample, &floors)).collect();
    let report = BenchReport {
        manifest,
        warnings,
        floors: floors.iter().map(|(key, sample)| sample.floor(*key)).collect(),
        rows,
        left_out: Vec::new(),
        advice: Vec::new(),
    };
    let text = json::report("bench", &report, plan.json)?;
    let printed = output::print("the report", &text, driver.signals.as_ref());
    // From now on a signal ends it, also where a file that was asked for is a pipe without a reader.
    drop(driver);
    // What stdout did not take is in the files all the same.
    outputs.write(&report, &samples)?;
    printed.map(|()| 0)
}

/// Measures these rows, so many hops of each or for so long, and prints nothing. It leaves signals alone: one that ends this
/// process ends the measurement, and no child is left.
///
/// Must be called by the main thread, as [`run`].
///
/// # Errors
/// Whatever kept a row from being measured.
pub fn measure(keys: &[RowKey], hops: Option<u64>, time: Duration) -> Result<Vec<Row>> {
    let cpus = machine::allowed_cpus()?;
    let plan = Plan::quiet(hops, time);
    let mut driver = Driver::new(None)?;
    let mut rows = Vec::new();
    for key in keys {
        if let ControlFlow::Continue(sample) = driver.repetition(*key, &plan, &cpus)? {
            rows.push(sample.row(*key));
        }
    }
    Ok(rows)
}

type Samples = Vec<(RowKey, Sample)>;
type FloorSamples = Vec<(FloorKey, Sample)>;

/// What is played in a repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    Row(RowKey),
    Floor(FloorKey),
}

impl Task {
    fn name(&self) -> String {
        match self {
            Self::Row(key) => key.name(),
            Self::Floor(key) => key.name(),
        }
    }
}

/// The floors of these rows, each once.
fn floors(keys: &[RowKey]) -> Vec<FloorKey> {
    let mut floors = Vec::new();
    for floor in keys.iter().filter_map(FloorKey::beside) {
        if !floors.contains(&floor) {
            floors.push(floor);
        }
    }
    floors
}

/// All rows in their order, each floor just before the first row that stands beside it: they meet the same moment.
fn tasks(keys: &[RowKey], floors: &[FloorKey]) -> Vec<Task> {
    let mut tasks = Vec::new();
    for key in keys {
        let floor = FloorKey::beside(key).filter(|floor| floors.contains(floor)).map(Task::Floor);
        tasks.extend(floor.filter(|floor| !tasks.contains(floor)));
        tasks.push(Task::Row(*key));
    }
    tasks
}

/// All tasks once, then all tasks again, unless a signal asks for the end: a slow minute meets all of them alike.
fn measure_all(
    driver: &mut Driver,
    plan: &Plan,
    tasks: &[Task],
    cpus: &[usize],
) -> Result<ControlFlow<Signal, Vec<(Task, Sample)>>> {
    let bar = progress::progress_bar(plan.repeats.saturating_mul(tasks.len() as u64), false);
    let mut samples: Vec<(Task, Sample)> = Vec::new();
    for _repeat in 0..plan.repeats {
        for (index, task) in tasks.iter().enumerate() {
            // Drawn only between repetitions: nothing of the launcher runs while something is measured.
            bar.set_message(task.name());
            bar.tick();
            let played = match task {
                Task::Row(key) => driver.repetition(*key, plan, cpus)?,
                Task::Floor(key) => driver.floor(*key, plan, cpus)?,
            };
            let sample = match played {
                ControlFlow::Continue(sample) => sample,
                ControlFlow::Break(signal) => return Ok(ControlFlow::Break(signal)),
            };
            match samples.get_mut(index) {
                Some((_, sum)) => sum.add(&sample),
                None => samples.push((*task, sample)),
            }
            bar.inc(1);
        }
    }
    Ok(ControlFlow::Continue(samples))
}

/// The samples of floors, and those of rows.
fn apart(samples: Vec<(Task, Sample)>) -> (FloorSamples, Samples) {
    let (mut floors, mut rows) = (Vec::new(), Vec::new());
    for (task, sample) in samples {
        match task {
            Task::Floor(key) => floors.push((key, sample)),
            Task::Row(key) => rows.push((key, sample)),
        }
    }
    (floors, rows)
}

/// A row, beside its floor if that was measured.
fn row(key: RowKey, sample: &Sample, floors: &FloorSamples) -> Row {
    let floor = FloorKey::beside(&key);
    let floor = floors.iter().find(|(measured, _)| Some(*measured) == floor);
    sample.row_beside(key, floor.map(|(floor, sample)| (floor, sample)))
}

/// The rows that this machine can play.
fn keys(plan: &Plan, cpus: &[usize]) -> Vec<RowKey> {
    let mut keys = plan.rows();
    if cpus.len() < 2 && keys.iter().any(|key| key.placement == Placement::DistinctCores) {
        report_line("tripong: there is one CPU only, so the rows of distinct-cores are left out");
        keys.retain(|key| key.placement != Placement::DistinctCores);
    }
    keys
}
