//! What is to be measured: the arguments of `tripong bench`, and the rows that follow from them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::yard::{MAX_BYTES, MAX_PROCESSES};
use crate::platform::clock;
use crate::platform::values::{parse_count, parse_duration};
use crate::protocol::CarrierKind;
use crate::protocol::doorbell::Wait;

/// The ways to wait, each at the place of its number.
pub(super) const WAITS: [Wait; 3] = [Wait::Block, Wait::Adaptive, Wait::Spin];

/// Where the processes of a row run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// All on one CPU
    SameCore,
    /// Process i on CPU i, counted round
    DistinctCores,
    /// The scheduler's choice
    Unpinned,
}

impl Placement {
    /// Its name on the command line and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SameCore => "same-core",
            Self::DistinctCores => "distinct-cores",
            Self::Unpinned => "unpinned",
        }
    }

    /// The CPU of a process, of those that there are.
    #[must_use]
    pub fn cpu(self, process: usize, cpus: &[usize]) -> Option<usize> {
        match self {
            Self::SameCore => cpus.first().copied(),
            Self::DistinctCores => cpus.get(process % cpus.len().max(1)).copied(),
            Self::Unpinned => None,
        }
    }
}

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Plan {
    /// By what the token travels, comma-separated: shared, pipe, socket
    #[arg(long, value_name = "CARRIERS", value_delimiter = ',', default_value = "shared,pipe,socket")]
    #[arg(hide_possible_values = true)]
    pub carriers: Vec<CarrierKind>,

    /// How a process waits in shared memory, comma-separated: block, adaptive, spin
    #[arg(long, value_name = "HOW", value_delimiter = ',', default_value = "block,adaptive,spin")]
    #[arg(hide_possible_values = true)]
    pub wait: Vec<Wait>,

    /// Where the processes run, comma-separated: same-core, distinct-cores, unpinned
    #[arg(
        long,
        value_name = "WHERE",
        value_delimiter = ',',
        default_value = "same-core,distinct-cores,unpinned"
    )]
    #[arg(hide_possible_values = true)]
    pub placement: Vec<Placement>,

    /// How many processes are in the line, comma-separated: each 2 to 16
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "2,4", value_parser = parse_processes)]
    pub processes: Vec<usize>,

    /// Bytes of the payload that is written, read and checked at every hop: a multiple of 8, up to 65536
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = parse_bytes)]
    pub bytes: usize,

    /// Counted hand-offs of each repetition [default: as many as fit in --time]
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    pub hops: Option<u64>,

    /// How long each repetition counts, at most [default: 150ms; with --hops: 10s]
    #[arg(long, value_name = "T", value_parser = parse_time)]
    pub time: Option<Duration>,

    /// How often every row is measured, in turn with all others
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = parse_count, allow_negative_numbers = true)]
    pub repeats: u64,

    /// Print one JSON object and nothing else
    #[arg(long)]
    pub json: bool,

    /// Write the rows to a file, as comma-separated values
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,

    /// Write all latencies to a file: an HdrHistogram log, one line per row
    #[arg(long, value_name = "FILE")]
    pub histogram: Option<PathBuf>,

    /// Draw the latency of each row by percentile
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,

    /// Flip a bit of the payload of this hop
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, value_name = "HOP")]
    corrupt: Option<u64>,

    /// Hold up some of the hops: 1ms/2%
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, value_name = "T/P%", value_parser = parse_delay)]
    delay: Option<Delay>,
}

impl Plan {
    /// Counted hops of a repetition, at most, and how long it may take.
    #[must_use]
    pub fn limits(&self) -> (u64, Duration) {
        let default = if self.hops.is_some() { Duration::from_secs(10) } else { Duration::from_millis(150) };
        (self.hops.unwrap_or(u64::MAX), self.time.unwrap_or(default))
    }

    /// What is to go wrong on purpose.
    #[cfg(debug_assertions)]
    pub(super) fn spoil(&self) -> Spoil {
        Spoil { corrupt: self.corrupt, delay: self.delay }
    }

    /// In a release build nothing goes wrong on purpose.
    #[cfg(not(debug_assertions))]
    pub(super) fn spoil(&self) -> Spoil {
        Spoil::default()
    }

