//! The window of a lab.

use crate::error::Result;
use crate::platform::display::Display;

/// Shows a lab, as the process that conducts it says on stdin, and writes the student's answers to stdout.
///
/// # Errors
/// What keeps the window from being shown.
pub fn run_lab() -> Result<()> {
    Display::find().map(drop)
}
