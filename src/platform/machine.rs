//! What this machine is and what a process may use of it, from the kernel's files in /proc and /sys.

use std::fs;

use procfs::prelude::*;
use procfs::{CpuInfo, CpuTime, KernelStats, LoadAverage, Meminfo, MountEntry, ProcessCGroups};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::error::{Error, Result};

/// Here the kernel counts the time of its CPUs.
pub(crate) const STAT: &str = "/proc/stat";

/// The CPUs that this process may run on.
///
/// # Errors
/// [`Error::System`]
pub(crate) fn allowed_cpus() -> Result<Vec<usize>> {
    let set = sched_getaffinity(None).map_err(Error::system("ask for the allowed CPUs"))?;
    Ok((0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect())
}

/// From now on this thread runs on that CPU only.
///
/// # Errors
/// [`Error::System`], for example where a sandbox refuses it.
pub(crate) fn run_on(cpu: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu);
    sched_setaffinity(None, &set).map_err(Error::system(format_args!("run on CPU {cpu}")))
}

/// A kernel's files, through the one function that reads them: None for a file that is not there, or is empty. What such a file
/// holds is None as well.
///
/// procfs parses what it knows. It knows neither /sys nor the whole name of a release nor Yama: those files have one value
/// each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kernel(pub(crate) fn(&str) -> Option<String>);

/// The kernel that this process runs on.
pub(crate) const HERE: Kernel =
    Kernel(|path| Some(fs::read_to_string(path).ok()?.trim().to_owned()).filter(|text| !text.is_empty()));

impl Kernel {
    fn read(self, path: &str) -> Option<String> {
        (self.0)(path)
    }

    fn parse<T: FromRead>(self, path: &str) -> Option<T> {
        T::from_read(self.read(path)?.as_bytes()).ok()
    }

    /// Its release: `6.1.0-18-amd64`.
    pub(crate) fn release(self) -> Option<String> {
        self.read("/proc/sys/kernel/osrelease")
    }

    /// The model of the first CPU.
    pub(crate) fn cpu_model(self) -> Option<String> {
        let info: CpuInfo = self.parse("/proc/cpuinfo")?;
        info.model_name(0).or_else(|| info.get_field(0, "CPU part")).map(str::to_owned)
    }

    /// How many CPUs are in use.
    pub(crate) fn cpus(self) -> Option<usize> {
        self.stat().map(|stat| stat.cpu_time.len()).filter(|cpus| *cpus > 0)
    }

    /// Whether one core is more than one CPU.
    pub(crate) fn smt(self) -> Option<bool> {
        self.read("/sys/devices/system/cpu/smt/active").map(|text| text == "1")
    }

    /// What `CLOCK_MONOTONIC` is made of.
    pub(crate) fn clocksource(self) -> Option<String> {
        self.read("/sys/devices/system/clocksource/clocksource0/current_clocksource")
    }

    /// How the first CPU's frequency is governed; `none` where the kernel does not govern it.
    pub(crate) fn governor(self) -> Option<String> {
        let governor = self.read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
        // Where there is a list of CPUs and no governor, the frequency is not governed.
        governor.or_else(|| self.read("/sys/devices/system/cpu/online").map(|_cpus| "none".to_owned()))
    }

    /// Whether this is a virtual machine.
    pub(crate) fn is_virtual(self) -> Option<bool> {
        // The flag of x86; elsewhere, and under Xen, the kernel has other files for it.
        let other_files = ["/sys/hypervisor/type", "/proc/device-tree/hypervisor/compatible"];
        if other_files.into_iter().any(|path| self.read(path).is_some()) {
            return Some(true);
        }
        let info: CpuInfo = self.parse("/proc/cpuinfo")?;
        Some(info.flags(0).unwrap_or_default().contains(&"hypervisor"))
    }

