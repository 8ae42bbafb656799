//! What a process is to be, by its arguments.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};

use super::arguments::{Arguments, Command, DoctorArgs, ReplayArgs};
use super::game::Game;
use super::lab::LabArgs;
use super::parse::ChildRole;
use super::refusal;
use super::replay::Replay;
use super::shell::Shell;
use crate::bench;
use crate::game::PaneId;
use crate::protocol::failpoint::Failpoint;
use crate::recording::reader::is_stdin;
use crate::recording::{export, verify};
use crate::supervisor::spawn::InspectorOutput;

/// What this process is to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Mode {
    /// The launcher, and how the game is to be played.
    Launcher(Box<Game>),
    /// The process of one pane; of a game of the lab `detective`, with the code of its flaw.
    Pane(PaneId, Option<Failpoint>, Option<u64>),
    /// The inspector.
    Inspector(InspectorOutput),
    /// The window that shows what went wrong.
    ErrorDialog,
    /// The launcher of the bench.
    Bench(Box<bench::Plan>),
    /// This process of the bench.
    BenchProcess(usize),
    /// A recording for another program.
    Export(export::Plan),
    /// A recording, to be shown again.
    Replay(Replay),
    /// A check of a recording.
    Verify(verify::Request),
    /// The labs.
    Lab(Box<LabArgs>),
    /// A process of this lab: its part, and how many links it has.
    LabProcess(String, String, u8),
    /// The window of a lab.
    LabWindow,
    /// A look at the machine; as JSON, if true.
    Doctor(bool),
    /// The pids of all running games.
    Ps,
    /// The doctor's process that opens a hidden window.
    Probe,
    /// The licences, as text.
    Licenses,
    /// The completions of this shell.
    Completions(Shell),
    /// The manual pages, or that of this command.
    Manual(Option<String>),
    /// The window that shows the verdict of a game.
    Verdict,
}

impl Mode {
    /// Reads the process's arguments.
    ///
    /// # Errors
    /// What to print, and where: help and version too come as errors of the parser. [`one_line`] has the others as a line.
    pub fn from_args(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let all: Vec<_> = args.into_iter().collect();
        let typed = all.get(1..).unwrap_or_default();
        let mode = Arguments::try_parse_from(&all).and_then(|arguments| Self::of(arguments, typed));
        mode.map_err(|mut error| {
            if !is_asked_for(&error) {
                let line = refusal::line(&error, typed);
                error.insert(ContextKind::Custom, ContextValue::String(line));
            }
            error
        })
    }

    /// The mode of these arguments; `typed` is what they were made of.
    fn of(arguments: Arguments, typed: &[OsString]) -> Result<Self, clap::Error> {
        match arguments.role {
            Some(ChildRole::Pane(pane)) => {
                return Ok(Self::Pane(pane, arguments.common.failpoint(), arguments.common.flaw));
            }
            Some(ChildRole::Bench(process)) => return Ok(Self::BenchProcess(process)),
            Some(ChildRole::Lab(lab, part, links)) => return Ok(Self::LabProcess(lab, part, links)),
            Some(ChildRole::LabWindow) => return Ok(Self::LabWindow),
            Some(ChildRole::Inspector(screen)) => return Ok(Self::Inspector(screen)),
            Some(ChildRole::ErrorDialog) => return Ok(Self::ErrorDialog),
            Some(ChildRole::Verdict) => return Ok(Self::Verdict),
            Some(ChildRole::Probe) => return Ok(Self::Probe),
            None => {}
        }
        if arguments.licenses {
            return Ok(Self::Licenses);
        }
        let game = match arguments.command {
            Some(Command::Bench(plan)) => return Ok(Self::Bench(plan)),
            Some(Command::Export(plan)) => return Self::export(plan),
            Some(Command::Replay(wanted)) => return Self::replay(wanted),
            Some(Command::Lab(lab)) => return Ok(Self::Lab(lab)),
            Some(Command::Doctor(DoctorArgs { json })) => return Ok(Self::Doctor(json)),
            Some(Command::Ps) => return Ok(Self::Ps),
            Some(Command::Completions(wanted)) => return Ok(Self::Completions(wanted.shell)),
            Some(Command::Man(wanted)) => return Ok(Self::Manual(wanted.command)),
            Some(Command::Chaos(chaos)) => chaos.game(),
            None => {
                let needing = arguments.needing_headless();
                if !needing.is_empty() {
                    let text = refusal::needs_headless(&needing, typed);
                    return Err(Arguments::command().error(ErrorKind::MissingRequiredArgument, text));
                }
                arguments.game()
            }
        };
        match game.fault() {
            Some(text) => Err(Arguments::command().error(ErrorKind::ValueValidation, text)),
            None => Ok(Self::Launcher(Box::new(game))),
        }
    }

