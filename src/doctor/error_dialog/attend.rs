//! Watches over the work, and finds a way to the user when it fails.

use std::io;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::SigSet;

use super::desktop::{is_the_journal, notify, write_to_journal};
use super::stderr::{StderrTee, is_read};
use super::window::{findings_within, is_for_the_doctor};
use crate::doctor::JOURNAL;
use crate::error::exit;
use crate::supervisor::spawn;

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
    // A user who stops the game by a signal knows it.
    if code != 0 && code < exit::SIGNAL_BASE {
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
