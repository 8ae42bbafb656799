//! The process of the window, and what the doctor finds out for it.

use std::io::{self, Write};
use std::iter;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use crate::doctor;
use crate::error::{DOCTOR, Error, Result};
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

/// Whether the doctor may know more.
pub(super) fn is_for_the_doctor(text: &str) -> bool {
    text.contains(DOCTOR)
}

/// Has the doctor look, in a thread of its own; sends each finding at once. Calls `wake` after each and at the end.
pub(super) fn ask_the_doctor(wake: impl Fn() + Send + 'static) -> Option<Receiver<String>> {
    let (sender, findings) = mpsc::channel();
    let look = move || {
        for finding in doctor::obstacles() {
            if sender.send(finding).is_err() {
                // The window is closed.
                return;
            }
            wake();
        }
        drop(sender);
        wake();
    };
    thread::Builder::new().name("doctor".to_owned()).spawn(look).ok().map(|_never_joined| findings)
}

/// What the doctor finds in this time.
pub(super) fn findings_within(patience: Duration) -> Vec<String> {
    let deadline = Instant::now() + patience;
    let findings = ask_the_doctor(|| ());
    let next = || findings.as_ref()?.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok();
    iter::from_fn(next).collect()
}
