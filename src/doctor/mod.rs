//! `tripong doctor`: one look at the machine, which says line by line whether the game can run here.
//!
//! What can be tried is tried, with the program's own means, not guessed from versions. What may hang has a deadline, and
//! what may crash (the driver that draws) runs in a process of its own. Each room has pure functions that make a finding out
//! of a value. docs/DOCTOR.md tells what each check is for.

mod check;
mod display;
mod distribution;
mod game;
mod kernel;
mod limits;
mod machine;
mod opengl;
mod places;
mod report;

use std::io::{self, Write};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

pub(crate) use self::places::JOURNAL;

use self::check::{Check, State};
use self::report::Report;
use crate::display::Display;
use crate::error::{Error, Result};
use crate::output;

/// Looks at everything, prints what was found, and tells the exit code.
///
/// Must be called by the main thread: the processes of the checks die with the thread that started them.
///
/// # Errors
/// Those of [`output::print`]: what fails on the machine is a finding.
pub fn run(json: bool) -> Result<u8> {
    let report = Report::of(checks());
    let text = if json { serde_json::to_string(&report) } else { Ok(report.to_string()) };
    let text = text.map_err(io::Error::from).map_err(Error::failed("make the findings a text"))?;
    output::print("the findings", &format!("{text}\n"), None)?;
    Ok(report.exit_code)
}

/// What keeps a game with windows from starting, a line each.
///
/// Must be called by the main thread, as [`run`].
#[must_use]
pub fn obstacles() -> Vec<String> {
    let failing = checks().into_iter().filter(|check| check.state == State::Fails);
    let line = |check: Check| {
        let advice = check.advice.map(|advice| format!("; {advice}")).unwrap_or_default();
        format!("{}: {}{advice}", check.name, check.found)
    };
    failing.map(line).collect()
}

fn checks() -> Vec<Check> {
    let found = Display::find();
    let mut checks = display::checks(&found);
    checks.push(opengl::check(&found));
    checks.extend(kernel::checks());
    checks.extend(machine::checks());
    checks.extend(limits::checks());
    checks.extend(places::checks());
    checks.push(game::check());
    checks
}

/// The process of the check `opengl`: opens a hidden window, and writes what it has seen to stdout.
///
/// # Errors
/// [`Error::NoDisplay`] says why it can open no window.
pub fn probe() -> Result<()> {
    // A driver that hangs is not to outlive who asked.
    set_pdeathsig(Signal::SIGKILL).map_err(Error::system("ask for the death signal"))?;
    let (seen, looked) = opengl::look();
    let line = serde_json::to_string(&seen).map_err(io::Error::from);
    let written = line.and_then(|line| writeln!(io::stdout(), "{line}"));
    written.map_err(Error::system("write to stdout"))?;
    looked
}
