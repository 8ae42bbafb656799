//! The command line: arguments in, [`Mode`] out.

mod parse;

use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::bench;
use crate::chaos::Plan;
use crate::clock;
use crate::court::{BallSize, Court, GameMode, PaneId};
use crate::doorbell::Wait;
use crate::failpoint::{Action, Failpoint};
use crate::protocol::{CarrierKind, Speed, Zoom};
use crate::spawn::Screen;
use crate::supervisor::Rules;
use parse::{
    parse_count, parse_duration, parse_panes, parse_restarts, parse_role, parse_seed, parse_stall, parse_zoom,
};

const ABOUT: &str = "Inter-process communication you can watch: one pong ball crosses three processes.";

const LONG_ABOUT: &str = "\
Inter-process communication you can watch: one pong ball crosses three processes.

Opens one window per pane of a pong court. Each window is a process of its own, and the one ball
lives in exactly one of them at a time; it crosses to the next through shared memory, a pipe or
a socket.";

const AFTER_HELP: &str = "\
Examples:
  tripong                                three windows, one ball
  tripong --panes 5                      five windows
  tripong --mode match                   first to 11, by two
  tripong --headless                     the same processes without windows, for 5 seconds
  tripong --headless --for 1min --json   a report for programs
  tripong --headless --unpaced --hops 100000 --seed 7
                                         100,000 hand-offs, as fast as they go
  tripong --headless --carrier pipe --swap-every 10
                                         through a pipe, a socket, shared memory, ... in turn
  tripong --inspect                      look inside: memory, processes, hand-offs
  tripong --headless --watch             the same on a terminal
  tripong chaos --kills 1000 --stops 1000
                                         kill and stop the panes, and count the ball
  tripong doctor                         can it run here, and if not, what is missing?

Exit codes:
  0      the game was played and every rule held
  2      an argument is unknown, missing or out of its range
  3      no display, or no OpenGL, to show windows
  4      a child refused the Region (the shared memory) it was given
  5      the operating system said no
  6      a rule of the game was violated: ball lost or doubled, hash differs
  7      a pane's process died too often
  128+N  stopped by signal N (130: ctrl-C)";

const DOCTOR_AFTER_HELP: &str = "\
Exit codes:
  0      windows can be shown
  3      no display, or no OpenGL, to show windows; games without windows may be possible
  5      the operating system says no to something that every game needs
  4 6 7  the start would end with that code: see `tripong --help`";

