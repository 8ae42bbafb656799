//! What to know about each CPU that rows were bound to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::shares::Shares;
use crate::platform::machine::{Kernel, Ticks};
use crate::platform::topology::{ClusterBy, CoreKind, Cpu, Topology};

/// A CPU, and what it did during the run. What the kernel does not say is None.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsedCpu {
    /// The kernel's number of it.
    pub cpu: usize,
    /// The lowest number of a CPU of the same core: SMT siblings have the same.
    pub core: Option<usize>,
    /// The lowest number of a CPU of the same cluster; null where the kernel names none.
    pub cluster: Option<usize>,
    /// What the cores of the cluster share.
    pub cluster_by: Option<ClusterBy>,
    /// The kernel's number of its package.
    pub package: Option<usize>,
    /// Of what kind its core is.
    pub kind: Option<CoreKind>,
    /// How its frequency is governed; `none` where the kernel does not govern it.
    pub governor: Option<String>,
    /// Its frequency when the run began.
    pub frequency_start_mhz: Option<f64>,
    /// Its frequency when the run was over.
    pub frequency_end_mhz: Option<f64>,
    /// The most that it can have.
    pub max_frequency_mhz: Option<f64>,
    /// How much of its time it was in use, by the bench or by others.
    pub busy_percent: Option<f64>,
    /// How much of its time the hypervisor withheld.
    pub stolen_percent: Option<f64>,
}

/// Looks at some CPUs from the beginning of a run to its end.
#[derive(Debug)]
pub(super) struct CpuWatch<'a> {
    kernel: Kernel<'a>,
    cpus: Vec<usize>,
    frequencies: Vec<Option<f64>>,
    pub(super) ticks: Vec<Option<Ticks>>,
}

impl<'a> CpuWatch<'a> {
    pub(super) fn start(kernel: Kernel<'a>, cpus: Vec<usize>) -> Self {
        let (frequencies, ticks) = (kernel.frequencies(&cpus), kernel.ticks_of(&cpus));
        Self { kernel, cpus, frequencies, ticks }
    }

    /// What each of them did since.
    pub(super) fn finish(self, topology: &Topology) -> Vec<UsedCpu> {
        let frequencies = self.kernel.frequencies(&self.cpus);
        let since = self.since();
        let of_cpu = |index: usize| {
            let known = topology.cpus.iter().find(|cpu| cpu.number == self.cpus[index]);
            let shares = since[index].and_then(|ticks| Shares::of(ticks, Duration::ZERO, Duration::ZERO, 1));
            self.used(index, known, frequencies[index], shares)
        };
        (0..self.cpus.len()).map(of_cpu).collect()
    }

    /// The ticks of each since the beginning; None for one that is not counted any more, or was not.
    pub(super) fn since(&self) -> Vec<Option<Ticks>> {
        let now = self.kernel.ticks_of(&self.cpus).into_iter();
        now.zip(&self.ticks).map(|(now, before)| Some(now?.since((*before)?))).collect()
    }

    fn used(&self, index: usize, known: Option<&Cpu>, end: Option<f64>, shares: Option<Shares>) -> UsedCpu {
        let cpu = self.cpus[index];
        let cluster = known.and_then(|cpu| cpu.cluster);
        UsedCpu {
            cpu,
            core: known.and_then(|cpu| cpu.core),
            cluster: cluster.map(|cluster| cluster.first),
            cluster_by: cluster.map(|cluster| cluster.by),
            package: known.and_then(|cpu| cpu.package),
            kind: known.and_then(|cpu| cpu.kind),
            governor: self.kernel.governor_of(cpu),
            frequency_start_mhz: self.frequencies[index],
            frequency_end_mhz: end,
            max_frequency_mhz: self.kernel.max_frequency(cpu),
            busy_percent: shares.map(|shares| shares.busy),
            stolen_percent: shares.map(|shares| shares.stolen),
        }
    }
}
