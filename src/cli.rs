//! The command line: arguments in, [`Mode`] out.

use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::clock;
use crate::court::{Court, MAX_PANES, PaneId};

const ABOUT: &str = "Inter-process communication you can watch: one pong ball crosses three processes.";

const LONG_ABOUT: &str = "\
Inter-process communication you can watch: one pong ball crosses three processes.

Opens one window per pane of a pong court. Each window is a process of its own, and the one ball
lives in exactly one of them at a time; it crosses to the next through shared memory.";

const AFTER_HELP: &str = "\
Examples:
  tripong                                three windows, one ball
  tripong --panes 5                      five windows
  tripong --headless                     the same processes without windows, for 5 seconds
  tripong --headless --for 1min --json   a report for programs
  tripong --headless --unpaced --hops 100000 --seed 7
                                         100,000 hand-offs, as fast as they go

Exit codes:
  0      the game was played and every rule held
  2      an argument is unknown, missing or out of its range
  3      no display, or no OpenGL, to show windows
  4      a child refused the Region (the shared memory) it was given
  5      the operating system said no
  6      a rule of the game was violated: ball lost or doubled, hash differs
  7      a pane's process died
  128+N  stopped by signal N (130: ctrl-C)";

/// The arguments, as the parser sees them.
#[derive(Debug, Parser)]
#[command(name = "tripong", version, about = ABOUT, long_about = LONG_ABOUT, after_help = AFTER_HELP)]
#[command(max_term_width = 100)]
struct Args {
    /// How many panes, each a process: 2 to 16
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = RangedU64ValueParser::<u8>::new().range(2..=u64::from(MAX_PANES)))]
    panes: u8,

    /// What serves and the autopilot draw from; the same seed gives the same game [default: drawn anew]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,

    /// Play without windows and without a display, autopilot on all paddles, and check the result
    #[arg(long)]
    headless: bool,

    /// Stop after this time, such as 500ms, 5s or 2min [default: 5s, or none with --hops]
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration, requires = "headless")]
    duration: Option<Duration>,

    /// Stop after this many hand-offs
    #[arg(long, value_name = "N", requires = "headless", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    hops: Option<u64>,

    /// As fast as it goes, instead of 240 ticks a second
    #[arg(long, requires = "headless")]
    unpaced: bool,

    /// Print the report as one JSON object
    #[arg(long, requires = "headless")]
    json: bool,

    /// How the launcher starts a child: `pane:0`
    #[arg(long, hide = true, value_parser = parse_role, exclusive = true)]
    role: Option<PaneId>,
}

/// What this process is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// The launcher, and how the game is to be played.
    Launcher(Game),
    /// The process of one pane.
    Pane(PaneId),
}

/// How the game is to be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Game {
    /// Panes and seed.
    pub court: Court,
    /// Windows, or none.
    pub windows: bool,
    /// In real time, or as fast as it goes.
    pub paced: bool,
    /// Stop after this time.
    pub duration: Option<Duration>,
    /// Stop after this many hops.
    pub hops: Option<u64>,
    /// Report as JSON.
    pub json: bool,
}

impl Mode {
    /// Reads the process's arguments.
    ///
    /// # Errors
    /// What to print, and where: help and version too come as errors of the parser.
    pub fn from_args(args: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Self, clap::Error> {
        let args = Args::try_parse_from(args)?;
        if let Some(pane) = args.role {
            return Ok(Self::Pane(pane));
        }
        let default_duration = (args.headless && args.hops.is_none()).then_some(Duration::from_secs(5));
        Ok(Self::Launcher(Game {
            court: Court { panes: args.panes, seed: args.seed.unwrap_or_else(fresh_seed) },
            windows: !args.headless,
            paced: !args.unpaced,
            duration: args.duration.or(default_duration),
            hops: args.hops,
            json: args.json,
        }))
    }
}

/// A seed of few digits, so that a person can type it again.
fn fresh_seed() -> u64 {
    crate::court::mix(clock::now_ns(), std::process::id().into()) % 1_000_000
}

/// An error of the parser as our one line, or the text that was asked for (help, version).
#[must_use]
pub fn one_line(error: &clap::Error) -> Option<String> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return None;
    }
    let text = error.render().to_string();
    let first = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    let line = first.collect::<Vec<_>>().join(" ");
    Some(format!("tripong: {}; see `tripong --help`", line.trim_start_matches("error: ")))
}

/// The whole help text, without colours.
#[must_use]
pub fn help() -> String {
    Args::command().term_width(100).render_long_help().to_string()
}

fn parse_role(text: &str) -> Result<PaneId, String> {
    let number = text.strip_prefix("pane:").ok_or("the roles are pane:0 to pane:15")?;
    match number.parse() {
        Ok(number @ 0..MAX_PANES) => Ok(PaneId(number)),
        _ => Err("the panes are 0 to 15".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Mode, clap::Error> {
        Mode::from_args(std::iter::once("tripong").chain(line.split_whitespace()).map(Into::into))
    }

    fn game(line: &str) -> Game {
        match parse(line).unwrap() {
            Mode::Launcher(game) => game,
            Mode::Pane(pane) => panic!("{pane}"),
        }
    }

    #[test]
    fn the_parser_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn no_arguments_are_three_windows_in_real_time_without_an_end() {
        let game = game("");
        assert!(game.court.panes == 3 && game.windows && game.paced && game.duration.is_none());
    }

    #[test]
    fn a_headless_game_has_an_end() {
        assert_eq!(game("--headless").duration, Some(Duration::from_secs(5)));
        assert_eq!(game("--headless --for 2min").duration, Some(Duration::from_secs(120)));
        assert_eq!(game("--headless --hops 9").duration, None, "hops alone have no time limit");
        let both = game("--headless --hops 9 --for 1s");
        assert_eq!((both.hops, both.duration), (Some(9), Some(Duration::from_secs(1))));
    }

    #[test]
    fn roles_name_a_pane() {
        assert_eq!(parse("--role pane:15").unwrap(), Mode::Pane(PaneId(15)));
        for bad in ["pane:16", "pane:", "pane:-1", "ball", ""] {
            let error = Mode::from_args(["tripong", "--role", bad].map(Into::into)).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{bad}");
        }
    }
}
