//! The fields of the manifest, and what to be warned of by them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::quota::{QuotaReport, ThrottlingReport};
use super::used_cpu::UsedCpu;
use crate::platform::machine::STAT;
use crate::platform::units::fmt_ns;

/// From these shares on, in percent of some CPUs, the figures are not those of a quiet machine.
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
    pub allowed_cpus: Option<Vec<usize>>,
    /// Those that its cgroup leaves it, as the kernel lists them.
    pub cpuset: Option<String>,
    /// Those that rows were bound to; where no row was, all that the run was allowed to use.
    pub used_cpus: Vec<UsedCpu>,
    /// Whether one core is more than one CPU.
    pub smt: Option<bool>,
    /// Its release.
    pub kernel: Option<String>,
    /// What `CLOCK_MONOTONIC` is made of.
    pub clocksource: Option<String>,
    /// How the frequency of the first used CPU is governed; `none` where the kernel does not govern it.
    pub governor: Option<String>,
    /// Whether it is a virtual machine.
    pub is_virtual: Option<bool>,
    /// When the run began, in seconds since 1970 by the machine's clock.
    #[serde(default)]
    pub unix_s: u64,
    /// The file system on which the file lay that rows of `file` mapped; None where there was no such row.
    pub mapped_file_system: Option<String>,
    /// Load averages of 1, 5 and 15 minutes when the run began.
    pub load_average: Option<String>,
    /// How long the run took.
    pub duration_s: f64,
    /// CPU time that others used during the run, in percent of all CPUs.
    pub others_percent: Option<f64>,
    /// CPU time that the hypervisor gave to other machines, in the same.
    pub stolen_percent: Option<f64>,
    /// CPU time that others used on the allowed CPUs, in percent of these.
    pub allowed_others_percent: Option<f64>,
    /// CPU time that the hypervisor withheld from the allowed CPUs, in percent of these.
    pub allowed_stolen_percent: Option<f64>,
    /// The tightest limit of CPU time when the run was over.
    pub quota: Option<QuotaReport>,
    /// How often it was reached.
    pub throttling: Option<ThrottlingReport>,
}

impl Manifest {
    /// Why the figures may be worse than the machine's own, a line each.
    pub fn warnings(&self) -> Vec<String> {
        self.disturbances().into_iter().chain(self.quota_line()).collect()
    }

    /// Whether something kept the run from having its CPUs to itself, or that is unknown.
    pub fn is_disturbed(&self) -> bool {
        !self.disturbances().is_empty()
    }

    fn disturbances(&self) -> Vec<String> {
        self.busy_line().into_iter().chain(self.throttling_line()).collect()
    }

    /// If others kept the machine busy, or that is unknown.
    fn busy_line(&self) -> Option<String> {
        let (Some(others), Some(stolen)) = (self.others_percent, self.stolen_percent) else {
            return Some(format!(
                "how busy the machine was during the run is unknown, because {STAT} does not have it; the slow hops may be \
                 others'"
            ));
        };
        let cpus = self.cpus.map_or_else(|| "unknown".to_owned(), |cpus| cpus.to_string());
        let is_busy = |others: f64, stolen: f64| others >= BUSY_PERCENT || stolen >= STOLEN_PERCENT;
        let line = |others: f64, cpus: &str, stolen: f64| {
            format!(
                "the machine was busy: others used {others:.0} % of its {cpus} during the run, and the hypervisor withheld \
                 {stolen:.0} %; the slow hops may be theirs, so run it again when it is quiet"
            )
        };
        if is_busy(others, stolen) {
            return Some(line(others, &format!("{cpus} CPUs"), stolen));
        }
        // A machine of many CPUs is quiet as a whole where the few that this run may use are not.
        let (others, stolen) = (self.allowed_others_percent?, self.allowed_stolen_percent?);
        let allowed = self.allowed_cpus.as_ref()?.len();
        is_busy(others, stolen).then(|| line(others, &format!("{allowed} CPUs that the run may use"), stolen))
    }

