//! The doorbells: the shared futex on which a pane without the ball sleeps, and the eventfd of the supervisor.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use nix::sys::eventfd::{EfdFlags, EventFd};
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::sync::{AtomicU32, Ordering, futex};

/// A pane's doorbell: one word per receiver, so that a wake-up is never spent on somebody else (a stopped process
/// would swallow it). It counts its rings; sleeping on a count that has changed meanwhile does not sleep.
///
/// The futex is the shared kind: the crate `atomic-wait` and std's own set `FUTEX_PRIVATE_FLAG`, with which a
/// wake-up never leaves the process.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct Doorbell(AtomicU32);

/// What the bell had counted when it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard(u32);

impl Doorbell {
    /// Look at the bell **before** looking at what it announces: a ring in between is then not slept through.
    #[must_use]
    pub fn heard(&self) -> Heard {
        // Acquire: what is looked at next must not be read before the count.
        Heard(self.0.load(Ordering::Acquire))
    }

    /// Rings, and wakes its one sleeper if there is one. Rings first, so that a death between the two leaves a
    /// count that a waiter sees at its next timeout at the latest.
    pub fn ring(&self) {
        // Release: whoever hears the ring sees what was written before it.
        self.0.fetch_add(1, Ordering::Release);
        // A wake fails for a bad address only, and this one is a live reference.
        let woken = futex::wake(&self.0, futex::Flags::empty(), 1);
        debug_assert!(woken.is_ok(), "futex wake: {woken:?}");
    }

    /// Sleeps until the bell has rung since it was `heard`, or `timeout` is over. May return early; the caller
    /// looks again in any case.
    pub fn wait(&self, heard: Heard, timeout: Duration) {
        let timeout = rustix::time::Timespec {
            tv_sec: timeout.as_secs().cast_signed(),
            tv_nsec: timeout.subsec_nanos().into(),
        };
        let slept = futex::wait(&self.0, futex::Flags::empty(), heard.0, Some(&timeout));
        debug_assert!(
            matches!(slept, Ok(()) | Err(Errno::AGAIN | Errno::INTR | Errno::TIMEDOUT)),
            "futex wait: {slept:?}"
        );
    }
}

/// The supervisor's doorbell: an eventfd, because the supervisor waits for the deaths of its children at the same
/// time, and a futex cannot be polled. Inherited by every child.
#[derive(Debug)]
pub struct SupervisorBell(OwnedFd);

impl SupervisorBell {
    /// A new bell that has not rung.
    ///
    /// # Errors
    /// [`Error::System`] if there is no fd left.
    pub fn new() -> Result<Self> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let bell = EventFd::from_flags(flags).map_err(Error::system("create the supervisor's eventfd"))?;
        Ok(Self(bell.into()))
    }

    /// Rings. Never blocks.
    pub fn ring(&self) {
        // The one failure is EAGAIN: rung 2^64 - 2 times and not yet heard, which is loud enough.
        let rung = nix::unistd::write(&self.0, &1u64.to_ne_bytes());
        debug_assert!(rung.is_ok(), "eventfd write: {rung:?}");
    }

    /// Forgets all rings so far. Call it before looking at what they announce.
    pub fn hush(&self) {
        // EAGAIN: it had not rung.
        let heard = nix::unistd::read(&self.0, &mut [0; 8]);
        debug_assert!(matches!(heard, Ok(8) | Err(nix::errno::Errno::EAGAIN)), "eventfd read: {heard:?}");
    }
}

impl From<OwnedFd> for SupervisorBell {
    fn from(inherited: OwnedFd) -> Self {
        Self(inherited)
    }
}

impl AsFd for SupervisorBell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
