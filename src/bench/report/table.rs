//! The report for people: the machine, and a table per placement.

use std::fmt;

use super::BenchReport;
use crate::bench::figures::{Figures, Row};
use crate::bench::manifest::Manifest;
use crate::bench::placement::Placement;
use crate::platform::machine::fmt_cpu_list;
use crate::platform::units::{fmt_mean_ns, fmt_ns};

impl fmt::Display for BenchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", head_lines(&self.manifest))?;
        if let Some(placed) = placed(&self.rows) {
            write!(f, "\nplaced     {placed}")?;
        }
        let mut last = None;
        for row in &self.rows {
            if last != Some(row.key.placement) {
                last = Some(row.key.placement);
                write!(f, "\n\n{}", head(row))?;
            }
            write!(f, "\n{}", line(row))?;
        }
        Ok(())
    }
}

/// The machine, and what else it was doing.
fn head_lines(machine: &Manifest) -> String {
    let Manifest { cpu, cpus, kernel, clocksource, governor, build, duration_s, .. } = machine;
    let or_unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    let kind = match machine.is_virtual {
        Some(true) => "virtual",
        Some(false) => "real",
        None => "of unknown kind",
    };
    let cpus = or_unknown(&cpus.map(|cpus| cpus.to_string()));
    let [cpu, kernel, clock] = [cpu, kernel, clocksource].map(or_unknown);
    let governor = match governor.as_deref() {
        Some("none") => "not governed here",
        Some(governor) => governor,
        None => "unknown",
    };
    let meanwhile = match (machine.others_percent, machine.stolen_percent) {
        (Some(others), Some(stolen)) => {
            format!("others used {others:.1} % of its CPUs, {stolen:.1} % were withheld")
        }
        _ => "what others used of its CPUs is unknown".to_owned(),
    };
    format!(
        "machine    {cpus} x {cpu}, {kind}, Linux {kernel}\n           clock {clock}, frequency {governor}, {build} \
         build\nmeanwhile  {meanwhile}; the run took {duration_s:.0} s"
    )
}

/// Which CPUs each placement has used; None where no process was bound to one.
fn placed(rows: &[Row]) -> Option<String> {
    let mut placements: Vec<(Placement, Vec<usize>)> = Vec::new();
    for (placement, cpus) in rows.iter().filter_map(|row| Some((row.key.placement, row.cpus.as_ref()?))) {
        match placements.iter_mut().find(|(other, _)| *other == placement) {
            Some((_, all)) => all.extend(cpus),
            None => placements.push((placement, cpus.clone())),
        }
    }
    let fmt_one = |(placement, mut cpus): (Placement, Vec<usize>)| {
        cpus.sort_unstable();
        cpus.dedup();
        let noun = if cpus.len() > 1 { "CPUs" } else { "CPU" };
        format!("{placement} on {noun} {}", fmt_cpu_list(&cpus))
    };
    let placed: Vec<_> = placements.into_iter().map(fmt_one).collect();
    (!placed.is_empty()).then(|| placed.join("; "))
}

/// Letters of the first column of a table, which begins with the name of its placement.
fn width(row: &Row) -> usize {
    row.key.placement.to_string().len().max(15) + 1
}

fn head(row: &Row) -> String {
    let times = ["p50", "p90", "p99", "p99.9", "max"].map(|head| format!("{head:>10}")).concat();
    let (placement, width) = (row.key.placement, width(row));
    format!("{placement:<width$}{:>5}{times}{:>14}{:>12}{:>10}", "n", "hand-offs/s", "CPU/hop", "ctx/hop")
}

fn line(row: &Row) -> String {
    let (Row { key, figures, .. }, width) = (row, width(row));
    let Figures { p50_ns, p90_ns, p99_ns, p999_ns, max_ns, .. } = figures;
    let times = [Some(*p50_ns), *p90_ns, *p99_ns, *p999_ns, Some(*max_ns)];
    let times = times.map(|ns| format!("{:>10}", ns.map_or("-".to_owned(), fmt_ns)));
    format!(
        "{:<width$}{:>5}{}{:>14.0}{:>12}{:>10.3}",
        key.way(),
        key.processes,
        times.concat(),
        figures.messages_per_s,
        fmt_mean_ns(figures.cpu_ns_per_message),
        figures.ctx_switches_per_message
    )
}
