//! The executable: the launcher, or, re-executed by it with a role, one pane's process.

use std::io;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::error::ErrorKind;
use tripong::child::{Attached, Play};
use tripong::cli::{self, Mode, Replay, manual};
use tripong::error::{Error, ON_A_TERMINAL, Result, WITHOUT_INSPECTOR, exit};
use tripong::game::PaneId;
use tripong::inspector::{Inspector, games, lines, terminal};
use tripong::platform::display::Display;
use tripong::platform::terminal::is_interactive;
use tripong::platform::{fds, licenses, output, report_line};
use tripong::protocol::failpoint::Failpoint;
use tripong::recording::{export, verify};
use tripong::supervisor::spawn::InspectorOutput;
use tripong::{bench, doctor, lab, launcher};

fn main() -> ExitCode {
    fds::set_signals_to_default();
    let mode = Mode::from_args(std::env::args_os());
    let is_for_users = mode.as_ref().map_or_else(|error| cli::one_line(error).is_some(), Mode::is_for_users);
    let work = || match mode {
        Ok(mode) => run_and_report(mode),
        Err(error) => usage(&error),
    };
    if is_for_users { windows::attend(work) } else { work() }.into()
}

/// Runs it, reports what went wrong, and returns the exit code.
fn run_and_report(mode: Mode) -> u8 {
    let error = match run(&mode) {
        Ok(code) => return code,
        Err(error) => error,
    };
    let part = match mode {
        Mode::Launcher(_)
        | Mode::Bench(_)
        | Mode::Export(_)
        | Mode::Replay(_)
        | Mode::Verify(_)
        | Mode::Lab(_)
        | Mode::Doctor(_)
        | Mode::Ps
        | Mode::Licenses
        | Mode::Completions(_)
        | Mode::Manual(_) => String::new(),
        Mode::BenchProcess(process) => format!("bench process {}: ", process + 1),
        Mode::LabProcess(ref lab, ref part, _) => format!("lab {lab}, process {part}: "),
        Mode::LabWindow => "window of the lab: ".to_owned(),
        Mode::Probe => "probe: ".to_owned(),
        Mode::Inspector(_) => "inspector: ".to_owned(),
        Mode::Verdict => "verdict: ".to_owned(),
        Mode::Pane(pane, ..) => format!("{pane}: "),
        // The process that wanted the dialog reports why there is none.
        Mode::ErrorDialog => return error.exit_code(),
    };
    // A child that failed has reported it.
    if !matches!(error, Error::ChildFailed(_)) {
        report_line(&format!("tripong: {part}{error}"));
    }
    error.exit_code()
}

fn run(mode: &Mode) -> Result<u8> {
    match mode {
        Mode::Launcher(game) => launcher::run(game),
        Mode::Bench(plan) => bench::run(plan),
        Mode::BenchProcess(process) => bench::run_child(*process).map(|()| 0),
        Mode::Export(plan) => export::run(plan),
        Mode::Replay(wanted) => replay(wanted),
        Mode::Verify(request) => verify::run(request),
        Mode::Lab(wanted) => lab::run(wanted),
        Mode::LabProcess(name, part, links) => lab::run_process(name, part, *links).map(|()| 0),
        Mode::LabWindow => windows::run_lab().map(|()| 0),
        Mode::Doctor(json) => doctor::run(*json),
        Mode::Ps => output::print("the pids", &games::table()?, None).map(|()| 0),
        Mode::Probe => windows::probe().map(|()| 0),
        Mode::Inspector(screen) => look(*screen),
        Mode::ErrorDialog => windows::show_error().map(|()| 0),
        Mode::Verdict => windows::show_verdict().map(|()| 0),
        Mode::Licenses => output::print("the licences", licenses::THIRD_PARTY, None).map(|()| 0),
        Mode::Completions(shell) => print_made("the completions", shell.script()),
        Mode::Manual(command) => print_made("the manual pages", manual::text_of(command.as_deref())),
        Mode::Pane(pane, failpoint, flaw) => play(*pane, *failpoint, *flaw).map(|()| 0),
    }
}

/// Prints a text that had to be made first.
fn print_made(what: &str, text: io::Result<String>) -> Result<u8> {
    let text = text.map_err(Error::failed(format_args!("make {what}")))?;
    output::print(what, &text, None).map(|()| 0)
}