    fn export(plan: export::Plan) -> Result<Self, clap::Error> {
        match plan.fault() {
            Some(text) => Err(Arguments::command().error(ErrorKind::ValueValidation, text)),
            None => Ok(Self::Export(plan)),
        }
    }

    fn replay(wanted: ReplayArgs) -> Result<Self, clap::Error> {
        let ReplayArgs { file, verify, json, watch: on_terminal, present: presents, zoom, in_windows } =
            wanted;
        if verify {
            return Ok(Self::Verify(verify::Request { file, as_json: json }));
        }
        if file.as_ref().is_some_and(|file| is_stdin(file)) {
            let text = "a replay goes back too, so FILE must be a file; only `tripong replay --verify -` reads stdin";
            return Err(Arguments::command().error(ErrorKind::ValueValidation, text));
        }
        Ok(Self::Replay(Replay { file, on_terminal, presents, zoom, in_windows }))
    }

    /// Whether it may have been started by a double-click: windows without anything else to show an error on.
    pub fn is_for_users(&self) -> bool {
        match self {
            Self::Launcher(game) => game.windows && game.policy.flaw.is_none(),
            Self::Lab(lab) => lab.name.is_some() && !lab.headless && lab.answers.is_none(),
            Self::Replay(replay) => !replay.on_terminal && !replay.in_windows,
            _ => false,
        }
    }
}

/// Whether it is no error, but a text that was asked for: help or version.
fn is_asked_for(error: &clap::Error) -> bool {
    matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
}

/// An error of [`Mode::from_args`] as our one line; None if it is a text that was asked for (help, version).
pub fn one_line(error: &clap::Error) -> Option<String> {
    match error.get(ContextKind::Custom) {
        Some(ContextValue::String(line)) => Some(line.clone()),
        _ => None,
    }
}

/// The parser, for tests that look into it.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// The whole help text, without colours.
pub fn help() -> String {
    Arguments::command().term_width(100).render_long_help().to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::game::{BallSize, GameMode, GameRules, Skill};
    use crate::protocol::{GameSettings, Speed, Tempo, Zoom};

    fn parse(line: &str) -> Result<Mode, clap::Error> {
        Mode::from_args(std::iter::once("tripong").chain(line.split_whitespace()).map(Into::into))
    }

    fn game(line: &str) -> Game {
        match parse(line).unwrap() {
            Mode::Launcher(game) => *game,
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
        assert!(game.court.panes == 3 && game.windows && game.paced && game.policy.duration.is_none());
    }

    #[test]
    fn a_headless_game_has_an_end() {
        assert_eq!(game("--headless").policy.duration, Some(Duration::from_secs(5)));
        assert_eq!(game("--headless --for 2min").policy.duration, Some(Duration::from_secs(120)));
        assert_eq!(game("--headless --hops 9").policy.duration, None, "hops alone have no time limit");
        let both = game("--headless --hops 9 --for 1s");
        assert_eq!((both.hops, both.policy.duration), (Some(9), Some(Duration::from_secs(1))));
    }

    #[test]
    fn what_is_not_chosen_is_as_it_was_remembered() {
        let plain = game("");
        let remembered = GameSettings { speed: Speed::Slow, best: 3, ..GameSettings::default() };
        assert_eq!(plain.settings(Some(remembered)), remembered);
        let line = "--mode match --ball large --autopilot hard --speed fastest --tempo rising --zoom 1.5";
        let chosen = game(line).settings(Some(remembered));
        let rules = GameRules { mode: GameMode::Match, size: BallSize::Large, autopilot: Skill::Hard };
        let (rules, zoom) = (Some(rules), Zoom::of_factor(1.5).unwrap());
        let (speed, tempo) = (Speed::Fastest, Tempo::Rising);
        assert_eq!(chosen, GameSettings { rules, speed, tempo, zoom, ..remembered });
    }

    #[test]
    fn the_licences_are_asked_for_alone() {
        assert_eq!(parse("--licenses").unwrap(), Mode::Licenses);
        parse("--licenses --headless").unwrap_err();
    }

    #[test]
    fn roles_name_a_pane() {
        assert_eq!(parse("--role pane:1").unwrap(), Mode::Pane(PaneId(0), None, None));
        assert_eq!(parse("--role pane:16").unwrap(), Mode::Pane(PaneId(15), None, None));
        for bad in ["pane:17", "pane:0", "pane:", "pane:-1", "ball", ""] {
            let error = Mode::from_args(["tripong", "--role", bad].map(Into::into)).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{bad}");
        }
    }
}