    fn throttling_line(&self) -> Option<String> {
        let throttling = self.throttling.as_ref().filter(|throttling| throttling.throttled_periods > 0)?;
        let ThrottlingReport { periods, throttled_periods, throttled_us } = throttling;
        let time = Duration::from_micros(*throttled_us).as_nanos();
        Some(format!(
            "the run was throttled in {throttled_periods} of {periods} periods of its quota of CPU time, for {} in all; the slow \
             hops may be those, so run it without a quota",
            fmt_ns(u64::try_from(time).unwrap_or(u64::MAX))
        ))
    }

    fn quota_line(&self) -> Option<String> {
        let QuotaReport { cpus, cgroup, .. } = self.quota.as_ref()?;
        let (cpus, cgroup) = (cpus.as_ref()?, cgroup.as_ref()?);
        Some(format!(
            "a quota limits the run to the time of {cpus:.2} CPUs (cgroup {cgroup}); rows that use more stand still for the rest of \
             each period"
        ))
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::super::watch::Watch;
    use super::*;
    use crate::bench::placement::Places;
    use crate::platform::machine::{HERE, Kernel};

    fn quiet() -> Manifest {
        let places = Places::find(HERE).unwrap();
        let manifest = Watch::start(Kernel(&|_| None), &places, &[]).unwrap().finish(&places).unwrap();
        Manifest { others_percent: Some(4.9), stolen_percent: Some(1.9), ..manifest }
    }

    fn one_line(manifest: &Manifest) -> String {
        let [line] = manifest.warnings().try_into().unwrap();
        line
    }

    #[test]
    fn a_busy_machine_is_warned_of_and_a_quiet_one_is_not() {
        let of = |others: f64, stolen: f64| Manifest {
            others_percent: Some(others),
            stolen_percent: Some(stolen),
            ..quiet()
        };
        assert!(of(4.9, 1.9).warnings().is_empty() && !of(4.9, 1.9).is_disturbed());
        assert!(one_line(&of(37.2, 0.0)).contains("others used 37 %"));
        assert!(of(0.0, 2.0).is_disturbed());
    }

    #[test]
    fn a_quiet_machine_whose_allowed_cpus_are_busy_is_warned_of() {
        let manifest = Manifest {
            allowed_cpus: Some(vec![3, 5]),
            allowed_others_percent: Some(48.0),
            allowed_stolen_percent: Some(0.0),
            ..quiet()
        };
        assert!(one_line(&manifest).contains("others used 48 % of its 2 CPUs that the run may use"));
        assert!(manifest.is_disturbed());
    }

    #[test]
    fn how_busy_it_was_may_be_unknown_and_then_nobody_vouches_for_it() {
        let manifest = Manifest { others_percent: None, ..quiet() };
        assert!(one_line(&manifest).contains("is unknown") && manifest.is_disturbed());
    }

    #[test]
    fn a_quota_is_warned_of_and_one_that_was_used_up_disturbed_the_run() {
        let quota = QuotaReport {
            is_limited: true,
            cpus: Some(0.5),
            period_us: Some(100_000),
            cgroup: Some("v2 /sys/fs/cgroup/a".to_owned()),
        };
        let limited = Manifest { quota: Some(quota), ..quiet() };
        assert!(one_line(&limited).contains("the time of 0.50 CPUs (cgroup v2 /sys/fs/cgroup/a)"));
        assert!(!limited.is_disturbed());
        let throttling = |throttled_periods| {
            Some(ThrottlingReport { periods: 40, throttled_periods, throttled_us: 25_000 })
        };
        assert!(!Manifest { throttling: throttling(0), ..limited.clone() }.is_disturbed());
        let throttled = Manifest { throttling: throttling(3), ..limited };
        assert!(throttled.is_disturbed() && throttled.warnings().len() == 2);
        assert!(throttled.warnings()[0].contains("in 3 of 40 periods"), "{:?}", throttled.warnings());
        assert!(throttled.warnings()[0].contains("for 25.0 ms in all"), "{:?}", throttled.warnings());
    }
}
