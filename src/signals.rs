//! The signals that ask the launcher to stop: once asks, twice kills. Children leave the decision to the launcher.

use std::cell::Cell;
use std::fs;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::doorbell::FdBell;
use crate::error::{Error, Result};
use crate::sync::{AtomicU32, Ordering};

/// The launcher's ear for ctrl-C, SIGTERM and SIGHUP.
///
/// ctrl-C comes by the crate ctrlc. It could bring the other two as well, but not say which one came, and the exit
/// code is 128 + the number of the signal; so those come by a signalfd.
#[derive(Debug)]
pub struct Signals {
    ctrl_c: Arc<AtomicU32>,
    ctrl_c_taken: Cell<u32>,
    others: SignalFd,
}

impl Signals {
    /// Listens from now on. `bell` is rung at ctrl-C.
    ///
    /// # Errors
    /// [`Error::System`], for example at the second call in a process.
    pub fn listen(bell: Arc<FdBell>) -> Result<Self> {
        // `nohup tripong` is to go on when its terminal goes away.
        let hangup = if is_ignored(Signal::SIGHUP) { None } else { Some(Signal::SIGHUP) };
        let others: SigSet = std::iter::once(Signal::SIGTERM).chain(hangup).collect();
        others.thread_block().map_err(Error::system("block SIGTERM and SIGHUP"))?;
        let others = SignalFd::with_flags(&others, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
            .map_err(Error::system("create a signalfd"))?;
        let ctrl_c = Arc::new(AtomicU32::new(0));
        let presses = Arc::clone(&ctrl_c);
        let on_press = move || {
            presses.fetch_add(1, Ordering::Relaxed);
            bell.ring();
        };
        ctrlc::set_handler(on_press)
            .map_err(|error| match error {
                ctrlc::Error::System(error) => error,
                other => std::io::Error::other(other),
            })
            .map_err(Error::system("listen for ctrl-C (clone3, rt_sigaction)"))?;
        Ok(Self { ctrl_c, ctrl_c_taken: Cell::new(0), others })
    }

    /// The next signal that has come and was not yet taken.
    pub fn take(&self) -> Option<Signal> {
        let taken = self.ctrl_c_taken.get();
        if self.ctrl_c.load(Ordering::Relaxed) > taken {
            self.ctrl_c_taken.set(taken + 1);
            return Some(Signal::SIGINT);
        }
        let info = self.others.read_signal().ok().flatten()?;
        Signal::try_from(info.ssi_signo.cast_signed()).ok()
    }
}

impl AsFd for Signals {
    /// Readable when [`Signals::take`] has something that did not come with a ring of the bell.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.others.as_fd()
    }
}

/// In a child: the terminal sends ctrl-C to the whole process group, but the launcher alone decides. Must be
/// called while the process has one thread.
///
/// # Errors
/// [`Error::System`]
pub fn leave_to_launcher() -> Result<()> {
    let all: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect();
    all.thread_block().map_err(Error::system("block SIGINT, SIGTERM and SIGHUP"))
}

/// Whether whoever started this process has had the signal ignored.
fn is_ignored(signal: Signal) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal as u32 - 1) & 1 == 1
}
