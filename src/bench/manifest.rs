//! What machine a run was measured on, and what else it was doing meanwhile.

use std::time::{Duration, Instant};

use nix::sys::resource::UsageWho;
use serde::{Deserialize, Serialize};

use super::figures::Usage;
use crate::error::Result;
use crate::platform::machine::{Kernel, STAT, Ticks};

/// From these shares on, in percent of all CPUs, the figures are not those of a quiet machine.
const BUSY_PERCENT: f64 = 5.0;
const STOLEN_PERCENT: f64 = 2.0;

/// What to know about a run to judge its figures. What the kernel does not have is None.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of tripong.
    pub version: String,
    /// `release` or `debug`.
    pub build: String,
    /// The model, as the kernel names it.
    pub cpu: Option<String>,
    /// CPUs of the machine.
    pub cpus: Option<usize>,
    /// Those that the run was allowed to use.
    pub allowed_cpus: Vec<usize>,
    /// Whether one core is more than one CPU.
    pub smt: Option<bool>,
    /// Its release.
    pub kernel: Option<String>,
    /// What `CLOCK_MONOTONIC` is made of.
    pub clocksource: Option<String>,
    /// How the first CPU's frequency is governed; `none` where the kernel does not govern it.
    pub governor: Option<String>,
    /// Whether it is a virtual machine.
    pub is_virtual: Option<bool>,
    /// Load averages of 1, 5 and 15 minutes when the run began.
    pub load_average: Option<String>,
    /// How long the run took.
    pub duration_s: f64,
    /// CPU time that others used during the run, in percent of all CPUs.
    pub others_percent: Option<f64>,
    /// CPU time that the hypervisor gave to other machines, in the same.
    pub stolen_percent: Option<f64>,
}

impl Manifest {
    /// A warning, if others kept the machine busy, or that is unknown.
    pub fn warning(&self) -> Option<String> {
        let (Some(others), Some(stolen)) = (self.others_percent, self.stolen_percent) else {
            return Some(format!(
                "how busy the machine was during the run is unknown, because {STAT} does not have it; the slow hops may be \
                 others'"
            ));
        };
        if others < BUSY_PERCENT && stolen < STOLEN_PERCENT {
            return None;
        }
        let cpus = self.cpus.map_or_else(|| "unknown".to_owned(), |cpus| cpus.to_string());
        Some(format!(
            "the machine was busy: others used {others:.0} % of its {cpus} CPUs during the run, and the hypervisor withheld \
             {stolen:.0} %; the slow hops may be theirs, so run it again when it is quiet"
        ))
    }
}

/// Looks at the machine from the beginning of a run to its end.
#[derive(Debug)]
pub(super) struct Watch {
    kernel: Kernel<'static>,
    begin: Instant,
    ticks: Option<Ticks>,
    cpu: Duration,
    load_average: Option<String>,
}

impl Watch {
    /// The run begins.
    pub(super) fn start(kernel: Kernel<'static>) -> Result<Self> {
        let (ticks, load_average) = (kernel.ticks(), kernel.load_average());
        Ok(Self { kernel, begin: Instant::now(), ticks, cpu: own_cpu()?, load_average })
    }

    /// The run is over.
    pub(super) fn finish(self, allowed_cpus: &[usize]) -> Result<Manifest> {
        let Self { kernel, .. } = self;
        let duration = self.begin.elapsed();
        let ours = own_cpu()?.saturating_sub(self.cpu);
        let cpus = kernel.cpus();
        let ticks = kernel.ticks().zip(self.ticks).map(|(now, before)| now.since(before));
        let shares = ticks.zip(cpus).and_then(|(ticks, cpus)| shares(ticks, ours, duration, cpus));
        Ok(Manifest {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
            cpu: kernel.cpu_model(),
            cpus,
            allowed_cpus: allowed_cpus.to_vec(),
            smt: kernel.smt(),
            kernel: kernel.release(),
            clocksource: kernel.clocksource(),
            governor: kernel.governor_of(0),
            is_virtual: kernel.is_virtual(),
            load_average: self.load_average,
            duration_s: (duration.as_secs_f64() * 1e3).round() / 1e3,
            others_percent: shares.map(|(others, _)| others),
            stolen_percent: shares.map(|(_, stolen)| stolen),
        })
    }
}

/// What others used and what was stolen, in percent of all CPUs, to one decimal. None if no tick has passed.
fn shares(ticks: Ticks, ours: Duration, duration: Duration, cpus: usize) -> Option<(f64, f64)> {
    if ticks.total == 0 {
        return None;
    }
    let percent = |share: f64| (share.clamp(0.0, 1.0) * 1e3).round() / 10.0;
    let of_total = |part: u64| part as f64 / ticks.total as f64;
    let ours = ours.as_secs_f64() / (duration.as_secs_f64() * cpus as f64).max(f64::MIN_POSITIVE);
    Some((percent(of_total(ticks.busy) - ours), percent(of_total(ticks.stolen))))
}

/// The CPU time of this process, and of all its children that were waited for.
fn own_cpu() -> Result<Duration> {
    Ok(Usage::of(UsageWho::RUSAGE_SELF)?.cpu + Usage::of(UsageWho::RUSAGE_CHILDREN)?.cpu)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::platform::machine::HERE;

    #[test]
    fn what_others_used_is_what_was_busy_without_our_own() {
        let ticks = Ticks { busy: 140, stolen: 20, total: 210 };
        // 210 ticks of 10 ms on 2 CPUs are 1.05 s; of 1.4 s busy, 0.7 s were ours.
        let shares = shares(ticks, Duration::from_millis(700), Duration::from_millis(1050), 2);
        let (others, stolen) = shares.unwrap();
        assert!((others - 33.3).abs() < 0.01 && (stolen - 9.5).abs() < 0.01, "{others} {stolen}");
    }

    #[test]
    fn ours_is_never_more_than_all() {
        let ticks = Ticks { busy: 1, stolen: 0, total: 100 };
        let (others, _) = shares(ticks, Duration::from_secs(9), Duration::from_secs(1), 2).unwrap();
        assert!(others.abs() < f64::EPSILON);
    }

    #[test]
    fn where_no_tick_has_passed_nothing_is_known() {
        assert_eq!(shares(Ticks::default(), Duration::ZERO, Duration::ZERO, 2), None);
    }

    #[test]
    fn a_busy_machine_is_warned_of_and_a_quiet_one_is_not() {
        let manifest = Watch::start(HERE).unwrap().finish(&[0]).unwrap();
        let of = |others: f64, stolen: f64| Manifest {
            others_percent: Some(others),
            stolen_percent: Some(stolen),
            ..manifest.clone()
        };
        assert_eq!(of(4.9, 1.9).warning(), None);
        assert!(of(37.2, 0.0).warning().unwrap().contains("others used 37 %"));
        assert!(of(0.0, 2.0).warning().is_some());
    }
}
