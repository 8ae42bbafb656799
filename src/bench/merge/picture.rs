//! A strip for each row: every machine is a point, the median of all of them a bar.

use super::{Compared, Merged, MergedRow};
use crate::bench::key::RowKey;
use crate::bench::report::chart::{Axis, Chart, Point};
use crate::bench::report::curves::{setting, setting_name};
use crate::bench::report::facts::fmt_rate;
use crate::bench::report::picture::assemble;
use crate::platform::units::fmt_mark_ns;

/// The machines that are named above the charts; the table has all of them.
const NAMED: usize = 40;

/// All strips, as SVG.
pub(in crate::bench) fn picture(merged: &Merged) -> String {
    let machines = merged.machines.iter().take(NAMED);
    let names: Vec<_> = machines.map(|machine| merged.name(machine.number)).collect();
    let mut head = vec![
        format!(
            "{} machines; each is a point, the bar is their median; the numbers are those of the fastest and the slowest",
            merged.machines.len()
        ),
        names.join("; "),
    ];
    if merged.machines.len() > NAMED {
        head.push(format!("... and {} more", merged.machines.len() - NAMED));
    }
    assemble("tripong bench: many machines", &head, &merged.notes, &charts(merged))
}

/// A chart for each setting.
pub(super) fn charts(merged: &Merged) -> Vec<Chart> {
    let mut settings: Vec<(RowKey, Vec<&MergedRow>)> = Vec::new();
    for row in &merged.rows {
        let setting = setting(&row.key);
        match settings.iter_mut().find(|(found, _)| *found == setting) {
            Some((_, rows)) => rows.push(row),
            None => settings.push((setting, vec![row])),
        }
    }
    settings.iter().map(|(setting, rows)| strips(merged, setting, rows)).collect()
}

fn strips(merged: &Merged, setting: &RowKey, rows: &[&MergedRow]) -> Chart {
    let names: Vec<_> = rows.iter().map(|row| row.key.way()).collect();
    let mut points = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        points.extend(strip(merged, row, Axis::row(rows.len(), index)));
    }
    let (label, mark): (_, fn(f64) -> String) = match rows.first().map(|row| row.figure) {
        Some(Compared::MessagesPerS) => {
            ("messages per second", |rate| fmt_rate(rate).replace(".00", "").replace(".0", ""))
        }
        _ => ("median latency", fmt_mark_ns),
    };
    let described = rows.iter().filter_map(|row| {
        let (least, median, greatest) = (row.least?, row.median?, row.greatest?);
        let [low, middle, high] = [least.value, median, greatest.value].map(mark);
        Some(format!(
            "{}: {low} ({}) to {high} ({}), median {middle}.",
            row.key.way(),
            merged.name(least.machine),
            merged.name(greatest.machine)
        ))
    });
    Chart {
        title: setting_name(setting, true),
        description: described.collect::<Vec<_>>().join("\n"),
        x: Axis::log(label, points.iter().map(|point| point.at.0), mark),
        y: Axis::rows(&names),
        lines: Vec::new(),
        points,
    }
}

fn strip(merged: &Merged, row: &MergedRow, middle: f64) -> Vec<Point> {
    let log = |value: f64| value.max(1.0).log10();
    let fmt = |value: f64| match row.figure {
        Compared::P50Ns => fmt_mark_ns(value),
        Compared::MessagesPerS => format!("{}/s", fmt_rate(value)),
    };
    let is_end = |machine| [row.least, row.greatest].into_iter().flatten().any(|end| end.machine == machine);
    let point = |(index, value): (usize, &super::MachineValue)| {
        let machine = &merged.machines[value.machine - 1];
        let shape = match (machine.is_counted && machine.build == "release", machine.is_busy) {
            (false, _) => "square",
            (true, true) => "hollow",
            (true, false) => "filled",
        };
        // Beside each other where they have the same value.
        let lift = [0.0, 0.14, -0.14, 0.07, -0.07][index % 5];
        Point {
            at: (log(value.value), middle + lift),
            shape,
            title: format!("{}: {}", merged.name(value.machine), fmt(value.value)),
            label: if is_end(value.machine) { value.machine.to_string() } else { String::new() },
        }
    };
    let mut points: Vec<_> = row.values.iter().enumerate().map(point).collect();
    points.extend(row.median.map(|median| Point {
        at: (log(median), middle),
        shape: "median",
        title: format!("median: {}", fmt(median)),
        label: String::new(),
    }));
    points
}