/// The arguments, as the parser sees them.
#[derive(Debug, Parser)]
#[command(name = "tripong", version, about = ABOUT, long_about = LONG_ABOUT, after_help = AFTER_HELP)]
#[command(max_term_width = 100, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    common: Common,

    /// Play without windows and without a display, autopilot on all paddles, and check the result
    #[arg(long)]
    headless: bool,

    /// Stop after this time, such as 500ms, 5s or 2min [default: 5s, or none with --hops]
    #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration, requires = "headless")]
    duration: Option<Duration>,

    /// Stop after this many hand-offs
    #[arg(long, value_name = "N", value_parser = parse_count, requires = "headless", allow_negative_numbers = true)]
    hops: Option<u64>,

    /// As fast as it goes, instead of 240 ticks a second
    #[arg(long, requires = "headless")]
    unpaced: bool,

    /// What the outer walls are: `rally`, they bounce; `match`, they are goals, first to 11 by two [default: as
    /// last time; headless: rally]
    #[arg(long, value_name = "MODE", hide_possible_values = true)]
    mode: Option<GameMode>,

    /// How large the ball is: small, normal or large [default: as last time; headless: normal]
    #[arg(long, value_name = "SIZE", hide_possible_values = true)]
    ball: Option<BallSize>,

    /// How fast time goes: slow (half), normal, fast (1.5 times) or fastest (twice) [default: as last time; headless:
    /// normal]
    #[arg(long, value_name = "SPEED", hide_possible_values = true, conflicts_with = "unpaced")]
    speed: Option<Speed>,

    /// How large everything in the windows is: 0.5 to 4 times [default: as last time]
    #[arg(long, value_name = "N", value_parser = parse_zoom, conflicts_with = "headless", allow_negative_numbers = true)]
    zoom: Option<Zoom>,

    /// Forget what was remembered from earlier games (settings and best rally), then play
    #[arg(long, conflicts_with = "headless")]
    reset_settings: bool,

    /// Open the inspector as well: the memory, the processes and the hand-offs of the running game
    #[arg(long)]
    inspect: bool,

    /// Show the same on the terminal while the game runs; as JSON lines, one a second, where stdout is none
    #[arg(long, requires = "headless", conflicts_with = "inspect")]
    watch: bool,

    /// How a pane waits for the ball in shared memory while nothing is paced: block, adaptive or spin
    #[arg(
        long,
        value_name = "HOW",
        default_value = "adaptive",
        hide_possible_values = true,
        requires = "headless"
    )]
    wait: Wait,

    /// How often a pane that died is started again: N times within T, or `unlimited`
    #[arg(long, value_name = "N/T", default_value = "3/5s", value_parser = parse_restarts)]
    restarts: Restarts,

    /// Print the licences of everything that this executable is made of
    #[arg(long, exclusive = true)]
    licenses: bool,

    /// How the launcher starts a child: `pane:0`, `bench:0`, `inspector`, `watch:terminal`, `watch:json`,
    /// `notice`, `probe`
    #[arg(long, hide = true, value_parser = parse_role)]
    #[arg(conflicts_with_all = ["headless", "duration", "hops", "unpaced", "restarts", "panes", "seed", "json", "stall", "carrier", "swap_every", "wait", "inspect", "watch", "mode", "ball", "speed", "zoom", "reset_settings"])]
    role: Option<Role>,
}

/// What every game has.
#[derive(Debug, Args)]
struct Common {
    /// How many panes, each a process: 2 to 16
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = parse_panes, allow_negative_numbers = true)]
    panes: u8,

    /// What serves and the autopilot draw from; the same seed gives the same game [default: drawn anew]
    #[arg(long, value_name = "S", value_parser = parse_seed, allow_negative_numbers = true)]
    seed: Option<u64>,

    /// By what the ball crosses at first: shared (memory), pipe or socket
    #[arg(long, value_name = "CARRIER", default_value_t)]
    carrier: CarrierKind,

    /// Go on to the next carrier after every so many hand-offs
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    swap_every: Option<u64>,

    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,

    /// Take the ball from a pane that makes no progress for this long, or `off` [default: 2s; chaos: 5ms]
    #[arg(long, value_name = "T", value_parser = parse_stall)]
    stall: Option<Stall>,

    /// Make the panes fail at a step of the protocol: STEP:ACTION:COUNT
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    fail: Option<Failpoint>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Kill and stop the panes at random while the game goes on, and count the ball
    Chaos(ChaosArgs),

    /// Measure what a hand-off costs, by carrier, wait and placement
    Bench(Box<bench::Plan>),

    /// Look whether the game can be played here, and say what is missing
    #[command(after_help = DOCTOR_AFTER_HELP)]
    Doctor(DoctorArgs),
}

#[derive(Debug, Args)]
struct DoctorArgs {
    /// Print the findings as one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ChaosArgs {
    /// How many times a pane is killed (SIGKILL)
    #[arg(long, value_name = "N", default_value_t = 100)]
    kills: u64,

    /// How many times the pane with the ball is stopped (SIGSTOP) until its ball is taken
    #[arg(long, value_name = "N", default_value_t = 100)]
    stops: u64,

    /// With windows, in real time; it begins with the first Start
    #[arg(long, conflicts_with = "json")]
    windows: bool,

    #[command(flatten)]
    common: Common,
}

/// Which child this process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Pane(PaneId),
    Bench(usize),
    Inspector(Screen),
    Notice,
    Probe,
}

/// `N/T`, or `unlimited`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Restarts(Option<(usize, Duration)>);

/// A duration, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stall(Option<Duration>);

