//! The least that a row could cost on this machine: what is measured in the same run without any protocol.

use serde::{Deserialize, Serialize};

use super::key::{Copying, Mode, RowKey};
use crate::platform::topology::Placement;
use crate::protocol::doorbell::Wait;

/// A floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FloorKind {
    /// Two processes wake each other by the futex alone: one way
    FutexPair,
    /// Two processes on one CPU yield to each other: one way
    YieldSwitch,
    /// A cache line from CPU to CPU, there and back
    CacheLine,
    /// A copy of so many bytes by one process, over as many buffers as may be on their way
    Memcpy,
    /// A system call that does nothing
    EmptyCall,
}

/// The buffers of a copy have no more bytes than this together, however many messages may be on their way.
const MOST_BYTES: usize = 64 << 20;
/// A call or a copy is over before the clock is read, so many are timed together: calls, or bytes.
const CALLS: usize = 100;
const BYTES_TIMED: usize = 256 << 10;
/// Up to so many bytes, a message in memory is one cache line, and through the kernel its system call.
const SMALL_BYTES: usize = 64;

/// What makes a floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct FloorKey {
    pub(super) kind: FloorKind,
    pub(super) placement: Placement,
    pub(super) bytes: Option<usize>,
    pub(super) in_flight: Option<usize>,
}

impl FloorKey {
    /// The floor that a row stands beside, if there is one. docs/BENCH.md has the same as a table, with the reasons.
    pub(super) fn beside(row: &RowKey) -> Option<Self> {
        let of = |kind, placement| Some(Self { kind, placement, bytes: None, in_flight: None });
        let is_across = !matches!(row.placement, Placement::SameCpu | Placement::Unpinned);
        if row.mode == Mode::Throughput {
            let is_small = row.bytes <= SMALL_BYTES;
            return match row.transport.is_in_memory() {
                true if is_small && row.copy == Copying::InPlace && is_across => {
                    of(FloorKind::CacheLine, row.placement)
                }
                false if is_small && row.batch == 1 => of(FloorKind::EmptyCall, row.placement),
                _ => Some(Self::copy(row)),
            };
        }
        if !row.transport.has_waits() || row.wait == Wait::Block {
            return of(FloorKind::FutexPair, row.placement);
        }
        match row.placement {
            Placement::SameCpu => of(FloorKind::YieldSwitch, row.placement),
            // Whether they share a CPU, and so which floor is theirs, the scheduler decides at every moment.
            Placement::Unpinned => None,
            across => of(FloorKind::CacheLine, across),
        }
    }

    /// How many times the floor a message of this row contains.
    pub(super) fn times(row: &RowKey) -> f64 {
        if row.mode == Mode::RequestReply { 2.0 } else { 1.0 }
    }

    fn copy(row: &RowKey) -> Self {
        let buffers = row.in_flight.clamp(1, (MOST_BYTES / row.bytes.max(1)).max(1));
        Self {
            kind: FloorKind::Memcpy,
            placement: row.placement,
            bytes: Some(row.bytes),
            in_flight: Some(buffers),
        }
    }

    /// How many processes it takes.
    pub(super) fn processes(&self) -> usize {
        match self.kind {
            FloorKind::FutexPair | FloorKind::YieldSwitch | FloorKind::CacheLine => 2,
            FloorKind::Memcpy | FloorKind::EmptyCall => 1,
        }
    }

    /// How many of them are timed together.
    pub(super) fn timed_together(&self) -> usize {
        match self.kind {
            FloorKind::FutexPair | FloorKind::YieldSwitch | FloorKind::CacheLine => 1,
            FloorKind::EmptyCall => CALLS,
            FloorKind::Memcpy => (BYTES_TIMED / self.bytes.unwrap_or(1).max(1)).max(1),
        }
    }

    /// For people.
    pub(super) fn name(&self) -> String {
        let Self { kind, placement, bytes, in_flight } = self;
        match (bytes, in_flight) {
            (Some(bytes), Some(1)) => format!("{kind} of {bytes} B, {placement}"),
            (Some(bytes), Some(buffers)) => format!("{kind} of {bytes} B, {buffers} buffers, {placement}"),
            _ => format!("{kind}, {placement}"),
        }
    }
}

/// What was measured of a floor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// Which.
    pub kind: FloorKind,
    /// Where.
    pub placement: Placement,
    /// Of a copy, how large; null for the others.
    pub bytes: Option<usize>,
    /// Of a copy, how many buffers; null for the others.
    pub in_flight: Option<usize>,
    /// The median of all repetitions, in nanoseconds.
    pub p50_ns: f64,
    /// The median of each repetition, in their order.
    pub repeat_p50_ns: Vec<f64>,
    /// Of a copy, bytes per second; null for the others.
    pub bytes_per_s: Option<f64>,
}

