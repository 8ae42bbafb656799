//! The signals that ask the launcher to stop: once asks, twice kills. Children leave the decision to the launcher.

use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::pthread::{pthread_kill, pthread_self};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

#[cfg(feature = "terminal")]
use crate::error::exit;
use crate::error::{Error, Result};
use crate::platform::fds;

/// ctrl-C, what `kill` sends, and what comes when a terminal goes away.
const ASKING: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// The launcher's signalfd for SIGINT, SIGTERM and SIGHUP.
///
/// ctrl-C comes by the crate ctrlc, whose thread passes it on to the thread that listens. It could bring the other two as
/// well, but not which one came, and the exit code is 128 + the number of the signal.
///
/// While it is there, they are blocked, and so they are in every process that this thread starts, from its first moment:
/// a child inherits the mask. One that was ignored at the start stays ignored (`nohup tripong` goes on when its terminal
/// goes away); one that was blocked at the start is received.
#[derive(Debug)]
pub struct Signals {
    listened: SigSet,
    fd: SignalFd,
}

impl Signals {
    /// Listens from now on. Only for the main thread, once, before it starts others that do not block the signals themselves.
    ///
    /// # Errors
    /// [`Error::System`] if there is no fd or no thread left.
    pub fn listen() -> Result<Self> {
        let listened: SigSet = ASKING.into_iter().filter(|signal| !is_ignored(*signal)).collect();
        listened
            .thread_block()
            .map_err(Error::system("block SIGINT, SIGTERM and SIGHUP (rt_sigprocmask)"))?;
        if listened.contains(Signal::SIGINT) {
            listen_for_ctrl_c()?;
        }
        let fd = SignalFd::with_flags(&listened, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK);
        Ok(Self { listened, fd: fd.map_err(Error::system("create a signalfd (signalfd4)"))? })
    }

    /// The next signal that has come and was not yet taken. Never waits.
    pub fn take(&self) -> Option<Signal> {
        let info = self.fd.read_signal().ok().flatten()?;
        Signal::try_from(info.ssi_signo.cast_signed()).ok()
    }
}

impl AsFd for Signals {
    /// Readable when [`Signals::take`] has something.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Drop for Signals {
    /// From now on a signal does what it does by default: it ends the process, whatever that waits for.
    fn drop(&mut self) {
        if self.listened.contains(Signal::SIGINT) {
            fds::set_to_default(&[Signal::SIGINT]);
        }
        // Fails for a wrong argument only.
        let _unblocked = self.listened.thread_unblock();
    }
}

/// From now on the first of these signals ends this process with 128 + its number, whatever its other threads wait for, after
/// `farewell`; a second one ends it at once. One that was ignored at the start stays ignored.
///
/// Only for the main thread, once, before it starts others: these, and the processes that they start, have the signals blocked.
///
/// # Errors
/// [`Error::System`] if there is no thread left.
#[cfg(feature = "terminal")]
#[expect(clippy::exit, reason = "the main thread may wait for what never comes")]
pub(crate) fn end_this_process(farewell: impl FnOnce(Signal) + Send + 'static) -> Result<()> {
    let listened: SigSet = ASKING.into_iter().filter(|signal| !is_ignored(*signal)).collect();
    listened.thread_block().map_err(Error::system("block SIGINT, SIGTERM and SIGHUP (rt_sigprocmask)"))?;
    let wait = move || {
        // Fails for a wrong argument only.
        let Ok(signal) = listened.wait() else { return };
        let _unblocked = listened.thread_unblock();
        farewell(signal);
        std::process::exit(i32::from(exit::SIGNAL_BASE) + signal as i32);
    };
    let started = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
    started.map(drop).map_err(Error::system("start a thread that waits for signals (clone3)"))
}

/// ctrlc's thread receives SIGINT, which this thread has blocked, and passes it on to this one's signalfd.
fn listen_for_ctrl_c() -> Result<()> {
    let ctrl_c: SigSet = std::iter::once(Signal::SIGINT).collect();
    let listener = pthread_self();
    let pass_on = move || {
        // Cannot fail: the main thread ends with the process.
        let _passed_on = pthread_kill(listener, Signal::SIGINT);
    };
    // ctrlc's thread inherits the mask: of the three it must receive this one only.
    ctrl_c.thread_unblock().map_err(Error::system("unblock SIGINT (rt_sigprocmask)"))?;
    ctrlc::set_handler(pass_on)
        .map_err(|error| match error {
            ctrlc::Error::System(error) => error,
            other => std::io::Error::other(other),
        })
        .map_err(Error::system("listen for ctrl-C (clone3, rt_sigaction)"))?;
    ctrl_c.thread_block().map_err(Error::system("block SIGINT (rt_sigprocmask)"))
}

/// In a child: the terminal sends ctrl-C to the whole process group, but the launcher alone decides. The launcher has
/// started it so; a child with another parent is made the same. Must be called while the process has one thread.
///
/// # Errors
/// [`Error::System`]
pub fn leave_to_launcher() -> Result<()> {
    let all: SigSet = ASKING.into_iter().collect();
    all.thread_block().map_err(Error::system("block SIGINT, SIGTERM and SIGHUP (rt_sigprocmask)"))
}

/// Whether the process that started this one has had the signal ignored.
fn is_ignored(signal: Signal) -> bool {
    let status = procfs::process::Process::myself().and_then(|process| process.status());
    let mask = status.map_or(0, |status| status.sigign);
    mask >> (signal as u32 - 1) & 1 == 1
}
