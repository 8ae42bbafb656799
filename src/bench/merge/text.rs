//! Many machines for people: on a terminal, in a pull request, as a page.

use std::fmt;

use super::picture::charts;
use super::{Compared, Machine, Merged, MergedRow};
use crate::bench::report::curves::setting_name;
use crate::bench::report::facts::fmt_rate;
use crate::bench::report::{html, markdown as tables};
use crate::platform::markup::in_markdown;
use crate::platform::units::fmt_mean_ns;

const MACHINE: [&str; 6] = ["machine", "CPUs", "kernel", "tripong", "build", "meanwhile"];
const ROW: [&str; 6] = ["row", "way", "machines", "least", "median", "greatest"];

impl fmt::Display for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for machine in &self.machines {
            let [name, cpus, kernel, _, build, meanwhile] = machine_cells(self, machine);
            writeln!(f, "{name}: {cpus} CPUs, Linux {kernel}, {build} build, {meanwhile}")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))?;
        let mut last = None;
        for row in &self.rows {
            let [setting, way, machines, least, median, greatest] = row_cells(row);
            if last.as_ref() != Some(&setting) {
                let [least, median, greatest] =
                    ["least", "median", "greatest"].map(|name| format!("{name:>16}"));
                let is_first = last.is_none();
                write!(
                    f,
                    "{}{setting}\n{:<22}{:>9}{least}{median}{greatest}",
                    if is_first { "\n" } else { "\n\n" },
                    "",
                    "machines"
                )?;
                last = Some(setting);
            }
            write!(f, "\n{way:<22}{machines:>9}{least:>16}{median:>16}{greatest:>16}")?;
        }
        Ok(())
    }
}

fn machine_cells(merged: &Merged, machine: &Machine) -> [String; 6] {
    let or_unknown = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
    [
        merged.name(machine.number),
        or_unknown(machine.cpus.map(|cpus| cpus.to_string())),
        or_unknown(machine.kernel.clone()),
        machine.version.clone(),
        machine.build.clone(),
        if machine.is_busy { "busy, or unknown" } else { "quiet" }.to_owned(),
    ]
}

fn row_cells(row: &MergedRow) -> [String; 6] {
    let fmt = |value: f64| match row.figure {
        Compared::P50Ns => fmt_mean_ns(value),
        Compared::MessagesPerS => format!("{}/s", fmt_rate(value)),
    };
    let end = |end: Option<super::MachineValue>| {
        end.map_or("-".to_owned(), |end| format!("{} (#{})", fmt(end.value), end.machine))
    };
    [
        setting_name(&row.key, true),
        row.key.way(),
        row.values.len().to_string(),
        end(row.least),
        row.median.map_or("-".to_owned(), fmt),
        end(row.greatest),
    ]
}

fn all(merged: &Merged) -> [Vec<Vec<String>>; 2] {
    let machines = merged.machines.iter().map(|machine| machine_cells(merged, machine).to_vec());
    [machines.collect(), merged.rows.iter().map(|row| row_cells(row).to_vec()).collect()]
}

/// As Markdown.
pub(in crate::bench) fn markdown(merged: &Merged) -> String {
    let [machines, rows] = all(merged);
    let mut text = format!("### tripong bench: {} machines\n", merged.machines.len());
    merged.notes.iter().for_each(|note| text += &format!("\n> **Note:** {}\n", in_markdown(note)));
    text += &format!("\n{}", tables::table(&ROW, &rows));
    text + &format!(
        "\n<details><summary>The machines</summary>\n\n{}\n</details>\n",
        tables::table(&MACHINE, &machines)
    )
}

/// As a page.
pub(in crate::bench) fn page(merged: &Merged) -> String {
    let [machines, rows] = all(merged);
    let mut body = html::notes(&merged.notes);
    body += &html::charts("Each machine is a point, the bar is their median", "strip", &charts(merged));
    body += "<h2>Rows</h2>\n";
    body += &html::table("Of the machines that are counted; # is the number of a machine", &ROW, &rows);
    body += "<h2>Machines</h2>\n";
    body += &html::table("In the order of their reports", &MACHINE, &machines);
    let title = format!("tripong bench: {} machines", merged.machines.len());
    html::document(
        &title,
        &body,
        "<code>tripong bench merge *.json</code> makes this page again out of the JSON",
    )
}
