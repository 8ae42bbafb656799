//! What a run has shown, for people and for programs.

use std::fmt::Write as _;
use std::fs;

use serde::Serialize;

use crate::compare::Ratio;
use crate::mode::Mode;
use crate::roster::ALL;
use crate::row::Row;

/// Everything.
#[derive(Debug, Serialize)]
pub(crate) struct ComparisonReport {
    /// What it was made on and with.
    pub(crate) manifest: Manifest,
    /// Each mechanism and each of our rows, over all repetitions.
    pub(crate) rows: Vec<Row>,
    /// Ours over theirs.
    pub(crate) ratios: Vec<Ratio>,
}

/// What must be known to judge the figures.
#[derive(Debug, Serialize)]
pub(crate) struct Manifest {
    #[serde(flatten)]
    machine: Machine,
    /// Bytes of a payload; a message has 24 more.
    bytes: usize,
    /// Counted hops of a repetition.
    hops: u64,
    /// Repetitions.
    repeats: u64,
}

impl Manifest {
    /// Of this machine.
    pub(crate) fn new(machine: Machine, bytes: usize, hops: u64, repeats: u64) -> Self {
        Self { machine, bytes, hops, repeats }
    }
}

/// What a run was made on and with.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    /// Of each mechanism's package, as locked.
    versions: Vec<(String, String)>,
    /// The processor's own name.
    cpu: String,
    /// CPUs that the run may use.
    cpus: usize,
    /// Release and version of the kernel.
    kernel: String,
}

impl Machine {
    /// This one, with what is measured in a mode.
    pub(crate) fn new(mode: Mode, cpus: usize) -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let cpu = read("/proc/cpuinfo");
        let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let cpu = cpu.map_or("unknown", |(_, name)| name).to_owned();
        let kernel = read("/proc/sys/kernel/osrelease").trim().to_owned();
        let measured = ALL.iter().filter(|mechanism| mechanism.has(mode));
        let mut packages: Vec<_> = measured.filter_map(|mechanism| mechanism.package).collect();
        packages.dedup();
        let versions = packages.into_iter().map(|name| (name.to_owned(), locked_version(name))).collect();
        Self { versions, cpu, cpus, kernel }
    }

    /// Two lines.
    pub(crate) fn to_text(&self) -> String {
        let Self { versions, cpu, cpus, kernel } = self;
        let versions: Vec<_> = versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        format!("{cpu}, {cpus} CPUs, Linux {kernel}\n{}\n", versions.join(", "))
    }
}

/// The version of a package in the lock file that this was built with.
fn locked_version(package: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    let version = lines.nth(1).and_then(|line| line.split('"').nth(1));
    version.unwrap_or("unknown").to_owned()
}

impl ComparisonReport {
    /// A table per placement, then the ratios.
    pub(crate) fn to_text(&self) -> String {
        let Manifest { machine, bytes, hops, repeats } = &self.manifest;
        let mut text = machine.to_text();
        put(&mut text, format_args!("{bytes} bytes, {hops} hops, {repeats} repetitions; latency one way"));
        let mut placements: Vec<_> = self.rows.iter().map(|row| &row.placement).collect();
        placements.dedup();
        for placement in placements {
            let row_key = format!("\n{placement:<23}{:<9}", "wait");
            put(&mut text, format_args!("{row_key}  p50 us   p99 us   messages/s  cpu us  switches"));
            for row in self.rows.iter().filter(|row| row.placement == *placement) {
                put(&mut text, format_args!("{}", line(row)));
            }
        }
        if !self.ratios.is_empty() {
            let row_key =
                "\nours / theirs: below 1, ours needs less; median of the repetitions (least..greatest)";
            put(&mut text, format_args!("{row_key}"));
        }
        for ratio in &self.ratios {
            let Ratio { placement, ours, theirs, p50, p50_min, p50_max, p99, cpu, .. } = ratio;
            let p99 = p99.map_or_else(|| "-".to_owned(), |p99| format!("{p99:.2}"));
            let pair = format!("{ours} / {theirs}");
            put(
                &mut text,
                format_args!(
                    "{placement:<15} {pair:<32} p50 {p50:.2} ({p50_min:.2}..{p50_max:.2})  p99 {p99}  cpu {cpu:.2}"
                ),
            );
        }
        text
    }
}

fn line(row: &Row) -> String {
    format!(
        "{:<23}{:<9}{:>8}{:>9}{:>14.0}{:>8.2}{:>10.2}",
        if row.transport == "shared" { "tripong shared" } else { &row.transport },
        row.wait,
        micros(row.p50_ns),
        row.p99_ns.map_or_else(|| "-".to_owned(), micros),
        row.messages_per_s,
        row.cpu_ns_per_message / 1000.0,
        row.ctx_switches_per_message
    )
}

fn micros(ns: u64) -> String {
    format!("{}.{:02}", ns / 1000, ns % 1000 / 10)
}

/// Adds a line.
pub(crate) fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing into a string never fails.
    let _written = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_in_the_lock_file() {
        for package in ALL.iter().filter_map(|mechanism| mechanism.package) {
            assert_ne!(locked_version(package), "unknown", "{package}");
        }
    }
}
