//! The executable: the launcher, or, re-executed by it with a role, one pane's process.

use std::process::ExitCode;

use tripong::cli::{self, Mode};
use tripong::error::{Error, Result, exit, say};
use tripong::{bench, child, doctor, inspect, launcher, licenses, notice};

fn main() -> ExitCode {
    let mode = Mode::from_args(std::env::args_os());
    let is_for_users = mode.as_ref().map_or_else(|error| cli::one_line(error).is_some(), Mode::is_for_users);
    let work = || match mode {
        Ok(mode) => run_and_say(mode),
        Err(error) => usage(&error),
    };
    if is_for_users { notice::attend(work) } else { work() }.into()
}

/// Runs it, says what went wrong, and tells the exit code.
fn run_and_say(mode: Mode) -> u8 {
    let error = match run(&mode) {
        Ok(code) => return code,
        Err(error) => error,
    };
    let code = error.exit_code();
    match (error, mode) {
        // It has said why.
        (Error::ChildFailed(_), _) => {}
        // Whoever wanted it says what it says.
        (_, Mode::Notice) => {}
        (error, Mode::Launcher(_) | Mode::Bench(_) | Mode::Doctor(_) | Mode::Licenses) => {
            say(&format!("tripong: {error}"));
        }
        (error, Mode::BenchProcess(process)) => say(&format!("tripong: bench process {process}: {error}")),
        (error, Mode::Probe) => say(&format!("tripong: probe: {error}")),
        (error, Mode::Inspector(_)) => say(&format!("tripong: inspector: {error}")),
        (error, Mode::Pane(pane, _)) => say(&format!("tripong: {pane}: {error}")),
    }
    code
}

fn run(mode: &Mode) -> Result<u8> {
    match mode {
        Mode::Launcher(game) => launcher::run(game),
        Mode::Bench(plan) => bench::run(plan),
        Mode::BenchProcess(process) => bench::run_child(*process).map(|()| 0),
        Mode::Doctor(json) => doctor::run(*json),
        Mode::Probe => doctor::probe().map(|()| 0),
        Mode::Inspector(screen) => inspect::run(*screen).map(|()| 0),
        Mode::Notice => notice::run().map(|()| 0),
        Mode::Licenses => licenses::print().map(|()| 0),
        Mode::Pane(pane, failpoint) => child::run(*pane, *failpoint).map(|()| 0),
    }
}

/// Help and version go to stdout; whatever else the parser says is an error in one line.
fn usage(error: &clap::Error) -> u8 {
    match cli::one_line(error) {
        Some(line) => {
            say(&line);
            exit::USAGE
        }
        None if error.print().is_ok() => 0,
        None => exit::SYSTEM,
    }
}
