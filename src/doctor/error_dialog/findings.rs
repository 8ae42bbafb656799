//! What the doctor finds out about it.

use std::iter;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::doctor;
use crate::error::DOCTOR;

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
                // Nobody wants to know any more.
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
