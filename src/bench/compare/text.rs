//! A comparison for people: on a terminal, and in a pull request.

use std::fmt;

use super::{Compared, ComparedRow, Comparison, Judged, OverFloor, Verdict};
use crate::bench::manifest::Manifest;
use crate::bench::report::curves::setting_name;
use crate::bench::report::facts::{date, fmt_payload, fmt_rate, machine, program};
use crate::bench::report::markdown::table;
use crate::platform::markup::{in_markdown, plain};
use crate::platform::units::fmt_mean_ns;

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old        {}", side(&self.old))?;
        writeln!(f, "new        {}", side(&self.new))?;
        self.warnings.iter().try_for_each(|warning| writeln!(f, "warning    {warning}"))?;
        writeln!(f, "noise      a change up to {} % is none; a ratio above 1 is worse", self.noise_percent)?;
        let mut last = None;
        for row in &self.rows {
            let setting = setting_name(&row.key, false);
            if last.as_ref() != Some(&setting) {
                let [size, old, new] = ["size", "old", "new"].map(|name| format!("{name:>10}"));
                writeln!(
                    f,
                    "\n{setting}\n{:<22}{size}{old}{new}{:>8}{:>18}{:>12}  verdict",
                    "", "ratio", "where it lies", "over floor"
                )?;
                last = Some(setting);
            }
            let [_, size, old, new, ratio, interval, floor, _] = cells(row);
            let [size, old, new] = [size, old, new].map(|cell| format!("{cell:>10}"));
            let (way, verdict) = (row.key.way(), row.verdict);
            writeln!(f, "{way:<22}{size}{old}{new}{ratio:>8}{interval:>18}{floor:>12}  {verdict}")?;
        }
        let [ratio, interval] = judged_cells(&self.together.measured);
        let (together, floor) =
            (format!("the {} clear rows together", self.together.rows), floor_cell(self.together.over_floor));
        writeln!(f, "\n{together:<52}{ratio:>8}{interval:>18}{floor:>12}  {}", self.together.verdict)?;
        for (which, keys) in [("old", &self.only_old), ("new", &self.only_new)] {
            keys.iter()
                .try_for_each(|key| writeln!(f, "only in the {which} report: {}", plain(&key.name())))?;
        }
        write!(f, "verdict    {}", summary(self))
    }
}

fn side(manifest: &Manifest) -> String {
    format!("{}, {}, {}", date(manifest), machine(manifest), program(manifest))
}

/// The verdict, and of how many rows.
fn summary(comparison: &Comparison) -> String {
    let counts = [Verdict::Worse, Verdict::Better, Verdict::NoChange, Verdict::Unclear].map(|verdict| {
        let count = comparison.rows.iter().filter(|row| row.verdict == verdict).count();
        (count > 0).then(|| format!("{count} {verdict}"))
    });
    let counts: Vec<_> = counts.into_iter().flatten().collect();
    if counts.is_empty() {
        return "unclear: the reports have no row in common".to_owned();
    }
    let rows = if comparison.rows.len() == 1 { "row" } else { "rows" };
    format!("{}; of {} {rows}: {}", comparison.verdict, comparison.rows.len(), counts.join(", "))
}

/// To a thousandth; of a row that varies without measure less says as much.
fn fmt_ratio(ratio: f64) -> String {
    match ratio {
        ..10.0 => format!("{ratio:.3}"),
        ..1e6 => format!("{ratio:.0}"),
        _ => format!("{ratio:.0e}"),
    }
}

fn judged_cells(judged: &Judged) -> [String; 2] {
    let ratio = judged.ratio.map_or("-".to_owned(), fmt_ratio);
    let interval = judged
        .interval
        .map_or("-".to_owned(), |[low, high]| format!("{}..{}", fmt_ratio(low), fmt_ratio(high)));
    [ratio, interval]
}

/// The ratio beside the floors.
fn floor_cell(over_floor: Option<OverFloor>) -> String {
    let ratio = over_floor.and_then(|over_floor| over_floor.judged.ratio);
    ratio.map_or("-".to_owned(), fmt_ratio)
}

/// Way, size, old, new, ratio, interval, floor, verdict.
fn cells(row: &ComparedRow) -> [String; 8] {
    let fmt = match row.figure {
        Compared::P50Ns => fmt_mean_ns,
        Compared::MessagesPerS => |rate| format!("{}/s", fmt_rate(rate)),
    };
    let [ratio, interval] = judged_cells(&row.measured);
    let floor = floor_cell(row.over_floor);
    let verdict = row.verdict.to_string();
    [row.key.way(), fmt_payload(row.key.bytes), fmt(row.old), fmt(row.new), ratio, interval, floor, verdict]
}

/// A comparison as Markdown: what has changed first, the other rows folded away.
pub(in crate::bench) fn markdown(comparison: &Comparison) -> String {
    let sides = [("old", &comparison.old), ("new", &comparison.new)];
    let mut text = format!("### tripong bench: {}\n\n", in_markdown(&summary(comparison)));
    sides
        .iter()
        .for_each(|(which, manifest)| text += &format!("- {which}: {}\n", in_markdown(&side(manifest))));
    text += &format!("- a change up to {} % is none; a ratio above 1 is worse\n", comparison.noise_percent);
    comparison
        .warnings
        .iter()
        .for_each(|warning| text += &format!("\n> **Note:** {}\n", in_markdown(warning)));
    let names = ["row", "way", "size", "old", "new", "ratio", "where it lies", "over floor", "verdict"];
    let line = |row: &ComparedRow| -> Vec<String> {
        std::iter::once(setting_name(&row.key, false)).chain(cells(row)).collect()
    };
    let is_changed = |row: &&ComparedRow| matches!(row.verdict, Verdict::Worse | Verdict::Better);
    let changed: Vec<_> = comparison.rows.iter().filter(is_changed).map(line).collect();
    let others: Vec<_> = comparison.rows.iter().filter(|row| !is_changed(row)).map(line).collect();
    if !changed.is_empty() {
        text += &format!("\n{}", table(&names, &changed));
    }
    let [ratio, interval] = judged_cells(&comparison.together.measured);
    text += &format!(
        "\nThe {} clear rows together: {ratio} ({interval}), {}.\n",
        comparison.together.rows, comparison.together.verdict
    );
    if !others.is_empty() {
        text += &format!(
            "\n<details><summary>The other rows</summary>\n\n{}\n</details>\n",
            table(&names, &others)
        );
    }
    for (which, keys) in [("old", &comparison.only_old), ("new", &comparison.only_new)] {
        keys.iter()
            .for_each(|key| text += &format!("\nOnly in the {which} report: {}\n", in_markdown(&key.name())));
    }
    text
}
