//! The charts of a report: latency by percentile, and latency and throughput by size.

use super::BenchReport;
use super::chart::{Axis, Chart, Line};
use super::facts::{fmt_payload, fmt_rate, fmt_speed};
use crate::bench::figures::Row;
use crate::bench::key::{Copying, Mode, RowKey};
use crate::bench::mechanism::Mechanism;
use crate::platform::units::{fmt_mark_ns, fmt_ns};
use crate::protocol::doorbell::Wait;

/// So many steps of the curve in JSON are one more nine.
const STEPS: f64 = 10.0;

/// A row's setting: all of its key but the way in which its messages travel, and wait.
pub(in crate::bench) fn setting(key: &RowKey) -> RowKey {
    RowKey { transport: Mechanism::Shared, wait: Wait::Block, copy: Copying::InPlace, ..*key }
}

/// A setting in words, with the size of the messages or without.
pub(in crate::bench) fn setting_name(key: &RowKey, has_bytes: bool) -> String {
    let mut parts =
        vec![key.mode.to_string(), key.placement.to_string(), format!("{} processes", key.processes)];
    if has_bytes {
        parts.push(fmt_payload(key.bytes));
    }
    if key.in_flight > 1 {
        parts.push(format!("{} in flight", key.in_flight));
    }
    if key.batch > 1 {
        parts.push(format!("batches of {}", key.batch));
    }
    parts.extend(key.rate_per_s.map(|rate| format!("{rate}/s")));
    parts.join(", ")
}

/// The rows of each setting, in the order of the report.
pub(in crate::bench) fn settings(rows: &[Row], of: impl Fn(&RowKey) -> RowKey) -> Vec<(RowKey, Vec<&Row>)> {
    let mut settings: Vec<(RowKey, Vec<&Row>)> = Vec::new();
    for row in rows {
        let setting = of(&row.key);
        match settings.iter_mut().find(|(found, _)| *found == setting) {
            Some((_, rows)) => rows.push(row),
            None => settings.push((setting, vec![row])),
        }
    }
    settings
}