impl Floor {
    /// For people.
    pub fn name(&self) -> String {
        let Self { kind, placement, bytes, in_flight, .. } = *self;
        FloorKey { kind, placement, bytes, in_flight }.name()
    }
}

/// A row beside its floor. Of latencies it is the row over the floor, of throughput the floor over the row: 1 is the floor, more is
/// worse.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FloorRatio {
    /// Which.
    pub kind: FloorKind,
    /// The median of the ratios of the repetitions.
    pub ratio: f64,
    /// The least and the greatest of them.
    pub range: [f64; 2],
}

impl FloorRatio {
    /// Of the ratios of the repetitions; None where there are none, or one is no number.
    pub(super) fn of(kind: FloorKind, mut ratios: Vec<f64>) -> Option<Self> {
        if !ratios.iter().all(|ratio| ratio.is_finite() && *ratio > 0.0) {
            return None;
        }
        ratios.sort_by(f64::total_cmp);
        let (least, greatest) = (*ratios.first()?, *ratios.last()?);
        let middle = ratios.len() / 2;
        let ratio = if ratios.len() % 2 == 1 {
            ratios[middle]
        } else {
            f64::midpoint(ratios[middle - 1], ratios[middle])
        };
        Some(Self { kind, ratio, range: [least, greatest] })
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::bench::mechanism::Mechanism;

    fn beside(transport: Mechanism, wait: Wait, placement: Placement) -> Option<String> {
        let row = RowKey::latency(transport, wait, placement, 2, 64);
        FloorKey::beside(&row).map(|floor| floor.name())
    }

    #[test]
    fn a_row_that_sleeps_stands_beside_the_bare_futex_wherever_it_runs() {
        for placement in [Placement::SameCpu, Placement::DistinctCores, Placement::Unpinned] {
            for mechanism in Mechanism::ALL {
                let expected = Some(format!("futex-pair, {placement}"));
                assert_eq!(beside(*mechanism, Wait::Block, placement), expected, "{mechanism}");
            }
        }
    }

    #[test]
    fn a_row_that_stays_awake_stands_beside_a_yield_or_a_cache_line() {
        for wait in [Wait::Adaptive, Wait::Spin] {
            let found = [Placement::SameCpu, Placement::DistinctCores, Placement::Unpinned]
                .map(|placement| beside(Mechanism::Shared, wait, placement));
            let expected = [Some("yield-switch, same-cpu"), Some("cache-line, distinct-cores"), None];
            assert_eq!(found, expected.map(|name| name.map(str::to_owned)), "{}", wait.name());
        }
    }

    #[test]
    fn throughput_stands_beside_a_copy_and_a_small_message_beside_what_it_cannot_go_without() {
        let row = |transport, placement, bytes, in_flight| RowKey {
            mode: Mode::Throughput,
            in_flight,
            ..RowKey::latency(transport, Wait::Block, placement, 2, bytes)
        };
        let name = |row: RowKey| FloorKey::beside(&row).unwrap().name();
        let (shared, pipe) = (Mechanism::Shared, Mechanism::Pipe);
        let (same, cores) = (Placement::SameCpu, Placement::DistinctCores);
        assert_eq!(name(row(shared, cores, 64, 8)), "cache-line, distinct-cores");
        assert_eq!(name(row(shared, same, 64, 8)), "memcpy of 64 B, 8 buffers, same-cpu");
        assert_eq!(name(row(pipe, cores, 64, 8)), "empty-call, distinct-cores");
        assert_eq!(
            name(RowKey { batch: 4, ..row(pipe, cores, 64, 8) }),
            "memcpy of 64 B, 8 buffers, distinct-cores"
        );
        assert_eq!(name(row(pipe, cores, 1 << 20, 1)), "memcpy of 1048576 B, distinct-cores");
        let copied = RowKey { copy: Copying::Both, ..row(shared, cores, 64, 8) };
        assert_eq!(name(copied), "memcpy of 64 B, 8 buffers, distinct-cores");
        // However many are on their way, the buffers fit into memory.
        assert_eq!(
            name(row(shared, cores, 16 << 20, 1000)),
            "memcpy of 16777216 B, 4 buffers, distinct-cores"
        );
        assert_eq!(name(row(shared, cores, 256 << 20, 1000)), "memcpy of 268435456 B, distinct-cores");
    }

    #[test]
    fn a_ratio_is_the_median_of_those_of_the_repetitions() {
        let of = |ratios: &[f64]| FloorRatio::of(FloorKind::Memcpy, ratios.to_vec());
        let found = of(&[1.5, 1.0, 1.25]).unwrap();
        assert_eq!((found.ratio, found.range), (1.25, [1.0, 1.5]));
        let found = of(&[1.0, 2.0]).unwrap();
        assert_eq!((found.ratio, found.range), (1.5, [1.0, 2.0]));
        for none in [&[][..], &[f64::NAN], &[1.0, f64::INFINITY], &[0.0]] {
            assert_eq!(of(none), None, "{none:?}");
        }
    }
}
