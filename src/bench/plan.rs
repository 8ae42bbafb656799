//! What is to be measured: the arguments of `tripong bench`, and the rows that follow from them.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::ArgPredicate;
use clap::{Args, ValueHint};

use super::command::{BenchCommand, FileArgs, KeepArgs};
#[cfg(debug_assertions)]
use super::command::{Share, parse_share};
use super::key::{Copying, MAX_BYTES, MAX_IN_FLIGHT, MAX_PROCESSES, Mode, RowKey};
use super::mechanism::Mechanism;
use super::mechanism_choice::MechanismChoice;
use super::placement_choice::PlacementChoice;
#[cfg(debug_assertions)]
use super::setup::Delay;
use super::setup::Spoil;
use crate::platform::machine::HERE;
use crate::platform::units::{parse_count, parse_nonzero_duration, parse_within};
use crate::protocol::doorbell::Wait;

/// The most messages per second that can be asked for.
const MAX_RATE: u64 = 100_000_000;

/// The arguments.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Plan {
    /// Anything but a run.
    #[command(subcommand)]
    pub command: Option<BenchCommand>,

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

    /// What is done and measured, comma-separated: latency, throughput, rate, request-reply, fan-out
    ///
    /// Without it, `--rate` asks for the mode rate, `--fan-out` for the mode fan-out.
    #[arg(long, value_name = "MODES", value_delimiter = ',', default_value = "latency")]
    #[arg(default_value_ifs([("rate", ArgPredicate::IsPresent, "rate"), ("fan_out", ArgPredicate::IsPresent, "fan-out")]))]
    #[arg(hide_possible_values = true)]
    pub mode: Vec<Mode>,

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

    /// Number of processes in the line, comma-separated: each 2 to 16; of the mode latency
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "2,4", value_parser = parse_processes)]
    pub processes: Vec<usize>,

    /// Bytes of the payload, comma-separated, such as 64,1k,1m: multiples of 8 up to 64m
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "64", value_parser = parse_bytes)]
    pub bytes: Vec<usize>,

    /// Where payloads in shared memory are written and read, comma-separated: in-place, both (copied in and out)
    #[arg(long, value_name = "WHERE", value_delimiter = ',', default_value = "in-place")]
    #[arg(hide_possible_values = true)]
    pub copy: Vec<Copying>,

    /// Messages that may be on their way, of the modes throughput and rate [default: 64; fewer of more than 16 KiB]
    #[arg(long, value_name = "N", value_parser = parse_in_flight, allow_negative_numbers = true)]
    pub in_flight: Option<usize>,

    /// Messages for each wake-up, or each write to a stream [default: a quarter of --in-flight; of the mode rate 1]
    #[arg(long, value_name = "N", value_parser = parse_in_flight, allow_negative_numbers = true)]
    pub batch: Option<usize>,

    /// Messages that are due each second in the mode rate, comma-separated: 500, 10k, 1m
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1k,10k", value_parser = parse_rate)]
    pub rate: Vec<u64>,

    /// Receivers of each message in the mode fan-out, comma-separated: each 1 to 15
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1,3", value_parser = parse_receivers)]
    pub fan_out: Vec<usize>,

    /// Counted messages of each repetition [default: as many as fit in --time]
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

    /// Write all latencies to a file: an HdrHistogram log, one line per repetition of a row
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub histogram: Option<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs, reason = "clap would print it as help of the whole command")]
    pub files: FileArgs,

    #[command(flatten)]
    #[allow(missing_docs, reason = "as above")]
    pub keep: KeepArgs,

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

    /// Make every hop slower by a share of it: 10%
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, value_name = "P%", value_parser = parse_share)]
    slow: Option<Share>,
    /// Read the kernel's files below this folder
    #[cfg(debug_assertions)]
    #[arg(long, hide = true, value_name = "FOLDER")]
    kernel_files: Option<PathBuf>,
}

