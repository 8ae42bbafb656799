//! Tables for a pull request.

use super::BenchReport;
use super::curves::{setting_name, settings};
use super::facts::{busy, date, fmt_payload, fmt_rate, fmt_speed, is_debug, machine, program};
use crate::bench::figures::Row;
use crate::bench::key::{Copying, Mode, RowKey};
use crate::bench::mechanism::Mechanism;
use crate::platform::markup::in_markdown;
use crate::platform::units::fmt_ns;
use crate::protocol::doorbell::Wait;

/// The report as Markdown.
pub(super) fn tables(report: &BenchReport) -> String {
    let manifest = &report.manifest;
    let mut text = format!(
        "### tripong bench: {}\n\n{}, {}\n",
        in_markdown(&machine(manifest)),
        in_markdown(&program(manifest)),
        date(manifest)
    );
    let debug = is_debug(manifest).then(|| "a debug build: slower than what is shipped".to_owned());
    let warned = !report.warnings.is_empty();
    let marks =
        busy(manifest).filter(|_| !warned).into_iter().chain(debug).chain(report.warnings.iter().cloned());
    marks.for_each(|mark| text += &format!("\n> **Note:** {}\n", words(&mark)));
    let of = |key: &RowKey| RowKey {
        transport: Mechanism::Shared,
        wait: Wait::Block,
        copy: Copying::InPlace,
        bytes: 0,
        ..*key
    };
    for (setting, rows) in settings(&report.rows, of) {
        let cells: Vec<_> = rows.iter().map(|row| line(row)).collect();
        let throughput = setting.mode == Mode::Throughput;
        let names: &[&str] = if throughput { &OF_THROUGHPUT } else { &OF_LATENCY };
        text += &format!("\n**{}**\n\n{}", in_markdown(&setting_name(&setting, false)), table(names, &cells));
    }
    let left: Vec<_> = report.left_out.iter().map(|left| vec![left.what.clone(), left.why.clone()]).collect();
    if !left.is_empty() {
        text += &format!("\n**Left out**\n\n{}", table(&["what", "why"], &left));
    }
    if !report.advice.is_empty() {
        text += "\n**Advice**\n\n";
        report.advice.iter().for_each(|advice| text += &format!("- {}\n", words(&advice.sentence)));
    }
    text
}

const OF_LATENCY: [&str; 8] =
    ["way", "size", "p50", "95 % interval", "p99", "p99.9", "messages/s", "over its floor"];
const OF_THROUGHPUT: [&str; 7] =
    ["way", "size", "messages/s", "95 % interval", "bytes/s", "p50", "over its floor"];

fn line(row: &Row) -> Vec<String> {
    let (key, figures) = (&row.key, &row.figures);
    let or_none = |ns: Option<u64>| ns.map_or("-".to_owned(), fmt_ns);
    let floor = row.floor.map_or("-".to_owned(), |floor| format!("{:.2} ({})", floor.ratio, floor.kind));
    let [p50, rate] = [fmt_ns(figures.p50_ns), fmt_rate(figures.messages_per_s)];
    let (way, size) = (key.way(), fmt_payload(key.bytes));
    if key.mode == Mode::Throughput {
        let interval = figures.messages_interval_per_s.map(|bounds| bounds.map(fmt_rate).join(" to "));
        let interval = interval.unwrap_or_else(|| "-".to_owned());
        return vec![way, size, rate, interval, fmt_speed(figures.bytes_per_s), p50, floor];
    }
    let interval = figures.p50_interval_ns.map(|bounds| bounds.map(fmt_ns).join(" to "));
    let interval = interval.unwrap_or_else(|| "-".to_owned());
    vec![way, size, p50, interval, or_none(figures.p99_ns), or_none(figures.p999_ns), rate, floor]
}

/// A text that may be longer than a name.
fn words(text: &str) -> String {
    text.split_inclusive(' ').map(in_markdown).collect()
}

/// A table; what is in it is a stranger's text.
pub(in crate::bench) fn table(names: &[&str], rows: &[Vec<String>]) -> String {
    let line =
        |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut text = line(&mut names.iter().map(|name| in_markdown(name)));
    text += &line(&mut names.iter().map(|_| "---".to_owned()));
    rows.iter().for_each(|row| text += &line(&mut row.iter().map(|cell| words(cell))));
    text
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::bench::report::fixed;

    #[test]
    fn tables_have_as_many_cells_as_names_and_no_markup_of_a_stranger() {
        let text = tables(&fixed::report());
        let tables: Vec<Vec<&str>> = text
            .split("\n\n")
            .filter(|part| part.starts_with("| "))
            .map(|part| part.lines().collect())
            .collect();
        assert_eq!(tables.len(), 3, "two settings, and what was left out");
        for table in tables {
            assert!(
                table.iter().all(|line| line.matches('|').count() == table[0].matches('|').count()),
                "{table:?}"
            );
        }
        assert!(!text.contains('<') && !text.contains('@') && text.contains("&lt;script&gt;"), "{text}");
        assert!(text.contains("| shared/block | 64 B | 1.01 µs | 1.00 µs to 1.02 µs |"), "{text}");
    }
}
