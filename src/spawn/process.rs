//! A running process that this one has started, until it is buried.

use std::fmt;
use std::fs;
use std::os::fd::{AsFd, OwnedFd};

use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};

use crate::error::{Error, Result};

/// A running process of ours. Signals go to the pidfd: a pid may be a stranger's by the time.
#[derive(Debug)]
pub struct Process {
    /// Its process id, for people.
    pub pid: u32,
    /// Readable when it has ended.
    pub pidfd: OwnedFd,
    /// What it is called in errors.
    name: String,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// By itself, with this exit code.
    Exited(i32),
    /// By this signal.
    Killed(Signal),
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit code {code}"),
            Self::Killed(signal) => write!(f, "killed by {signal}"),
        }
    }
}

impl Process {
    /// A child of this process, with its pidfd.
    ///
    /// # Errors
    /// [`Error::System`], and the child is gone.
    pub(super) fn watched(child: std::process::Child, name: String) -> Result<Self> {
        let pid = rustix::process::Pid::from_child(&child);
        // The pid cannot be a stranger's: nobody has waited for the child yet.
        match rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()) {
            Ok(pidfd) => Ok(Self { pid: child.id(), pidfd, name }),
            Err(errno) => {
                let error = Error::system(format_args!("open a pidfd of the process of {name}"))(errno);
                bury_unwatched(child);
                Err(error)
            }
        }
    }

    /// How it ended, if it has; then it is no zombie any more.
    ///
    /// # Errors
    /// [`Error::System`]
    pub fn buried(&self) -> Result<Option<Death>> {
        self.wait(WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG)
    }

    /// Kills it, and waits until it is gone.
    ///
    /// # Errors
    /// [`Error::System`]
    pub fn kill_and_bury(&self) -> Result<()> {
        self.signal(rustix::process::Signal::KILL);
        self.wait(WaitPidFlag::WEXITED).map(drop)
    }

    fn wait(&self, flags: WaitPidFlag) -> Result<Option<Death>> {
        match waitid(Id::PIDFd(self.pidfd.as_fd()), flags) {
            Ok(WaitStatus::Exited(_, code)) => Ok(Some(Death::Exited(code))),
            Ok(WaitStatus::Signaled(_, signal, _)) => Ok(Some(Death::Killed(signal))),
            Ok(_) => Ok(None),
            Err(errno) => Err(Error::system(format_args!("wait for {}", self.name))(errno)),
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        // Fails only if it has ended, and then the news is already on its way.
        let sent = rustix::process::pidfd_send_signal(&self.pidfd, signal);
        debug_assert!(matches!(sent, Ok(()) | Err(rustix::io::Errno::SRCH)), "{}: {sent:?}", self.name);
    }

    /// Whether it stands still at a signal (SIGSTOP, ctrl-Z), or has ended: it cannot take a ball.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
        // The name in parentheses may contain anything; the state follows it.
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        state.is_none_or(|state| matches!(state, 'T' | 't' | 'Z' | 'X'))
    }
}

/// A child that cannot be watched must not be left alone.
fn bury_unwatched(mut process: std::process::Child) {
    // Nobody has waited for it, so both can only succeed.
    let _killed = process.kill();
    let _reaped = process.wait();
}
