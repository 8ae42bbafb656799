//! Shows a recording in the windows of a process of its own.

use std::ffi::OsString;
use std::iter;
use std::process::Stdio;
use std::time::Instant;

use super::start::{ourselves, start};
use crate::error::{Error, Result, exit};
use crate::platform::display::{
    Display, draw_with_software, is_software_rendering, keep_drivers_quiet, prepare,
};
use crate::platform::report_line;
use crate::platform::units::LONGEST;
use crate::protocol::End;

/// Has all windows of a replay shown by another process of this executable, started with these arguments: its environment is the one
/// that this display needs, and a driver that crashes is replaced by software rendering. Returns its exit code when it has ended.
///
/// Only for the main thread: the process ends with the *thread* that started it.
///
/// # Errors
/// What kept the process from being started; [`Error::DisplayGone`] if its windows were taken from it.
pub fn show_replay(display: &Display, arguments: &[OsString]) -> Result<u8> {
    let mut by_software = is_software_rendering();
    loop {
        let end = show(display, arguments, by_software)?;
        if end.may_be_the_driver() && !by_software {
            by_software = true;
            report_line(
                "tripong: OpenGL does not work here: the replay is drawn with software rendering (`tripong doctor` says why)",
            );
            continue;
        }
        return match end {
            _ if end.is_of_the_display() => Err(Error::NoDisplay(format!("the replay {}", end.of_window()))),
            End::Code(code) => Ok(code),
            End::Signal(number) => Ok(exit::SIGNAL_BASE.saturating_add(number)),
        };
    }
}

fn show(display: &Display, arguments: &[OsString], by_software: bool) -> Result<End> {
    let mut command = ourselves(&[]);
    command.args(arguments).stdin(Stdio::inherit());
    prepare(&mut command, display);
    keep_drivers_quiet(&mut command);
    if by_software {
        draw_with_software(&mut command);
    }
    let (process, _streams) = start(command, iter::empty(), "the replay".to_owned())?;
    loop {
        if let Some(end) = process.ended_by(Instant::now() + LONGEST)? {
            return Ok(end);
        }
    }
}
