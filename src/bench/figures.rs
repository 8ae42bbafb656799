//! What a repetition has shown, and the rows that are made of it.

use std::time::Duration;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

use super::floor::{Floor, FloorKey, FloorKind, FloorRatio};
use super::key::{Mode, RowKey};
use super::statistics::{Latencies, median_interval, percentile, rate_interval};
use crate::error::{Error, Result};

/// Longer latencies are counted as this: a minute.
const LONGEST_NS: u64 = 60_000_000_000;

/// An empty histogram of nanoseconds, three significant digits.
pub(super) fn new_histogram() -> Result<Histogram<u64>> {
    let histogram = Histogram::new_with_bounds(1, LONGEST_NS, 3).map_err(std::io::Error::other);
    histogram.map_err(Error::system("make a histogram"))
}

/// A histogram as bytes (V2), short where most of its values are 0.
pub(super) fn written_down(histogram: &Histogram<u64>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let written = V2Serializer::new().serialize(histogram, &mut bytes).map_err(std::io::Error::other);
    written.map_err(Error::system("write down the latencies")).map(|_| bytes)
}

/// So many values has the curve for each nine, and so many nines at most.
const CURVE_STEPS: u32 = 10;
const CURVE_NINES: u32 = 5;

/// Latency by how few messages took longer, as far as there are enough that did.
fn curve(latencies: &Histogram<u64>) -> Vec<u64> {
    let nines = (0..=CURVE_STEPS * CURVE_NINES).map(|step| f64::from(step) / f64::from(CURVE_STEPS));
    let value = |nines: f64| {
        let quantile = 1.0 - 10f64.powf(-nines);
        if nines > 0.0 {
            percentile(latencies, quantile)
        } else {
            Some(latencies.value_at_quantile(quantile))
        }
    };
    nines.map_while(value).collect()
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
    /// To which CPU each process was bound; null where they were not.
    pub cpus: Option<Vec<usize>>,
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
    /// The curve of a picture: all but one of 10^(i/10) messages took no longer, for i from 0 on. Ten values are one more nine; it ends
    /// where there are too few messages to tell, at the latest with 99.999 %.
    #[serde(default)]
    pub curve_ns: Vec<u64>,
    /// The median of each repetition, in their order.
    pub repeat_p50_ns: Vec<u64>,
    /// Where the median lies with 95 % confidence, by bootstrap over repetitions; null of fewer than 5 repetitions.
    pub p50_interval_ns: Option<[u64; 2]>,
    /// Counted messages over the time from the first to the last of each repetition.
    pub messages_per_s: f64,
    /// The payload of the same, in bytes.
    pub bytes_per_s: f64,
    /// Messages per second of each repetition, in their order.
    pub repeat_messages_per_s: Vec<f64>,
    /// Where messages per second lie with 95 % confidence; null of fewer than 5 repetitions.
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
#[derive(Debug, Clone)]
pub(super) struct Repeat {
    /// Counted messages.
    pub(super) hops: u64,
    pub(super) p50_ns: u64,
    /// When the first counted message was handed over, by `CLOCK_MONOTONIC`.
    pub(super) first_ns: u64,
    /// From the first counted message to the last.
    pub(super) wall: Duration,
    /// Its latencies alone, as [`written_down`] makes them: some kilobytes, where a histogram has hundreds.
    pub(super) latencies: Vec<u8>,
    /// For how long of it the sender waited for room; None where it never sends ahead.
    pub(super) sender_waited: Option<Duration>,
}

impl Repeat {
    fn per_s(&self) -> f64 {
        ratio(self.hops as f64, self.wall.as_secs_f64())
    }

    /// None if these bytes are no histogram.
    fn latencies(&self) -> Option<Latencies> {
        let read = Deserializer::new().deserialize(&mut self.latencies.as_slice());
        read.ok().as_ref().map(Latencies::of)
    }
}

impl Sample {
    /// Takes another repetition in.
    pub(super) fn add(&mut self, other: &Self) {
        self.latencies += &other.latencies;
        self.repeats.extend_from_slice(&other.repeats);
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

    /// The row of the report, without its CPUs and its floor.
    pub(super) fn row(&self, key: RowKey) -> Row {
        let at = |quantile| percentile(&self.latencies, quantile);
        let hops: u64 = self.repeats.iter().map(|repeat| repeat.hops).sum();
        let messages_per_s = ratio(hops as f64, self.wall().as_secs_f64());
        let waited: Option<Duration> = self.repeats.iter().map(|repeat| repeat.sender_waited).sum();
        let each: Option<Vec<_>> = self.repeats.iter().map(Repeat::latencies).collect();
        let rates: Vec<_> =
            self.repeats.iter().map(|repeat| (repeat.hops, repeat.wall.as_secs_f64())).collect();
        let figures = Figures {
            hops,
            repeats: self.repeats.len() as u64,
            mean_ns: self.latencies.mean(),
            p50_ns: self.latencies.value_at_quantile(0.5),
            p90_ns: at(0.9),
            p99_ns: at(0.99),
            p999_ns: at(0.999),
            max_ns: self.latencies.max(),
            curve_ns: curve(&self.latencies),
            repeat_p50_ns: self.repeats.iter().map(|repeat| repeat.p50_ns).collect(),
            p50_interval_ns: each.and_then(|each| median_interval(&each)),
            messages_per_s,
            bytes_per_s: messages_per_s * key.bytes as f64,
            repeat_messages_per_s: self.repeats.iter().map(Repeat::per_s).collect(),
            messages_interval_per_s: rate_interval(&rates),
            sender_waited_percent: waited
                .map(|waited| 100.0 * ratio(waited.as_secs_f64(), self.wall().as_secs_f64())),
            cpu_ns_per_message: ratio(self.usage.cpu.as_secs_f64() * 1e9, self.all_hops as f64),
            ctx_switches_per_message: ratio(self.usage.switches as f64, self.all_hops as f64),
        };
        Row { key, figures, cpus: None, floor: None }
    }

    /// The row of the report beside its floor, whose repetitions were played in turn with those of the row.
    pub(super) fn row_beside(&self, key: RowKey, floor: Option<(&FloorKey, &Self)>) -> Row {
        let ratio = floor.and_then(|(floor, played)| {
            let ratios = self.repeats.iter().zip(&played.repeats);
            let ratios = ratios.map(|(row, least)| ratio_of(&key, row, floor, least));
            FloorRatio::of(floor.kind, ratios.collect())
        });
        Row { floor: ratio, ..self.row(key) }
    }

    /// The floor of the report.
    pub(super) fn floor(&self, key: FloorKey) -> Floor {
        let FloorKey { kind, placement, bytes, in_flight } = key;
        let together = key.timed_together() as f64;
        let copies_per_s = ratio(self.latencies.len() as f64 * together, self.wall().as_secs_f64());
        let repeats = self.repeats.iter().map(|repeat| repeat.p50_ns as f64 / together);
        Floor {
            kind,
            placement,
            bytes,
            in_flight,
            p50_ns: self.latencies.value_at_quantile(0.5) as f64 / together,
            repeat_p50_ns: repeats.collect(),
            bytes_per_s: bytes.map(|bytes| copies_per_s * bytes as f64),
        }
    }
}

/// A repetition of a row over the floor, or, of throughput, the floor over the row. What is no number is of no use to the caller.
fn ratio_of(key: &RowKey, row: &Repeat, floor: &FloorKey, least: &Repeat) -> f64 {
    let together = floor.timed_together() as f64;
    let least_ns = match floor.kind {
        // Copies are counted over the whole time, as messages are.
        FloorKind::Memcpy => 1e9 / (least.per_s() * together),
        _ => least.p50_ns as f64 / together,
    };
    let row_ns = if key.mode == Mode::Throughput { 1e9 / row.per_s() } else { row.p50_ns as f64 };
    row_ns / (least_ns * FloorKey::times(key))
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

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::bench::mechanism::Mechanism;
    use crate::platform::topology::Placement;
    use crate::protocol::doorbell::Wait;

    /// So many messages of this latency in a second, in each repetition.
    fn sample(repeats: &[(u64, u64)]) -> Sample {
        let mut all: Option<Sample> = None;
        for (hops, ns) in repeats {
            let mut latencies = new_histogram().unwrap();
            latencies.record_n(*ns, *hops).unwrap();
            let repeat = Repeat {
                hops: *hops,
                p50_ns: *ns,
                first_ns: 0,
                wall: Duration::from_secs(1),
                latencies: written_down(&latencies).unwrap(),
                sender_waited: None,
            };
            let one = Sample { latencies, repeats: vec![repeat], all_hops: *hops, usage: Usage::default() };
            match &mut all {
                Some(all) => all.add(&one),
                None => all = Some(one),
            }
        }
        all.unwrap()
    }

    fn key() -> RowKey {
        RowKey::latency(Mechanism::Shared, Wait::Block, Placement::SameCpu, 2, 64)
    }

    #[test]
    fn a_row_says_how_sure_it_is() {
        let figures =
            sample(&[(100, 110), (100, 120), (100, 130), (100, 140), (100, 150)]).row(key()).figures;
        assert_eq!((figures.p50_ns, figures.p50_interval_ns), (130, Some([110, 150])));
        assert_eq!(figures.messages_interval_per_s, Some([100.0, 100.0]));
        assert_eq!((figures.p90_ns, figures.p99_ns, figures.p999_ns), (Some(150), None, None));
    }

    #[test]
    fn a_row_of_one_repetition_has_neither_interval_nor_percentiles_that_it_cannot_tell() {
        let figures = sample(&[(40, 110)]).row(key()).figures;
        assert_eq!((figures.p50_ns, figures.max_ns, figures.repeats), (110, 110, 1));
        assert_eq!((figures.p50_interval_ns, figures.messages_interval_per_s), (None, None));
        assert_eq!((figures.p90_ns, figures.p99_ns, figures.p999_ns), (None, None, None));
    }

    #[test]
    fn a_latency_is_so_many_times_its_floor_repetition_by_repetition() {
        let floor = FloorKey::beside(&key()).unwrap();
        let (row, least) =
            (sample(&[(10, 110), (10, 240), (10, 130)]), sample(&[(10, 100), (10, 200), (10, 100)]));
        let found = row.row_beside(key(), Some((&floor, &least))).floor.unwrap();
        assert_eq!((found.kind, found.ratio, found.range), (FloorKind::FutexPair, 1.2, [1.1, 1.3]));
        // A request and its reply are two hops.
        let both = RowKey { mode: Mode::RequestReply, ..key() };
        assert_eq!(row.row_beside(both, Some((&floor, &least))).floor.unwrap().ratio, 0.6);
        assert_eq!(row.row_beside(key(), None).floor, None);
    }

    #[test]
    fn of_throughput_it_is_the_floor_over_the_row() {
        let key = RowKey { mode: Mode::Throughput, bytes: 1 << 20, ..key() };
        let floor = FloorKey::beside(&key).unwrap();
        // 1000 copies a second, 800 messages a second.
        let found = sample(&[(800, 5)]).row_beside(key, Some((&floor, &sample(&[(1000, 5)])))).floor.unwrap();
        assert_eq!((found.kind, found.ratio), (FloorKind::Memcpy, 1.25));
        let small = RowKey { bytes: 64, placement: Placement::DistinctCores, ..key };
        let floor = FloorKey::beside(&small).unwrap();
        // A line there and back in 100 ns, a message each 250 ns.
        let found = sample(&[(4_000_000, 9)]).row_beside(small, Some((&floor, &sample(&[(10, 100)]))));
        assert_eq!(found.floor.unwrap().ratio, 2.5);
    }

    #[test]
    fn what_is_timed_together_is_reported_one_by_one() {
        let floor = FloorKey { kind: FloorKind::EmptyCall, ..FloorKey::beside(&key()).unwrap() };
        let found = sample(&[(10, 5050), (10, 5150)]).floor(floor);
        // Three digits of all, and each exactly.
        assert!((found.p50_ns - 50.5).abs() < 0.02, "{found:?}");
        assert_eq!((found.repeat_p50_ns, found.bytes_per_s), (vec![50.5, 51.5], None));
        let copy = RowKey { mode: Mode::Throughput, bytes: 1 << 20, ..key() };
        let found = sample(&[(1000, 9)]).floor(FloorKey::beside(&copy).unwrap());
        assert_eq!(found.bytes_per_s, Some(1000.0 * f64::from(1 << 20)));
    }
}
