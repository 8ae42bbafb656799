//! What the kernel has counted of a process: /proc.

use std::collections::BTreeMap;
use std::fs;
use std::ops::{AddAssign, Sub};

/// What a thread, or several, have used.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Time on a CPU.
    pub(crate) cpu_ns: u64,
    /// How often it went to sleep by itself, and so had to be woken.
    pub(crate) sleeps: u64,
    /// How often the CPU was taken from it.
    pub(crate) preempted: u64,
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.cpu_ns += other.cpu_ns;
        self.sleeps += other.sleeps;
        self.preempted += other.preempted;
    }
}

impl Sub for Usage {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            cpu_ns: self.cpu_ns.saturating_sub(before.cpu_ns),
            sleeps: self.sleeps.saturating_sub(before.sleeps),
            preempted: self.preempted.saturating_sub(before.preempted),
        }
    }
}

/// The usage of each thread of a process, by name; threads of one name together. Empty if it has ended.
pub(crate) fn usage_of_threads(pid: u32) -> BTreeMap<String, Usage> {
    let mut threads = BTreeMap::<String, Usage>::new();
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().filter_map(Result::ok);
    for task in tasks.map(|task| task.path()) {
        // A thread may end while one looks.
        let read = |file| fs::read_to_string(task.join(file)).unwrap_or_default();
        let status = read("status");
        let count = |name| field(&status, name).and_then(|count| count.parse().ok()).unwrap_or(0);
        let usage = Usage {
            // In nanoseconds, where `stat` counts in hundredths of a second.
            cpu_ns: read("schedstat").split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or(0),
            sleeps: count("voluntary_ctxt_switches"),
            preempted: count("nonvoluntary_ctxt_switches"),
        };
        let name = field(&status, "Name").unwrap_or_default();
        *threads.entry(name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()).or_default() += usage;
    }
    threads
}

/// The usage of a whole process.
pub(crate) fn usage(pid: u32) -> Usage {
    sum(usage_of_threads(pid).into_values())
}

/// The usage of several.
pub(crate) fn sum(usages: impl IntoIterator<Item = Usage>) -> Usage {
    let mut all = Usage::default();
    usages.into_iter().for_each(|usage| all += usage);
    all
}

/// The children of a process.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// Which pane a process plays, from 0; its role counts from 1.
pub(crate) fn pane(pid: u32) -> Option<u8> {
    let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
    let number: u8 = line.split('\0').find_map(|argument| argument.strip_prefix("pane:"))?.parse().ok()?;
    number.checked_sub(1)
}

/// The proportional set size in bytes: memory that several processes share counts to each by its part.
pub(crate) fn pss_bytes(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let kib = field(&rollup, "Pss").and_then(|value| value.trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// The value of a line `name: value`.
pub(crate) fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'))?;
    Some(value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_a_cpu_and_memory() {
        let pid = std::process::id();
        let before = usage(pid);
        while usage(pid).cpu_ns == before.cpu_ns {
            std::hint::black_box((0..100_000_u64).sum::<u64>());
        }
        assert!(usage(pid).cpu_ns > before.cpu_ns && pss_bytes(pid) > 0 && !usage_of_threads(pid).is_empty());
    }

    #[test]
    fn a_process_that_is_not_there_has_used_nothing() {
        assert_eq!((usage(0), pss_bytes(0), pane(0)), (Usage::default(), 0, None));
    }
}
