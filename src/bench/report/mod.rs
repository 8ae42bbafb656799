//! What a run has shown, and the files it is written to.

mod plot;
mod table;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::advice::Advice;
use super::figures::{Row, Sample};
use super::floor::Floor;
use super::key::RowKey;
use super::manifest::Manifest;
use super::plan::Plan;
use crate::error::{Error, Result};
use crate::platform::report_line;

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
    /// A line on stderr.
    pub(super) fn report(&self) {
        report_line(&format!("tripong: {} is left out: {}", self.what, self.why));
    }
}

/// The files that were asked for. Before the run begins it is tried whether they can be written, so that a wrong path is found
/// out at once. They are made or overwritten after it, so that a run that fails, or is stopped, leaves none and spoils none.
#[derive(Debug)]
pub(super) struct Outputs {
    csv: Option<Output>,
    histogram: Option<Output>,
    plot: Option<Output>,
}

impl Outputs {
    /// Tries them.
    pub(super) fn open(plan: &Plan) -> Result<Self> {
        let open = |path: &Option<PathBuf>| path.as_deref().map(Output::open).transpose();
        Ok(Self { csv: open(&plan.csv)?, histogram: open(&plan.histogram)?, plot: open(&plan.plot)? })
    }

    /// Fills them.
    pub(super) fn write(self, report: &BenchReport, samples: &[(RowKey, Sample)]) -> Result<()> {
        let write = |output: Option<Output>, bytes: &dyn Fn() -> io::Result<Vec<u8>>, action| {
            let written = output.map_or(Ok(()), |output| output.write(&bytes()?));
            written.map_err(Error::failed(action))
        };
        write(self.csv, &|| csv(&report.rows), "write the CSV file")?;
        write(self.histogram, &|| log(samples), "write the histogram file")?;
        write(self.plot, &|| plot::draw(samples).map(String::into_bytes), "write the plot")
    }
}

/// A file that can be written.
#[derive(Debug)]
enum Output {
    /// It was there before, and may be a pipe, or a terminal.
    Old(File),
    /// It is to be made here.
    New(PathBuf),
}

impl Output {
    fn open(path: &Path) -> Result<Self> {
        let opened = match OpenOptions::new().write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = OpenOptions::new().write(true).create_new(true).open(path);
                made.and_then(|_empty| fs::remove_file(path)).map(|()| Self::New(path.to_owned()))
            }
            opened => opened.map(Self::Old),
        };
        opened.map_err(Error::failed(format_args!("open {} for writing", path.display())))
    }

    fn write(self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Old(mut file) => {
                // A terminal or a pipe has no length.
                if file.metadata()?.is_file() {
                    file.set_len(0)?;
                }
                file.write_all(bytes)
            }
            Self::New(path) => fs::write(&path, bytes).inspect_err(|_| {
                // Half of it is of no use, and if it cannot be removed either, that is no news.
                let _removed = fs::remove_file(&path);
            }),
        }
    }
}

/// The rows, with the names that they have in JSON. What is null is empty, and what is many is in one field, with spaces between.
fn csv(rows: &[Row]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (index, row) in rows.iter().enumerate() {
        let Value::Object(fields) = serde_json::to_value(row)? else { continue };
        if index == 0 {
            writer.write_record(fields.keys())?;
        }
        writer.write_record(fields.values().map(field))?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(field).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => fields.values().map(field).collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    }
}

/// An HdrHistogram log, one interval per row, its tag the row. Values are nanoseconds.
fn log(samples: &[(RowKey, Sample)]) -> io::Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let mut log = IntervalLogWriterBuilder::new()
        .add_comment("tripong bench: one-way latencies in nanoseconds, one line per row")
        .with_start_time(SystemTime::now())
        .with_max_value_divisor(1.0)
        .begin_log_with(&mut file, &mut serializer)?;
    for (key, sample) in samples {
        let name = tag(key);
        let written = log.write_histogram(&sample.latencies, Duration::ZERO, sample.wall(), Tag::new(&name));
        written.map_err(|error| io::Error::other(error.to_string()))?;
    }
    Ok(file)
}

