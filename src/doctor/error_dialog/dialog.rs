//! Watches over the work, and finds a way to the user when it fails: a process with a window, for which the doctor looks.

use std::io::{self, Write};
use std::iter;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigSet, Signal};

use super::desktop::{is_the_journal, notify, write_to_journal};
use super::stderr::{StderrTee, is_read};
use crate::doctor::{self, JOURNAL};
use crate::error::{DOCTOR, Error, Result, exit};
use crate::supervisor::spawn;
use crate::ui;

/// How long the doctor may look for a notification. In a window it takes the time that it needs.
const LOOK_PATIENCE: Duration = Duration::from_secs(20);

/// Does the work. If it fails and nobody can read stderr, the user learns of it another way before this returns.
/// `work` returns the exit code, which this returns.
///
/// Must be called by the main thread, and the work is done by it.
pub fn attend(work: impl FnOnce() -> u8) -> u8 {
    // Without it the work is worth doing all the same.
    let Some(tee) = (!is_read()).then(StderrTee::open).and_then(io::Result::ok) else { return work() };
    let code = work();
    let text = tee.close();
    // A user who stops the game by a signal knows it, and so does one who ends a lab before its end: there is no line then.
    if code != 0 && code < exit::SIGNAL_BASE && !text.is_empty() {
        show(&text);
    }
    code
}

/// Shows the text at once: in the journal, and in a window or else in a notification. A user without a terminal cannot ask
/// the doctor, so what it finds is added where it may know more.
fn show(text: &str) {
    if !is_the_journal(io::stderr()) {
        // A system may have no journal.
        let _no_journal = write_to_journal(Path::new(JOURNAL), text);
    }
    // The game is over: a signal ends this process as it ends any other.
    let _still_blocked = SigSet::all().thread_unblock();
    // The window asks the doctor by itself.
    let is_seen = spawn::show_error_dialog(text).unwrap_or(false);
    if is_seen {
        return;
    }
    let shown = notify(text, 0);
    if let Some(shown) = shown.filter(|_| is_for_the_doctor(text)) {
        let findings = findings_within(LOOK_PATIENCE);
        if !findings.is_empty() {
            let _replaced = notify(&[&[text.to_owned()], findings.as_slice()].concat().join("\n\n"), shown);
        }
    }
}

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
fn is_for_the_doctor(text: &str) -> bool {
    text.contains(DOCTOR)
}

/// Has the doctor look, in a thread of its own; sends each finding at once. Calls `wake` after each and at the end.
fn ask_the_doctor(wake: impl Fn() + Send + 'static) -> Option<Receiver<String>> {
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
fn findings_within(patience: Duration) -> Vec<String> {
    let deadline = Instant::now() + patience;
    let findings = ask_the_doctor(|| ());
    let next = || findings.as_ref()?.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok();
    iter::from_fn(next).collect()
}
