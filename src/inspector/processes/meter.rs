//! What a process costs: CPU time, wake-ups, memory.

use std::collections::BTreeMap;

use procfs::process::{Process, Stat, Task};
use serde::Serialize;

/// PSS is counted page by page, so it is read less often than the rest.
const PSS_EVERY_NS: u64 = 2_000_000_000;
/// The thread that manages the ball in a process with a window. Without a window it is the main thread.
const WORKER: &str = "ball";

/// What a process costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Usage {
    /// Share of one CPU since the last sample, in percent; None at the first. The kernel counts in hundredths of a second.
    pub cpu_percent: Option<f64>,
    /// How often a thread of it woke up, per second, since the last sample; None at the first.
    pub wakeups_per_s: Option<f64>,
    /// How often its threads have given up their CPU by going to sleep.
    pub voluntary_switches: u64,
    /// How often their CPU was taken from them.
    pub involuntary_switches: u64,
    /// Proportional set size, in bytes: what is its own, and its share of what it shares. None if it cannot be read.
    pub pss_bytes: Option<u64>,
    /// How many threads it has.
    pub threads: u64,
}

/// A thread, and how often it was switched.
#[derive(Debug)]
struct Thread {
    task: Task,
    name: String,
    voluntary: u64,
    involuntary: u64,
}

/// The threads of a process.
#[derive(Debug)]
pub(super) struct Threads {
    pid: i32,
    all: Vec<Thread>,
}

/// What is remembered from one sample to the next.
#[derive(Debug, Default)]
pub(super) struct Meter {
    before: Option<Reading>,
    pss: Option<(u64, Option<u64>)>,
}

#[derive(Debug)]
struct Reading {
    at_ns: u64,
    cpu_ticks: u64,
    /// By thread: one that has ended takes its count along.
    voluntary: BTreeMap<i32, u64>,
}

/// The threads that a process has now.
pub(super) fn threads(process: &Process) -> Threads {
    let tasks = process.tasks().into_iter().flatten().flatten();
    let thread = |task: Task| {
        let status = task.status().ok()?;
        let voluntary = status.voluntary_ctxt_switches.unwrap_or(0);
        let involuntary = status.nonvoluntary_ctxt_switches.unwrap_or(0);
        Some(Thread { task, name: status.name, voluntary, involuntary })
    };
    Threads { pid: process.pid(), all: tasks.filter_map(thread).collect() }
}

impl Threads {
    /// As [`Self::worker`].
    pub(super) fn into_worker(self) -> Option<Task> {
        let tid = self.worker()?.tid;
        self.all.into_iter().map(|thread| thread.task).find(|task| task.tid == tid)
    }

    /// The one that manages the ball, or else the main thread.
    pub(super) fn worker(&self) -> Option<&Task> {
        let named = self.all.iter().find(|thread| thread.name == WORKER);
        named
            .or_else(|| self.all.iter().find(|thread| thread.task.tid == self.pid))
            .map(|thread| &thread.task)
    }
}

impl Meter {
    /// What the process has cost since the last reading, and so far.
    pub(super) fn read(&mut self, process: &Process, stat: &Stat, threads: &Threads, now_ns: u64) -> Usage {
        let voluntary: BTreeMap<_, _> =
            threads.all.iter().map(|thread| (thread.task.tid, thread.voluntary)).collect();
        let now = Reading { at_ns: now_ns, cpu_ticks: stat.utime + stat.stime, voluntary };
        let rates = self.before.as_ref().and_then(|before| now.since(before));
        let usage = Usage {
            cpu_percent: rates.map(|(cpu, _)| cpu),
            wakeups_per_s: rates.map(|(_, wakeups)| wakeups),
            voluntary_switches: now.voluntary.values().sum(),
            involuntary_switches: threads.all.iter().map(|thread| thread.involuntary).sum(),
            pss_bytes: self.pss(process, now_ns),
            threads: threads.all.len() as u64,
        };
        self.before = Some(now);
        usage
    }

    fn pss(&mut self, process: &Process, now_ns: u64) -> Option<u64> {
        if self.pss.is_none_or(|(at_ns, _)| now_ns.saturating_sub(at_ns) >= PSS_EVERY_NS) {
            self.pss = Some((now_ns, pss_bytes(process)));
        }
        self.pss.and_then(|(_, bytes)| bytes)
    }
}

impl Reading {
    /// Percent of a CPU, and wake-ups per second. None if no time has passed.
    fn since(&self, before: &Self) -> Option<(f64, f64)> {
        let seconds = self.at_ns.checked_sub(before.at_ns).filter(|ns| *ns > 0)? as f64 / 1e9;
        let cpu_seconds =
            self.cpu_ticks.saturating_sub(before.cpu_ticks) as f64 / procfs::ticks_per_second() as f64;
        let woken = |(tid, count): (&i32, &u64)| {
            count.saturating_sub(before.voluntary.get(tid).copied().unwrap_or(0))
        };
        let wakeups: u64 = self.voluntary.iter().map(woken).sum();
        Some((100.0 * cpu_seconds / seconds, wakeups as f64 / seconds))
    }
}

fn pss_bytes(process: &Process) -> Option<u64> {
    let rollup = process.smaps_rollup().ok()?.memory_map_rollup;
    rollup.into_iter().find_map(|map| map.extension.map.get("Pss").copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(at_ns: u64, cpu_ticks: u64, voluntary: &[(i32, u64)]) -> Reading {
        Reading { at_ns, cpu_ticks, voluntary: voluntary.iter().copied().collect() }
    }

    #[test]
    fn rates_are_over_the_time_that_has_passed() {
        let before = reading(1_000_000_000, 10, &[(1, 100), (2, 50)]);
        // Half a second later: thread 2 has ended, thread 3 is new.
        let after = reading(1_500_000_000, 10 + procfs::ticks_per_second() / 4, &[(1, 130), (3, 20)]);
        assert_eq!(after.since(&before), Some((50.0, 100.0)));
    }

    #[test]
    fn without_time_between_them_two_readings_have_no_rate() {
        let reading = |at_ns| reading(at_ns, 1, &[(1, 1)]);
        assert_eq!(reading(5).since(&reading(5)), None);
        assert_eq!(reading(4).since(&reading(5)), None);
    }
}
