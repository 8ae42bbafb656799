//! `CLOCK_MONOTONIC`, in nanoseconds: one clock for every process, untouched by a change of the date, and still
//! while the machine is suspended.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, ClockNanosleepFlags, clock_nanosleep};

use crate::error::{Error, Result};

/// Now, in nanoseconds. The zero point is the kernel's own (boot, on Linux).
#[inline]
pub fn now_ns() -> u64 {
    // rustix's: it cannot fail, and takes a quarter less time than nix's.
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned()
}

/// Sleeps until `deadline_ns`. An absolute deadline, so that lateness never adds up. A deadline that has passed
/// returns at once.
///
/// # Errors
/// [`Error::System`] if the call is refused: the time has not passed then.
pub fn sleep_until(deadline_ns: u64) -> Result<()> {
    let deadline = TimeSpec::from(Duration::from_nanos(deadline_ns));
    loop {
        match clock_nanosleep(ClockId::CLOCK_MONOTONIC, ClockNanosleepFlags::TIMER_ABSTIME, &deadline) {
            Ok(_) => return Ok(()),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(Error::system("sleep until a time (clock_nanosleep)")(errno)),
        }
    }
}

/// Does nothing until this process is ended.
pub(crate) fn stand_still() -> ! {
    loop {
        if sleep_until(u64::MAX).is_err() {
            nix::unistd::pause();
        }
    }
}

/// A duration in whole nanoseconds; saturates after 584 years.
#[inline]
pub fn ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Runs a function that may hang in a thread of its own, and waits for its result for no longer than `patience`. None if it
/// hangs (the thread then stays until the process ends), or if no thread can be started. The thread takes no signals.
pub(crate) fn within<T: Send + 'static>(
    patience: Duration,
    may_hang: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    let and_report = move || {
        // Fails if the caller has lost patience.
        let _unread = sender.send(may_hang());
    };
    let mask = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK).ok()?;
    let started = thread::Builder::new().spawn(and_report);
    mask.thread_set_mask().ok()?;
    started.ok()?;
    receiver.recv_timeout(patience).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_is_waited_for_no_longer_than_that() {
        assert_eq!(within(Duration::from_secs(60), || 7), Some(7));
        let (_sender, receiver) = mpsc::channel::<()>();
        assert_eq!(within(Duration::from_millis(10), move || receiver.recv()), None);
    }
}
