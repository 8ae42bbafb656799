//! A run: all rows, in turn, and the report of them.

use std::io;
use std::ops::ControlFlow;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::advice::advise;
use super::available;
use super::driver::Driver;
use super::figures::{Row, Sample};
use super::floor::FloorKey;
use super::kept::Kept;
use super::key::RowKey;
use super::list::Listing;
use super::manifest::Watch;
use super::placement::{Placement, Places, left_out_lines};
use super::plan::Plan;
use super::report::files::Outputs;
use super::report::{BenchReport, LeftOut};
use super::room;
use super::stored;
use super::task::{FloorSamples, Task, apart, tasks};
use crate::error::{Error, Result, exit};
use crate::platform::machine::{HERE, Kernel};
use crate::platform::signals::Signals;
use crate::platform::{output, progress, report_line};

/// Measures all rows, and returns the exit code.
///
/// Must be called by the main thread: a child dies with the thread that started it (`PR_SET_PDEATHSIG`).
///
/// # Errors
/// Whatever kept a row from being measured. No child is left in any case.
pub fn run(plan: &Plan) -> Result<u8> {
    if plan.list {
        return output::print("the list", &format!("{}\n", Listing::of_this_machine()), None).map(|()| 0);
    }
    if let Some(command) = &plan.command {
        return stored::run(command);
    }
    let kept = Kept::open(&plan.keep)?;
    let read = |path: &str| plan.read(path);
    let kernel = Kernel(&read);
    let places = Places::find(kernel)?;
    let (mut keys, mut left_out) = places.possible(plan.rows());
    left_out_lines(&left_out).iter().for_each(|line| warn(line));
    let outputs = Outputs::open(&plan.files, plan.histogram.as_deref())?;
    let unavailable = available::keep_available(&mut keys);
    LeftOut::report(&unavailable);
    left_out.extend(unavailable);
    let watch = Watch::start(kernel, &places, &keys)?;
    let mut driver = Driver::new(Some(Signals::listen()?))?;
    let without_room = room::keep_those_with_room(&mut driver, &mut keys);
    LeftOut::report(&without_room);
    left_out.extend(without_room);
    let (floors, samples) =
        match measure_all(&mut driver, plan, tasks(&keys, !plan.no_floors), &places, &mut left_out)? {
            ControlFlow::Continue(samples) => apart(samples),
            ControlFlow::Break(signal) => return Ok(exit::SIGNAL_BASE + signal as u8),
        };
    let manifest = watch.finish(&places)?;
    let warnings: Vec<_> = manifest.warnings().into_iter().chain(places.warning(&keys)).collect();
    warnings.iter().for_each(|warning| warn(warning));
    let rows: Vec<_> = samples.iter().map(|(key, sample)| row(*key, sample, &floors, &places)).collect();
    let is_strict_failure = plan.strict && manifest.is_disturbed();
    let advice = advise(&rows);
    let floors = floors.iter().map(|(key, sample)| sample.floor(*key)).collect();
    let report = BenchReport { manifest, warnings, floors, rows, left_out, advice };
    let (text, code) = kept.text(&report, plan.json)?;
    let printed = output::print("the report", &text, driver.signals.as_ref());
    // From now on a signal ends it, also where a file that was asked for is a pipe without a reader.
    drop(driver);
    // What stdout did not take is in the files all the same.
    outputs.write(&report, &samples)?;
    kept.save(&report)?;
    printed.map(|()| if is_strict_failure { exit::DISTURBED } else { code })
}

/// Measures these rows, so many hops of each or for so long, and prints nothing. Rows that this machine cannot have are left out.
/// It leaves signals alone: one that ends this process ends the measurement, and no child is left.
///
/// Must be called by the main thread, as [`run`].
///
/// # Errors
/// Whatever kept a row from being measured.
pub fn measure(keys: &[RowKey], hops: Option<u64>, time: Duration) -> Result<Vec<Row>> {
    let places = Places::find(HERE)?;
    let plan = Plan::quiet(hops, time);
    let mut driver = Driver::new(None)?;
    let mut rows = Vec::new();
    for key in keys.iter().filter(|key| places.has(key.placement, key.processes)) {
        if let ControlFlow::Continue(sample) = driver.repetition(*key, &plan, &places)? {
            rows.push(Row { cpus: places.bound(key), ..sample.row(*key) });
        }
    }
    Ok(rows)
}

/// How two processes run on two CPUs of this machine: on two cores if there are two, else on one. None where there is one CPU
/// only, or a process cannot be bound.
pub fn two_cpus() -> Option<Placement> {
    let places = Places::find(HERE).ok()?;
    [Placement::DistinctCores, Placement::SmtSiblings].into_iter().find(|placement| places.has(*placement, 2))
}

fn warn(line: &str) {
    report_line(&format!("tripong: {line}"));
}

/// A row, beside its floor if that was measured.
fn row(key: RowKey, sample: &Sample, floors: &FloorSamples, places: &Places) -> Row {
    let floor = FloorKey::beside(&key);
    let floor = floors.iter().find(|(measured, _)| Some(*measured) == floor);
    let row = sample.row_beside(key, floor.map(|(floor, sample)| (floor, sample)));
    Row { cpus: places.bound(&key), ..row }
}

type Samples = Vec<(Task, Sample)>;

/// All rows and floors once, then all of them again, unless a signal asks for the end: a slow minute meets all of them alike. One
/// that has lost a CPU is left out from then on, with all that was measured of it.
fn measure_all(
    driver: &mut Driver,
    plan: &Plan,
    mut tasks: Vec<Task>,
    places: &Places,
    left_out: &mut Vec<LeftOut>,
) -> Result<ControlFlow<Signal, Samples>> {
    if tasks.is_empty() {
        let why = io::Error::other("every row that was asked for is left out");
        return Err(Error::failed("measure anything")(why));
    }
    let bar = progress::progress_bar(plan.repeats.saturating_mul(tasks.len() as u64), false);
    let mut samples = Samples::new();
    for _repeat in 0..plan.repeats {
        let mut lost = Vec::new();
        for task in &tasks {
            // Drawn only between repetitions: nothing of the launcher runs while something is measured.
            bar.set_message(task.name());
            bar.tick();
            match task.play(driver, plan, places) {
                Ok(ControlFlow::Continue(sample)) => add(&mut samples, *task, sample),
                Ok(ControlFlow::Break(signal)) => return Ok(ControlFlow::Break(signal)),
                Err(error @ Error::CpuLost { .. }) => {
                    let row = LeftOut { what: task.name(), why: error.to_string() };
                    warn(&format!("{} {} is left out: {error}", task.kind(), row.what));
                    left_out.push(row);
                    lost.push(*task);
                }
                Err(error) => return Err(error),
            }
            bar.inc(1);
        }
        tasks.retain(|task| !lost.contains(task));
        samples.retain(|(task, _)| !lost.contains(task));
    }
    Ok(ControlFlow::Continue(samples))
}

fn add(samples: &mut Samples, task: Task, sample: Sample) {
    match samples.iter_mut().find(|(other, _)| *other == task) {
        Some((_, sum)) => sum.add(&sample),
        None => samples.push((task, sample)),
    }
}
