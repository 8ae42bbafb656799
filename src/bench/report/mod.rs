//! What a run has shown, and all that it is shown by.
//!
//! ```text
//! table        for a terminal          curves   which lines the pictures have       read     stored reports, which may be anything
//! markdown     for a pull request      chart    a picture with its axes             stored   reports that are kept under a name
//! html         a page                  picture  all pictures in one file            files    the files that were asked for
//! spreadsheet  comma-separated values  log      all latencies, as an HdrHistogram log
//! ```

pub(super) mod chart;
pub(super) mod curves;
pub(super) mod facts;
pub(super) mod files;
#[cfg(test)]
#[cfg(not(feature = "model"))]
pub(super) mod fixed;
pub(super) mod html;
mod log;
pub(super) mod markdown;
pub(super) mod picture;
pub(super) mod read;
mod spreadsheet;
pub(super) mod stored;
mod table;

use serde::{Deserialize, Serialize};

use super::advice::Advice;
use super::figures::Row;
use super::floor::Floor;
use super::manifest::Manifest;
use crate::platform::report_line;
use crate::platform::units::count;

/// What `--json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchReport {
    /// The machine, and what else it did.
    pub manifest: Manifest,
    /// Why the figures may be worse than the machine's own.
    pub warnings: Vec<String>,
    /// What the machine could do at best.
    pub floors: Vec<Floor>,
    /// In the order in which they were measured.
    pub rows: Vec<Row>,
    /// What was asked for and could not be measured.
    pub left_out: Vec<LeftOut>,
    /// What follows from the rows.
    pub advice: Vec<Advice>,
}

/// What could not be measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// A row, a mechanism, or a placement, by its name.
    pub what: String,
    /// Why not.
    pub why: String,
}

impl LeftOut {
    /// A line on stderr for each reason.
    pub(super) fn report(all: &[Self]) {
        Self::lines(all).iter().for_each(|line| report_line(&format!("tripong: {line}")));
    }

    /// One row is named; of many with one reason the first, and how many more there are.
    fn lines(all: &[Self]) -> Vec<String> {
        let mut reasons: Vec<(&Self, usize)> = Vec::new();
        for one in all {
            match reasons.iter_mut().find(|(first, _)| first.why == one.why) {
                Some((_, more)) => *more += 1,
                None => reasons.push((one, 0)),
            }
        }
        let line = |(Self { what, why }, more): (&Self, usize)| match more {
            0 => format!("{what} is left out: {why}"),
            _ => format!("{what} and {} are left out: {why}", count(more as u64, "more row")),
        };
        reasons.into_iter().map(line).collect()
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::fixed::sample;
    use super::*;
    use crate::bench::manifest::Watch;
    use crate::bench::placement::Places;
    use crate::platform::machine::{HERE, Kernel};

    #[test]
    fn what_is_left_out_has_a_line_for_each_reason() {
        let one = |what: &str, why: &str| LeftOut { what: what.to_owned(), why: why.to_owned() };
        let all = [one("udp, 1 MiB", "too large"), one("uring", "refused"), one("udp, 2 MiB", "too large")];
        assert_eq!(
            LeftOut::lines(&all),
            ["udp, 1 MiB and 1 more row are left out: too large", "uring is left out: refused"]
        );
    }

    #[test]
    fn a_row_has_the_percentiles_and_the_costs_of_a_hop() {
        let (key, sample) = sample();
        let row = sample.row(key).figures;
        let close = |found: u64, exact: u64| found >= exact && found - exact <= exact / 1000;
        assert!(
            close(row.p50_ns, 500_000)
                && close(row.p90_ns.unwrap(), 900_000)
                && close(row.p99_ns.unwrap(), 990_000),
            "{row:?}"
        );
        assert!(row.p999_ns.is_none() && close(row.max_ns, 1_000_000) && row.hops == 1000, "{row:?}");
        let found = [row.messages_per_s, row.cpu_ns_per_message, row.ctx_switches_per_message];
        let expected = [2000.0, 2000.0, 0.5];
        assert!(
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6),
            "{found:?}"
        );
    }

    #[test]
    fn a_curve_rises_and_ends_where_the_messages_do() {
        let (key, sample) = sample();
        let curve = sample.row(key).figures.curve_ns;
        // Of 1000 messages, 0 to 99 %: of 99.9 % there is one that is slower.
        assert_eq!(curve.len(), 21);
        assert!(curve.is_sorted(), "{curve:?}");
        let near = |found: u64, exact: u64| found.abs_diff(exact) <= exact / 500;
        assert!(near(curve[10], 900_000) && near(curve[20], 990_000), "{curve:?}");
    }

    #[test]
    fn two_samples_are_as_one_of_both() {
        let (key, one) = sample();
        let mut both = one.clone();
        both.add(&one);
        let (row, rows) = (one.row(key).figures, both.row(key).figures);
        assert_eq!((rows.hops, rows.repeats, rows.p99_ns), (2 * row.hops, 2, row.p99_ns));
        assert!((rows.messages_per_s - row.messages_per_s).abs() < 1e-6);
        assert!((rows.cpu_ns_per_message - row.cpu_ns_per_message).abs() < 1e-6);
    }

    #[test]
    fn what_the_kernel_does_not_have_is_null_in_json_and_unknown_in_text() {
        let (kernel, places) = (Kernel(&|_| None), Places::find(HERE).unwrap());
        let manifest = Watch::start(kernel, &places, &[]).unwrap().finish(&places).unwrap();
        let [warning] = manifest.warnings().try_into().unwrap();
        assert!(warning.contains("is unknown, because /proc/stat does not have it"), "{warning}");
        let report = BenchReport {
            manifest,
            warnings: Vec::new(),
            floors: Vec::new(),
            rows: Vec::new(),
            left_out: Vec::new(),
            advice: Vec::new(),
        };
        let json = serde_json::to_value(&report).unwrap();
        let is_known = |name: &str| {
            ["version", "build", "allowed_cpus", "used_cpus", "unix_s", "duration_s"].contains(&name)
        };
        for (name, value) in json["manifest"].as_object().unwrap() {
            assert_eq!(value.is_null(), !is_known(name), "{name}: {value}");
        }
        let text = report.to_string();
        assert_eq!(text.matches("unknown").count(), 7, "{text}");
        assert!(!text.contains('%') && !text.contains("real") && !text.contains("not governed"), "{text}");
    }
}
