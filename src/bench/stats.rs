//! What a repetition has shown, and the rows that are made of it.

use std::time::Duration;

use hdrhistogram::Histogram;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::Serialize;

use super::row_key::RowKey;
use crate::error::{Error, Result};

/// Longer latencies are counted as this: a minute.
const LONGEST_NS: u64 = 60_000_000_000;

/// An empty histogram of nanoseconds, three significant digits.
pub(super) fn new_histogram() -> Result<Histogram<u64>> {
    let histogram = Histogram::new_with_bounds(1, LONGEST_NS, 3).map_err(std::io::Error::other);
    histogram.map_err(Error::system("make a histogram"))
}

/// One row of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What was measured.
    #[serde(flatten)]
    pub row_key: RowKey,
    /// What came of it.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The figures of a row. Latencies are those of all counted hops of all repetitions, one way, in nanoseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Counted hops of all repetitions.
    pub hops: u64,
    /// Repetitions.
    pub repeats: u64,
    /// Half of the hops took no longer.
    pub p50_ns: u64,
    /// 90 of 100.
    pub p90_ns: u64,
    /// 99 of 100.
    pub p99_ns: u64,
    /// 999 of 1000.
    pub p999_ns: u64,
    /// The slowest.
    pub max_ns: u64,
    /// Counted hops over the time from the first to the last of each repetition.
    pub handoffs_per_s: f64,
    /// CPU time of all processes from their start to their end over all of their hops.
    pub cpu_ns_per_handoff: f64,
    /// Context switches, voluntary or not, over the same.
    pub ctx_switches_per_handoff: f64,
}

/// What one or more repetitions of a row have shown.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) latencies: Histogram<u64>,
    pub(super) repeats: u64,
    /// From the first counted hop to the last.
    pub(super) wall: Duration,
    /// All hops, the uncounted ones among them.
    pub(super) all_hops: u64,
    pub(super) usage: Usage,
}

impl Sample {
    /// Takes another repetition in.
    pub(super) fn add(&mut self, other: &Self) {
        self.latencies += &other.latencies;
        self.repeats += other.repeats;
        self.wall += other.wall;
        self.all_hops += other.all_hops;
        self.usage = Usage {
            cpu: self.usage.cpu + other.usage.cpu,
            switches: self.usage.switches + other.usage.switches,
        };
    }

    /// The row of the report.
    pub(super) fn row(&self, row_key: RowKey) -> Row {
        let at = |quantile| self.latencies.value_at_quantile(quantile);
        let hops = self.latencies.len();
        let figures = Figures {
            hops,
            repeats: self.repeats,
            p50_ns: at(0.5),
            p90_ns: at(0.9),
            p99_ns: at(0.99),
            p999_ns: at(0.999),
            max_ns: self.latencies.max(),
            handoffs_per_s: ratio(hops as f64, self.wall.as_secs_f64()),
            cpu_ns_per_handoff: ratio(self.usage.cpu.as_secs_f64() * 1e9, self.all_hops as f64),
            ctx_switches_per_handoff: ratio(self.usage.switches as f64, self.all_hops as f64),
        };
        Row { row_key, figures }
    }
}

/// A quotient that is a number also where nothing was counted.
fn ratio(dividend: f64, divisor: f64) -> f64 {
    if divisor > 0.0 { dividend / divisor } else { 0.0 }
}

/// What processes have used.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    /// CPU time, in user and kernel mode.
    pub(super) cpu: Duration,
    /// Context switches, voluntary or not.
    pub(super) switches: u64,
}

impl Usage {
    /// Of this process, or of all children that were waited for so far.
    pub(super) fn of(processes: UsageWho) -> Result<Self> {
        let usage = getrusage(processes).map_err(Error::system("ask what the processes have used"))?;
        let switches = usage.voluntary_context_switches() + usage.involuntary_context_switches();
        let cpu_us = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        Ok(Self { cpu: Duration::from_micros(cpu_us.cast_unsigned()), switches: switches.cast_unsigned() })
    }

    /// What was used since.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(before.cpu),
            switches: self.switches.saturating_sub(before.switches),
        }
    }
}
