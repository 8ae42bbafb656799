//! What machine a run was measured on, and what else it was doing meanwhile.

use std::fs;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::stats::Usage;
use crate::error::Result;

/// From these shares on, in percent of all CPUs, the figures are not those of a quiet machine.
const BUSY_PERCENT: f64 = 5.0;
const STOLEN_PERCENT: f64 = 2.0;
const STAT: &str = "/proc/stat";
const CPUINFO: &str = "/proc/cpuinfo";

/// What to know about a run to judge its figures. What the kernel does not tell is None.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// Of tripong.
    pub version: &'static str,
    /// `release` or `debug`.
    pub build: &'static str,
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
    /// A warning, if others kept the machine busy, or nobody knows.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let (Some(others), Some(stolen)) = (self.others_percent, self.stolen_percent) else {
            return Some(format!(
                "how busy the machine was during the run is unknown, because {STAT} does not tell; the slow hops may be \
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
    read: Read,
    begin: Instant,
    ticks: Option<Ticks>,
    usage: Usage,
    load_average: Option<String>,
}

/// How a short file of the kernel's is read; None if it tells nothing.
type Read = fn(&str) -> Option<String>;

impl Watch {
    /// The run begins.
    ///
    /// # Errors
    /// [`crate::error::Error::System`]
    pub(super) fn start() -> Result<Self> {
        Self::start_by(read)
    }

    fn start_by(read: Read) -> Result<Self> {
        let three = |text: String| text.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        let load_average = read("/proc/loadavg").map(three);
        Ok(Self { read, begin: Instant::now(), ticks: Ticks::now(read), usage: own_usage()?, load_average })
    }

    /// The run is over.
    ///
    /// # Errors
    /// [`crate::error::Error::System`]
    pub(super) fn finish(self, allowed_cpus: &[usize]) -> Result<Manifest> {
        let Self { read, .. } = self;
        let duration = self.begin.elapsed();
        let ours = own_usage()?.cpu.saturating_sub(self.usage.cpu);
        let cpus = online_cpus(read);
        let ticks = Ticks::now(read).zip(self.ticks).map(|(now, before)| now.since(before));
        let shares = ticks.zip(cpus).and_then(|(ticks, cpus)| shares(ticks, ours, duration, cpus));
        let cpuinfo = read(CPUINFO).unwrap_or_default();
        let field = |name: &str| cpuinfo.lines().find(|line| line.starts_with(name))?.split_once(':');
        let value = |name| field(name).map(|(_, value)| value.trim().to_owned());
        Ok(Manifest {
            version: env!("CARGO_PKG_VERSION"),
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
            cpu: value("model name").or_else(|| value("CPU part")),
            cpus,
            allowed_cpus: allowed_cpus.to_vec(),
            smt: read("/sys/devices/system/cpu/smt/active").map(|text| text == "1"),
            kernel: read("/proc/sys/kernel/osrelease"),
            clocksource: read("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
            governor: governor(read),
            is_virtual: is_virtual_by(read),
            load_average: self.load_average,
            duration_s: (duration.as_secs_f64() * 1e3).round() / 1e3,
            others_percent: shares.map(|(others, _)| others),
            stolen_percent: shares.map(|(_, stolen)| stolen),
        })
    }
}

fn governor(read: Read) -> Option<String> {
    let governor = read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    // Where the kernel tells of its CPUs and not of this, there is none.
    governor.or_else(|| read("/sys/devices/system/cpu/online").map(|_cpus| "none".to_owned()))
}

/// Whether this is a virtual machine; None if the kernel does not tell.
pub(crate) fn is_virtual() -> Option<bool> {
    is_virtual_by(read)
}

fn is_virtual_by(read: Read) -> Option<bool> {
    // The flag of x86; elsewhere, and under Xen, the kernel has other words for it.
    let other_words = ["/sys/hypervisor/type", "/proc/device-tree/hypervisor/compatible"];
    if other_words.into_iter().any(|path| read(path).is_some()) {
        return Some(true);
    }
    let cpuinfo = read(CPUINFO)?;
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    Some(flags.split(' ').any(|flag| flag == "hypervisor"))
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
    fn now(read: Read) -> Option<Self> {
        Self::parse(&read(STAT)?)
    }

    fn parse(stat: &str) -> Option<Self> {
        let numbers = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
        let numbers: Vec<u64> = numbers.map_while(|number| number.parse().ok()).collect();
        // What guests use is in `user` as well.
        let [user, nice, system, idle, iowait, irq, softirq, stolen] = *numbers.first_chunk()?;
        let busy = user + nice + system + irq + softirq;
        Some(Self { busy, stolen, total: busy + idle + iowait + stolen })
    }

    fn since(self, before: Self) -> Self {
        Self {
            busy: self.busy.saturating_sub(before.busy),
            stolen: self.stolen.saturating_sub(before.stolen),
            total: self.total.saturating_sub(before.total),
        }
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

/// Of this process, and of all its children that were waited for.
fn own_usage() -> Result<Usage> {
    let (own, children) = (Usage::of_self()?, Usage::of_children()?);
    Ok(Usage { cpu: own.cpu + children.cpu, switches: own.switches + children.switches })
}

fn online_cpus(read: Read) -> Option<usize> {
    let stat = read(STAT)?;
    let is_cpu = |line: &&str| {
        line.strip_prefix("cpu").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    Some(stat.lines().filter(is_cpu).count()).filter(|cpus| *cpus > 0)
}

/// A short file of the kernel's, without the line end.
fn read(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn what_others_used_is_what_was_busy_without_our_own() {
        let before = Ticks::parse("cpu  100 0 50 1000 0 0 0 0 0 0\ncpu0 1 2 3").unwrap();
        let after = Ticks::parse("cpu  190 10 80 1050 0 5 5 20 7 0\ncpu0 1 2 3").unwrap();
        let ticks = after.since(before);
        assert_eq!(ticks, Ticks { busy: 140, stolen: 20, total: 210 });
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
    fn a_stat_that_tells_nothing_is_no_quiet_machine() {
        for stat in ["", "nonsense", "cpu  1 2 3", "cpu0 1 2 3 4 5 6 7 8", "cpu  1 2 3 4 5 6 7 x"] {
            assert_eq!(Ticks::parse(stat), None, "{stat}");
        }
        assert_eq!(shares(Ticks::default(), Duration::ZERO, Duration::ZERO, 2), None, "no tick has passed");
    }

    #[test]
    fn what_the_kernel_does_not_tell_is_null_in_json_and_unknown_in_text() {
        let manifest = Watch::start_by(|_| None).unwrap().finish(&[0]).unwrap();
        let warning = manifest.warning().unwrap();
        assert!(warning.contains("is unknown, because /proc/stat does not tell"), "{warning}");
        let report = super::super::Report { manifest, rows: Vec::new() };
        let json = serde_json::to_value(&report).unwrap();
        let is_known = |name: &str| ["version", "build", "allowed_cpus", "duration_s"].contains(&name);
        for (name, value) in json["manifest"].as_object().unwrap() {
            assert_eq!(value.is_null(), !is_known(name), "{name}: {value}");
        }
        let text = report.to_string();
        assert_eq!(text.matches("unknown").count(), 7, "{text}");
        assert!(!text.contains('%') && !text.contains("real") && !text.contains("not governed"), "{text}");
    }

    #[test]
    fn a_frequency_that_is_not_governed_is_known() {
        let governor = |read: Read| Watch::start_by(read).unwrap().finish(&[0]).unwrap().governor;
        assert_eq!(governor(|path| path.ends_with("/online").then(|| "0-1".to_owned())).unwrap(), "none");
        assert_eq!(
            governor(|path| path.ends_with("governor").then(|| "ondemand".to_owned())).unwrap(),
            "ondemand"
        );
    }

    #[test]
    fn a_virtual_machine_says_so_in_one_of_three_ways() {
        let by = |read: Read| is_virtual_by(read);
        assert_eq!(by(|path| (path == CPUINFO).then(|| "flags : fpu hypervisor sse".to_owned())), Some(true));
        assert_eq!(by(|path| (path == CPUINFO).then(|| "flags : fpu sse".to_owned())), Some(false));
        assert_eq!(by(|path| path.starts_with("/sys/hypervisor").then(|| "xen".to_owned())), Some(true));
        assert_eq!(
            by(|path| path.starts_with("/proc/device-tree").then(|| "linux,kvm".to_owned())),
            Some(true)
        );
        assert_eq!(by(|_| None), None);
    }

    #[test]
    fn a_busy_machine_is_warned_of_and_a_quiet_one_is_not() {
        let manifest = Watch::start().unwrap().finish(&[0]).unwrap();
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
