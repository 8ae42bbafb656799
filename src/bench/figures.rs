//! What a repetition has shown, and the rows that are made of it.

use std::time::Duration;

use hdrhistogram::Histogram;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

use super::floor::FloorRatio;
use super::key::RowKey;
use crate::error::{Error, Result};

/// Longer latencies are counted as this: a minute.
const LONGEST_NS: u64 = 60_000_000_000;

/// An empty histogram of nanoseconds, three significant digits.
pub(super) fn new_histogram() -> Result<Histogram<u64>> {
    let histogram = Histogram::new_with_bounds(1, LONGEST_NS, 3).map_err(std::io::Error::other);
    histogram.map_err(Error::system("make a histogram"))
}

/// One row of the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What was measured.
    #[serde(flatten)]
    pub key: RowKey,
    /// What came of it.
    #[serde(flatten)]
    pub figures: Figures,
    /// How much more it is than the least that it could be on this machine; null where no floor was measured.
    pub floor: Option<FloorRatio>,
}

/// The figures of a row. Latencies are those of all counted messages of all repetitions, in nanoseconds; docs/BENCH.md says from
/// where to where for each mode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Counted messages of all repetitions.
    pub hops: u64,
    /// Repetitions.
    pub repeats: u64,
    /// Their mean.
    pub mean_ns: f64,
    /// Half of them took no longer.
    pub p50_ns: u64,
    /// 90 of 100; null where there are too few to tell.
    pub p90_ns: Option<u64>,
    /// 99 of 100; null where there are too few to tell.
    pub p99_ns: Option<u64>,
    /// 999 of 1000; null where there are too few to tell.
    pub p999_ns: Option<u64>,
    /// The slowest.
    pub max_ns: u64,
    /// The median of each repetition, in their order.
    pub repeat_p50_ns: Vec<u64>,
    /// Where the median lies with 95 % confidence, by bootstrap over repetitions; null of one repetition.
    pub p50_interval_ns: Option<[u64; 2]>,
    /// Counted messages over the time from the first to the last of each repetition.
    pub messages_per_s: f64,
    /// The payload of the same, in bytes.
    pub bytes_per_s: f64,
    /// Messages per second of each repetition, in their order.
    pub repeat_messages_per_s: Vec<f64>,
    /// Where messages per second lie with 95 % confidence; null of one repetition.
    pub messages_interval_per_s: Option<[f64; 2]>,
    /// How much of the time the sender waited for room; null where it never sends ahead.
    pub sender_waited_percent: Option<f64>,
    /// CPU time of all processes from their start to their end over all of their messages.
    pub cpu_ns_per_message: f64,
    /// Context switches, voluntary or not, over the same.
    pub ctx_switches_per_message: f64,
}

/// What one or more repetitions of a row have shown.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) latencies: Histogram<u64>,
    /// Of each repetition, in their order.
    pub(super) repeats: Vec<Repeat>,
    /// All messages, the uncounted ones among them.
    pub(super) all_hops: u64,
    pub(super) usage: Usage,
}

/// One repetition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    /// Counted messages.
    pub(super) hops: u64,
    pub(super) p50_ns: u64,
    /// From the first counted message to the last.
    pub(super) wall: Duration,
    /// For how long of it the sender waited for room; None where it never sends ahead.
    pub(super) sender_waited: Option<Duration>,
}

impl Sample {
    /// Takes another repetition in.
    pub(super) fn add(&mut self, other: &Self) {
        self.latencies += &other.latencies;
        self.repeats.extend(&other.repeats);
        self.all_hops += other.all_hops;
        self.usage = Usage {
            cpu: self.usage.cpu + other.usage.cpu,
            switches: self.usage.switches + other.usage.switches,
        };
    }

    /// The counted time of all repetitions.
    pub(super) fn wall(&self) -> Duration {
        self.repeats.iter().map(|repeat| repeat.wall).sum()
    }

    /// The row of the report, without its floor.
    pub(super) fn row(&self, key: RowKey) -> Row {
        let at = |quantile| self.latencies.value_at_quantile(quantile);
        let hops: u64 = self.repeats.iter().map(|repeat| repeat.hops).sum();
        let messages_per_s = ratio(hops as f64, self.wall().as_secs_f64());
        let waited: Option<Duration> = self.repeats.iter().map(|repeat| repeat.sender_waited).sum();
        let per_s = |repeat: &Repeat| ratio(repeat.hops as f64, repeat.wall.as_secs_f64());
        let figures = Figures {
            hops,
            repeats: self.repeats.len() as u64,
            mean_ns: self.latencies.mean(),
            p50_ns: at(0.5),
            p90_ns: Some(at(0.9)),
            p99_ns: Some(at(0.99)),
            p999_ns: Some(at(0.999)),
            max_ns: self.latencies.max(),
            repeat_p50_ns: self.repeats.iter().map(|repeat| repeat.p50_ns).collect(),
            p50_interval_ns: None,
            messages_per_s,
            bytes_per_s: messages_per_s * key.bytes as f64,
            repeat_messages_per_s: self.repeats.iter().map(per_s).collect(),
            messages_interval_per_s: None,
            sender_waited_percent: waited
                .map(|waited| 100.0 * ratio(waited.as_secs_f64(), self.wall().as_secs_f64())),
            cpu_ns_per_message: ratio(self.usage.cpu.as_secs_f64() * 1e9, self.all_hops as f64),
            ctx_switches_per_message: ratio(self.usage.switches as f64, self.all_hops as f64),
        };
        Row { key, figures, floor: None }
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
