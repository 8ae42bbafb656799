//! A real-time signal, which its taker has blocked: it stays pending until the taker waits for it.

use std::io;
use std::os::fd::OwnedFd;

use nix::sys::signal::{SigSet, Signal};
use rustix::process::{Pid, PidfdFlags, pidfd_open, pidfd_send_signal};

use crate::bench::key::MAX_PROCESSES;
use crate::bench::transport::arena::Arena;
use crate::bench::transport::memory::Bell;
use crate::error::{Error, Result};
use crate::platform::fds;
use crate::platform::sync::Ordering;

/// Signals from process to process.
pub(in crate::bench::transport) struct SignalBell<'a> {
    arena: &'a Arena,
    all: SigSet,
    /// By the number of the peer. A pidfd, because its number may be another process's by now, which the signal would kill.
    peers: [Option<OwnedFd>; MAX_PROCESSES],
}

/// From now on the signal does not end this process. While it has one thread: those that follow inherit it.
pub(in crate::bench) fn block() -> Result<()> {
    real_time().thread_block().map_err(Error::system("block the real-time signals (rt_sigprocmask)"))
}

/// All real-time signals: nix has no name for a single one.
fn real_time() -> SigSet {
    let mut signals = SigSet::all();
    Signal::iterator().for_each(|signal| signals.remove(signal));
    signals
}

impl<'a> SignalBell<'a> {
    /// Writes down which process this is, for its peers. They read it after it was counted as ready.
    pub(in crate::bench::transport) fn new(arena: &'a Arena, me: usize) -> Self {
        // Relaxed: counting it as ready releases it.
        arena.logs[me].pid.store(std::process::id().into(), Ordering::Relaxed);
        Self { arena, all: real_time(), peers: [const { None }; MAX_PROCESSES] }
    }

    fn peer(&mut self, peer: usize) -> io::Result<&OwnedFd> {
        let place = &mut self.peers[peer];
        match place {
            Some(pidfd) => Ok(pidfd),
            None => Ok(place.insert(open(self.arena.logs[peer].pid.load(Ordering::Relaxed))?)),
        }
    }
}

fn open(pid: u64) -> io::Result<OwnedFd> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| io::Error::other("its pid is not known"))?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

impl Bell for SignalBell<'_> {
    fn wait(&mut self, _from: usize) -> Result<()> {
        fds::wait_for_signal(&self.all)
    }

    fn notify(&mut self, to: usize) -> Result<()> {
        let sent = self.peer(to).and_then(|peer| Ok(pidfd_send_signal(peer, fds::real_time_signal())?));
        match sent {
            // It has ended, and the launcher knows why.
            Err(error) if error.raw_os_error() == Some(nix::libc::ESRCH) => Ok(()),
            // As many signals as may be are waiting for it already: they wake it as well.
            Err(error) if error.raw_os_error() == Some(nix::libc::EAGAIN) => Ok(()),
            sent => sent.map_err(Error::system("signal another process (pidfd_send_signal)")),
        }
    }
}