/// A tag may have neither comma nor space.
fn tag(key: &RowKey) -> String {
    format!("{}:{}:n{}:{}B", key.way(), key.placement, key.processes, key.bytes)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use super::*;
    use crate::bench::figures::{Repeat, Usage, new_histogram, written_down};
    use crate::bench::manifest::Watch;
    use crate::bench::mechanism::Mechanism;
    use crate::bench::placement::{Placement, Places};
    use crate::platform::machine::{HERE, Kernel};
    use crate::protocol::doorbell::Wait;

    fn sample() -> (RowKey, Sample) {
        let key = RowKey::latency(Mechanism::Shared, Wait::Spin, Placement::SameCpu, 2, 64);
        let mut latencies = new_histogram().unwrap();
        (1..=1000).for_each(|us| latencies.record(us * 1000).unwrap());
        let usage = Usage { cpu: Duration::from_micros(2200), switches: 550 };
        let wall = Duration::from_millis(500);
        let (p50_ns, written) = (latencies.value_at_quantile(0.5), written_down(&latencies).unwrap());
        let repeats = vec![Repeat { hops: 1000, p50_ns, wall, latencies: written, sender_waited: None }];
        (key, Sample { latencies, repeats, all_hops: 1100, usage })
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
    fn the_csv_has_the_names_and_the_figures_of_the_json() {
        let (key, sample) = sample();
        let row = sample.row(key);
        let text = String::from_utf8(csv(std::slice::from_ref(&row)).unwrap()).unwrap();
        let [names, values] = text.lines().collect::<Vec<_>>().try_into().unwrap();
        let json = serde_json::to_value(&row).unwrap();
        let pairs: Vec<_> = names.split(',').zip(values.split(',')).collect();
        assert_eq!(pairs.len(), json.as_object().unwrap().len());
        for (name, value) in pairs {
            match &json[name] {
                serde_json::Value::Number(number) => {
                    assert!(
                        (number.as_f64().unwrap() - value.parse::<f64>().unwrap()).abs() < 1e-9,
                        "{name}"
                    );
                }
                other => assert_eq!(&field(other), value),
            }
        }
    }

    #[test]
    fn the_histogram_file_is_a_log_that_can_be_read_again() {
        let (key, sample) = sample();
        let log = log(&[(key, sample.clone())]).unwrap();
        let entries: Vec<_> = IntervalLogIterator::new(&log).map(|entry| entry.unwrap()).collect();
        let interval = entries
            .iter()
            .find_map(|entry| if let LogEntry::Interval(found) = entry { Some(found) } else { None });
        let interval = interval.unwrap();
        assert_eq!(interval.tag().unwrap().as_str(), "shared/spin:same-cpu:n2:64B");
        use base64::Engine;
        let bytes = base64::engine::general_purpose::STANDARD.decode(interval.encoded_histogram()).unwrap();
        let read: hdrhistogram::Histogram<u64> =
            Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
        assert_eq!(read, sample.latencies);
    }

    #[test]
    fn a_picture_has_a_curve_and_a_name_for_each_row() {
        let (key, sample) = sample();
        let other = RowKey { wait: Wait::Block, placement: Placement::Unpinned, ..key };
        let picture = plot::draw(&[(key, sample.clone()), (other, sample)]).unwrap();
        assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
        for text in ["shared/spin", "shared/block", "same-cpu", "unpinned", "99.99"] {
            assert!(picture.contains(text), "{text}");
        }
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
        let is_known =
            |name: &str| ["version", "build", "allowed_cpus", "used_cpus", "duration_s"].contains(&name);
        for (name, value) in json["manifest"].as_object().unwrap() {
            assert_eq!(value.is_null(), !is_known(name), "{name}: {value}");
        }
        let text = report.to_string();
        assert_eq!(text.matches("unknown").count(), 7, "{text}");
        assert!(!text.contains('%') && !text.contains("real") && !text.contains("not governed"), "{text}");
    }
}