/// What this process is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// The launcher, and how the game is to be played.
    Launcher(Game),
    /// The process of one pane.
    Pane(PaneId, Option<Failpoint>),
    /// The inspector.
    Inspector(Screen),
    /// The window that shows what went wrong.
    Notice,
    /// The launcher of the bench.
    Bench(Box<bench::Plan>),
    /// This process of the bench.
    BenchProcess(usize),
    /// A look at the machine; as JSON, if true.
    Doctor(bool),
    /// The doctor's process that opens a hidden window.
    Probe,
    /// The licences, as text.
    Licenses,
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
    /// By what the ball crosses at first.
    pub carrier: CarrierKind,
    /// After so many hops the next carrier is put in force.
    pub swap_every: Option<u64>,
    /// How a pane waits in shared memory, if nothing is paced.
    pub wait: Wait,
    /// Stop after this many hops.
    pub hops: Option<u64>,
    /// Report as JSON.
    pub json: bool,
    /// What the outer walls are; None: as remembered.
    pub mode: Option<GameMode>,
    /// How large the ball is; None: as remembered.
    pub ball: Option<BallSize>,
    /// How fast time goes; None: as remembered.
    pub speed: Option<Speed>,
    /// How large everything in the windows is; None: as remembered.
    pub zoom: Option<Zoom>,
    /// Forget what was remembered.
    pub reset_settings: bool,
    /// Open the inspector at the start.
    pub inspect: bool,
    /// Show on the terminal what the inspector sees.
    pub watch: bool,
    /// How the panes are to be tormented.
    pub chaos: Option<Plan>,
    /// How the game is supervised.
    pub rules: Rules,
}

impl Mode {
    /// Reads the process's arguments.
    ///
    /// # Errors
    /// What to print, and where: help and version too come as errors of the parser.
    pub fn from_args(args: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Self, clap::Error> {
        let arguments = Arguments::try_parse_from(args)?;
        match arguments.role {
            Some(Role::Pane(pane)) => return Ok(Self::Pane(pane, arguments.common.failpoint())),
            Some(Role::Bench(process)) => return Ok(Self::BenchProcess(process)),
            Some(Role::Inspector(screen)) => return Ok(Self::Inspector(screen)),
            Some(Role::Notice) => return Ok(Self::Notice),
            Some(Role::Probe) => return Ok(Self::Probe),
            None => {}
        }
        if arguments.licenses {
            return Ok(Self::Licenses);
        }
        if arguments.common.json && !arguments.headless && arguments.command.is_none() {
            let text = "the argument '--json' is for games without windows: add '--headless'";
            return Err(Arguments::command().error(ErrorKind::MissingRequiredArgument, text));
        }
        Ok(match arguments.command {
            Some(Command::Bench(plan)) => Self::Bench(plan),
            Some(Command::Doctor(DoctorArgs { json })) => Self::Doctor(json),
            Some(Command::Chaos(chaos)) => Self::Launcher(chaos.game()),
            None => Self::Launcher(arguments.game()),
        })
    }
}

impl Mode {
    /// Whether it may have been started by a double-click: windows without anything else to show an error on.
    #[must_use]
    pub fn is_for_users(&self) -> bool {
        matches!(self, Self::Launcher(game) if game.windows)
    }
}

impl Arguments {
    fn game(self) -> Game {
        let default_duration = (self.headless && self.hops.is_none()).then_some(Duration::from_secs(5));
        let rules = Rules {
            duration: self.duration.or(default_duration),
            stall: self.common.stall.unwrap_or(Stall(Some(Duration::from_secs(2)))).0,
            restarts: self.restarts.0,
            tell: true,
            failpoint: self.common.failpoint(),
        };
        Game {
            court: self.common.court(),
            windows: !self.headless,
            paced: !self.unpaced,
            carrier: self.common.carrier,
            swap_every: self.common.swap_every,
            wait: self.wait,
            hops: self.hops,
            json: self.common.json,
            mode: self.mode,
            ball: self.ball,
            speed: self.speed,
            zoom: self.zoom,
            reset_settings: self.reset_settings,
            inspect: self.inspect,
            watch: self.watch,
            chaos: None,
            rules,
        }
    }
}

impl ChaosArgs {
    fn game(self) -> Game {
        // Without windows the game is unpaced, and a millisecond is long. With windows somebody wants to see it.
        let (stall, longest_wait) = if self.windows { (500, 4_000) } else { (5, 2) };
        let stall = self.common.stall.unwrap_or(Stall(Some(Duration::from_millis(stall)))).0;
        let failpoint = self.common.failpoint();
        let rules = Rules { duration: None, stall, restarts: None, tell: self.windows, failpoint };
        let is_fatal = failpoint.is_some_and(|failpoint| failpoint.action == Action::Kill);
        Game {
            court: self.common.court(),
            windows: self.windows,
            paced: self.windows,
            carrier: self.common.carrier,
            swap_every: self.common.swap_every,
            wait: Wait::Block,
            hops: None,
            json: self.common.json,
            // A torment is to be the same every time.
            mode: Some(GameMode::Rally),
            ball: Some(BallSize::Normal),
            speed: Some(Speed::Normal),
            zoom: None,
            reset_settings: false,
            inspect: false,
            watch: false,
            chaos: Some(Plan {
                kills: self.kills,
                stops: self.stops,
                longest_wait: Duration::from_millis(longest_wait),
                stop_patience: stall.unwrap_or_default().saturating_mul(10),
                by_failpoint: is_fatal,
            }),
            rules,
        }
    }
}

impl Common {
    fn court(&self) -> Court {
        Court { panes: self.panes, seed: self.seed.unwrap_or_else(fresh_seed) }
    }

