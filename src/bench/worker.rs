//! The processes of a repetition, as the launcher sees them.

use std::io::{self, Write};
use std::iter;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::Stdio;

use super::memory::Memory;
use super::setup::RepetitionSetup;
use crate::error::{Error, Result};
use crate::platform::fds;
use crate::protocol::End;
use crate::supervisor::spawn::{ChildProcess, Output, ParentDeathPipe, end_all, ourselves, start};

/// All processes of a repetition. Dropped, those that still run are killed and reaped.
#[derive(Default)]
pub(super) struct Line(pub(super) Vec<BenchWorker>);

/// A process of the line.
pub(super) struct BenchWorker {
    me: usize,
    process: ChildProcess,
    /// The CPU that it is bound to.
    cpu: Option<usize>,
    pub(super) stdout: Output,
    /// As of the last look.
    pub(super) ended: Option<End>,
}

impl BenchWorker {
    /// Starts it: this same executable, with a role. It inherits exactly its fds, at exactly their numbers; here its ends of
    /// `links`, from the left, are closed when this returns, so that its death ends the neighbour's read. Before them it has the
    /// memory of the payloads, if there is one.
    pub(super) fn start(
        me: usize,
        setup: &RepetitionSetup,
        memory: &Memory,
        parent_death_pipe: &ParentDeathPipe,
        links: Vec<OwnedFd>,
    ) -> Result<Self> {
        let number = me + 1;
        let mut command = ourselves(&["--role", &format!("bench:{number}")]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let own = [(memory.arena_fd(), fds::REGION), (parent_death_pipe.as_fd(), fds::PARENT_DEATH_PIPE)];
        let buffers = memory.buffers(&setup.key).map(|(fd, _)| fd);
        let links = buffers.into_iter().chain(links.iter().map(AsFd::as_fd)).zip(fds::LINKS..);
        let (process, streams) =
            start(command, own.into_iter().chain(links), format!("process {number} of the bench"))?;
        let cpu = setup.cpus.get(me).copied().flatten();
        let setup = serde_json::to_vec(setup).map_err(io::Error::from);
        let setup = setup.map_err(Error::system("write down what is to be played"));
        match setup.and_then(|setup| Ok((setup, Output::of(streams.stdout)?))) {
            Ok((setup, stdout)) => {
                // Fails only if it has ended, and the next look sees how.
                let _unread = streams.stdin.map(|mut stdin| stdin.write_all(&setup));
                Ok(Self { me, process, cpu, stdout, ended: None })
            }
            Err(error) => end_all(iter::once(&process)).and(Err(error)),
        }
    }

    /// How it ended, if it has.
    pub(super) fn look(&mut self) -> Result<Option<End>> {
        if self.ended.is_none() {
            self.ended = self.process.reaped()?;
        }
        Ok(self.ended)
    }

    /// That it is not on its CPU any more, for the reason that it wrote before it ended.
    pub(super) fn lost_cpu(&self) -> Error {
        let why = String::from_utf8_lossy(&self.stdout.all()).into_owned();
        Error::CpuLost { cpu: self.cpu.unwrap_or_default(), why }
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