    /// All rows, in the order of the arguments.
    pub(super) fn rows(&self) -> Vec<Title> {
        let mut rows = Vec::new();
        for &placement in &self.placement {
            for &processes in &self.processes {
                for &carrier in &self.carriers {
                    // Who reads from a pipe or a socket blocks.
                    let waits =
                        if carrier == CarrierKind::Shared { self.wait.as_slice() } else { &[Wait::Block] };
                    rows.extend(waits.iter().map(|&wait| Title {
                        carrier,
                        wait,
                        placement,
                        processes,
                        bytes: self.bytes,
                    }));
                }
            }
        }
        rows
    }
}

/// What makes a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Title {
    /// By what the token travels.
    pub carrier: CarrierKind,
    /// How its taker waits.
    pub wait: Wait,
    /// Where the processes run.
    pub placement: Placement,
    /// How many there are.
    pub processes: usize,
    /// Of the payload.
    pub bytes: usize,
}

impl Title {
    /// Carrier and wait: `shared/spin`.
    #[must_use]
    pub fn way(&self) -> String {
        match self.carrier {
            CarrierKind::Shared => format!("{}/{}", self.carrier, wait_name(self.wait)),
            CarrierKind::Pipe | CarrierKind::Socket => self.carrier.to_string(),
        }
    }

    /// All of it, for people.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}, {} processes, {}, {} B", self.way(), self.processes, self.placement.name(), self.bytes)
    }
}

/// The name of a way to wait.
#[must_use]
pub(super) fn wait_name(wait: Wait) -> &'static str {
    match wait {
        Wait::Block => "block",
        Wait::Adaptive => "adaptive",
        Wait::Spin => "spin",
    }
}

/// Some of the hops are held up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delay {
    /// For so long.
    pub(super) by: Duration,
    /// So many of a thousand.
    pub(super) per_mille: u64,
}

/// What is to go wrong on purpose, for the self-checks. Only in a debug build does anything.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spoil {
    /// The hop whose payload is changed on the way.
    pub(super) corrupt: Option<u64>,
    /// The hops that are held up.
    pub(super) delay: Option<Delay>,
}

impl Spoil {
    /// Changes the payload if this is the hop.
    #[inline(always)]
    pub(super) fn corrupt(self, hop: u64, flip: impl FnOnce()) {
        if cfg!(debug_assertions) && self.corrupt == Some(hop) {
            flip();
        }
    }

    /// Holds the token up if this is one of the hops: as many of each thousand as were asked for, evenly spread.
    #[inline(always)]
    pub(super) fn delay(self, hop: u64) {
        if !cfg!(debug_assertions) {
            return;
        }
        if let Some(Delay { by, per_mille }) = self.delay
            && (hop + 1) * per_mille / 1000 > hop * per_mille / 1000
        {
            // Where it is refused there is no delay to be seen, and a test that asked for one fails.
            let _slept = clock::sleep_until(clock::now_ns() + clock::ns(by));
        }
    }
}

fn parse_processes(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| (2..=MAX_PROCESSES).contains(count));
    count.ok_or(format!("it must be a whole number from 2 to {MAX_PROCESSES}"))
}

fn parse_bytes(text: &str) -> Result<usize, String> {
    let bytes =
        text.parse().ok().filter(|bytes: &usize| (8..=MAX_BYTES).contains(bytes) && bytes.is_multiple_of(8));
    bytes.ok_or(format!("it must be a multiple of 8 from 8 to {MAX_BYTES}"))
}

fn parse_time(text: &str) -> Result<Duration, String> {
    let time = parse_duration(text).ok().filter(|time| !time.is_zero());
    time.ok_or("it must be a time such as 150ms or 5s".to_owned())
}

#[cfg(debug_assertions)]
fn parse_delay(text: &str) -> Result<Delay, String> {
    let wrong = || "it must be a time and a share, such as 1ms/2%".to_owned();
    let (by, percent) = text.strip_suffix('%').and_then(|text| text.split_once('/')).ok_or_else(wrong)?;
    let percent: u64 = percent.parse().ok().filter(|percent| *percent <= 100).ok_or_else(wrong)?;
    Ok(Delay { by: parse_time(by).map_err(|_| wrong())?, per_mille: percent * 10 })
}