impl Plan {
    /// Of a repetition of any row: so many hops, or for so long. No files, and no rows of its own.
    pub(super) fn quiet(hops: Option<u64>, time: Duration) -> Self {
        Self {
            command: None,
            transports: Vec::new(),
            mode: Vec::new(),
            wait: Vec::new(),
            placement: Vec::new(),
            processes: Vec::new(),
            bytes: Vec::new(),
            copy: Vec::new(),
            in_flight: None,
            batch: None,
            rate: Vec::new(),
            fan_out: Vec::new(),
            hops,
            time: Some(time),
            repeats: 1,
            no_floors: true,
            strict: false,
            list: false,
            json: false,
            histogram: None,
            files: FileArgs::default(),
            keep: KeepArgs::default(),
            #[cfg(debug_assertions)]
            corrupt: None,
            #[cfg(debug_assertions)]
            delay: None,
            #[cfg(debug_assertions)]
            lose: None,
            #[cfg(debug_assertions)]
            patience: None,
            #[cfg(debug_assertions)]
            slow: None,
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
        let slow_per_mille = self.slow.map(Share::per_mille);
        Spoil { corrupt: self.corrupt, delay: self.delay, lose: self.lose, slow_per_mille }
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
        for &mode in &self.mode {
            for placement in PlacementChoice::placements(&self.placement) {
                for shape in self.shapes(mode) {
                    for &bytes in &self.bytes {
                        let ways = MechanismChoice::mechanisms(&self.transports)
                            .into_iter()
                            .flat_map(|transport| self.ways(transport));
                        rows.extend(ways.map(|(transport, wait, copy)| {
                            let line = RowKey::latency(transport, wait, placement, shape.processes, bytes);
                            self.in_mode(mode, RowKey { copy, rate_per_s: shape.rate_per_s, ..line })
                        }));
                    }
                }
            }
        }
        rows
    }

    /// How many processes a row of this mode has, and how many messages are due.
    fn shapes(&self, mode: Mode) -> Vec<Shape> {
        let of = |processes| Shape { processes, rate_per_s: None };
        match mode {
            Mode::Latency => self.processes.iter().copied().map(of).collect(),
            Mode::FanOut => self.fan_out.iter().map(|receivers| of(receivers + 1)).collect(),
            Mode::Throughput | Mode::RequestReply => vec![of(2)],
            Mode::Rate => {
                self.rate.iter().map(|rate| Shape { processes: 2, rate_per_s: Some(*rate) }).collect()
            }
        }
    }

    /// The waits and the copies that there are with a mechanism. A process that reads from a pipe or a socket blocks, and the
    /// kernel copies.
    fn ways(&self, transport: Mechanism) -> Vec<(Mechanism, Wait, Copying)> {
        let waits = if transport.has_waits() { self.wait.as_slice() } else { &[Wait::Block] };
        let copies = if transport.is_in_memory() { self.copy.as_slice() } else { &[Copying::Both] };
        let ways = waits.iter().flat_map(|wait| copies.iter().map(move |copy| (transport, *wait, *copy)));
        ways.collect()
    }

    /// The row of a mode that follows from the one of the mode latency.
    fn in_mode(&self, mode: Mode, line: RowKey) -> RowKey {
        let key = RowKey { mode, ..line };
        if !mode.waits_for_room() {
            return key;
        }
        let in_flight = in_flight(&key, self.in_flight);
        let batch = if mode == Mode::Rate { 1 } else { in_flight / 4 };
        let batch = self.batch.unwrap_or(batch).clamp(1, in_flight);
        // What goes through the kernel in packets is handed over one by one.
        let batch = if key.transport.is_in_memory() || key.transport.is_stream() { batch } else { 1 };
        RowKey { in_flight, batch, ..key }
    }
}

/// What a mode adds to a row.
#[derive(Debug, Clone, Copy)]
struct Shape {
    processes: usize,
    rate_per_s: Option<u64>,
}

/// Messages on their way, unless asked otherwise.
const IN_FLIGHT: usize = 64;
/// As many bytes as they have together, at most, where they are more than a few.
const RING_BYTES: usize = 1 << 20;
/// A few.
const FEW: usize = 4;
/// No more bytes than these, even if they are few.
const MOST_BYTES: usize = 64 << 20;
/// What the kernel keeps of datagrams that nobody has taken, with what it adds to each: it drops what is more.
const DATAGRAM_ROOM: usize = 96 << 10;
const DATAGRAM_EXTRA: usize = 1 << 10;

/// How many messages of a row may be on their way.
fn in_flight(key: &RowKey, wanted: Option<usize>) -> usize {
    let default = (RING_BYTES / key.bytes).clamp(FEW, IN_FLIGHT).min(MOST_BYTES / key.bytes);
    let datagrams = DATAGRAM_ROOM / (2 * key.bytes + DATAGRAM_EXTRA);
    let default = if key.transport == Mechanism::Udp { default.min(datagrams) } else { default };
    wanted.unwrap_or(default).max(1)
}

fn parse_processes(text: &str) -> Result<usize, String> {
    parse_within(text, 2..=MAX_PROCESSES)
}

fn parse_receivers(text: &str) -> Result<usize, String> {
    parse_within(text, 1..=MAX_PROCESSES - 1)
}

fn parse_in_flight(text: &str) -> Result<usize, String> {
    parse_within(text, 1..=MAX_IN_FLIGHT)
}

/// Messages per second; k and m are a thousand and a million.
fn parse_rate(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix('k') {
        Some(number) => (number, 1_000),
        None => text.strip_suffix('m').map_or((text, 1), |number| (number, 1_000_000)),
    };
    let rate = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    let rate = rate.filter(|rate| (1..=MAX_RATE).contains(rate));
    rate.ok_or_else(|| {
        "it must be a number of messages per second from 1 to 100m, such as 500 or 10k".to_owned()
    })
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
