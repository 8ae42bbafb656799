//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::error::{Error, Result};
use crate::placement::Placement;
use crate::roster::{ALL, Mechanism};

/// The name of our own side in `--only`.
pub(crate) const OURS: &str = "tripong";

/// Runs the workload of `tripong bench` over other people's inter-process communication, and over tripong's own beside it.
///
/// Two real processes hand one message to each other, there and back; every payload is written anew, read and checked.
#[derive(Debug, Parser)]
#[command(name = "tripong-comparison", version, after_help = after_help())]
pub(crate) struct Arguments {
    /// Only these, comma-separated; see the list below
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,

    /// Where the two processes run, comma-separated
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["same-core", "distinct-cores"])]
    pub(crate) placement: Vec<Placement>,

    /// Bytes of the payload, a multiple of 8; a message has 24 more
    #[arg(long, default_value_t = 64)]
    bytes: usize,

    /// Counted hops of a repetition (made even); a tenth more go before, to warm up
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(2..=100_000_000))]
    hops: u64,

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
    /// Bytes of the payload.
    ///
    /// # Errors
    /// [`Error::Usage`]
    pub(crate) fn bytes(&self) -> Result<usize> {
        let fits = (8..=4096).contains(&self.bytes) && self.bytes.is_multiple_of(8);
        if fits {
            Ok(self.bytes)
        } else {
            Err(Error::Usage(format!("--bytes {}: give a multiple of 8 from 8 to 4096", self.bytes)))
        }
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
        Ok(ALL.iter().filter(|mechanism| self.wants(mechanism.name)).collect())
    }

    /// Whether tripong is to run too. Not where the mechanisms are to fail.
    pub(crate) fn wants_ours(&self) -> bool {
        self.wants(OURS) && !self.corrupt
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == name)
    }
}

fn names() -> String {
    let names = ALL.iter().map(|mechanism| mechanism.name).chain([OURS]);
    names.collect::<Vec<_>>().join(", ")
}

fn after_help() -> String {
    format!(
        "Names: {}\n\nExit codes: 0 all mechanisms played; 2 wrong arguments; 5 a mechanism or the system failed; \
         6 a payload was corrupt; 128+N stopped by signal N",
        names()
    )
}
