//! The reports of many machines in one: those of a class, of an office. A machine is named by the model of its CPU and a number.

mod picture;
mod text;

use std::path::PathBuf;

use serde::Serialize;

use super::compare::{Compared, figure_of, median};
use super::key::RowKey;
use super::report::BenchReport;
use super::report::facts::{busy, is_debug, model};
use super::report::read::read_all;
use crate::error::{Error, Result};
use crate::platform::markup::plain;

pub(super) use picture::picture;
pub(super) use text::{markdown, page};

/// More machines than these are no class.
const MOST: usize = 1000;

/// A machine, as its report describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Machine {
    /// From 1, in the order of the reports.
    pub number: usize,
    /// The model of its CPU.
    pub cpu: String,
    /// CPUs; null if unknown.
    pub cpus: Option<usize>,
    /// The kernel's release; null if unknown.
    pub kernel: Option<String>,
    /// Of tripong.
    pub version: String,
    /// `release` or `debug`.
    pub build: String,
    /// When it was measured, in seconds since 1970.
    pub unix_s: u64,
    /// Whether others used it meanwhile, or nobody knows.
    pub is_busy: bool,
    /// Whether it is counted in least, median and greatest: a debug build is not, beside release builds.
    pub is_counted: bool,
}

/// What a machine has of a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MachineValue {
    /// Which.
    pub machine: usize,
    /// Its figure.
    pub value: f64,
}

/// A row of many machines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MergedRow {
    /// Which.
    #[serde(flatten)]
    pub key: RowKey,
    /// Which of its figures.
    pub figure: Compared,
    /// All machines that have it.
    pub values: Vec<MachineValue>,
    /// The least of those that are counted; null of none.
    pub least: Option<MachineValue>,
    /// Their median; null of none.
    pub median: Option<f64>,
    /// The greatest; null of none.
    pub greatest: Option<MachineValue>,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Merged {
    /// In the order of their reports.
    pub machines: Vec<Machine>,
    /// What to know about them.
    pub notes: Vec<String>,
    /// The rows of all of them, in the order in which they came.
    pub rows: Vec<MergedRow>,
}

impl Merged {
    /// Reads them.
    ///
    /// # Errors
    /// Which of them cannot be read, and why.
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self> {
        let mut reports = Vec::new();
        for path in paths {
            let name = plain(&path.to_string_lossy());
            for report in read_all(path)? {
                if reports.len() == MOST {
                    let why = std::io::Error::other(format!("there are more than {MOST} reports"));
                    return Err(Error::failed(format_args!("read the report {name}"))(why));
                }
                reports.push((name.clone(), report));
            }
        }
        Ok(Self::of(&reports))
    }

    /// Merges them; each has the name of its file.
    pub(super) fn of(reports: &[(String, BenchReport)]) -> Self {
        let mut notes = Vec::new();
        let mut distinct: Vec<&(String, BenchReport)> = Vec::new();
        for named in reports {
            match distinct.iter().find(|(_, report)| *report == named.1) {
                Some((first, _)) => {
                    notes.push(format!("{} is the report of {first} again: it is left out", named.0));
                }
                None => distinct.push(named),
            }
        }
        let all_debug = distinct.iter().all(|(_, report)| is_debug(&report.manifest));
        let machines = distinct.iter().enumerate();
        let machines: Vec<_> =
            machines.map(|(index, (_, report))| machine(index + 1, report, all_debug)).collect();
        let uncounted = machines.iter().filter(|machine| !machine.is_counted).count();
        if uncounted > 0 {
            notes.push(format!(
                "{uncounted} of {} are debug builds: drawn as squares, and not counted",
                machines.len()
            ));
        } else if all_debug {
            notes.push("all are debug builds: slower than what is shipped".to_owned());
        }
        let busy = machines.iter().filter(|machine| machine.is_busy).count();
        if busy > 0 {
            notes.push(format!("{busy} of {} were busy with other things: hollow points", machines.len()));
        }
        let reports: Vec<_> = distinct.iter().map(|(_, report)| report).collect();
        Self { rows: rows(&reports, &machines), machines, notes }
    }

    /// The name of a machine: `#3 Intel Core i5`.
    pub(super) fn name(&self, number: usize) -> String {
        let machine = self.machines.iter().find(|machine| machine.number == number);
        format!("#{number} {}", machine.map_or("unknown", |machine| &machine.cpu))
    }
}

fn machine(number: usize, report: &BenchReport, all_debug: bool) -> Machine {
    let manifest = &report.manifest;
    Machine {
        number,
        cpu: model(manifest),
        cpus: manifest.cpus,
        kernel: manifest.kernel.as_deref().map(plain),
        version: plain(&manifest.version),
        build: plain(&manifest.build),
        unix_s: manifest.unix_s,
        is_busy: busy(manifest).is_some(),
        is_counted: all_debug || !is_debug(manifest),
    }
}

