//! CPU time, as the kernel counts it in /proc/stat.

use super::kernel::Kernel;

/// Here the kernel counts the time of its CPUs.
pub(crate) const STAT: &str = "/proc/stat";

/// CPU time in the kernel's ticks, of one CPU or of several.
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
    /// Of the numbers of a line: `user nice system idle iowait irq softirq steal`, and what guests had, which is in `user` and
    /// `nice` as well.
    fn of(numbers: &str) -> Option<Self> {
        let numbers: Option<Vec<u64>> =
            numbers.split_whitespace().map(|number| number.parse().ok()).collect();
        let numbers = numbers?;
        let [user, nice, system, idle, iowait, irq, softirq, stolen] = *numbers.first_chunk()?;
        let sum = |parts: &[u64]| parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(*part));
        let busy = sum(&[user, nice, system, irq, softirq])?;
        Some(Self { busy, stolen, total: sum(&[busy, idle, iowait, stolen])? })
    }

    /// What was added since.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            busy: self.busy.saturating_sub(before.busy),
            stolen: self.stolen.saturating_sub(before.stolen),
            total: self.total.saturating_sub(before.total),
        }
    }

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            busy: self.busy.saturating_add(other.busy),
            stolen: self.stolen.saturating_add(other.stolen),
            total: self.total.saturating_add(other.total),
        }
    }
}

impl Kernel<'_> {
    /// CPU time of all CPUs since boot.
    pub(crate) fn ticks(self) -> Option<Ticks> {
        let stat = self.read(STAT)?;
        Ticks::of(stat.lines().find_map(|line| line.strip_prefix("cpu "))?)
    }

    /// CPU time since boot of each of these CPUs; None for one that the kernel does not count, as one that is offline.
    pub(crate) fn ticks_of(self, cpus: &[usize]) -> Vec<Option<Ticks>> {
        let stat = self.read(STAT).unwrap_or_default();
        // A line may be missing, so they go by their names and not by their order.
        let of_cpu = |cpu: usize| {
            let name = format!("cpu{cpu} ");
            stat.lines().find_map(|line| Ticks::of(line.strip_prefix(&name)?))
        };
        cpus.iter().map(|cpu| of_cpu(*cpu)).collect()
    }

    /// How many CPUs are in use.
    pub(crate) fn cpus(self) -> Option<usize> {
        let stat = self.read(STAT)?;
        let is_cpu = |line: &&str| {
            let number = line.strip_prefix("cpu").and_then(|line| line.split_whitespace().next());
            number.is_some_and(|number| number.parse::<usize>().is_ok()) && !line.starts_with("cpu ")
        };
        Some(stat.lines().filter(is_cpu).count()).filter(|cpus| *cpus > 0)
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    const TWO: &str = "cpu  190 10 80 1050 0 5 5 20 7 0\ncpu0 90 10 30 500 0 5 0 20 7 0\ncpu3 100 0 50 550 0 0 5 0 0 0\nintr 1 2\nctxt 1";

    #[test]
    fn ticks_are_busy_stolen_or_idle() {
        let kernel = Kernel(&|path| (path == STAT).then(|| TWO.to_owned()));
        let ticks = kernel.ticks().unwrap();
        assert_eq!((ticks, kernel.cpus()), (Ticks { busy: 290, stolen: 20, total: 1360 }, Some(2)));
        let before = Ticks { busy: 150, stolen: 0, total: 1150 };
        assert_eq!(ticks.since(before), Ticks { busy: 140, stolen: 20, total: 210 });
    }

    #[test]
    fn a_cpu_has_the_ticks_of_its_own_line_whatever_is_offline_before_it() {
        let kernel = Kernel(&|path| (path == STAT).then(|| TWO.to_owned()));
        let [first, gone, third] = kernel.ticks_of(&[0, 1, 3]).try_into().unwrap();
        assert_eq!(first, Some(Ticks { busy: 135, stolen: 20, total: 655 }));
        assert_eq!(third, Some(Ticks { busy: 155, stolen: 0, total: 705 }));
        assert_eq!(gone, None);
        assert_eq!(first.unwrap().and(third.unwrap()), kernel.ticks().unwrap());
    }

    #[test]
    fn a_stat_that_has_too_little_is_unknown() {
        for stat in [
            "no statistics",
            "cpu  1 2 3\ncpu0 1 2 3\nctxt 1",
            "cpu0 1 2 3 4 5 6 7\nctxt 1",
            "cpu  1 2 3 4 5 6 7 x\ncpu0 1 2 3 4 5 6 7 x",
            "cpu  1 2 3 18446744073709551615 5 6 7 8\ncpu0 1 2 3 18446744073709551615 5 6 7 8",
        ] {
            let kernel = Kernel(&|_| Some(stat.to_owned()));
            assert_eq!((kernel.ticks(), kernel.ticks_of(&[0])), (None, vec![None]), "{stat}");
        }
        assert_eq!((Kernel(&|_| None).ticks(), Kernel(&|_| None).cpus()), (None, None));
    }
}
