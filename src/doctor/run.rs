//! All checks: as findings, and as the obstacles among them.

use super::check::Check;
use super::report::DoctorReport;
#[cfg(feature = "windows")]
use super::{check::CheckState, display, opengl, session_bus};
use super::{filesystem, game, kernel, limits, machine};
use crate::error::Result;
use crate::platform::display::Display;
use crate::platform::{json, output};

/// Looks at everything, prints what was found, and returns the exit code.
///
/// Must be called by the main thread: the processes of the checks die with the thread that started them.
///
/// # Errors
/// Those of [`output::print`]: what fails on the machine is a finding.
pub fn run(as_json: bool) -> Result<u8> {
    let report = DoctorReport::of(checks());
    output::print("the findings", &json::report("doctor", &report, as_json)?, None)?;
    Ok(report.exit_code)
}

/// What keeps a game with windows from starting, a line each, as it is found: a display or a driver that hangs may take
/// a minute.
///
/// The thread that asks for a line must live until it has it: see [`run`].
#[cfg(feature = "windows")]
pub fn obstacles() -> impl Iterator<Item = String> {
    let found = Display::find();
    let checks = LOOKS.iter().flat_map(move |look| look(&found));
    checks.filter(|check| check.finding.state == CheckState::Fails).map(|Check { name, finding }| {
        let advice = finding.advice.map(|advice| format!("; {advice}")).unwrap_or_default();
        format!("{name}: {}{advice}", finding.found)
    })
}

/// Some checks, of which the first are of the display that was found.
type Look = fn(&Result<Display>) -> Vec<Check>;

/// All checks, in their order.
const LOOKS: &[Look] = &[
    #[cfg(feature = "windows")]
    display::checks,
    #[cfg(feature = "windows")]
    |display| vec![opengl::check(display).of("opengl")],
    |_| kernel::checks(),
    |_| machine::checks(),
    |_| limits::checks(),
    |_| filesystem::checks(),
    #[cfg(feature = "windows")]
    |_| vec![session_bus::check().of("session-bus")],
    |_| vec![filesystem::journal().of("journal")],
    |_| vec![game::check().of("game")],
];

fn checks() -> Vec<Check> {
    let found = Display::find();
    LOOKS.iter().flat_map(|look| look(&found)).collect()
}
