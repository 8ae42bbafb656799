//! What machine a run was measured on, and what else it was doing meanwhile.

use std::fs;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::stats::Usage;
use crate::error::Result;

/// From these shares on, in percent of all CPUs, the figures are not those of a quiet machine.
const BUSY_PERCENT: f64 = 5.0;
const STOLEN_PERCENT: f64 = 2.0;

/// What to know about a run to judge its figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// Of tripong.
    pub version: &'static str,
    /// `release` or `debug`.
    pub build: &'static str,
    /// The model, as the kernel names it.
    pub cpu: String,
    /// CPUs of the machine.
    pub cpus: usize,
    /// Those that the run was allowed to use.
    pub allowed_cpus: Vec<usize>,
    /// Whether one core is more than one CPU; None where the kernel does not tell.
    pub smt: Option<bool>,
    /// Its release.
    pub kernel: String,
    /// What `CLOCK_MONOTONIC` is made of.
    pub clocksource: Option<String>,
    /// How the first CPU's frequency is governed; None where the kernel does not govern it.
    pub governor: Option<String>,
    /// Whether it is a virtual machine.
    pub is_virtual: bool,
    /// Load averages of 1, 5 and 15 minutes when the run began.
    pub load_average: String,
    /// How long the run took.
    pub duration_s: f64,
    /// CPU time that others used during the run, in percent of all CPUs.
    pub others_percent: f64,
    /// CPU time that the hypervisor gave to other machines, in the same.
    pub stolen_percent: f64,
}

impl Manifest {
    /// A warning, if others kept the machine busy.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let Self { others_percent, stolen_percent, cpus, .. } = self;
        if *others_percent < BUSY_PERCENT && *stolen_percent < STOLEN_PERCENT {
            return None;
        }
        Some(format!(
            "the machine was busy: others used {others_percent:.0} % of its {cpus} CPUs during the run, and the hypervisor \
             withheld {stolen_percent:.0} %; the slow hops may be theirs, so run it again when it is quiet"
        ))
    }
}

/// Looks at the machine from the beginning of a run to its end.
#[derive(Debug)]
pub(super) struct Watch {
    begin: Instant,
    ticks: Ticks,
    usage: Usage,
    load_average: String,
}

impl Watch {
    /// The run begins.
    ///
    /// # Errors
    /// [`crate::error::Error::System`]
    pub(super) fn start() -> Result<Self> {
        let load_average = read("/proc/loadavg").unwrap_or_default();
        let load_average = load_average.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        Ok(Self { begin: Instant::now(), ticks: Ticks::now(), usage: own_usage()?, load_average })
    }

    /// The run is over.
    ///
    /// # Errors
    /// [`crate::error::Error::System`]
    pub(super) fn finish(self, allowed_cpus: &[usize]) -> Result<Manifest> {
        let duration = self.begin.elapsed();
        let ours = own_usage()?.cpu.saturating_sub(self.usage.cpu);
        let cpus = online_cpus().unwrap_or(allowed_cpus.len());
        let (others_percent, stolen_percent) = shares(Ticks::now().since(self.ticks), ours, duration, cpus);
        let cpuinfo = read("/proc/cpuinfo").unwrap_or_default();
        let field = |name: &str| cpuinfo.lines().find(|line| line.starts_with(name))?.split_once(':');
        let value = |name| field(name).map(|(_, value)| value.trim().to_owned());
        Ok(Manifest {
            version: env!("CARGO_PKG_VERSION"),
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
            cpu: value("model name").or_else(|| value("CPU part")).unwrap_or_else(|| "unknown".to_owned()),
            cpus,
            allowed_cpus: allowed_cpus.to_vec(),
            smt: read("/sys/devices/system/cpu/smt/active").map(|text| text == "1"),
            kernel: read("/proc/sys/kernel/osrelease").unwrap_or_default(),
            clocksource: read("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
            governor: read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            is_virtual: is_virtual(),
            load_average: self.load_average,
            duration_s: (duration.as_secs_f64() * 1e3).round() / 1e3,
            others_percent,
            stolen_percent,
        })
    }
}

/// Whether this is a virtual machine.
pub(crate) fn is_virtual() -> bool {
    // The flag of x86; elsewhere, and under Xen, the kernel has other words for it.
    let cpuinfo = read("/proc/cpuinfo").unwrap_or_default();
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    flags.split(' ').any(|flag| flag == "hypervisor")
        || fs::exists("/sys/hypervisor/type").unwrap_or(false)
        || fs::exists("/proc/device-tree/hypervisor").unwrap_or(false)
}

/// CPU time of all CPUs since boot, in the kernel's ticks, from the first line of /proc/stat.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Ticks {
    /// In user or kernel mode, also for interrupts.
    busy: u64,
    /// Withheld by the hypervisor.
    stolen: u64,
    /// All of it, idle or not.
    total: u64,
}

