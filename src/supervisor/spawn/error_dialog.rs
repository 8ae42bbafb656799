//! Shows a text in a window of a process of its own.

use std::io::{Read, Write};
use std::iter;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::process::end_all;
use super::start::{ERROR_DIALOG, ourselves, start};
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::display::{Display, prepare};
use crate::platform::units::LONGEST;
use crate::protocol::End;

/// A dialog that is not open after this will not be: the display or its driver hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Shows the text in a window of a process of its own, so that a driver that crashes or hangs takes no other process along.
/// Returns when the window is closed: whether there was one.
///
/// # Errors
/// What kept the process from being started, or from being given the text.
pub fn show_error_dialog(text: &str) -> Result<bool> {
    let Ok(display) = Display::find() else { return Ok(false) };
    let mut command = ourselves(&["--role", ERROR_DIALOG]);
    prepare(&mut command, &display);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let (process, streams) = start(command, iter::empty(), "the error dialog".to_owned())?;
    let written = streams.stdin.map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()));
    // It writes a word there when its window is open, and nothing at all if it ends before.
    let opened = streams.stdout.and_then(|mut stdout| {
        clock::within(PATIENCE, move || stdout.read(&mut [0]).is_ok_and(|bytes| bytes > 0))
    });
    if opened != Some(true) {
        return end_all(iter::once(&process)).map(|()| false);
    }
    let death = process.ended_by(Instant::now() + LONGEST)?;
    written.map_err(Error::system("give the error dialog its text"))?;
    Ok(death == Some(End::Code(0)))
}
