//! Programs that a test needs beside tripong: an X server, a window manager, a compositor, a bus.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::process::is_ready_within;
use super::{PATIENCE, TestProcess};

/// After this, who was asked to end is killed.
const GRACE: Duration = Duration::from_secs(10);

/// A running one. Dropped, it is asked to end, so that it removes its sockets and its locks; then it is reaped.
#[derive(Debug)]
pub(crate) struct Helper {
    child: Child,
    /// It.
    pub(crate) process: TestProcess,
}

impl Helper {
    /// Starts it; what it says, nobody reads.
    pub(crate) fn start(mut command: Command) -> Self {
        Self::of(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Starts one that prints its address in the first line of its stdout, and returns that.
    pub(crate) fn start_and_ask(mut command: Command) -> (Self, String) {
        let mut helper = Self::of(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let stdout = helper.child.stdout.take().unwrap();
        assert!(is_ready_within(&stdout, PATIENCE), "it has not said where it is");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        (helper, line.trim().to_owned())
    }

    fn of(child: Child) -> Self {
        // It cannot be a stranger: nobody has waited for it yet.
        let process = TestProcess::open(child.id()).unwrap();
        Self { child, process }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // A test may have frozen it.
        [Signal::SIGTERM, Signal::SIGCONT].iter().for_each(|signal| self.process.signal(*signal));
        if !self.process.ends_within(GRACE) {
            self.process.signal(Signal::SIGKILL);
        }
        let _reaped = self.child.wait();
    }
}
