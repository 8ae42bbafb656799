//! The arguments, as the parser sees them; `--help` is made of this.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueHint};

use super::help::{
    ABOUT, AFTER_HELP, BENCH_AFTER_HELP, CHAOS_AFTER_HELP, COMPLETIONS_AFTER_HELP, DOCTOR_AFTER_HELP,
    EXPORT_AFTER_HELP, LAB_AFTER_HELP, LONG_ABOUT, MAN_AFTER_HELP, PS_AFTER_HELP, REPLAY_AFTER_HELP,
};
use super::lab::LabArgs;
use super::parse::{
    ChildRole, Restarts, Stall, parse_panes, parse_restarts, parse_role, parse_stall, parse_zoom, targets,
};
use super::shell::Shell;
use crate::bench;
use crate::game::{BallSize, GameMode, Skill};
use crate::platform::units::{parse_count, parse_duration, parse_number};
use crate::protocol::doorbell::Wait;
#[cfg(debug_assertions)]
use crate::protocol::failpoint::Failpoint;
use crate::protocol::{Speed, Tempo, TransportKind, Zoom};
use crate::recording::export;
use crate::recording::writer::Target;

/// The arguments, as the parser sees them.
#[derive(Debug, Parser)]
#[command(name = "tripong", version, about = ABOUT, long_about = LONG_ABOUT, after_help = AFTER_HELP)]
#[command(max_term_width = 100, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    #[command(flatten)]
    pub(super) common: Common,

    /// Play without windows and without a display, with an autopilot for each paddle; check the result
    #[arg(long)]
    pub(super) headless: bool,

    /// Stop after this time, such as 500ms, 5s or 2min [default: 5s; none with --hops, and none with --watch on a
    /// terminal]
    #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration, allow_hyphen_values = true)]
    pub(super) duration: Option<Duration>,

    /// Stop after this many hand-offs
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    pub(super) hops: Option<u64>,

    /// Run as fast as possible, instead of 240 ticks a second
    #[arg(long)]
    pub(super) unpaced: bool,

    #[command(flatten)]
    pub(super) chosen: Chosen,

    /// Forget the remembered settings and best rally, then play
    #[arg(long, conflicts_with = "headless")]
    pub(super) reset_settings: bool,

    /// Open the inspector too: memory, processes and hand-offs of the running game
    #[arg(long)]
    pub(super) inspect: bool,

    /// Arrange the windows for a projector: large, panes above, the inspector below or on the second monitor
    #[arg(long, conflicts_with = "headless")]
    pub(super) present: bool,

    /// Show the inspector on the terminal, where you can play too, until q or ctrl-C; if stdout is no terminal, print a
    /// JSON line per second, for 5s
    #[arg(long, conflicts_with = "inspect")]
    pub(super) watch: bool,

    /// How a pane waits for the ball in shared memory in an unpaced game: block, adaptive or spin [default:
    /// adaptive]
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    pub(super) wait: Option<Wait>,

    /// How often the launcher restarts panes that died: N times within T, or `unlimited`
    #[arg(long, value_name = "N/T", default_value = "3/5s", value_parser = parse_restarts, allow_hyphen_values = true)]
    pub(super) restarts: Restarts,

    /// Print the licences of all code in this executable
    #[arg(long, exclusive = true)]
    pub(super) licenses: bool,

    /// How the launcher starts a child: `pane:1`, `bench:1`, `lab:LAB:PART:LINKS`, `lab-window`, `inspector`, `watch:terminal`, `watch:json`,
    /// `error-dialog`, `verdict`, `probe`
    #[arg(long, hide = true, value_parser = parse_role)]
    #[arg(conflicts_with_all = ["headless", "duration", "hops", "unpaced", "restarts", "panes", "seed", "json", "stall", "transport", "swap_every", "wait", "inspect", "watch", "mode", "ball", "autopilot", "speed", "tempo", "zoom", "reset_settings", "present", "record"])]
    pub(super) role: Option<ChildRole>,
}

