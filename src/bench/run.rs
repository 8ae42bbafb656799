//! A run: all rows, in turn, and the report of them.

use std::ops::ControlFlow;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::driver::Driver;
use super::figures::{Row, Sample};
use super::key::RowKey;
use super::manifest::Watch;
use super::placement::Placement;
use super::plan::Plan;
use super::report::{BenchReport, LeftOut, Outputs};
use super::room;
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
    let mut keys = keys(plan, &cpus);
    let outputs = Outputs::open(plan)?;
    let watch = Watch::start(machine::HERE)?;
    let mut driver = Driver::new(Some(Signals::listen()?))?;
    let left_out = room::keep_those_with_room(&mut driver, &mut keys);
    left_out.iter().for_each(LeftOut::report);
    let samples = match measure_all(&mut driver, plan, &keys, &cpus)? {
        ControlFlow::Continue(samples) => samples,
        ControlFlow::Break(signal) => return Ok(exit::SIGNAL_BASE + signal as u8),
    };
    let manifest = watch.finish(&cpus)?;
    let warnings: Vec<_> = manifest.warning().into_iter().collect();
    warnings.iter().for_each(|warning| report_line(&format!("tripong: {warning}")));
    let rows = samples.iter().map(|(key, sample)| sample.row(*key)).collect();
    let report = BenchReport { manifest, warnings, floors: Vec::new(), rows, left_out, advice: Vec::new() };
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

/// All rows once, then all rows again, unless a signal asks for the end: a slow minute meets all of them alike.
fn measure_all(
    driver: &mut Driver,
    plan: &Plan,
    keys: &[RowKey],
    cpus: &[usize],
) -> Result<ControlFlow<Signal, Samples>> {
    let bar = progress::progress_bar(plan.repeats.saturating_mul(keys.len() as u64), false);
    let mut samples = Samples::new();
    for _repeat in 0..plan.repeats {
        for (index, key) in keys.iter().enumerate() {
            // Drawn only between repetitions: nothing of the launcher runs while something is measured.
            bar.set_message(key.name());
            bar.tick();
            let sample = match driver.repetition(*key, plan, cpus)? {
                ControlFlow::Continue(sample) => sample,
                ControlFlow::Break(signal) => return Ok(ControlFlow::Break(signal)),
            };
            match samples.get_mut(index) {
                Some((_, sum)) => sum.add(&sample),
                None => samples.push((*key, sample)),
            }
            bar.inc(1);
        }
    }
    Ok(ControlFlow::Continue(samples))
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
