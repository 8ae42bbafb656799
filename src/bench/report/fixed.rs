//! A sample and a report for tests: always the same.

use std::time::Duration;

use super::{BenchReport, LeftOut};
use crate::bench::advice::Advice;
use crate::bench::figures::{Repeat, Row, Sample, Usage, new_histogram, written_down};
use crate::bench::floor::{Floor, FloorKind, FloorRatio};
use crate::bench::key::RowKey;
use crate::bench::manifest::Watch;
use crate::bench::mechanism::Mechanism;
use crate::bench::placement::{Placement, Places};
use crate::platform::machine::HERE;
use crate::protocol::doorbell::Wait;

/// 1000 messages of 1 to 1000 µs.
pub(in crate::bench) fn sample() -> (RowKey, Sample) {
    let key = RowKey::latency(Mechanism::Shared, Wait::Spin, Placement::SameCpu, 2, 64);
    let mut latencies = new_histogram().unwrap();
    (1..=1000).for_each(|us| latencies.record(us * 1000).unwrap());
    let usage = Usage { cpu: Duration::from_micros(2200), switches: 550 };
    let repeat = Repeat {
        hops: 1000,
        p50_ns: 500_000,
        first_ns: 1_000_000_000,
        wall: Duration::from_millis(500),
        sender_waited: None,
        latencies: written_down(&latencies).unwrap(),
    };
    (key, Sample { latencies, repeats: vec![repeat], all_hops: 1100, usage })
}

/// A row whose repetitions had these medians.
pub(in crate::bench) fn row(key: RowKey, repeat_p50_ns: &[u64]) -> Row {
    let mut row = sample().1.row(key);
    let median = repeat_p50_ns[repeat_p50_ns.len() / 2];
    row.figures.p50_ns = median;
    row.figures.repeats = repeat_p50_ns.len() as u64;
    row.figures.repeat_p50_ns = repeat_p50_ns.to_vec();
    row.figures.repeat_messages_per_s = repeat_p50_ns.iter().map(|ns| 1e9 / *ns as f64).collect();
    row.figures.curve_ns = (0..=40).map(|step| median * (20 + step * step) / 60).collect();
    row.figures.messages_per_s = 1e9 / median as f64;
    row.figures.bytes_per_s = row.figures.messages_per_s * key.bytes as f64;
    row
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for placement in [Placement::SameCpu, Placement::Unpinned] {
        for (index, bytes) in [64, 4096, 65536].into_iter().enumerate() {
            let ways = [
                (Mechanism::Shared, Wait::Block),
                (Mechanism::Shared, Wait::Spin),
                (Mechanism::Pipe, Wait::Block),
            ];
            for (way, (mechanism, wait)) in ways.into_iter().enumerate() {
                let median = 1000 * (1 + way as u64) * (1 + 3 * index as u64);
                let key = RowKey::latency(mechanism, wait, placement, 2, bytes);
                let mut row = row(key, &[median, median + 10, median + 20]);
                row.figures.p50_interval_ns = Some([median, median + 20]);
                row.floor = Some(FloorRatio { kind: FloorKind::FutexPair, ratio: 1.25, range: [1.2, 1.5] });
                rows.push(row);
            }
        }
    }
    rows
}

/// Three ways at two sizes and two placements, a floor, a row that was left out, a sentence, and a CPU with an evil name.
pub(in crate::bench) fn report() -> BenchReport {
    let places = Places::find(HERE).unwrap();
    let mut manifest = Watch::start(HERE, &places, &[]).unwrap().finish(&places).unwrap();
    (manifest.quota, manifest.throttling) = (None, None);
    (manifest.allowed_others_percent, manifest.allowed_stolen_percent) = (None, None);
    manifest.cpu = Some("<script>alert(1)</script> & \"CPU\" |x| @all".to_owned());
    manifest.unix_s = 1_764_500_000;
    (manifest.others_percent, manifest.stolen_percent) = (Some(37.2), Some(0.0));
    let floor = |placement| Floor {
        kind: FloorKind::FutexPair,
        placement,
        bytes: None,
        in_flight: None,
        p50_ns: 2100.5,
        repeat_p50_ns: vec![2000.0, 2100.5, 2200.0],
        bytes_per_s: None,
    };
    BenchReport {
        warnings: manifest.warnings(),
        manifest,
        floors: [Placement::SameCpu, Placement::Unpinned].map(floor).to_vec(),
        rows: rows(),
        left_out: vec![LeftOut {
            what: "<b>uring</b>".to_owned(),
            why: "the kernel | refuses it".to_owned(),
        }],
        advice: vec![Advice {
            sentence: "On one CPU, take shared/block & be <happy>.".to_owned(),
            rows: vec!["shared/block".to_owned()],
        }],
    }
}