/// The settings that the command line chooses; the others are as they were remembered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub struct Chosen {
    /// What the outer walls do: in a `rally` they bounce the ball; in a `match` they are goals, first to 11 by two
    /// [default: as last time; headless: rally]
    #[arg(long, value_name = "MODE", hide_possible_values = true)]
    pub mode: Option<GameMode>,

    /// Ball size: small, normal or large [default: as last time; headless: normal]
    #[arg(long, value_name = "SIZE", hide_possible_values = true)]
    pub ball: Option<BallSize>,

    /// How well the autopilots play: easy, fair or hard [default: as last time; headless: fair]
    #[arg(long, value_name = "SKILL", hide_possible_values = true)]
    pub autopilot: Option<Skill>,

    /// Game speed: slow (half), normal, fast (1.5 times) or fastest (twice) [default: as last time; headless:
    /// normal]
    #[arg(long, value_name = "SPEED", hide_possible_values = true, conflicts_with = "unpaced")]
    pub speed: Option<Speed>,

    /// Whether a rally gets faster: steady, or rising (a tenth every five hits, up to twice the speed) [default: as
    /// last time; headless: steady]
    #[arg(long, value_name = "TEMPO", hide_possible_values = true, conflicts_with = "unpaced")]
    pub tempo: Option<Tempo>,

    /// Scale of the windows' contents: 0.5 to 4 [default: as last time]
    #[arg(long, value_name = "N", value_parser = parse_zoom, conflicts_with = "headless", allow_negative_numbers = true)]
    pub zoom: Option<Zoom>,
}

