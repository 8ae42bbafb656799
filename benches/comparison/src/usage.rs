//! CPU time and context switches.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

use crate::error::{Result, failed};

/// What processes that were waited for have used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// CPU time in user and kernel mode, in nanoseconds.
    pub(crate) cpu_ns: u64,
    /// Context switches, of their own will and not.
    pub(crate) switches: u64,
}

impl Usage {
    /// So far.
    ///
    /// # Errors
    /// What the kernel says.
    pub(crate) fn of_children() -> Result<Self> {
        Self::of(UsageWho::RUSAGE_CHILDREN)
    }

    /// Of this thread, so far.
    ///
    /// # Errors
    /// What the kernel says.
    pub(crate) fn of_thread() -> Result<Self> {
        Self::of(UsageWho::RUSAGE_THREAD)
    }

    fn of(who: UsageWho) -> Result<Self> {
        let usage = getrusage(who).map_err(failed("ask for the usage of the processes"))?;
        let times = [usage.user_time(), usage.system_time()].map(|time| {
            Duration::from_micros(
                u64::try_from(time.tv_sec()).unwrap_or(0) * 1_000_000
                    + u64::try_from(time.tv_usec()).unwrap_or(0),
            )
        });
        let switches = usage.voluntary_context_switches() + usage.involuntary_context_switches();
        let cpu_ns = times.iter().map(Duration::as_nanos).sum::<u128>();
        Ok(Self {
            cpu_ns: u64::try_from(cpu_ns).unwrap_or(u64::MAX),
            switches: u64::try_from(switches).unwrap_or(0),
        })
    }

    /// What was used since.
    pub(crate) fn since(self, before: &Self) -> Self {
        Self {
            cpu_ns: self.cpu_ns.saturating_sub(before.cpu_ns),
            switches: self.switches.saturating_sub(before.switches),
        }
    }
}
