//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::error::{Error, Result};
use crate::flow::{COPIED_FROM, WHOLE_EVERY};
use crate::mechanism::Flow;
use crate::mode::Mode;
use crate::placement::Placement;
use crate::roster::{ALL, Mechanism};

/// The name of our own side in `--only`.
pub(crate) const OURS: &str = "tripong";

/// Runs the workload of `tripong bench` over other people's inter-process communication, and over tripong's own beside it.
///
/// Two real processes hand one message to each other, there and back, or many one way; every payload is written, read and checked.
#[derive(Debug, Parser)]
#[command(name = "tripong-comparison", version, after_help = after_help())]
pub(crate) struct Arguments {
    /// What is measured
    #[arg(long, value_enum, default_value_t = Mode::Latency)]
    pub(crate) mode: Mode,

    /// Only these, comma-separated; see the list below
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,

    /// Where the two processes run, comma-separated
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["same-cpu", "distinct-cores"])]
    pub(crate) placement: Vec<Placement>,

    /// Bytes of the payload, multiples of 8, 64 or 64k or 1m; comma-separated for throughput, 64,1m there
    #[arg(long, value_name = "BYTES", value_delimiter = ',')]
    bytes: Vec<String>,

    /// Latency: counted hops of a repetition (made even); a tenth more go before, to warm up
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(2..=100_000_000))]
    hops: u64,

    /// Throughput: messages that may be on their way at once, a power of two
    #[arg(long, value_name = "MESSAGES", default_value_t = 64, value_parser = clap::value_parser!(u16).range(4..=4096))]
    in_flight: u16,

    /// Throughput: counted time of a repetition, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    time_ms: u64,

    /// Throughput: exactly so many counted messages instead
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000_000))]
    messages: Option<u64>,

    /// Repetitions: each runs everything once, so that a slow minute meets all alike
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) repeats: u64,

    /// Print all rows and ratios as one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    /// The tripong executable [default: beside this one]
    #[arg(long, value_name = "PATH")]
    pub(crate) tripong: Option<PathBuf>,

    /// Spoil one byte of one message: the run must fail
    #[arg(long)]
    pub(crate) corrupt: bool,

    /// What a process of our own is to be
    #[arg(long, hide = true)]
    pub(crate) role: Option<String>,
}

impl Arguments {
    /// Bytes of the payload of the message that goes there and back.
    ///
    /// # Errors
    /// [`Error::Usage`]
    pub(crate) fn bytes(&self) -> Result<usize> {
        match self.bytes.as_slice() {
            [] => Ok(64),
            [one] => size(one, 4096),
            many => {
                Err(Error::Usage(format!("--bytes {}: give one size, or --mode throughput", many.join(","))))
            }
        }
    }

    /// The sizes of payloads that flow, each once.
    ///
    /// # Errors
    /// [`Error::Usage`]
    pub(crate) fn sizes(&self) -> Result<Vec<usize>> {
        if self.bytes.is_empty() {
            return Ok(vec![64, 1 << 20]);
        }
        let mut sizes = Vec::new();
        for text in &self.bytes {
            let size = size(text, 64 << 20)?;
            if !sizes.contains(&size) {
                sizes.push(size);
            }
        }
        Ok(sizes)
    }

    /// How messages flow, of one size through one mechanism.
    ///
    /// # Errors
    /// [`Error::Usage`]
    pub(crate) fn flow(&self, bytes: usize, batches: bool) -> Result<Flow> {
        let in_flight = usize::from(self.in_flight);
        if !in_flight.is_power_of_two() {
            return Err(Error::Usage(format!("--in-flight {in_flight}: give a power of two from 4 to 4096")));
        }
        if self.corrupt && self.messages.is_some_and(|messages| messages <= WHOLE_EVERY) {
            return Err(Error::Usage(format!(
                "--corrupt spoils message {WHOLE_EVERY}: give more --messages"
            )));
        }
        let copy = bytes >= COPIED_FROM;
        // A quarter: the sender fills one while the receiver empties another, and two are spare.
        let batch = if batches && !copy { in_flight / 4 } else { 1 };
        Ok(Flow { in_flight, batch, copy, time_ns: self.time_ms * 1_000_000, messages: self.messages })
    }

    /// Counted hops of a repetition: there and back is two.
    pub(crate) fn hops(&self) -> u64 {
        self.hops.next_multiple_of(2)
    }

    /// The mechanisms that were asked for.
    ///
    /// # Errors
    /// [`Error::Usage`], with the names that there are.
    pub(crate) fn mechanisms(&self) -> Result<Vec<&'static Mechanism>> {
        let is_known = |name: &str| name == OURS || ALL.iter().any(|mechanism| mechanism.name == name);
        if let Some(unknown) = self.only.iter().find(|name| !is_known(name)) {
            return Err(Error::Usage(format!(
                "--only {unknown}: there is no such mechanism; there are {}",
                names()
            )));
        }
        Ok(ALL.iter().filter(|mechanism| mechanism.has(self.mode) && self.wants(mechanism.name)).collect())
    }

    /// Whether tripong is to run too. Not where the mechanisms are to fail.
    pub(crate) fn wants_ours(&self) -> bool {
        self.wants(OURS) && !self.corrupt
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == name)
    }
}

/// A size of at least 8 bytes: `64`, `64k`, `1m`.
fn size(text: &str, most: usize) -> Result<usize> {
    let (digits, shift) = match text.to_ascii_lowercase() {
        lower if lower.ends_with('k') => (text.len() - 1, 10),
        lower if lower.ends_with('m') => (text.len() - 1, 20),
        _ => (text.len(), 0),
    };
    let number = text.get(..digits).and_then(|digits| digits.parse::<usize>().ok());
    let size = number.and_then(|number| number.checked_mul(1 << shift));
    size.filter(|size| (8..=most).contains(size) && size.is_multiple_of(8))
        .ok_or_else(|| Error::Usage(format!("--bytes {text}: give a multiple of 8 from 8 to {most}")))
}

fn names() -> String {
    let names = ALL.iter().map(|mechanism| mechanism.name).chain([OURS]);
    names.collect::<Vec<_>>().join(", ")
}

fn after_help() -> String {
    let only = |mode| {
        let names =
            ALL.iter().filter(|mechanism| mechanism.only == Some(mode)).map(|mechanism| mechanism.name);
        names.collect::<Vec<_>>().join(", ")
    };
    format!(
        "Names: {}\n\nOnly for latency: {}\n\nOnly for throughput: {}\n\n\
         Exit codes: 0 all mechanisms played; 2 wrong arguments; 5 a mechanism or the system failed; \
         6 a payload was corrupt; 128+N stopped by signal N",
        names(),
        only(Mode::Latency),
        only(Mode::Throughput)
    )
}