    /// Maker and product.
    pub(crate) fn product(self) -> Option<String> {
        let parts =
            ["sys_vendor", "product_name"].map(|file| self.read(&format!("/sys/class/dmi/id/{file}")));
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// Load averages of 1, 5 and 15 minutes.
    pub(crate) fn load_average(self) -> Option<String> {
        let LoadAverage { one, five, fifteen, .. } = self.parse("/proc/loadavg")?;
        Some(format!("{one:.2} {five:.2} {fifteen:.2}"))
    }

    /// CPU time of all CPUs since boot.
    pub(crate) fn ticks(self) -> Option<Ticks> {
        Ticks::of(&self.stat()?.total)
    }

    fn stat(self) -> Option<KernelStats> {
        KernelStats::from_read(self.read(STAT)?.as_bytes(), procfs::current_system_info()).ok()
    }

    /// The CPUs whose time the container of this process may use, where that is limited.
    pub(crate) fn cpu_limit(self) -> Option<f64> {
        let limit = self.read_of_cgroup("cpu.max")?;
        // Microseconds of CPU time in a period of so many; `max` is no number.
        let (time, period) = limit.split_once(' ')?;
        let (time, period): (f64, f64) = (time.parse().ok()?, period.parse().ok()?);
        (period > 0.0).then(|| time / period)
    }

    /// Bytes of memory that this process can have yet: of the machine, or of its container if that has less.
    pub(crate) fn available_memory(self) -> Option<u64> {
        let machine = self.parse("/proc/meminfo").and_then(|info: Meminfo| info.mem_available);
        let number = |file| self.read_of_cgroup(file)?.parse::<u64>().ok();
        let container = number("memory.max").zip(number("memory.current"));
        let container = container.map(|(most, used)| most.saturating_sub(used));
        [machine, container].into_iter().flatten().min()
    }

    /// Bytes of the address space that this process has mapped.
    pub(crate) fn address_space(self) -> Option<u64> {
        let pages: u64 = self.read("/proc/self/statm")?.split(' ').next()?.parse().ok()?;
        Some(pages * procfs::page_size())
    }

    /// A file of the container, of cgroup's version 2, in which this process is.
    fn read_of_cgroup(self, file: &str) -> Option<String> {
        let cgroups: ProcessCGroups = self.parse("/proc/self/cgroup")?;
        let path = cgroups.into_iter().find(|cgroup| cgroup.hierarchy == 0)?.pathname;
        self.read(&format!("/sys/fs/cgroup{path}/{file}"))
    }

    /// The option `hidepid` with which /proc is mounted.
    pub(crate) fn hidepid(self) -> Option<String> {
        let mounts: Vec<MountEntry> = self.parse("/proc/self/mounts")?;
        let proc = mounts.into_iter().find(|mount| mount.fs_file == "/proc" && mount.fs_vfstype == "proc")?;
        proc.fs_mntops.get("hidepid").cloned().flatten()
    }

    /// Yama's `kernel.yama.ptrace_scope`.
    pub(crate) fn ptrace_scope(self) -> Option<String> {
        self.read("/proc/sys/kernel/yama/ptrace_scope")
    }
}

/// CPU time of all CPUs, in the kernel's ticks.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticks {
    /// In user or kernel mode, also for interrupts.
    pub(crate) busy: u64,
    /// Withheld by the hypervisor.
    pub(crate) stolen: u64,
    /// All of it, idle or not.
    pub(crate) total: u64,
}

impl Ticks {
    fn of(time: &CpuTime) -> Option<Self> {
        let stolen = time.steal?;
        // What guests use is in `user` as well.
        let busy = time.user + time.nice + time.system + time.irq? + time.softirq?;
        Some(Self { busy, stolen, total: busy + time.idle + time.iowait? + stolen })
    }

