//! A kernel's files, and what they say of the machine as a whole.

use std::{fmt, fs};

use procfs::prelude::*;
use procfs::{CpuInfo, LoadAverage, Meminfo, MountEntry};

/// A kernel's files, through the one function that reads them: None for a file that is not there, or is empty. What such a file
/// holds is None as well.
///
/// procfs parses what it knows. It knows neither /sys nor the whole name of a release nor Yama: those files have one value
/// each.
#[derive(Clone, Copy)]
pub(crate) struct Kernel<'a>(pub(crate) &'a dyn Fn(&str) -> Option<String>);

/// The kernel that this process runs on.
pub(crate) const HERE: Kernel<'static> = Kernel(&read_file);

fn read_file(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned()).filter(|text| !text.is_empty())
}

impl fmt::Debug for Kernel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kernel")
    }
}

impl Kernel<'_> {
    pub(crate) fn read(self, path: &str) -> Option<String> {
        (self.0)(path)
    }

    pub(super) fn parse<T: FromRead>(self, path: &str) -> Option<T> {
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

    /// Whether one core is more than one CPU.
    pub(crate) fn smt(self) -> Option<bool> {
        self.read("/sys/devices/system/cpu/smt/active").map(|text| text == "1")
    }

    /// What `CLOCK_MONOTONIC` is made of.
    pub(crate) fn clocksource(self) -> Option<String> {
        self.read("/sys/devices/system/clocksource/clocksource0/current_clocksource")
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

    /// Bytes of the address space that this process has mapped.
    pub(crate) fn address_space(self) -> Option<u64> {
        let pages: u64 = self.read("/proc/self/statm")?.split(' ').next()?.parse().ok()?;
        Some(pages * procfs::page_size())
    }

    /// Load averages of 1, 5 and 15 minutes.
    pub(crate) fn load_average(self) -> Option<String> {
        let LoadAverage { one, five, fifteen, .. } = self.parse("/proc/loadavg")?;
        Some(format!("{one:.2} {five:.2} {fifteen:.2}"))
    }

    /// Bytes of memory that this process can have yet: of the machine, or of its container if that has less.
    pub(crate) fn available_memory(self) -> Option<u64> {
        let machine = self.parse("/proc/meminfo").and_then(|info: Meminfo| info.mem_available);
        [machine, self.available_memory_of_cgroup()].into_iter().flatten().min()
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

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::super::allowed_cpus;
    use super::*;

    #[test]
    fn a_virtual_machine_says_so_in_one_of_three_ways() {
        fn flags(path: &str, flags: &str) -> Option<String> {
            (path == "/proc/cpuinfo")
                .then(|| format!("processor\t: 0\nmodel name\t: A CPU\nflags\t\t: {flags}\n"))
        }
        assert_eq!(Kernel(&|path| flags(path, "fpu hypervisor sse")).is_virtual(), Some(true));
        let real = Kernel(&|path| flags(path, "fpu sse"));
        assert_eq!((real.is_virtual(), real.cpu_model()), (Some(false), Some("A CPU".to_owned())));
        let xen = Kernel(&|path| path.starts_with("/sys/hypervisor").then(|| "xen".to_owned()));
        let kvm = Kernel(&|path| path.starts_with("/proc/device-tree").then(|| "linux,kvm".to_owned()));
        assert_eq!((xen.is_virtual(), kvm.is_virtual()), (Some(true), Some(true)));
        assert_eq!(Kernel(&|_| None).is_virtual(), None);
    }

    #[test]
    fn a_container_may_have_less_than_its_machine() {
        const MEMINFO: &str = "MemTotal: 4194304 kB\nMemFree: 1024 kB\nMemAvailable: 2048 kB\nBuffers: 1 kB\nCached: 1 kB\n\
            SwapCached: 0 kB\nActive: 1 kB\nInactive: 1 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\nDirty: 0 kB\nWriteback: 0 kB\n\
            Mapped: 0 kB\nSlab: 0 kB\nCommitted_AS: 0 kB\nVmallocTotal: 0 kB\nVmallocUsed: 0 kB\nVmallocChunk: 0 kB\n";
        let machine = Kernel(&|path| (path == "/proc/meminfo").then(|| MEMINFO.to_owned()));
        assert_eq!((machine.available_memory(), machine.cpu_limit()), (Some(2 << 20), None));
        let container = Kernel(&|path| {
            let text = match path {
                "/proc/meminfo" => MEMINFO,
                "/proc/self/cgroup" => "1:name=systemd:/old\n0::/box",
                "/sys/fs/cgroup/box/memory.max" => "5000",
                "/sys/fs/cgroup/box/memory.current" => "4000",
                "/sys/fs/cgroup/box/cpu.max" => "50000 100000",
                _ => return None,
            };
            Some(text.to_owned())
        });
        assert_eq!((container.available_memory(), container.cpu_limit()), (Some(1000), Some(0.5)));
        let unlimited = Kernel(&|path| match path {
            "/proc/self/cgroup" => Some("0::/".to_owned()),
            _ => path.ends_with("cpu.max").then(|| "max 100000".to_owned()),
        });
        assert_eq!((unlimited.available_memory(), unlimited.cpu_limit()), (None, None));
    }

    #[test]
    fn what_proc_hides_is_an_option_of_its_mount() {
        let hides = Kernel(&|_| {
            Some("tmpfs /x tmpfs rw 0 0\nproc /proc proc rw,nosuid,hidepid=invisible 0 0".to_owned())
        });
        assert_eq!(hides.hidepid().as_deref(), Some("invisible"));
        assert_eq!(Kernel(&|_| Some("proc /proc proc rw,relatime 0 0".to_owned())).hidepid(), None);
    }

    #[test]
    fn this_kernel_is_read() {
        assert!(HERE.release().is_some() && HERE.ticks().is_some() && HERE.available_memory().is_some());
        assert!(HERE.address_space().is_some_and(|bytes| bytes > 1 << 20));
        assert!(HERE.cpus().is_some_and(|cpus| cpus >= allowed_cpus().unwrap().len()));
        assert_eq!(HERE.load_average().unwrap().split(' ').count(), 3);
    }
}
