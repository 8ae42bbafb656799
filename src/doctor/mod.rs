//! `tripong doctor`: one look at the machine, which says line by line whether the game can run here.
//!
//! What can be tried is tried, with the program's own means, not guessed from versions. What may hang has a deadline, and
//! what may crash (the driver that draws) runs in a process of its own. Each room has pure functions that make a finding out
//! of a value. docs/DOCTOR.md tells what each check is for.

mod check;
#[cfg(feature = "windows")]
mod display;
#[cfg(feature = "windows")]
mod distribution;
mod game;
mod kernel;
mod limits;
mod machine;
#[cfg(feature = "windows")]
pub mod notice;
#[cfg(feature = "windows")]
mod opengl;
mod places;
mod report;
#[cfg(feature = "windows")]
mod session_bus;

use std::io;
#[cfg(feature = "windows")]
use std::io::Write;

#[cfg(feature = "windows")]
use nix::sys::prctl::set_pdeathsig;
#[cfg(feature = "windows")]
use nix::sys::signal::Signal;

#[cfg(feature = "windows")]
pub(crate) use self::places::JOURNAL;

use self::check::Check;
use self::report::Report;
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
#[cfg(feature = "windows")]
pub fn obstacles() -> impl Iterator<Item = String> {
    let found = Display::find();
    let checks = LOOKS.iter().flat_map(move |look| look(&found));
    checks.filter(|check| check.state == check::State::Fails).map(|check| {
        let advice = check.advice.map(|advice| format!("; {advice}")).unwrap_or_default();
        format!("{}: {}{advice}", check.name, check.found)
    })
}

/// Some checks, of which the first are of the display that was found.
type Look = fn(&Result<Display>) -> Vec<Check>;

/// All checks, in their order.
const LOOKS: &[Look] = &[
    #[cfg(feature = "windows")]
    display::checks,
    #[cfg(feature = "windows")]
    |display| vec![opengl::check(display)],
    |_| kernel::checks(),
    |_| machine::checks(),
    |_| limits::checks(),
    |_| places::checks(),
    #[cfg(feature = "windows")]
    |_| vec![session_bus::check()],
    |_| vec![places::journal()],
    |_| vec![game::check()],
];

fn checks() -> Vec<Check> {
    let found = Display::find();
    LOOKS.iter().flat_map(|look| look(&found)).collect()
}

/// The process of the check `opengl`: opens a hidden window, and writes what it has seen to stdout.
///
/// # Errors
/// [`Error::NoDisplay`] says why it can open no window.
#[cfg(feature = "windows")]
pub fn probe() -> Result<()> {
    // A driver that hangs is not to outlive who asked.
    set_pdeathsig(Signal::SIGKILL).map_err(Error::system("ask for the death signal (prctl)"))?;
    let (seen, looked) = opengl::look();
    let line = serde_json::to_string(&seen).map_err(io::Error::from);
    let written = line.and_then(|line| writeln!(io::stdout(), "{line}"));
    written.map_err(Error::system("write to stdout"))?;
    looked
}
