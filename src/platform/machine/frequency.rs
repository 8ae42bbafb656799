//! The frequency of a CPU: how it is governed, what it is, what it can be.

use procfs::CpuInfo;

use super::kernel::Kernel;

impl Kernel<'_> {
    /// How the frequency of a CPU is governed; `none` where the kernel does not govern it.
    pub(crate) fn governor_of(self, cpu: usize) -> Option<String> {
        let governor = self.read(&of_cpu(cpu, "cpufreq/scaling_governor"));
        // Where there is a list of CPUs and no governor, the frequency is not governed.
        governor.or_else(|| self.read("/sys/devices/system/cpu/online").map(|_cpus| "none".to_owned()))
    }

    /// The frequency of each of these CPUs at this moment, in MHz, as far as the kernel knows it.
    pub(crate) fn frequencies(self, cpus: &[usize]) -> Vec<Option<f64>> {
        let info: Option<CpuInfo> = self.parse("/proc/cpuinfo");
        let of_info = |cpu: usize| {
            let number = cpu.to_string();
            let is_it = |index: &usize| {
                info.as_ref().and_then(|info| info.get_field(*index, "processor")) == Some(number.as_str())
            };
            let info = info.as_ref()?;
            let text = info.get_field((0..info.num_cores()).find(is_it)?, "cpu MHz")?;
            text.parse().ok().filter(|mhz: &f64| mhz.is_finite() && *mhz > 0.0)
        };
        cpus.iter().map(|&cpu| self.mhz(cpu, "cpufreq/scaling_cur_freq").or_else(|| of_info(cpu))).collect()
    }

    /// The most that a CPU can have, in MHz.
    pub(crate) fn max_frequency(self, cpu: usize) -> Option<f64> {
        self.mhz(cpu, "cpufreq/cpuinfo_max_freq")
    }

    /// The kernel has kHz.
    fn mhz(self, cpu: usize, file: &str) -> Option<f64> {
        let khz: u64 = self.read(&of_cpu(cpu, file))?.parse().ok()?;
        (khz > 0).then(|| khz as f64 / 1e3)
    }
}

fn of_cpu(cpu: usize, file: &str) -> String {
    format!("/sys/devices/system/cpu/cpu{cpu}/{file}")
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::super::fake::Fake;
    use super::*;

    #[test]
    fn a_frequency_that_is_not_governed_is_known() {
        let without = Kernel(&|path| path.ends_with("/online").then(|| "0-1".to_owned()));
        assert_eq!(without.governor_of(0).unwrap(), "none");
        let with =
            Kernel(&|path| path.ends_with("cpu1/cpufreq/scaling_governor").then(|| "ondemand".to_owned()));
        assert_eq!((with.governor_of(1).unwrap(), with.governor_of(0)), ("ondemand".to_owned(), None));
        assert_eq!(Kernel(&|_| None).governor_of(0), None);
    }

    #[test]
    fn a_frequency_is_the_governors_or_else_that_of_the_list_of_cpus_by_number() {
        let info = "processor\t: 0\nmodel name\t: A\ncpu MHz\t\t: 2596.120\n\nprocessor\t: 3\nmodel name\t: A\ncpu MHz\t\t: 800.5\n";
        let fake = Fake::new(&[
            ("/proc/cpuinfo", info),
            ("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "3400123\n"),
            ("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "5000000"),
        ]);
        let read = fake.read();
        let kernel = Kernel(&read);
        assert_eq!(kernel.frequencies(&[0, 1, 3]), [Some(3400.123), None, Some(800.5)]);
        assert_eq!((kernel.max_frequency(0), kernel.max_frequency(3)), (Some(5000.0), None));
    }

    #[test]
    fn a_frequency_that_is_no_number_is_unknown() {
        for text in ["", "<unknown>", "0", "-1", "1e9", "nan"] {
            let info = format!("processor: 0\nmodel name: A\ncpu MHz: {text}\n");
            let fake = Fake::new(&[("/proc/cpuinfo", &info)])
                .with("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", text);
            let read = fake.read();
            let known = (text == "1e9").then_some(1e9);
            assert_eq!(Kernel(&read).frequencies(&[0]), [known], "{text:?}");
        }
        assert_eq!(Kernel(&|_| None).frequencies(&[0]), [None]);
    }
}
