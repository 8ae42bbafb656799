//! Where the processes of a row run.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Where the processes of a row run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Placement {
    /// All on one CPU
    #[value(alias = "same-core")]
    SameCpu,
    /// Process i on CPU i, counted round
    DistinctCores,
    /// The scheduler's choice
    Unpinned,
}

impl Placement {
    /// The CPU of a process, of those that there are.
    pub fn cpu(self, process: usize, cpus: &[usize]) -> Option<usize> {
        match self {
            Self::SameCpu => cpus.first().copied(),
            Self::DistinctCores => cpus.get(process % cpus.len().max(1)).copied(),
            Self::Unpinned => None,
        }
    }
}