fn rows(reports: &[&BenchReport], machines: &[Machine]) -> Vec<MergedRow> {
    let mut rows: Vec<MergedRow> = Vec::new();
    for (report, machine) in reports.iter().zip(machines) {
        for row in &report.rows {
            let figure = figure_of(row.key.mode);
            let value = match figure {
                Compared::P50Ns => row.figures.p50_ns as f64,
                Compared::MessagesPerS => row.figures.messages_per_s,
            };
            let value = MachineValue { machine: machine.number, value };
            match rows.iter_mut().find(|found| found.key == row.key) {
                Some(found) => found.values.push(value),
                None => rows.push(MergedRow {
                    key: row.key,
                    figure,
                    values: vec![value],
                    least: None,
                    median: None,
                    greatest: None,
                }),
            }
        }
    }
    for row in &mut rows {
        let is_counted = |value: &&MachineValue| machines[value.machine - 1].is_counted;
        let mut counted: Vec<_> = row.values.iter().filter(is_counted).copied().collect();
        counted.sort_by(|one, other| one.value.total_cmp(&other.value));
        row.least = counted.first().copied();
        row.greatest = counted.last().copied();
        row.median = median(&counted.iter().map(|value| value.value).collect::<Vec<_>>());
    }
    rows
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::bench::report::fixed;

    /// So many machines of two models; the third is a debug build, the fourth was busy.
    pub(super) fn class(count: u64) -> Vec<(String, BenchReport)> {
        let one = |number: u64| {
            let mut report = fixed::report();
            report.manifest.cpu =
                Some(["Intel Core i5-8250U", "AMD <Ryzen> 7"][number as usize % 2].to_owned());
            report.manifest.build = if number == 2 { "debug" } else { "release" }.to_owned();
            report.manifest.others_percent = Some(if number == 3 { 50.0 } else { 1.0 });
            for row in &mut report.rows {
                row.figures.p50_ns = row.figures.p50_ns * (10 + number * 7 % 23) / 10;
            }
            (format!("{number}.json"), report)
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn a_class_has_the_least_the_median_and_the_greatest_of_its_release_builds() {
        let merged = Merged::of(&class(5));
        assert_eq!(merged.machines.len(), 5);
        assert_eq!(merged.name(2), "#2 AMD <Ryzen> 7");
        let row = &merged.rows[0];
        let values: Vec<_> = row.values.iter().map(|value| value.value).collect();
        // 10, 17, (24,) 31 and 15 tenths of 1010 ns.
        assert_eq!(values, [1010.0, 1717.0, 2424.0, 3131.0, 1515.0]);
        assert_eq!(row.least, Some(MachineValue { machine: 1, value: 1010.0 }));
        assert_eq!(row.greatest, Some(MachineValue { machine: 4, value: 3131.0 }));
        assert_eq!(row.median, Some(f64::midpoint(1515.0, 1717.0)));
        assert_eq!(merged.notes.len(), 2, "{:?}", merged.notes);
    }

    #[test]
    fn the_same_report_twice_is_one_machine() {
        let mut reports = class(2);
        reports.push(("again.json".to_owned(), reports[0].1.clone()));
        let merged = Merged::of(&reports);
        assert_eq!(merged.machines.len(), 2);
        assert_eq!(merged.notes, ["again.json is the report of 0.json again: it is left out"]);
    }

    #[test]
    fn debug_builds_alone_are_counted() {
        let mut reports = class(3);
        reports.iter_mut().for_each(|(_, report)| report.manifest.build = "debug".to_owned());
        let merged = Merged::of(&reports);
        assert!(merged.rows[0].median.is_some() && merged.machines.iter().all(|machine| machine.is_counted));
        assert!(merged.notes.iter().any(|note| note.starts_with("all are debug builds")));
    }

    #[test]
    fn the_picture_has_a_point_for_each_machine_of_each_row_and_no_markup_of_a_stranger() {
        let merged = Merged::of(&class(30));
        let picture = picture(&merged);
        let rows = merged.rows.len();
        assert_eq!(picture.matches("class=\"point ").count(), 30 * rows);
        assert_eq!(picture.matches("class=\"point hollow").count(), rows);
        assert_eq!(picture.matches("class=\"point square").count(), rows);
        assert_eq!(picture.matches("class=\"median\"").count(), rows);
        assert!(picture.contains("AMD &lt;Ryzen&gt; 7") && !picture.contains("<Ryzen>"));
        for text in [page(&merged), markdown(&merged), merged.to_string()] {
            assert!(text.contains("#30"), "{text}");
        }
        assert!(!page(&merged).contains("<Ryzen>") && !markdown(&merged).contains("<Ryzen>"));
    }
}
