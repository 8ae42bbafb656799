//! A run: all rows, in turn, and the report of them.

use std::ops::ControlFlow;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::driver::Driver;
use super::manifest::Watch;
use super::plan::Plan;
use super::report::{BenchReport, Outputs};
use super::row_key::{Placement, RowKey};
use super::stats::{Row, Sample};
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
    let row_keys = row_keys(plan, &cpus);
    let outputs = Outputs::open(plan)?;
    let watch = Watch::start(machine::HERE)?;
    let mut driver = Driver::new(Some(Signals::listen()?))?;
    let samples = match measure_all(&mut driver, plan, &row_keys, &cpus)? {
        ControlFlow::Continue(samples) => samples,
        ControlFlow::Break(signal) => return Ok(exit::SIGNAL_BASE + signal as u8),
    };
    let manifest = watch.finish(&cpus)?;
    if let Some(warning) = manifest.warning() {
        report_line(&format!("tripong: {warning}"));
    }
    let rows = samples.iter().map(|(row_key, sample)| sample.row(*row_key)).collect();
    let report = BenchReport { manifest, rows };
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
pub fn measure(row_keys: &[RowKey], hops: Option<u64>, time: Duration) -> Result<Vec<Row>> {
    let cpus = machine::allowed_cpus()?;
    let plan = Plan::quiet(hops, time);
    let mut driver = Driver::new(None)?;
    let mut rows = Vec::new();
    for row_key in row_keys {
        if let ControlFlow::Continue(sample) = driver.repetition(*row_key, &plan, &cpus)? {
            rows.push(sample.row(*row_key));
        }
    }
    Ok(rows)
}

type Samples = Vec<(RowKey, Sample)>;

/// All rows once, then all rows again, unless a signal asks for the end: a slow minute meets all of them alike.
fn measure_all(
    driver: &mut Driver,
    plan: &Plan,
    row_keys: &[RowKey],
    cpus: &[usize],
) -> Result<ControlFlow<Signal, Samples>> {
    let bar = progress::progress_bar(plan.repeats.saturating_mul(row_keys.len() as u64), false);
    let mut samples = Samples::new();
    for _repeat in 0..plan.repeats {
        for (index, row_key) in row_keys.iter().enumerate() {
            // Drawn only between repetitions: nothing of the launcher runs while something is measured.
            bar.set_message(row_key.name());
            bar.tick();
            let sample = match driver.repetition(*row_key, plan, cpus)? {
                ControlFlow::Continue(sample) => sample,
                ControlFlow::Break(signal) => return Ok(ControlFlow::Break(signal)),
            };
            match samples.get_mut(index) {
                Some((_, sum)) => sum.add(&sample),
                None => samples.push((*row_key, sample)),
            }
            bar.inc(1);
        }
    }
    Ok(ControlFlow::Continue(samples))
}

/// The rows that this machine can play.
fn row_keys(plan: &Plan, cpus: &[usize]) -> Vec<RowKey> {
    let mut row_keys = plan.rows();
    if cpus.len() < 2 && row_keys.iter().any(|row_key| row_key.placement == Placement::DistinctCores) {
        report_line("tripong: there is one CPU only, so the rows of distinct-cores are left out");
        row_keys.retain(|row_key| row_key.placement != Placement::DistinctCores);
    }
    row_keys
}
