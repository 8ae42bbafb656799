//! Shows a text in a window of a process of its own.

use std::io::{Read, Write};
use std::iter;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::process::end_all;
use super::start::{ERROR_DIALOG, ourselves, start};
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::display::{Display, draw_with_software, is_software_rendering, prepare};
use crate::platform::units::LONGEST;
use crate::protocol::End;

/// A dialog that is not open after this will not be: the display or its driver hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came of an attempt to show it.
enum Shown {
    /// Its user has seen it, and closed the window.
    Seen,
    /// The process ended before its window was open: as by a driver that crashes.
    Ended,
    /// No window was open in time, or it did not stay until its user had seen it.
    Missed,
}

/// Shows the text in a window of a process of its own, so that a driver that crashes or hangs takes no other process along;
/// where it crashes, in one that is drawn with software rendering. Returns when the window is closed: whether there was one.
///
/// # Errors
/// What kept the process from being started, or from being given the text.
pub fn show_error_dialog(text: &str) -> Result<bool> {
    let Ok(display) = Display::find() else { return Ok(false) };
    match show(text, &display, false)? {
        Shown::Ended if !is_software_rendering() => Ok(matches!(show(text, &display, true)?, Shown::Seen)),
        shown => Ok(matches!(shown, Shown::Seen)),
    }
}

fn show(text: &str, display: &Display, by_software: bool) -> Result<Shown> {
    let mut command = ourselves(&["--role", ERROR_DIALOG]);
    prepare(&mut command, display);
    if by_software {
        draw_with_software(&mut command);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let (process, streams) = start(command, iter::empty(), "the error dialog".to_owned())?;
    let written = streams.stdin.map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()));
    // It writes a word there when its window is open, and nothing at all if it ends before.
    let opened = streams.stdout.and_then(|mut stdout| {
        clock::within(PATIENCE, move || stdout.read(&mut [0]).is_ok_and(|bytes| bytes > 0))
    });
    if opened != Some(true) {
        let attempt = if opened.is_some() { Shown::Ended } else { Shown::Missed };
        return end_all(iter::once(&process)).map(|()| attempt);
    }
    let death = process.ended_by(Instant::now() + LONGEST)?;
    written.map_err(Error::system("give the error dialog its text"))?;
    Ok(if death == Some(End::Code(0)) { Shown::Seen } else { Shown::Missed })
}
