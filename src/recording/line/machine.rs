//! On which machine a game was recorded.

use serde::{Deserialize, Serialize};

use crate::platform::machine::HERE;

/// What is known of it; None is what the kernel does not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The model of its CPU, as the kernel names it.
    pub cpu: Option<String>,
    /// How many CPUs it has.
    pub cpus: Option<usize>,
    /// The release of its kernel.
    pub kernel: Option<String>,
}

impl Machine {
    /// This one.
    pub fn here() -> Self {
        Self { cpu: HERE.cpu_model(), cpus: HERE.cpus(), kernel: HERE.release() }
    }
}
