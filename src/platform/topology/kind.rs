//! Of what kind a core is, where a machine has several.

use serde::{Deserialize, Serialize};

use crate::platform::machine::{Kernel, parse_cpu_list};

/// The lists of CPUs by kind, on x86.
const BY_LIST: [(&str, CoreKind); 3] = [
    ("/sys/devices/cpu_core/cpus", CoreKind::Performance),
    ("/sys/devices/cpu_atom/cpus", CoreKind::Efficient),
    ("/sys/devices/cpu_lowpower/cpus", CoreKind::Efficient),
];

/// What a core was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum CoreKind {
    /// Speed.
    Performance,
    /// Between the two, on a machine of three kinds or more.
    Middle,
    /// Little power.
    Efficient,
    /// All cores of the machine are alike.
    Uniform,
}

/// The kinds of the machine's cores.
pub(super) enum Kinds {
    /// Of each kind a list.
    Lists(Vec<(Vec<usize>, CoreKind)>),
    /// The capacity of each CPU that has one, and the least and the largest of all.
    Capacities {
        of: Vec<(usize, u64)>,
        least: u64,
        most: u64,
    },
    Unknown,
}

impl Kinds {
    /// Of these CPUs, which are all that are online: a process that may use the small ones only has small ones.
    pub(super) fn read(kernel: Kernel<'_>, online: &[usize]) -> Self {
        let list = |(path, kind)| Some((parse_cpu_list(&kernel.read(path)?)?, kind));
        let lists: Vec<_> = BY_LIST.into_iter().filter_map(list).collect();
        if lists.len() > 1 {
            return Self::Lists(lists);
        }
        let capacity = |cpu: usize| {
            let text = kernel.read(&format!("/sys/devices/system/cpu/cpu{cpu}/cpu_capacity"))?;
            Some((cpu, text.parse().ok().filter(|capacity| *capacity > 0)?))
        };
        let of: Vec<(usize, u64)> = online.iter().filter_map(|cpu| capacity(*cpu)).collect();
        let capacities = || of.iter().map(|(_, capacity)| *capacity);
        match (capacities().min(), capacities().max()) {
            // One without a capacity may be of a kind of its own.
            (Some(least), Some(most)) if of.len() == online.len() => Self::Capacities { of, least, most },
            _ => Self::Unknown,
        }
    }

    /// The kind of one; None: unknown.
    pub(super) fn of(&self, cpu: usize) -> Option<CoreKind> {
        match self {
            Self::Lists(lists) => lists.iter().find(|(cpus, _)| cpus.contains(&cpu)).map(|(_, kind)| *kind),
            Self::Capacities { of, least, most } => {
                let (_, capacity) = of.iter().find(|(number, _)| *number == cpu)?;
                // Cores of one kind differ by some percent where the maker rates each of them.
                let is_near = |capacity: u64, other: u64| {
                    capacity.saturating_mul(10) >= other.saturating_mul(9)
                        && other.saturating_mul(10) >= capacity.saturating_mul(9)
                };
                Some(match *capacity {
                    _ if is_near(*least, *most) => CoreKind::Uniform,
                    capacity if is_near(capacity, *most) => CoreKind::Performance,
                    capacity if is_near(capacity, *least) => CoreKind::Efficient,
                    _ => CoreKind::Middle,
                })
            }
            Self::Unknown => None,
        }
    }
}
