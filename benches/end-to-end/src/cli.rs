//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::build::BuildOptions;
use crate::peer::{Place, Repaint};

/// Measures what tripong costs as a whole program, on this machine, now. Prints tables for people and for Markdown.
///
/// Build the program that is measured, `cargo build --release`, and then this one with its peers,
/// `cargo build --release -p tripong-end-to-end` in the folder benches.
#[derive(Debug, Parser)]
#[command(name = "tripong-end-to-end", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 all was measured; 2 wrong arguments; 3 no display for what needs one; \
                        5 a program or the system failed; 128+N stopped by signal N"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) options: Options,
}

/// What every measurement has.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The tripong executable [default: beside this one]
    #[arg(long, value_name = "PATH", global = true)]
    pub(crate) tripong: Option<PathBuf>,

    /// Start an X server without a screen (Xvfb, and openbox if installed), instead of using $DISPLAY
    #[arg(long, global = true)]
    pub(crate) xvfb: bool,

    /// Repetitions: each measures all that is compared once, so that a slow minute meets all alike
    /// [default: 5; build 1]
    #[arg(long, value_name = "N", global = true, value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeats: Option<u32>,

    /// Seconds of measuring, of each part of each repetition [default: waiting 15, windows 6, throughput 1]
    #[arg(long, value_name = "S", value_parser = parse_seconds, global = true)]
    seconds: Option<Duration>,

    /// What serves and the autopilot draw from
    #[arg(long, value_name = "S", default_value_t = 7, global = true)]
    pub(crate) seed: u64,
}

impl Options {
    /// How often all that is compared is measured.
    pub(crate) fn repeats(&self) -> u32 {
        self.repeats.unwrap_or(5)
    }

    /// How often all is built: that takes minutes, so once, if no more is asked for.
    pub(crate) fn builds(&self) -> u32 {
        self.repeats.unwrap_or(1)
    }

    /// How long each part is measured.
    pub(crate) fn time(&self, default_secs: u64) -> Duration {
        self.seconds.unwrap_or(Duration::from_secs(default_secs))
    }
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub(crate) enum Command {
    /// A pane without the ball: how often it wakes, and what CPU it uses
    Waiting,
    /// Three windows at 60 Hz: frames and CPU, beside one process that draws the same
    Windows,
    /// Until three windows are painted, beside one empty window
    Start,
    /// Memory of three windows, beside one process that draws the same and one empty window
    Memory,
    /// Bytes of the executable, beside that of an empty window
    Size,
    /// Hand-offs and ticks per second with 2, 3, 4, 8 and 16 panes, beside the reference simulation
    Throughput,
    /// CPU time of a first build, beside that of an empty window with the same features; takes half an hour on two CPUs
    ///
    /// Builds both from nothing, offline, in a folder beside this executable, which is removed at the end (2 GB).
    /// `cargo fetch` once before it.
    Build(BuildOptions),
    /// All but `build`, one after the other
    All,
    /// Becomes another program, which dies with the parent
    #[command(hide = true)]
    Become {
        parent: u32,
        #[arg(long)]
        cpu: Option<usize>,
        program: PathBuf,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The windows of tripong in one process
    #[command(hide = true)]
    Peer {
        #[arg(long)]
        repaint: Repaint,
        #[arg(long)]
        place: Vec<Place>,
    },
    /// A process that hands a message on
    #[command(hide = true)]
    Ring {
        #[arg(long)]
        region: String,
        #[arg(long)]
        pane: u8,
    },
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.1..=3600.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "it must be a number from 0.1 to 3600".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_parser_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_place_is_four_numbers() {
        assert_eq!("1,2,3,4".parse(), Ok(Place { x: 1, y: 2, width: 3, height: 4 }));
        assert!("1,2,3".parse::<Place>().is_err());
    }
}
