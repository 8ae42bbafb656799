//! What /proc says of a process: CPU time and context switches.

use crate::lab::stage::LabProcess;
use crate::platform::clock;

/// As it stands at a moment, or what was counted between two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Meter {
    /// When.
    pub(super) at_ns: u64,
    /// From `schedstat`; where the kernel has none, from `stat`, in ticks.
    pub(super) cpu_ns: u64,
    /// From `status`; None where the kernel does not count them.
    pub(super) switches: Option<Switches>,
}

/// Context switches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Switches {
    /// It gave up its CPU, because it had to wait.
    pub(super) voluntary: u64,
    /// The scheduler took its CPU away.
    pub(super) involuntary: u64,
}

impl Meter {
    /// Reads it.
    pub(super) fn of(process: &LabProcess) -> Self {
        let proc = process.proc();
        let schedstat = proc.as_ref().and_then(|proc| proc.schedstat().ok());
        let status = proc.and_then(|proc| proc.status().ok());
        let switches = status.and_then(|status| {
            let voluntary = status.voluntary_ctxt_switches?;
            Some(Switches { voluntary, involuntary: status.nonvoluntary_ctxt_switches? })
        });
        let cpu_ns = schedstat.map(|schedstat| schedstat.sum_exec_runtime).filter(|cpu_ns| *cpu_ns > 0);
        let cpu_ns = cpu_ns.unwrap_or_else(|| process.cpu_ns());
        Self { at_ns: clock::now_ns(), cpu_ns, switches }
    }

    /// What was counted since.
    pub(super) fn since(self, before: Self) -> Self {
        let switches = self.switches.zip(before.switches).map(|(now, before)| Switches {
            voluntary: now.voluntary.saturating_sub(before.voluntary),
            involuntary: now.involuntary.saturating_sub(before.involuntary),
        });
        Self {
            at_ns: self.at_ns.saturating_sub(before.at_ns),
            cpu_ns: self.cpu_ns.saturating_sub(before.cpu_ns),
            switches,
        }
    }
}
