//! The process of the window.

use std::io::{self, Write};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use super::findings::{ask_the_doctor, is_for_the_doctor};
use crate::error::{Error, Result};
use crate::ui;

/// The process that shows the text, which comes on stdin, in a window until it is closed.
///
/// # Errors
/// [`Error::NoDisplay`] if no window can be shown.
pub fn run() -> Result<()> {
    // It has nothing to show any more once the process that started it has been stopped.
    set_pdeathsig(Signal::SIGTERM)
        .map_err(Error::system("ask for a signal at the launcher's death (prctl)"))?;
    let text =
        io::read_to_string(io::stdin()).map_err(Error::system("read what is to be shown from stdin"))?;
    let asks = is_for_the_doctor(&text);
    ui::run_error_dialog(text, |wake| {
        // The launcher waits for this, for a while. If it no longer does, it has shown the text another way.
        let _late = writeln!(io::stdout(), "open");
        asks.then(|| ask_the_doctor(wake)).flatten()
    })
}
