//! All checks: as findings, as the obstacles among them, and the process that opens a hidden window for one of them.

use std::io::{self, Write};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use super::check::{Check, State};
use super::report::Report;
use super::{display, game, kernel, limits, machine, opengl, places};
use crate::error::{Error, Result};
use crate::platform::display::Display;
use crate::platform::output;

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

/// What keeps a game with windows from starting, a line each, as it is found: a display or a driver that hangs may take
/// a minute.
///
/// The thread that asks for a line must live until it has it, as [`run`] says.
pub fn obstacles() -> impl Iterator<Item = String> {
    let found = Display::find();
    let checks = LOOKS.into_iter().flat_map(move |look| look(&found));
    checks.filter(|check| check.state == State::Fails).map(|check| {
        let advice = check.advice.map(|advice| format!("; {advice}")).unwrap_or_default();
        format!("{}: {}{advice}", check.name, check.found)
    })
}

/// Some checks, of which the first are of the display that was found.
type Look = fn(&Result<Display>) -> Vec<Check>;

/// All checks, in their order.
const LOOKS: [Look; 7] = [
    display::checks,
    |display| vec![opengl::check(display)],
    |_| kernel::checks(),
    |_| machine::checks(),
    |_| limits::checks(),
    |_| places::checks(),
    |_| vec![game::check()],
];

fn checks() -> Vec<Check> {
    let found = Display::find();
    LOOKS.into_iter().flat_map(|look| look(&found)).collect()
}

/// The process of the check `opengl`: opens a hidden window, and writes what it has seen to stdout.
///
/// # Errors
/// [`Error::NoDisplay`] says why it can open no window.
pub fn probe() -> Result<()> {
    // A driver that hangs is not to outlive who asked.
    set_pdeathsig(Signal::SIGKILL).map_err(Error::system("ask for the death signal (prctl)"))?;
    let (seen, looked) = opengl::look();
    let line = serde_json::to_string(&seen).map_err(io::Error::from);
    let written = line.and_then(|line| writeln!(io::stdout(), "{line}"));
    written.map_err(Error::system("write to stdout"))?;
    looked
}
