//! What is to be measured: the arguments of `tripong bench`, and the rows that follow from them.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::key::{MAX_BYTES, MAX_PROCESSES, RowKey};
use super::mechanism_choice::MechanismChoice;
use super::placement_choice::PlacementChoice;
#[cfg(debug_assertions)]
use super::setup::Delay;
use super::setup::Spoil;
use crate::platform::machine::HERE;
use crate::platform::units::{parse_count, parse_nonzero_duration, parse_within};
use crate::protocol::doorbell::Wait;

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Plan {
    /// Transports of the message, comma-separated: shared, file, eventfd, signal, uring, pipe, fifo, socket, stream, datagram, tcp,
    /// tcp-nagle, udp, mqueue, or all that the machine has
    #[arg(
        long,
        alias = "carriers",
        value_name = "TRANSPORTS",
        value_delimiter = ',',
        default_value = "shared,pipe,socket"
    )]
    #[arg(hide_possible_values = true)]
    pub transports: Vec<MechanismChoice>,

    /// How a process waits in shared memory, comma-separated: block, adaptive, spin
    #[arg(long, value_name = "HOW", value_delimiter = ',', default_value = "block,adaptive,spin")]
    #[arg(hide_possible_values = true)]
    pub wait: Vec<Wait>,

    /// Where the processes run, comma-separated: same-cpu, smt-siblings, same-cluster, distinct-cores, distinct-packages,
    /// performance-cores, middle-cores, efficient-cores, performance-to-efficient, unpinned, or all that the machine has
    #[arg(
        long,
        value_name = "WHERE",
        value_delimiter = ',',
        default_value = "same-cpu,distinct-cores,unpinned"
    )]
    #[arg(hide_possible_values = true)]
    pub placement: Vec<PlacementChoice>,

    /// Number of processes in the line, comma-separated: each 2 to 16
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "2,4", value_parser = parse_processes)]
    pub processes: Vec<usize>,

    /// Bytes of the payload, comma-separated, such as 64,1k,1m: multiples of 8 up to 64m
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "64", value_parser = parse_bytes)]
    pub bytes: Vec<usize>,

    /// Counted hand-offs of each repetition [default: as many as fit in --time]
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    pub hops: Option<u64>,

    /// Longest counted time of each repetition [default: 150ms; with --hops: 10s]
    #[arg(long, value_name = "T", value_parser = parse_nonzero_duration, allow_hyphen_values = true)]
    pub time: Option<Duration>,

    /// Repetitions of every row, in turn with all others
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = parse_count, allow_negative_numbers = true)]
    pub repeats: u64,

    /// Leave out what the machine could do at best (bare futex, yield, cache line, copy, system call), and the rows' ratios to it
    #[arg(long)]
    pub no_floors: bool,

    /// Exit with 8 if the machine was busy, or the run throttled: everything is printed first
    #[arg(long)]
    pub strict: bool,

    /// List the transports: what each is, costs and carries, and whether this machine has it
    #[arg(long, conflicts_with = "json")]
    pub list: bool,

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

    /// Do not send the message of this hop, if it goes through the kernel
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, value_name = "HOP")]
    lose: Option<u64>,

    /// How much longer than it may a repetition is waited for
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, value_name = "T", value_parser = parse_nonzero_duration)]
    patience: Option<Duration>,

    /// Read the kernel's files below this folder
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, value_name = "FOLDER")]
    kernel_files: Option<PathBuf>,
}

impl Plan {
    /// Of a repetition of any row: so many hops, or for so long. No files, and no rows of its own.
    pub(super) fn quiet(hops: Option<u64>, time: Duration) -> Self {
        Self {
            transports: Vec::new(),
            wait: Vec::new(),
            placement: Vec::new(),
            processes: Vec::new(),
            bytes: Vec::new(),
            hops,
            time: Some(time),
            repeats: 1,
            no_floors: true,
            strict: false,
            list: false,
            json: false,
            csv: None,
            histogram: None,
            plot: None,
            #[cfg(debug_assertions)]
            corrupt: None,
            #[cfg(debug_assertions)]
            delay: None,
            #[cfg(debug_assertions)]
            lose: None,
            #[cfg(debug_assertions)]
            patience: None,
            #[cfg(debug_assertions)]
            kernel_files: None,
        }
    }

