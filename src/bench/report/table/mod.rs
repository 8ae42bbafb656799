//! The report for people: the machine, a table per mode and placement, what its marks mean, the floors, the advice.

mod columns;
mod notes;

use std::fmt;

use self::columns::columns;
use super::BenchReport;
use crate::bench::figures::Row;
use crate::bench::key::Mode;
use crate::bench::manifest::Manifest;
use crate::bench::placement::Placement;
use crate::platform::machine::fmt_cpu_list;
use crate::platform::markup::plain;

impl fmt::Display for BenchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", head_lines(&self.manifest))?;
        if let Some(placed) = placed(&self.rows) {
            write!(f, "\nplaced     {placed}")?;
        }
        if let Some(file_system) = &self.manifest.mapped_file_system {
            write!(f, "\nfile       mapped from {}", plain(file_system))?;
        }
        let is_latency_only = self.rows.iter().all(|row| row.key.mode == Mode::Latency);
        let mut last = None;
        for table in self.rows.chunk_by(|one, next| group(one) == group(next)) {
            let mode = table[0].key.mode;
            if !is_latency_only && last != Some(mode) {
                write!(f, "\n\n{}", heading(mode))?;
            }
            last = Some(mode);
            write!(f, "\n\n{}", lines(&self.rows, table))?;
        }
        write!(f, "{}", notes::of(self))
    }
}

fn group(row: &Row) -> impl PartialEq {
    (row.key.mode, row.key.placement)
}

fn heading(mode: Mode) -> &'static str {
    match mode {
        Mode::Latency => "LATENCY of a hop, one way: one message is on its way (closed loop)",
        Mode::Throughput => "THROUGHPUT, one way: as many messages on their way as `fly` says",
        Mode::Rate => "LATENCY AT A RATE: from when each message was due (open loop)",
        Mode::RequestReply => "REQUEST AND REPLY: the latency of both together (closed loop)",
        Mode::FanOut => "ONE TO MANY: the latency to each receiver (closed loop)",
    }
}

/// A table with its head. All tables of a report have the same columns where they have the same mode.
fn lines(all: &[Row], table: &[Row]) -> String {
    let way = all.iter().map(|row| row.key.way().chars().count()).max().unwrap_or(0);
    let placement = table[0].key.placement.to_string();
    let first = way.max(placement.len());
    let columns = columns(all, table[0].key.mode);
    let head = columns.iter().map(|column| format!("{:>1$}", column.head, column.width));
    let head = format!("{placement:<first$}{}", head.collect::<String>());
    let rows = table.iter().map(|row| {
        let cells = columns.iter().map(|column| format!("{:>1$}", (column.cell)(row), column.width));
        format!("\n{:<first$}{}", row.key.way(), cells.collect::<String>())
    });
    head + &rows.collect::<String>()
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
