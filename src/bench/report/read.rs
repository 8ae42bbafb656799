//! Stored reports. A file that is said to be one may be anything: of another program, cut off, endless, made to harm.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serde::Deserialize;
use serde_json::Deserializer;

use super::BenchReport;
use crate::bench::figures::Row;
use crate::error::{Error, Result};
use crate::platform::json;
use crate::platform::markup::plain;

/// The largest file. A row has about 2 kB.
const MOST_BYTES: usize = 8 << 20;
/// The most repetitions of a row that are read.
pub(in crate::bench) const MOST_REPEATS: usize = 1000;
/// How long it may take to come, out of a pipe.
const PATIENCE: Duration = Duration::from_secs(10);

/// What every object begins with.
#[derive(Deserialize)]
struct Envelope {
    schema: Option<u64>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// The reports in a file, one or more; `-` is stdin.
///
/// # Errors
/// One line: which file, and why it is none.
pub(in crate::bench) fn read_all(path: &Path) -> Result<Vec<BenchReport>> {
    let name = plain(&path.to_string_lossy());
    let read = bytes_of(path).and_then(|bytes| parse(&bytes));
    read.map_err(Error::failed(format_args!("read the report {name}")))
}

/// The report in a file that has one.
///
/// # Errors
/// As [`read_all`].
pub(in crate::bench) fn read_one(path: &Path) -> Result<BenchReport> {
    let reports: [BenchReport; 1] = read_all(path)?.try_into().map_err(|reports: Vec<_>| {
        let why = format!("it has {} reports; keep each in a file of its own", reports.len());
        Error::failed(format_args!("read the report {}", plain(&path.to_string_lossy())))(wrong(why))
    })?;
    let [report] = reports;
    Ok(report)
}

fn wrong(why: impl Into<String>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why.into())
}

fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() == "-" {
        return bounded(io::stdin().lock());
    }
    // Opening a pipe that nobody writes to must not wait, and a terminal must not become ours.
    let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    match metadata.len() {
        _ if metadata.is_dir() => Err(ErrorKind::IsADirectory.into()),
        length if length > MOST_BYTES as u64 => Err(too_large()),
        _ => bounded(file),
    }
}

fn too_large() -> io::Error {
    wrong(format!("it has more than {} MiB, and a report has less", MOST_BYTES >> 20))
}

/// All of it, unless that is too much, or takes too long.
fn bounded(mut stream: impl Read + AsFd) -> io::Result<Vec<u8>> {
    let deadline = Instant::now() + PATIENCE;
    let (mut bytes, mut part) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut fds = [PollFd::new(stream.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)) {
            Ok(0) => return Err(wrong(format!("it did not end within {} s", PATIENCE.as_secs()))),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        match stream.read(&mut part) {
            Ok(0) => return Ok(bytes),
            Ok(count) => bytes.extend_from_slice(&part[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
        if bytes.len() > MOST_BYTES {
            return Err(too_large());
        }
    }
}

/// The objects in it, one after the other. Comparisons, which a run prints beside its report, are passed over.
fn parse(bytes: &[u8]) -> io::Result<Vec<BenchReport>> {
    let mut objects = Deserializer::from_slice(bytes).into_iter::<Envelope>();
    let (mut begin, mut reports) = (0, Vec::new());
    while let Some(envelope) = objects.next() {
        let envelope = envelope.map_err(|error| no_report(&error))?;
        let text = &bytes[begin..objects.byte_offset()];
        begin = objects.byte_offset();
        match (envelope.kind.as_deref(), envelope.schema) {
            (Some("bench"), Some(schema)) if schema == u64::from(json::schema_of("bench")) => {
                let report = serde_json::from_slice(text).map_err(|error| no_report(&error))?;
                check(&report)?;
                reports.push(report);
            }
            (Some("bench"), schema) => {
                let schema = schema.map_or("no schema".to_owned(), |schema| format!("schema {schema}"));
                return Err(wrong(format!(
                    "it has {schema}, and this version of tripong reads schema {}: measure again, or read it with the version \
                     that wrote it",
                    json::schema_of("bench")
                )));
            }
            (Some("bench-compare"), _) => {}
            (Some(other), _) => {
                let other: String = plain(other).chars().take(40).collect();
                return Err(wrong(format!(
                    "it is of type {other:?}; `tripong bench --json` writes type \"bench\""
                )));
            }
            (None, _) => return Err(wrong("it has no type; `tripong bench --json` writes type \"bench\"")),
        }
    }
    if reports.is_empty() {
        return Err(wrong("there is no report in it; `tripong bench --json` writes one"));
    }
    Ok(reports)
}

fn no_report(error: &serde_json::Error) -> io::Error {
    let why = if error.is_eof() { "it is cut off" } else { "it is no report of `tripong bench --json`" };
    wrong(format!("{why}: {}", plain(&error.to_string())))
}

/// What no schema says, and everything here relies on.
fn check(report: &BenchReport) -> io::Result<()> {
    let mut seen = HashSet::new();
    for row in &report.rows {
        let name = plain(&row.key.name());
        if !seen.insert(row.key) {
            return Err(wrong(format!("it has the row {name} twice")));
        }
        let repeats = row.figures.repeat_p50_ns.len();
        if !(1..=MOST_REPEATS).contains(&repeats) || row.figures.repeat_messages_per_s.len() != repeats {
            return Err(wrong(format!(
                "the row {name} has not 1 to {MOST_REPEATS} repetitions, each with its latency and its messages per second"
            )));
        }
        if !numbers(row).all(|number| number.is_finite() && number >= 0.0) {
            return Err(wrong(format!("the row {name} has a number that is none, or below 0")));
        }
    }
    let mut floors = report
        .floors
        .iter()
        .flat_map(|floor| floor.repeat_p50_ns.iter().copied().chain([floor.p50_ns]).chain(floor.bytes_per_s));
    if floors.any(|number| !number.is_finite() || number < 0.0) {
        return Err(wrong("a floor has a number that is none, or below 0"));
    }
    Ok(())
}

fn numbers(row: &Row) -> impl Iterator<Item = f64> {
    let figures = &row.figures;
    let some = [
        figures.mean_ns,
        figures.messages_per_s,
        figures.bytes_per_s,
        figures.cpu_ns_per_message,
        figures.ctx_switches_per_message,
    ];
    let many = figures.repeat_messages_per_s.iter().copied();
    let ratio = row.floor.iter().flat_map(|floor| [floor.ratio, floor.range[0], floor.range[1]]);
    let intervals = figures.messages_interval_per_s.into_iter().flatten();
    some.into_iter().chain(many).chain(ratio).chain(intervals).chain(figures.sender_waited_percent)
}