    /// Counted hops of a repetition, at most, and how long it may take.
    pub fn limits(&self) -> (u64, Duration) {
        let default = if self.hops.is_some() { Duration::from_secs(10) } else { Duration::from_millis(150) };
        (self.hops.unwrap_or(u64::MAX), self.time.unwrap_or(default))
    }

    /// What the kernel's files are read by.
    #[cfg(debug_assertions)]
    pub(super) fn read(&self, path: &str) -> Option<String> {
        let folder = self.kernel_files.as_deref().map(|folder| format!("{}{path}", folder.display()));
        HERE.read(folder.as_deref().unwrap_or(path))
    }

    /// What the kernel's files are read by.
    #[cfg(not(debug_assertions))]
    pub(super) fn read(&self, path: &str) -> Option<String> {
        HERE.read(path)
    }

    /// What is to go wrong on purpose.
    #[cfg(debug_assertions)]
    pub(super) fn spoil(&self) -> Spoil {
        Spoil { corrupt: self.corrupt, delay: self.delay, lose: self.lose }
    }

    /// In a release build nothing goes wrong on purpose.
    #[cfg(not(debug_assertions))]
    pub(super) fn spoil(&self) -> Spoil {
        Spoil::default()
    }

    /// A repetition that takes so much longer than it may has hung.
    pub(super) fn patience(&self) -> Duration {
        #[cfg(debug_assertions)]
        if let Some(patience) = self.patience {
            return patience;
        }
        Duration::from_secs(60)
    }

    /// All rows, in the order of the arguments.
    pub(super) fn rows(&self) -> Vec<RowKey> {
        let mut rows = Vec::new();
        for placement in PlacementChoice::placements(&self.placement) {
            for &processes in &self.processes {
                for &bytes in &self.bytes {
                    for transport in MechanismChoice::mechanisms(&self.transports) {
                        // A process that reads from a pipe or a socket blocks.
                        let waits = if transport.has_waits() { self.wait.as_slice() } else { &[Wait::Block] };
                        let row =
                            |wait: &Wait| RowKey::latency(transport, *wait, placement, processes, bytes);
                        rows.extend(waits.iter().map(row));
                    }
                }
            }
        }
        rows
    }
}

fn parse_processes(text: &str) -> Result<usize, String> {
    parse_within(text, 2..=MAX_PROCESSES)
}

/// A number of bytes; k and m are 1024 and 1024 times 1024.
fn parse_bytes(text: &str) -> Result<usize, String> {
    let (number, unit) = match text.strip_suffix(['k', 'K']) {
        Some(number) => (number, 1 << 10),
        None => text.strip_suffix(['m', 'M']).map_or((text, 1), |number| (number, 1 << 20)),
    };
    let bytes = number.parse::<usize>().ok().and_then(|number| number.checked_mul(unit));
    let bytes = bytes.filter(|bytes| (8..=MAX_BYTES).contains(bytes) && bytes.is_multiple_of(8));
    bytes.ok_or_else(|| "it must be a multiple of 8 from 8 to 64m, such as 64, 16k or 1m".to_owned())
}

#[cfg(debug_assertions)]
fn parse_delay(text: &str) -> Result<Delay, String> {
    let wrong = || "it must be a time and a share, such as 1ms/2%".to_owned();
    let (by, percent) = text.strip_suffix('%').and_then(|text| text.split_once('/')).ok_or_else(wrong)?;
    let percent = parse_within(percent, 0..=100).map_err(|_| wrong())?;
    let by = parse_nonzero_duration(by).map_err(|_| wrong())?;
    Ok(Delay { by, per_mille: percent * 10 })
}