/// What every game has.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Number of panes, each a process: 2 to 16
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = parse_panes, allow_negative_numbers = true)]
    pub(super) panes: u8,

    /// Seed of the serves and of the autopilot: the same seed gives the same serves, and the same game unless a
    /// user plays or the clock decides a recall or a kill [default: random]
    #[arg(long, value_name = "S", value_parser = parse_number, allow_negative_numbers = true)]
    pub(super) seed: Option<u64>,

    /// Transport at the start: shared (memory), pipe or socket
    #[arg(
        long,
        alias = "carrier",
        value_name = "TRANSPORT",
        default_value = "shared",
        hide_possible_values = true
    )]
    pub(super) transport: TransportKind,

    /// Switch to the next transport after every N hand-offs
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    pub(super) swap_every: Option<u64>,

    /// Record the game in this new file, compressed if its name ends with .zst; `-` is stdout
    #[arg(long, value_name = "FILE", value_parser = targets(), value_hint = ValueHint::FilePath)]
    pub(super) record: Option<Target>,

    /// Print the report as one JSON object
    #[arg(long)]
    pub(super) json: bool,

    /// Recall the ball from a pane without progress for this long, or `off`: at least 25ms, or 5ms in chaos without
    /// windows [default: 2s; chaos: 5ms, with windows 500ms]
    #[arg(long, value_name = "T", value_parser = parse_stall, allow_hyphen_values = true)]
    pub(super) stall: Option<Stall>,

    /// Panes that play by another protocol, of which this code says what is wrong with it: those of the lab `detective`
    #[arg(long, hide = true, value_name = "CODE", value_parser = parse_number, conflicts_with_all = ["transport", "swap_every"])]
    pub(super) flaw: Option<u64>,

    /// Make panes fail at a step of the protocol: STEP:ACTION:COUNT
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    pub(super) fail: Option<Failpoint>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Kill and stop panes at random during a game, and check that one ball is left
    ///
    /// The seed decides the serves, and whether the next fault is a kill or a stop. The clock decides when, and so which
    /// pane: no two runs are the same. The launcher compares each run with one process that gets the same recalls.
    #[command(after_help = CHAOS_AFTER_HELP)]
    Chaos(ChaosArgs),

    /// Measure latency and throughput, by mechanism, wait, size and placement
    #[command(after_help = BENCH_AFTER_HELP)]
    Bench(Box<bench::Plan>),

    /// Export a recording: a trace for Perfetto, a log for ShiViz, a table for R and pandas, or a page
    ///
    /// The exports have processes, hand-offs, deaths and recoveries, with their times. A recording that is cut off, or has a
    /// wrong line, is exported up to there; `tripong replay FILE --verify` says whether all of it is true.
    #[command(after_help = EXPORT_AFTER_HELP)]
    Export(export::Plan),

    /// Show a recording again, forward and back, in windows or on the terminal; or check it
    ///
    /// The windows are those of the panes, and one with a playback bar and the inspector. Without a display the replay is on the
    /// terminal. With --verify nothing is shown: the recorded game is simulated in one process, from the recorded serves, recoveries
    /// and moves of paddles, and what comes of them is compared with what the recording says. A checksum finds changes that no
    /// physics depends on.
    #[command(after_help = REPLAY_AFTER_HELP)]
    Replay(ReplayArgs),

    /// Predict, break real processes, see why, and hand in a receipt
    ///
    /// Without LAB, lists the labs. A lab asks for a prediction, does it with real processes and real memory, shows what happened
    /// and why, and writes a receipt that `tripong lab verify` grades. The questions are drawn from student, course and term.
    #[command(after_help = LAB_AFTER_HELP)]
    Lab(Box<LabArgs>),

    /// Check prerequisites, and print a fix for each failure
    #[command(after_help = DOCTOR_AFTER_HELP)]
    Doctor(DoctorArgs),

    /// Print the pids of all running games of this user, one game after the other
    #[command(after_help = PS_AFTER_HELP)]
    Ps,

    /// Print the completions of a shell: bash, zsh or fish
    #[command(after_help = COMPLETIONS_AFTER_HELP)]
    Completions(CompletionsArgs),

    /// Print the manual pages, or the page of one command
    #[command(after_help = MAN_AFTER_HELP)]
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The recording, plain or compressed (.zst); `-` for stdin [default: the newest one that was made by the Record button]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) file: Option<PathBuf>,

    /// Only check it: exit 0 if its inputs give its hand-offs, bit by bit, and all checksums fit
    #[arg(long)]
    pub(super) verify: bool,

    /// Print the verdict as one JSON object
    #[arg(long, requires = "verify")]
    pub(super) json: bool,

    /// Show it on the terminal, until q
    #[arg(long, conflicts_with = "verify")]
    pub(super) watch: bool,

    /// Arrange the windows for a projector: large, panes above, the playback bar and the inspector below or on the second
    /// monitor
    #[arg(long, conflicts_with_all = ["verify", "watch"])]
    pub(super) present: bool,

    /// Scale of the windows' contents: 0.5 to 4 [default: as in the last game]
    #[arg(long, value_name = "N", value_parser = parse_zoom, conflicts_with_all = ["verify", "watch"])]
    #[arg(allow_negative_numbers = true)]
    pub(super) zoom: Option<Zoom>,

    /// How the launcher starts the process that has the windows
    #[arg(long, hide = true, conflicts_with_all = ["verify", "watch"])]
    pub(super) in_windows: bool,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// For which shell: bash, zsh or fish
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    pub(super) shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Only the page of this command
    #[arg(value_name = "COMMAND", hide_possible_values = true)]
    #[arg(value_parser = ["chaos", "bench", "bench-compare", "bench-report", "bench-merge", "export", "replay", "lab", "lab-verify", "lab-key", "doctor", "ps", "completions", "man"])]
    pub(super) command: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print the findings as one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ChaosArgs {
    /// Number of kills (SIGKILL)
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = parse_number, allow_negative_numbers = true)]
    pub(super) kills: u64,

    /// Number of times that the ball's owner is stopped (SIGSTOP) until the supervisor recalls the ball
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = parse_number, allow_negative_numbers = true)]
    pub(super) stops: u64,

    /// Show windows, in real time; the faults begin with the first Start, and the verdict stays in a window
    #[arg(long)]
    pub(super) windows: bool,

    /// Arrange the windows for a projector, as in a game
    #[arg(long, requires = "windows")]
    pub(super) present: bool,

    #[command(flatten)]
    pub(super) common: Common,
}
