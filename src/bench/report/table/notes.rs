//! What stands under the tables: what their marks mean, the floors, the advice.

use super::columns::letter;
use crate::bench::figures::Row;
use crate::bench::floor::{Floor, FloorKind};
use crate::bench::report::BenchReport;
use crate::platform::units::{fmt_many, fmt_mean_ns};

/// Characters of a line.
const WIDTH: usize = 118;
/// Before each line but the first of a note.
const INDENT: &str = "           ";

pub(super) fn of(report: &BenchReport) -> String {
    if report.rows.is_empty() {
        return String::new();
    }
    let mut notes = String::from("\n");
    let mut note = |name: &str, text: &str| notes += &format!("\n{name:<11}{}", wrapped(text));
    note(
        "±",
        "half of the interval that holds the median (of throughput: msg/s) with 95 % confidence, in % of it",
    );
    if report.rows.iter().any(is_short) {
        note("-", "too few to tell: ± takes 5 repetitions, a percentile 10 messages above it");
    }
    if !report.floors.is_empty() {
        note(
            "floor",
            "how many times the least that the machine could do, measured in turn with the rows (docs/BENCH.md)",
        );
    }
    for kind in [
        FloorKind::FutexPair,
        FloorKind::YieldSwitch,
        FloorKind::CacheLine,
        FloorKind::Memcpy,
        FloorKind::EmptyCall,
    ] {
        let floors: Vec<_> = report.floors.iter().filter(|floor| floor.kind == kind).map(figure).collect();
        if !floors.is_empty() {
            note(&format!("  {}", letter(kind)), &format!("{}: {}", what(kind), floors.join(", ")));
        }
    }
    let mut name = "advice";
    for advice in &report.advice {
        notes += &format!(
            "{}{name:<11}{}",
            if name.is_empty() { "\n" } else { "\n\n" },
            wrapped(&advice.sentence)
        );
        name = "";
    }
    notes
}

/// Whether a cell of it is empty for want of messages or repetitions.
fn is_short(row: &Row) -> bool {
    let figures = &row.figures;
    figures.p50_interval_ns.is_none() || figures.p999_ns.is_none()
}

fn what(kind: FloorKind) -> &'static str {
    match kind {
        FloorKind::FutexPair => "two processes wake each other by the futex alone, one way",
        FloorKind::YieldSwitch => "two processes yield to each other, one way",
        FloorKind::CacheLine => "a cache line from CPU to CPU and back",
        FloorKind::Memcpy => "one process copies",
        FloorKind::EmptyCall => "a system call that does nothing",
    }
}

fn figure(floor: &Floor) -> String {
    match (floor.bytes, floor.bytes_per_s) {
        (Some(bytes), Some(bytes_per_s)) => {
            format!("{} {bytes} B at {}B/s", floor.placement, fmt_many(bytes_per_s))
        }
        _ => format!("{} {}", floor.placement, fmt_mean_ns(floor.p50_ns)),
    }
}

/// A text in lines of the report's width.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let is_full = lines
            .last()
            .is_some_and(|line| INDENT.len() + line.chars().count() + 1 + word.chars().count() > WIDTH);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join(&format!("\n{INDENT}"))
}
