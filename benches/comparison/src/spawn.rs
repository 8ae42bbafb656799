//! Starting processes and watching them. They die with this one, and none of them is waited for without an end.

use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, failed};
use crate::mechanism::Endpoint;
use crate::{child, worker};

/// What a process of ours is to be, as its one argument.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Role {
    /// One of the two processes of a mechanism's run.
    Worker(Endpoint),
    /// Another program in this process's place, which dies with the parent too.
    Program {
        /// The process that started this one.
        parent: u32,
        /// Which one.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<String>,
    },
}

impl Role {
    /// Lives it. Returns at the end of a player, or if there is no such program.
    pub(crate) fn live(self) -> Result<()> {
        match self {
            Self::Worker(endpoint) => child::live(&endpoint),
            Self::Program { parent, program, arguments } => {
                worker::die_with(parent)?;
                SigSet::all().thread_unblock().map_err(failed("unblock the signals"))?;
                #[expect(
                    clippy::disallowed_methods,
                    reason = "it starts nothing: the program takes this one's place"
                )]
                let error = Command::new(&program).args(arguments).exec();
                Err(failed(format_args!("run {}", program.display()))(error))
            }
        }
    }
}

/// A started process. It is killed and reaped when it is dropped.
#[derive(Debug)]
pub(crate) struct SpawnedProcess {
    child: Child,
    pidfd: OwnedFd,
}

impl SpawnedProcess {
    /// Starts this same executable with a role. Only for the main thread: a child dies with the thread that started it.
    ///
    /// # Errors
    /// At a limit of processes or fds.
    pub(crate) fn start(role: &Role, stdin: Stdio, stdout: Stdio) -> Result<Self> {
        let role = serde_json::to_string(role).map_err(failed("write a role"))?;
        #[expect(clippy::disallowed_methods, reason = "this is the one place where processes are started")]
        let mut command = Command::new("/proc/self/exe");
        command.arg0("tripong-comparison").arg("--role").arg(role).stdin(stdin).stdout(stdout);
        let mut child = command.spawn().map_err(failed("start a process"))?;
        match pidfd_open(Pid::from_child(&child), PidfdFlags::empty()) {
            Ok(pidfd) => Ok(Self { child, pidfd }),
            Err(errno) => {
                reap(&mut child);
                Err(failed("watch a process")(errno))
            }
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// As [`Watch::readable`].
    pub(crate) fn ended(&mut self, watch: &Watch) -> Result<ExitStatus> {
        watch.readable(&[self.pidfd.as_fd()])?;
        self.child.wait().map_err(failed("reap a process"))
    }

    /// Everything that it writes, until it closes its end.
    ///
    /// # Errors
    /// As [`Watch::readable`].
    pub(crate) fn output(&mut self, watch: &Watch) -> Result<Vec<u8>> {
        let Some(mut stdout) = self.child.stdout.take() else { return Ok(Vec::new()) };
        read_to_end(&mut stdout, watch)
    }
}

/// Reads to the end of the file, as long as it takes within the watch.
///
/// # Errors
/// As [`Watch::readable`].
pub(crate) fn read_to_end(file: &mut (impl Read + AsFd), watch: &Watch) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    let mut part = [0; 8192];
    loop {
        watch.readable(&[file.as_fd()])?;
        match file.read(&mut part).map_err(failed("read from a process"))? {
            0 => return Ok(all),
            bytes => all.extend_from_slice(&part[..bytes]),
        }
    }
}

impl Drop for SpawnedProcess {
    fn drop(&mut self) {
        reap(&mut self.child);
    }
}

fn reap(child: &mut Child) {
    // Fails only if it is reaped already.
    let _killed = child.kill();
    let _reaped = child.wait();
}

/// Ctrl-C and the like, read instead of suffered: the run ends in order, and nothing is left behind.
#[derive(Debug)]
pub(crate) struct Signals(SignalFd);

impl Signals {
    /// Blocks them for this thread and all that it starts later.
    ///
    /// # Errors
    /// When there is no fd left.
    pub(crate) fn block() -> Result<Self> {
        let asked = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
        asked.thread_block().map_err(failed("block the signals"))?;
        let fd = SignalFd::with_flags(&asked, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK);
        Ok(Self(fd.map_err(failed("make a signalfd"))?))
    }

    /// # Errors
    /// [`Error::Stopped`], if one has come.
    fn check(&self) -> Result<()> {
        match self.0.read_signal().map_err(failed("read the signals"))? {
            Some(signal) => Err(Error::Stopped(u8::try_from(signal.ssi_signo).unwrap_or_default())),
            None => Ok(()),
        }
    }
}

/// A deadline, and the signals that come before it.
#[derive(Debug)]
pub(crate) struct Watch<'signals> {
    signals: &'signals Signals,
    deadline: Instant,
    limit: Duration,
}

impl<'signals> Watch<'signals> {
    /// From now on.
    pub(crate) fn new(signals: &'signals Signals, limit: Duration) -> Self {
        Self { signals, deadline: Instant::now() + limit, limit }
    }

    /// Waits until one of the fds can be read, and says which.
    ///
    /// # Errors
    /// [`Error::Deadline`], [`Error::Stopped`]
    pub(crate) fn readable(&self, fds: &[BorrowedFd<'_>]) -> Result<usize> {
        let all = fds.iter().copied().chain([self.signals.0.as_fd()]);
        let mut polled: Vec<_> = all.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            // In steps that fit; at least a millisecond, or the last one would spin.
            let left_ms = u16::try_from(left.as_millis()).unwrap_or(u16::MAX).max(1);
            match poll(&mut polled, PollTimeout::from(left_ms)) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(failed("poll")(errno)),
            }
            self.signals.check()?;
            if let Some(ready) = polled.iter().position(|fd| fd.any() == Some(true)) {
                return Ok(ready);
            }
            if left.is_zero() {
                return Err(Error::Deadline(self.limit.as_secs()));
            }
        }
    }
}