/// Which style each way has, in all charts of a report.
fn ways(report: &BenchReport) -> Vec<String> {
    let mut ways = Vec::new();
    for row in &report.rows {
        let way = row.key.way();
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

/// Latency by percentile, one chart for each setting.
pub(super) fn by_percentile(report: &BenchReport) -> Vec<Chart> {
    let ways = ways(report);
    let settings = settings(&report.rows, setting);
    settings.iter().map(|(setting, rows)| percentiles(setting, rows, &ways)).collect()
}

fn log_ns(ns: u64) -> f64 {
    (ns.max(1) as f64).log10()
}

fn percentiles(setting: &RowKey, rows: &[&Row], ways: &[String]) -> Chart {
    let line = |row: &&Row| {
        let curve = row.figures.curve_ns.iter().take(51).enumerate();
        let half = 2f64.log10();
        let bar = row.figures.p50_interval_ns.map(|[low, high]| (half, log_ns(low), log_ns(high)));
        Line {
            name: row.key.way(),
            style: ways.iter().position(|way| *way == row.key.way()).unwrap_or(0),
            points: curve.map(|(step, ns)| (step as f64 / STEPS, log_ns(*ns))).collect(),
            has_dots: false,
            bars: bar.into_iter().collect(),
        }
    };
    let lines: Vec<_> = rows.iter().map(line).collect();
    let points = || lines.iter().flat_map(|line| &line.points);
    let reach = points().map(|(nines, _)| *nines).fold(0.0, f64::max);
    let medians = rows.iter().map(|row| {
        let p99 = row.figures.p99_ns.map(|ns| format!(", 99 % within {}", fmt_ns(ns))).unwrap_or_default();
        format!("{}: half within {}{p99}", row.key.way(), fmt_ns(row.figures.p50_ns))
    });
    Chart {
        title: setting_name(setting, true),
        description: in_lines("Latency by percentile, each step to the right ten times as rare.", medians),
        x: Axis::percentiles("percentile of messages", reach),
        y: Axis::log(latency_of(setting.mode), points().map(|(_, y)| *y), fmt_mark_ns),
        lines,
        points: Vec::new(),
    }
}

fn latency_of(mode: Mode) -> &'static str {
    match mode {
        Mode::Latency => "latency of a hop, one way",
        Mode::RequestReply => "latency of request and reply",
        Mode::Rate => "latency from when it was due",
        Mode::Throughput | Mode::FanOut => "latency of a message",
    }
}

fn in_lines(first: &str, others: impl Iterator<Item = String>) -> String {
    let all: Vec<_> = std::iter::once(first.to_owned()).chain(others.map(|line| line + ".")).collect();
    all.join("\n")
}

/// What is drawn over the size.
#[derive(Clone, Copy)]
struct Figure {
    what: &'static str,
    of: fn(&Row) -> f64,
    interval: fn(&Row) -> Option<[f64; 2]>,
    mark: fn(f64) -> String,
}

/// Latency, messages and bytes per second by size: one chart each for each setting that was measured with more than one size.
pub(super) fn by_size(report: &BenchReport) -> Vec<Chart> {
    let ways = ways(report);
    let all = settings(&report.rows, |key| RowKey { bytes: 0, ..setting(key) });
    let figures = [
        Figure {
            what: "latency, median",
            of: |row| row.figures.p50_ns as f64,
            interval: |row| row.figures.p50_interval_ns.map(|bounds| bounds.map(|ns| ns as f64)),
            mark: fmt_mark_ns,
        },
        Figure {
            what: "bytes per second",
            of: |row| row.figures.bytes_per_s,
            interval: |row| {
                row.figures
                    .messages_interval_per_s
                    .map(|bounds| bounds.map(|bound| bound * row.key.bytes as f64))
            },
            mark: |speed| fmt_speed(speed).replace(".00", "").replace(".0", ""),
        },
        Figure {
            what: "messages per second",
            of: |row| row.figures.messages_per_s,
            interval: |row| row.figures.messages_interval_per_s,
            mark: |rate| fmt_rate(rate).replace(".00", "").replace(".0", ""),
        },
    ];
    let mut charts = Vec::new();
    for (setting, rows) in &all {
        let mut sizes: Vec<_> = rows.iter().map(|row| row.key.bytes).collect();
        sizes.sort_unstable();
        sizes.dedup();
        if sizes.len() > 1 {
            let of_mode = figures
                .iter()
                .filter(|figure| setting.mode == Mode::Throughput || figure.what != "messages per second");
            charts.extend(of_mode.map(|figure| over_size(setting, rows, &sizes, &ways, *figure)));
        }
    }
    charts
}

fn over_size(setting: &RowKey, rows: &[&Row], sizes: &[usize], ways: &[String], figure: Figure) -> Chart {
    let place = |row: &Row| (row.key.bytes.max(1) as f64).log2();
    let log = |value: f64| value.max(f64::MIN_POSITIVE).log10();
    let mut lines = Vec::new();
    for (style, way) in ways.iter().enumerate() {
        let mut of_way: Vec<&&Row> =
            rows.iter().filter(|row| row.key.way() == *way && (figure.of)(row) > 0.0).collect();
        of_way.sort_by_key(|row| row.key.bytes);
        let bar = |row: &&&Row| {
            let [low, high] = (figure.interval)(row)?;
            (low > 0.0).then(|| (place(row), log(low), log(high)))
        };
        lines.push(Line {
            name: way.clone(),
            style,
            points: of_way.iter().map(|row| (place(row), log((figure.of)(row)))).collect(),
            has_dots: true,
            bars: of_way.iter().filter_map(bar).collect(),
        });
    }
    lines.retain(|line| !line.points.is_empty());
    let of_lines = lines.iter().map(|line| {
        let ends = [line.points.first(), line.points.last()].into_iter().flatten();
        let ends = ends.map(|(size, value)| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a usize")]
            let bytes = size.exp2().round() as usize;
            format!("{} at {}", (figure.mark)(10f64.powf(*value)), fmt_payload(bytes))
        });
        format!("{}: {}", line.name, ends.collect::<Vec<_>>().join(", "))
    });
    let description = in_lines("By size of the message, both axes logarithmic.", of_lines);
    Chart {
        title: format!("{}: {}", figure.what, setting_name(setting, false)),
        description,
        x: Axis::sizes("payload of a message", sizes, fmt_payload),
        y: Axis::log(figure.what, heights(&lines), figure.mark),
        lines,
        points: Vec::new(),
    }
}

/// All that must have room in a chart: points, and where each lies for sure.
fn heights(lines: &[Line]) -> impl Iterator<Item = f64> {
    let bars = |line: &'_ Line| line.bars.iter().flat_map(|(_, low, high)| [*low, *high]).collect::<Vec<_>>();
    lines.iter().flat_map(move |line| line.points.iter().map(|(_, y)| *y).chain(bars(line)))
}
