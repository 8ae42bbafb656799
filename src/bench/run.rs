//! A run: all rows, in turn, and the report of them.

use super::driver::{Driver, Ended};
use super::manifest::Watch;
use super::plan::Plan;
use super::report::{Outputs, Report};
use super::row_key::{Placement, Title};
use super::stats::Sample;
use crate::error::{Result, exit};
use crate::platform::{machine, progress, say};

/// Measures all rows, and returns the exit code.
///
/// Must be called by the main thread: a child dies with the thread that started it (`PR_SET_PDEATHSIG`).
///
/// # Errors
/// Whatever kept a row from being measured. No child is left in any case.
pub fn run(plan: &Plan) -> Result<u8> {
    let cpus = machine::allowed_cpus()?;
    let titles = titles(plan, &cpus);
    let outputs = Outputs::open(plan)?;
    let watch = Watch::start(machine::HERE)?;
    let mut driver = Driver::new()?;
    let samples = match measure(&mut driver, plan, &titles, &cpus)? {
        Measured::All(samples) => samples,
        Measured::Stopped(code) => return Ok(code),
    };
    let manifest = watch.finish(&cpus)?;
    if let Some(warning) = manifest.warning() {
        say(&format!("tripong: {warning}"));
    }
    let rows = samples.iter().map(|(title, sample)| sample.row(*title)).collect();
    let report = Report { manifest, rows };
    let printed = report.print(plan.json, driver.signals());
    // From now on a signal ends it, also where a file that was asked for is a pipe without a reader.
    drop(driver);
    // What stdout did not take is in the files all the same.
    outputs.write(&report, &samples)?;
    printed.map(|()| 0)
}

enum Measured {
    All(Vec<(Title, Sample)>),
    /// By a signal: the exit code.
    Stopped(u8),
}

/// All rows once, then all rows again: a slow minute meets all of them alike.
fn measure(driver: &mut Driver, plan: &Plan, titles: &[Title], cpus: &[usize]) -> Result<Measured> {
    let bar = progress::progress_bar(plan.repeats.saturating_mul(titles.len() as u64), false);
    let mut samples: Vec<(Title, Sample)> = Vec::new();
    for _repeat in 0..plan.repeats {
        for (index, title) in titles.iter().enumerate() {
            // Drawn only between repetitions: nothing of the launcher runs while something is measured.
            bar.set_message(title.name());
            bar.tick();
            let sample = match driver.repetition(*title, plan, cpus)? {
                Ended::Played(sample) => sample,
                Ended::Stopped(signal) => return Ok(Measured::Stopped(exit::SIGNAL_BASE + signal as u8)),
            };
            match samples.get_mut(index) {
                Some((_, sum)) => sum.add(&sample),
                None => samples.push((*title, sample)),
            }
            bar.inc(1);
        }
    }
    Ok(Measured::All(samples))
}

/// The rows that this machine can play.
fn titles(plan: &Plan, cpus: &[usize]) -> Vec<Title> {
    let mut titles = plan.rows();
    if cpus.len() < 2 && titles.iter().any(|title| title.placement == Placement::DistinctCores) {
        say("tripong: there is one CPU only, so the rows of distinct-cores are left out");
        titles.retain(|title| title.placement != Placement::DistinctCores);
    }
    titles
}
