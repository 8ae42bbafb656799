//! The processes of a repetition, as the launcher sees them.

use std::io::{self, Write};
use std::iter;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::Stdio;

use super::setup::RepetitionSetup;
use crate::error::{Error, Result};
use crate::platform::fds;
use crate::supervisor::spawn::{ChildProcess, Death, Output, ParentDeathPipe, end_all, ourselves, start};

/// What a process is given, beside its number.
pub(super) struct Given<'a> {
    pub(super) memfd: &'a OwnedFd,
    pub(super) parent_death_pipe: &'a ParentDeathPipe,
    /// Its ends of the links to its neighbours, from the left.
    pub(super) links: Vec<OwnedFd>,
}

/// All processes of a repetition. Dropped, those that still run are killed and reaped.
#[derive(Default)]
pub(super) struct Line(pub(super) Vec<BenchWorker>);

/// A process of the line.
pub(super) struct BenchWorker {
    me: usize,
    process: ChildProcess,
    stdout: Output,
    ended: Option<Death>,
}

impl BenchWorker {
    /// Starts it: this same executable, with a role. It inherits exactly its fds, at exactly their numbers; here its ends of
    /// links are closed when this returns, so that its death ends the neighbour's read.
    ///
    /// # Errors
    /// [`Error::System`], for example at a limit of processes or fds.
    pub(super) fn start(me: usize, setup: &RepetitionSetup, given: Given<'_>) -> Result<Self> {
        let mut command = ourselves(&["--role", &format!("bench:{me}")]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let own =
            [(given.memfd.as_fd(), fds::REGION), (given.parent_death_pipe.as_fd(), fds::PARENT_DEATH_PIPE)];
        let links = given.links.iter().map(AsFd::as_fd).zip(fds::LINKS..);
        let (process, streams) =
            start(command, own.into_iter().chain(links), format!("process {me} of the bench"))?;
        let setup = serde_json::to_vec(setup).map_err(io::Error::from);
        let setup = setup.map_err(Error::system("write down what is to be played"));
        match setup.and_then(|setup| Ok((setup, Output::of(streams.stdout)?))) {
            Ok((setup, stdout)) => {
                // Fails only if it has ended, and the next look sees how.
                let _unread = streams.stdin.map(|mut stdin| stdin.write_all(&setup));
                Ok(Self { me, process, stdout, ended: None })
            }
            Err(error) => end_all(iter::once(&process)).and(Err(error)),
        }
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// [`Error::System`]
    pub(super) fn look(&mut self) -> Result<Option<Death>> {
        if self.ended.is_none() {
            self.ended = self.process.reaped()?;
        }
        Ok(self.ended)
    }

    /// Whether it had ended at the last look.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// All that it has written to stdout, when it has ended.
    pub(super) fn written(&self) -> Vec<u8> {
        self.stdout.all()
    }

    /// For people.
    pub(super) fn name(&self) -> String {
        format!("process {} (pid {})", self.me, self.process.pid)
    }

    /// Readable when it has ended; None when that is known.
    pub(super) fn pidfd(&self) -> Option<BorrowedFd<'_>> {
        self.ended.is_none().then(|| self.process.pidfd.as_fd())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let running = self.0.iter().filter(|worker| worker.ended.is_none());
        // What ended the repetition is worth more to know than what went wrong after it.
        let _ended = end_all(running.map(|worker| &worker.process));
    }
}
