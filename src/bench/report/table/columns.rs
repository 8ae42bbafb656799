//! The columns of a table: with the widest of them a line has 120 characters.

use crate::bench::figures::Row;
use crate::bench::floor::FloorKind;
use crate::bench::key::Mode;
use crate::platform::units::{fmt_many, fmt_mean_ns, fmt_ns};

pub(super) struct Column {
    pub(super) head: &'static str,
    pub(super) width: usize,
    pub(super) cell: fn(&Row) -> String,
}

/// What is unknown, or what too few messages or repetitions cannot tell.
const NONE: &str = "-";

fn column(head: &'static str, width: usize, cell: fn(&Row) -> String) -> Column {
    Column { head, width, cell }
}

/// The columns of a mode. Sizes have one if the report has several.
pub(super) fn columns(all: &[Row], mode: Mode) -> Vec<Column> {
    let mut columns = vec![column("n", 3, |row| row.key.processes.to_string())];
    if all.iter().any(|row| row.key.bytes != all[0].key.bytes) {
        columns.push(column("bytes", 6, |row| fmt_binary(row.key.bytes)));
    }
    if mode == Mode::Throughput {
        columns.push(column("fly", 5, |row| row.key.in_flight.to_string()));
        if all.iter().any(|row| row.key.batch > 1) {
            columns.push(column("batch", 6, |row| row.key.batch.to_string()));
        }
    }
    columns.push(column("hops", 6, |row| fmt_many(row.figures.hops as f64)));
    columns.extend(if mode == Mode::Throughput { of_throughput() } else { of_latency(mode) });
    columns.extend([
        column("CPU", 8, |row| fmt_mean_ns(row.figures.cpu_ns_per_message)),
        column("ctx", 6, |row| fmt_few(row.figures.ctx_switches_per_message)),
        column("floor", 8, floor),
    ]);
    columns
}

fn of_throughput() -> Vec<Column> {
    vec![
        column("msg/s", 7, |row| fmt_many(row.figures.messages_per_s)),
        column("±", 6, |row| half(row.figures.messages_interval_per_s, row.figures.messages_per_s)),
        column("bytes/s", 8, |row| fmt_many(row.figures.bytes_per_s)),
        column("waited", 7, |row| percent(row.figures.sender_waited_percent)),
        column("p50", 8, |row| fmt_ns(row.figures.p50_ns)),
        column("p99", 8, |row| or_none(row.figures.p99_ns)),
        column("max", 8, |row| fmt_ns(row.figures.max_ns)),
    ]
}

fn of_latency(mode: Mode) -> Vec<Column> {
    let mut columns = vec![
        match mode {
            // Where a rate is not kept, it shows here.
            Mode::Rate => column("msg/s", 8, |row| fmt_many(row.figures.messages_per_s)),
            _ => column("mean", 8, |row| fmt_mean_ns(row.figures.mean_ns)),
        },
        column("p50", 8, |row| fmt_ns(row.figures.p50_ns)),
        column("±", 6, |row| half(interval_of_median(row), row.figures.p50_ns as f64)),
        column("p90", 8, |row| or_none(row.figures.p90_ns)),
        column("p99", 8, |row| or_none(row.figures.p99_ns)),
        column("p99.9", 8, |row| or_none(row.figures.p999_ns)),
        column("max", 8, |row| fmt_ns(row.figures.max_ns)),
    ];
    columns.push(match mode {
        Mode::Rate => {
            column("due/s", 7, |row| row.key.rate_per_s.map_or(NONE.to_owned(), |rate| fmt_many(rate as f64)))
        }
        _ => column("msg/s", 7, |row| fmt_many(row.figures.messages_per_s)),
    });
    columns
}

fn interval_of_median(row: &Row) -> Option<[f64; 2]> {
    row.figures.p50_interval_ns.map(|ns| ns.map(|ns| ns as f64))
}

/// The letter of a floor, in the tables.
pub(super) fn letter(kind: FloorKind) -> char {
    match kind {
        FloorKind::FutexPair => 'F',
        FloorKind::YieldSwitch => 'Y',
        FloorKind::CacheLine => 'C',
        FloorKind::Memcpy => 'P',
        FloorKind::EmptyCall => 'E',
    }
}

fn floor(row: &Row) -> String {
    let Some(floor) = row.floor else { return NONE.to_owned() };
    let ratio = match floor.ratio {
        ..9.995 => format!("{:.2}", floor.ratio),
        ratio => fmt_many(ratio),
    };
    format!("{ratio} {}", letter(floor.kind))
}

fn or_none(ns: Option<u64>) -> String {
    ns.map_or(NONE.to_owned(), fmt_ns)
}

fn percent(percent: Option<f64>) -> String {
    percent.map_or(NONE.to_owned(), |percent| format!("{percent:.0}%"))
}

/// Half the width of an interval, as a part of the figure inside of it.
fn half(interval: Option<[f64; 2]>, figure: f64) -> String {
    let Some([least, greatest]) = interval else { return NONE.to_owned() };
    let percent = 50.0 * (greatest - least) / figure;
    match percent {
        ..9.95 => format!("{percent:.1}%"),
        ..999.5 => format!("{percent:.0}%"),
        _ => ">999%".to_owned(),
    }
}

/// A number of a few, to three digits.
fn fmt_few(number: f64) -> String {
    match number {
        ..9.995 => format!("{number:.2}"),
        ..999.5 => format!("{number:.0}"),
        _ => fmt_many(number),
    }
}

/// A size as `--bytes` takes it: 64, 1k, 16m.
fn fmt_binary(bytes: usize) -> String {
    match bytes {
        bytes if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => format!("{}m", bytes >> 20),
        bytes if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => format!("{}k", bytes >> 10),
        bytes => bytes.to_string(),
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn the_width_of_an_interval_is_a_part_of_its_figure() {
        assert_eq!(half(Some([90.0, 110.0]), 100.0), "10%");
        assert_eq!(half(Some([99.0, 100.0]), 100.0), "0.5%");
        assert_eq!(half(Some([50.0, 2_000_000.0]), 60.0), ">999%");
        assert_eq!(half(None, 100.0), "-");
    }

    #[test]
    fn sizes_are_as_the_arguments_have_them() {
        let found = [8, 64, 1000, 1024, 16 << 10, 1 << 20, 1_048_584].map(fmt_binary);
        assert_eq!(found, ["8", "64", "1000", "1k", "16k", "1m", "1048584"]);
        assert_eq!([0.0, 1.0, 12.3, 4000.0].map(fmt_few), ["0.00", "1.00", "12", "4.00k"]);
    }
}
