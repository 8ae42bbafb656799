//! Which process runs on which CPU.

use clap::ValueEnum;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde::{Deserialize, Serialize};

use crate::error::{Result, failed};

/// Where the two processes run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Placement {
    /// Both on one CPU.
    SameCpu,
    /// Each on a CPU of its own.
    DistinctCores,
    /// Where the scheduler puts them.
    Unpinned,
}

impl Placement {
    /// Its name in arguments and rows.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SameCpu => "same-cpu",
            Self::DistinctCores => "distinct-cores",
            Self::Unpinned => "unpinned",
        }
    }

    /// The CPU of a process, if it is to have one.
    pub(crate) fn cpu(self, index: usize, cpus: &[usize]) -> Option<usize> {
        match self {
            Self::SameCpu => cpus.first().copied(),
            Self::DistinctCores => cpus.get(index % cpus.len().max(1)).copied(),
            Self::Unpinned => None,
        }
    }
}

/// The CPUs that this process may run on.
///
/// # Errors
/// When the system does not tell.
pub(crate) fn allowed_cpus() -> Result<Vec<usize>> {
    let set = sched_getaffinity(None).map_err(failed("ask for the allowed CPUs"))?;
    Ok((0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect())
}

/// Binds this process to one CPU.
///
/// # Errors
/// When the CPU is not there (any more).
pub(crate) fn pin(cpu: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu);
    sched_setaffinity(None, &set).map_err(failed(format_args!("run on CPU {cpu}")))
}
