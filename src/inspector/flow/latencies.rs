//! How long hand-offs took, by transport, for a table and a picture.

use serde::Serialize;

use crate::game::Court;
use crate::platform::sync::Rights;
use crate::platform::units::fmt_ns;
use crate::protocol::{Bucket, Histogram, Percentiles, Region, TransportKind};

/// Bars per factor of ten.
const PER_DECADE: i32 = 8;

/// How long hand-offs by one transport took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Latencies {
    /// By which transport.
    pub transport: TransportKind,
    /// How many there were.
    #[serde(rename = "hops")]
    pub count: u64,
    /// In nanoseconds.
    #[serde(rename = "handoff_ns")]
    pub percentiles: Percentiles,
    /// From the shortest to the longest; without those that are empty.
    #[serde(skip)]
    pub bars: Vec<Bar>,
}

impl Latencies {
    /// What is above the cells.
    pub const HEADS: [&'static str; 6] = ["transport", "count", "p50", "p99", "p99.9", "max"];

    /// The row of a table.
    pub fn cells(&self) -> [String; Self::HEADS.len()] {
        let Percentiles { p50, p99, p999, max, .. } = self.percentiles;
        let [p50, p99, p999, max] = [p50, p99, p999, max].map(fmt_ns);
        [self.transport.to_string(), self.count.to_string(), p50, p99, p999, max]
    }
}

/// Hand-offs that took about as long as each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Eighths of a power of ten: they took from 10^(place / 8) ns to 10^((place + 1) / 8) ns.
    pub place: i32,
    /// How many there were.
    pub count: u64,
}

impl Bar {
    /// The middle of the bar, as a power of ten of a nanosecond.
    pub fn log10_ns(&self) -> f64 {
        (f64::from(self.place) + 0.5) / f64::from(PER_DECADE)
    }

    /// Its width, in powers of ten.
    pub const WIDTH: f64 = 1.0 / PER_DECADE as f64;

    fn place_of(bucket: &Bucket) -> i32 {
        let middle_ns = (bucket.first_ns + bucket.last_ns) as f64 / 2.0;
        // Saturating, and a duration of zero is as short as one of a nanosecond.
        (middle_ns.max(1.0).log10() * f64::from(PER_DECADE)).floor() as i32
    }
}

/// How many hand-offs there were, by whatever transport.
pub(super) fn count(region: &Region<impl Rights>, court: &Court) -> u64 {
    TransportKind::ALL.iter().map(|kind| Histogram::percentiles(used(region, court, *kind)).count).sum()
}

/// How long hand-offs took, by every transport that was used.
pub fn latencies(region: &Region<impl Rights>, court: &Court) -> Vec<Latencies> {
    let of = |transport| {
        let percentiles = Histogram::percentiles(used(region, court, transport));
        let bars = bars(&Histogram::buckets(used(region, court, transport)));
        Latencies { transport, count: percentiles.count, percentiles, bars }
    };
    TransportKind::ALL.into_iter().map(of).filter(|latencies| latencies.count > 0).collect()
}

/// Those of the panes that there are.
fn used<'a, M: Rights>(region: &'a Region<M>, court: &Court, transport: TransportKind) -> &'a [Histogram<M>] {
    &region.latencies(transport)[..usize::from(court.panes)]
}

fn bars(buckets: &[Bucket]) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for bucket in buckets {
        let place = Bar::place_of(bucket);
        match bars.last_mut().filter(|bar| bar.place == place) {
            Some(bar) => bar.count += bucket.count,
            None => bars.push(Bar { place, count: bucket.count }),
        }
    }
    bars
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn bars_have_every_hand_off_once_and_about_where_it_belongs() {
        let bucket = |first_ns, last_ns, count| Bucket { first_ns, last_ns, count };
        let found =
            bars(&[bucket(0, 0, 1), bucket(1000, 1031, 5), bucket(1032, 1063, 7), bucket(9900, 9999, 2)]);
        assert_eq!(found.iter().map(|bar| bar.count).sum::<u64>(), 15);
        assert_eq!(found[0].place, 0, "nothing is as short as a nanosecond");
        assert_eq!((found[1].count, found[1].place), (12, 24), "10^3 and a little");
        assert!(found[1].log10_ns() > 3.0 && found[1].log10_ns() < 3.0 + Bar::WIDTH);
    }
}