/// Plays one pane, until the game is stopped or its window is closed; in a game of the lab `detective` by the lab's own protocol.
fn play(pane: PaneId, failpoint: Option<Failpoint>, flaw: Option<u64>) -> Result<()> {
    let attached = Attached::attach(pane, failpoint)?;
    let play: Box<Play> = match flaw {
        Some(code) => Box::new(move |attached, observer| lab::play_with_flaw(attached, code, observer)),
        None => Box::new(Attached::play),
    };
    if attached.setup.windows {
        windows::run_window(attached, play)
    } else {
        play(&attached, None).map_err(|error| attached.report_once(error))
    }
}

/// Shows a recording, in windows or else on the terminal, until its viewer has seen enough. Returns the exit code.
fn replay(wanted: &Replay) -> Result<u8> {
    let file = verify::the_file(wanted.file.clone())?;
    if wanted.in_windows {
        return windows::run_replay(&file, wanted.presents, wanted.zoom).map(|()| 0);
    }
    if wanted.on_terminal {
        return terminal::replay(&file);
    }
    match Display::find() {
        Ok(display) => windows::show_replay(&display, &wanted.in_windows(&file)),
        Err(Error::NoDisplay(why)) if is_interactive() => {
            report_line(&format!("tripong: no display: {why}; the recording is shown on this terminal"));
            terminal::replay(&file)
        }
        Err(Error::NoWindows) if is_interactive() => terminal::replay(&file),
        Err(error) => Err(error.instead(ON_A_TERMINAL)),
    }
}

/// Shows the game, until it is stopped or its user closes the view. Returns the exit code.
fn look(screen: InspectorOutput) -> Result<u8> {
    let inspector = Inspector::attach()?;
    match screen {
        InspectorOutput::Window => {
            let has_panes = inspector.setup.windows;
            let shown = windows::run_inspector(inspector).map(|()| 0);
            shown.map_err(|error| if has_panes { error } else { error.instead(WITHOUT_INSPECTOR) })
        }
        InspectorOutput::Terminal => terminal::run(&inspector),
        InspectorOutput::Json => lines::run(&inspector).map(|()| 0),
    }
}

/// What only a build with windows can do.
#[cfg(feature = "windows")]
mod windows {
    pub(super) use tripong::doctor::error_dialog::{attend, run as show_error};
    pub(super) use tripong::doctor::probe;
    pub(super) use tripong::supervisor::spawn::show_replay;
    pub(super) use tripong::ui::lab::run_lab;
    pub(super) use tripong::ui::replay::run_replay;
    pub(super) use tripong::ui::{run_inspector, run_window, show_verdict};
}

/// The launcher of a build without windows starts none of these: it finds no display.
#[cfg(not(feature = "windows"))]
mod windows {
    use std::ffi::OsString;
    use std::path::Path;

    use super::{Attached, Display, Inspector, Play, Result};
    use tripong::protocol::Zoom;

    pub(super) fn attend(work: impl FnOnce() -> u8) -> u8 {
        work()
    }

    pub(super) fn show_error() -> Result<()> {
        Display::find().map(drop)
    }

    pub(super) use show_error as run_lab;
    pub(super) use show_error as probe;
    pub(super) use show_error as show_verdict;

    pub(super) fn run_window(_: Attached, _: Box<Play>) -> Result<()> {
        show_error()
    }

    pub(super) fn run_inspector(_: Inspector) -> Result<()> {
        show_error()
    }

    pub(super) fn show_replay(_: &Display, _: &[OsString]) -> Result<u8> {
        show_error().map(|()| 0)
    }

    pub(super) fn run_replay(_: &Path, _: bool, _: Option<Zoom>) -> Result<()> {
        show_error()
    }
}

/// Help and version go to stdout; whatever else comes from the parser is an error in one line.
fn usage(error: &clap::Error) -> u8 {
    if let Some(line) = cli::one_line(error) {
        report_line(&line);
        return exit::USAGE;
    }
    let text = error.render();
    let text = match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => text.to_string(),
        ColorChoice::Auto | ColorChoice::AlwaysAnsi | ColorChoice::Always => text.ansi().to_string(),
    };
    let what = if error.kind() == ErrorKind::DisplayVersion { "the version" } else { "the help" };
    match output::print(what, &text, None) {
        Ok(()) => 0,
        Err(error) => {
            report_line(&format!("tripong: {error}"));
            error.exit_code()
        }
    }
}