    #[cfg(debug_assertions)]
    fn failpoint(&self) -> Option<Failpoint> {
        self.fail
    }

    #[cfg(not(debug_assertions))]
    fn failpoint(&self) -> Option<Failpoint> {
        None
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

/// The parser, for what is made of it: manual pages and the completions of shells.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// The whole help text, without colours.
#[must_use]
pub fn help() -> String {
    Arguments::command().term_width(100).render_long_help().to_string()
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
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_parser_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_arguments_are_three_windows_in_real_time_without_an_end() {
        let game = game("");
        assert!(game.court.panes == 3 && game.windows && game.paced && game.rules.duration.is_none());
    }

    #[test]
    fn a_headless_game_has_an_end() {
        assert_eq!(game("--headless").rules.duration, Some(Duration::from_secs(5)));
        assert_eq!(game("--headless --for 2min").rules.duration, Some(Duration::from_secs(120)));
        assert_eq!(game("--headless --hops 9").rules.duration, None, "hops alone have no time limit");
        let both = game("--headless --hops 9 --for 1s");
        assert_eq!((both.hops, both.rules.duration), (Some(9), Some(Duration::from_secs(1))));
    }

    #[test]
    fn what_is_not_said_is_as_it_was_remembered() {
        let silent = game("");
        assert_eq!((silent.mode, silent.ball, silent.speed, silent.zoom), (None, None, None, None));
        let said = game("--mode match --ball large --speed fastest --zoom 1.5");
        assert_eq!(said.zoom.map(Zoom::percent), Some(150));
        let expected = (Some(GameMode::Match), Some(BallSize::Large), Some(Speed::Fastest));
        assert_eq!((said.mode, said.ball, said.speed), expected);
    }

    #[test]
    fn the_licences_are_asked_for_alone() {
        assert_eq!(parse("--licenses").unwrap(), Mode::Licenses);
        parse("--licenses --headless").unwrap_err();
    }

    #[test]
    fn roles_name_a_pane() {
        assert_eq!(parse("--role pane:15").unwrap(), Mode::Pane(PaneId(15), None));
        for bad in ["pane:16", "pane:", "pane:-1", "ball", ""] {
            let error = Mode::from_args(["tripong", "--role", bad].map(Into::into)).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{bad}");
        }
    }
}