    /// What was added since.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            busy: self.busy.saturating_sub(before.busy),
            stolen: self.stolen.saturating_sub(before.stolen),
            total: self.total.saturating_sub(before.total),
        }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_busy_stolen_or_idle() {
        let kernel = Kernel(|path| {
            let stat =
                "cpu  190 10 80 1050 0 5 5 20 7 0\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nctxt 1\nbtime 2\nprocesses 3";
            (path == STAT).then(|| stat.to_owned())
        });
        let ticks = kernel.ticks().unwrap();
        assert_eq!((ticks, kernel.cpus()), (Ticks { busy: 290, stolen: 20, total: 1360 }, Some(2)));
        let before = Ticks { busy: 150, stolen: 0, total: 1150 };
        assert_eq!(ticks.since(before), Ticks { busy: 140, stolen: 20, total: 210 });
    }

    #[test]
    fn a_stat_that_has_too_little_is_unknown() {
        let kernels: [Kernel; 5] = [
            Kernel(|_| None),
            Kernel(|_| Some("no statistics".to_owned())),
            Kernel(|_| Some("cpu  1 2 3\nctxt 1\nbtime 2\nprocesses 3".to_owned())),
            Kernel(|_| Some("cpu0 1 2 3 4 5 6 7 8\nctxt 1\nbtime 2\nprocesses 3".to_owned())),
            Kernel(|_| Some("cpu  1 2 3 4 5 6 7 x\nctxt 1\nbtime 2\nprocesses 3".to_owned())),
        ];
        for (number, kernel) in kernels.into_iter().enumerate() {
            assert_eq!(kernel.ticks(), None, "{number}");
        }
    }

    #[test]
    fn a_frequency_that_is_not_governed_is_known() {
        let without = Kernel(|path| path.ends_with("/online").then(|| "0-1".to_owned()));
        assert_eq!(without.governor().unwrap(), "none");
        let with = Kernel(|path| path.ends_with("governor").then(|| "ondemand".to_owned()));
        assert_eq!(with.governor().unwrap(), "ondemand");
        assert_eq!(Kernel(|_| None).governor(), None);
    }

    #[test]
    fn a_virtual_machine_says_so_in_one_of_three_ways() {
        fn flags(path: &str, flags: &str) -> Option<String> {
            (path == "/proc/cpuinfo")
                .then(|| format!("processor\t: 0\nmodel name\t: A CPU\nflags\t\t: {flags}\n"))
        }
        assert_eq!(Kernel(|path| flags(path, "fpu hypervisor sse")).is_virtual(), Some(true));
        let real = Kernel(|path| flags(path, "fpu sse"));
        assert_eq!((real.is_virtual(), real.cpu_model()), (Some(false), Some("A CPU".to_owned())));
        let xen = Kernel(|path| path.starts_with("/sys/hypervisor").then(|| "xen".to_owned()));
        let kvm = Kernel(|path| path.starts_with("/proc/device-tree").then(|| "linux,kvm".to_owned()));
        assert_eq!((xen.is_virtual(), kvm.is_virtual()), (Some(true), Some(true)));
        assert_eq!(Kernel(|_| None).is_virtual(), None);
    }

    #[test]
    fn a_container_may_have_less_than_its_machine() {
        const MEMINFO: &str = "MemTotal: 4194304 kB\nMemFree: 1024 kB\nMemAvailable: 2048 kB\nBuffers: 1 kB\nCached: 1 kB\n\
            SwapCached: 0 kB\nActive: 1 kB\nInactive: 1 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\nDirty: 0 kB\nWriteback: 0 kB\n\
            Mapped: 0 kB\nSlab: 0 kB\nCommitted_AS: 0 kB\nVmallocTotal: 0 kB\nVmallocUsed: 0 kB\nVmallocChunk: 0 kB\n";
        let machine = Kernel(|path| (path == "/proc/meminfo").then(|| MEMINFO.to_owned()));
        assert_eq!((machine.available_memory(), machine.cpu_limit()), (Some(2 << 20), None));
        let container = Kernel(|path| {
            let text = match path {
                "/proc/meminfo" => MEMINFO,
                "/proc/self/cgroup" => "1:cpu:/old\n0::/box",
                "/sys/fs/cgroup/box/memory.max" => "5000",
                "/sys/fs/cgroup/box/memory.current" => "4000",
                "/sys/fs/cgroup/box/cpu.max" => "50000 100000",
                _ => return None,
            };
            Some(text.to_owned())
        });
        assert_eq!((container.available_memory(), container.cpu_limit()), (Some(1000), Some(0.5)));
        let unlimited = Kernel(|path| match path {
            "/proc/self/cgroup" => Some("0::/".to_owned()),
            _ => path.ends_with("cpu.max").then(|| "max 100000".to_owned()),
        });
        assert_eq!((unlimited.available_memory(), unlimited.cpu_limit()), (None, None));
    }

    #[test]
    fn what_proc_hides_is_an_option_of_its_mount() {
        let hides = Kernel(|_| {
            Some("tmpfs /x tmpfs rw 0 0\nproc /proc proc rw,nosuid,hidepid=invisible 0 0".to_owned())
        });
        assert_eq!(hides.hidepid().as_deref(), Some("invisible"));
        assert_eq!(Kernel(|_| Some("proc /proc proc rw,relatime 0 0".to_owned())).hidepid(), None);
    }

    #[test]
    fn this_kernel_is_read() {
        assert!(HERE.release().is_some() && HERE.ticks().is_some() && HERE.available_memory().is_some());
        assert!(HERE.address_space().is_some_and(|bytes| bytes > 1 << 20));
        assert!(HERE.cpus().is_some_and(|cpus| cpus >= allowed_cpus().unwrap().len()));
        assert_eq!(HERE.load_average().unwrap().split(' ').count(), 3);
    }
}