impl Ticks {
    fn now() -> Self {
        Self::parse(&read("/proc/stat").unwrap_or_default())
    }

    fn parse(stat: &str) -> Self {
        let numbers = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
        let numbers: Vec<u64> = numbers.map_while(|number| number.parse().ok()).collect();
        // What guests use is in `user` as well.
        let [user, nice, system, idle, iowait, irq, softirq, stolen] =
            *numbers.first_chunk().unwrap_or(&[0; 8]);
        let busy = user + nice + system + irq + softirq;
        Self { busy, stolen, total: busy + idle + iowait + stolen }
    }

    fn since(self, before: Self) -> Self {
        Self {
            busy: self.busy.saturating_sub(before.busy),
            stolen: self.stolen.saturating_sub(before.stolen),
            total: self.total.saturating_sub(before.total),
        }
    }
}

/// What others used and what was stolen, in percent of all CPUs, to one decimal.
fn shares(ticks: Ticks, ours: Duration, duration: Duration, cpus: usize) -> (f64, f64) {
    let percent = |share: f64| (share.clamp(0.0, 1.0) * 1e3).round() / 10.0;
    let of_total = |part: u64| part as f64 / ticks.total.max(1) as f64;
    let ours = ours.as_secs_f64() / (duration.as_secs_f64() * cpus as f64).max(f64::MIN_POSITIVE);
    (percent(of_total(ticks.busy) - ours), percent(of_total(ticks.stolen)))
}

/// Of this process, and of all its children that were waited for.
fn own_usage() -> Result<Usage> {
    let (own, children) = (Usage::of_self()?, Usage::of_children()?);
    Ok(Usage { cpu: own.cpu + children.cpu, switches: own.switches + children.switches })
}

fn online_cpus() -> Option<usize> {
    let stat = read("/proc/stat")?;
    let is_cpu = |line: &&str| {
        line.strip_prefix("cpu").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    Some(stat.lines().filter(is_cpu).count()).filter(|cpus| *cpus > 0)
}

/// A short file of the kernel's, without the line end.
fn read(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned())
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn what_others_used_is_what_was_busy_without_our_own() {
        let before = Ticks::parse("cpu  100 0 50 1000 0 0 0 0 0 0\ncpu0 1 2 3");
        let after = Ticks::parse("cpu  190 10 80 1050 0 5 5 20 7 0\ncpu0 1 2 3");
        let ticks = after.since(before);
        assert_eq!(ticks, Ticks { busy: 140, stolen: 20, total: 210 });
        // 210 ticks of 10 ms on 2 CPUs are 1.05 s; of 1.4 s busy, 0.7 s were ours.
        let (others, stolen) = shares(ticks, Duration::from_millis(700), Duration::from_millis(1050), 2);
        assert!((others - 33.3).abs() < 0.01 && (stolen - 9.5).abs() < 0.01, "{others} {stolen}");
    }

    #[test]
    fn ours_is_never_more_than_all() {
        let (others, _) = shares(
            Ticks { busy: 1, stolen: 0, total: 100 },
            Duration::from_secs(9),
            Duration::from_secs(1),
            2,
        );
        assert!(others.abs() < f64::EPSILON);
    }

    #[test]
    fn a_stat_that_cannot_be_read_is_no_load() {
        assert_eq!(Ticks::parse("nonsense"), Ticks::default());
        assert_eq!(shares(Ticks::default(), Duration::ZERO, Duration::ZERO, 0), (0.0, 0.0));
    }

    #[test]
    fn a_busy_machine_is_warned_of_and_a_quiet_one_is_not() {
        let manifest = Watch::start().unwrap().finish(&[0]).unwrap();
        let of =
            |others_percent, stolen_percent| Manifest { others_percent, stolen_percent, ..manifest.clone() };
        assert_eq!(of(4.9, 1.9).warning(), None);
        assert!(of(37.2, 0.0).warning().unwrap().contains("others used 37 %"));
        assert!(of(0.0, 2.0).warning().is_some());
    }
}
