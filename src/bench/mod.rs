//! `tripong bench`: what a hand-off costs, by carrier, wait and placement. docs/BENCH.md says what is measured and how.
//!
//! [`plan`] is what is to be measured; `driver` starts real processes for each repetition; each of them runs [`child`],
//! hands the [`token`] over by a [`lane`] along its [`route`], in the shared [`yard`], and tells a histogram.

mod child;
mod driver;
mod lane;
mod links;
mod plan;
mod player;
mod report;
mod route;
mod stats;
mod token;
mod yard;

use rustix::thread::{CpuSet, sched_getaffinity};

use self::driver::{Driver, Ended};
use self::plan::Title;
use self::stats::Sample;
use crate::error::{self, Error, Result, exit};

pub use self::child::run as run_child;
pub use self::plan::{Placement, Plan};
pub use self::stats::Row;
pub use self::yard::{MAX_BYTES, MAX_PROCESSES, Yard};

/// Measures all rows, and tells the exit code.
///
/// Must be called by the main thread: a child dies with the thread that started it (`PR_SET_PDEATHSIG`).
///
/// # Errors
/// Whatever kept a row from being measured. No child is left in any case.
pub fn run(plan: &Plan) -> Result<u8> {
    let cpus = allowed_cpus()?;
    let mut driver = Driver::new()?;
    let titles = titles(plan, &cpus);
    let mut samples: Vec<Option<Sample>> = titles.iter().map(|_| None).collect();
    for _repeat in 0..plan.repeats {
        for (title, sum) in titles.iter().zip(&mut samples) {
            match driver.repetition(*title, plan, &cpus)? {
                Ended::Played(sample) => match sum {
                    Some(sum) => sum.add(&sample),
                    None => *sum = Some(sample),
                },
                Ended::Stopped(signal) => return Ok(exit::SIGNAL_BASE + signal as u8),
            }
        }
    }
    report::print(plan, &titles, &samples);
    Ok(0)
}

/// The rows that this machine can play.
fn titles(plan: &Plan, cpus: &[usize]) -> Vec<Title> {
    let mut titles = plan.rows();
    if cpus.len() < 2 && titles.iter().any(|title| title.placement == Placement::DistinctCores) {
        error::say("tripong: there is one CPU only, so the rows of distinct-cores are left out");
        titles.retain(|title| title.placement != Placement::DistinctCores);
    }
    titles
}

/// The CPUs that this process may run on.
fn allowed_cpus() -> Result<Vec<usize>> {
    let set = sched_getaffinity(None).map_err(Error::system("ask for the allowed CPUs"))?;
    Ok((0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect())
}
