//! The doorbells: the wait word on which a pane without the ball sleeps, and the eventfd of the supervisor.
//!
//! A pane's doorbell has two halves. The word in the Region says how its owner sleeps; the [`FdBell`] wakes an owner
//! that sleeps on file descriptors. Its owner alone arms it; anyone may notify it:
//!
//! ```text
//! disarm              word := AWAKE (swap, Acquire); only then look at what the notification is about
//! arm(sleeper)        compare-and-swap AWAKE -> how and which process sleeps; lost: it was notified meanwhile, so look again
//!                     instead of sleeping
//! wait                spin for as long as the mode allows; then arm and sleep
//! notify              was = swap(word, NOTIFIED) Release; asleep on the futex: wake it; asleep on fds: write to its FdBell
//! notify_after_frame  compare-and-swap word: asleep on the very link that the frame went through -> the same, Release: the
//!                     frame wakes it; lost: notify
//! wake                notify, and wake it whatever the word said
//! ```
//!
//! Both sides change one word by read-modify-write, so one of the two sees the other: no notification is slept through, and
//! nothing rests on a total order of several words. A notifier that dies between its swap and its wake leaves a sleeper that
//! is marked as notified. So the supervisor never notifies: it wakes, and does so after every death.

mod fd_bell;
mod waiting;

use std::time::Duration;

use rustix::io::Errno;

use crate::platform::sync::{Ordering, ReadWrite, Rights, Word32, futex};
use crate::shm::{Shared, shared};

pub use fd_bell::FdBell;
pub use waiting::{DoorbellPlace, Wait};

/// Its owner is not asleep and has not been notified since it disarmed the bell.
const AWAKE: u32 = 0;
/// Notified.
const NOTIFIED: u32 = 1;

/// What the owner of a doorbell sleeps on. The lowest 8 bits of the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Bed {
    /// On the word itself.
    Futex = 2,
    /// On its pipes and its [`FdBell`]: a frame in a pipe wakes it.
    Pipe = 3,
    /// On its sockets and its [`FdBell`]: a frame in a socket wakes it.
    Socket = 4,
    /// On fds of which none carries frames: only its [`FdBell`] is sure to wake it.
    Fds = 5,
}

/// Which process sleeps, and on what. The kind of link is not enough: a frame that was sent to a process which has died since
/// does not wake the next one, which sleeps on another link of the same kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sleeper {
    /// What it sleeps on.
    pub bed: Bed,
    /// Which process of its pane, in the upper 24 bits of the word.
    pub incarnation: u64,
}

impl Sleeper {
    fn word(self) -> u32 {
        (self.incarnation as u32) << 8 | self.bed as u32
    }
}

/// The word of a doorbell, decoded for an observer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorbellState {
    /// Its owner is awake, and has not been notified since it disarmed the bell.
    Awake,
    /// Notified.
    Notified,
    /// Its owner sleeps, or is just about to.
    Asleep(Sleeper),
    /// A word that no process writes.
    Corrupt(u32),
}

impl From<u32> for DoorbellState {
    fn from(word: u32) -> Self {
        let bed =
            [Bed::Futex, Bed::Pipe, Bed::Socket, Bed::Fds].into_iter().find(|bed| *bed as u32 == word & 0xff);
        match (word, bed) {
            (AWAKE, _) => Self::Awake,
            (NOTIFIED, _) => Self::Notified,
            (_, Some(bed)) => Self::Asleep(Sleeper { bed, incarnation: (word >> 8).into() }),
            (_, None) => Self::Corrupt(word),
        }
    }
}

/// What lies beside the word of a doorbell.
pub trait Beside<M = ReadWrite>: Shared<M> {
    /// Called at every look of a waiter that spins: it fetches the part that is not in the word's own cache line. What is
    /// read here means nothing yet.
    fn fetch(&self) {}
}

impl<M> Beside<M> for () {}

shared! {
    /// A pane's doorbell: one word per receiver, so that a wake-up never goes to another process (a stopped one would
    /// swallow it).
    ///
    /// The futex is the shared kind: the crate `atomic-wait` and std's own set `FUTEX_PRIVATE_FLAG`, with which a
    /// wake-up never leaves the process.
    ///
    /// `B` is what lies beside the word, in the same pair of cache lines: what a notified process reads first.
    #[derive(Debug, Default)]
    #[repr(C, align(128))]
    pub struct Doorbell<B: Beside<M> = (), M: Rights = ReadWrite> {
        pub(crate) word: Word32<M>,
        /// Of an owner that waits adaptively, a [`DoorbellPlace`]: a hint for the process that waits for it.
        pub(crate) place: Word32<M>,
        /// What the notification is about, if it is small.
        pub beside: B,
    }
}

impl<B: Beside<M>, M: Rights> Doorbell<B, M> {
    /// Its state at this moment, for an observer: a process that acts on the state must change it by a swap.
    pub fn state(&self) -> DoorbellState {
        // Relaxed: it guards no other word.
        self.word.load(Ordering::Relaxed).into()
    }
}

impl<B: Beside> Doorbell<B> {
    /// Disarms the bell. To be called **before** looking at what notifications are about: no later one is slept through.
    #[inline]
    pub fn disarm(&self) {
        // Acquire: what is looked at next must not be read before the notification was seen. A swap, not a store: what it
        // overwrites it has read.
        self.word.swap(AWAKE, Ordering::Acquire);
        // Not sooner: here the cache line is this process's own already.
        self.no_longer_waits();
    }

    /// Arms the bell with how its owner is about to sleep. False if it was notified since it disarmed the bell: it must not
    /// sleep.
    #[must_use = "a notified owner must look again"]
    pub fn arm(&self, sleeper: Sleeper) -> bool {
        // Relaxed: it guards no other word. Whether the notification or the arming comes first is decided on this one word.
        self.word.compare_exchange(AWAKE, sleeper.word(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Sleeps on the futex until it is notified, or `timeout` is over; `Duration::MAX` is none. May return early; the caller
    /// looks again in any case.
    pub fn sleep(&self, timeout: Duration) {
        let sleeper = Sleeper { bed: Bed::Futex, incarnation: 0 };
        if !self.arm(sleeper) {
            return;
        }
        // A timer costs something, even if it never fires.
        let timeout = (timeout != Duration::MAX).then(|| rustix::time::Timespec {
            tv_sec: timeout.as_secs().cast_signed(),
            tv_nsec: timeout.subsec_nanos().into(),
        });
        let slept =
            futex::wait(self.word.as_futex(), futex::Flags::empty(), sleeper.word(), timeout.as_ref());
        debug_assert!(
            matches!(slept, Ok(()) | Err(Errno::AGAIN | Errno::INTR | Errno::TIMEDOUT)),
            "futex wait: {slept:?}"
        );
    }

    /// Notifies, and wakes its owner if it sleeps.
    pub fn notify(&self, fd: &FdBell) {
        match self.swap_to_notified() {
            AWAKE | NOTIFIED => {}
            asleep if asleep & 0xff == Bed::Futex as u32 => self.wake_futex(),
            _ => fd.notify(),
        }
    }

    /// Notifies an owner that never sleeps on anything but the word.
    #[inline]
    pub fn notify_word(&self) {
        if self.swap_to_notified() & 0xff == Bed::Futex as u32 {
            self.wake_futex();
        }
    }

    /// Notifies after a hand-off whose frame wakes `sleeper`, if that is the one that sleeps.
    pub fn notify_after_frame(&self, fd: &FdBell, sleeper: Sleeper) {
        let word = sleeper.word();
        // A read-modify-write that changes nothing: a sleeper that nothing wakes must not be marked as notified, or the next
        // notify would take it for awake. Release: an owner that disarms the bell after this sees the swap of the baton.
        if self.word.compare_exchange(word, word, Ordering::Release, Ordering::Relaxed).is_err() {
            self.notify(fd);
        }
    }

    /// Notifies, and wakes its owner whatever the word says: an earlier notifier may have died before its wake.
    pub fn wake(&self, fd: &FdBell) {
        self.swap_to_notified();
        self.wake_futex();
        fd.notify();
    }

    #[inline]
    fn swap_to_notified(&self) -> u32 {
        // Release: an owner that sees the notification sees what was written before it.
        self.word.swap(NOTIFIED, Ordering::Release)
    }

    fn wake_futex(&self) {
        // A wake fails for a bad address only, and this one is a live reference.
        let woken = futex::wake(self.word.as_futex(), futex::Flags::empty(), 1);
        debug_assert!(woken.is_ok(), "futex wake: {woken:?}");
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn a_doorbell_says_how_its_owner_sleeps() {
        let bell = Doorbell::<()>::default();
        assert_eq!(bell.state(), DoorbellState::Awake);
        for bed in [Bed::Futex, Bed::Pipe, Bed::Socket, Bed::Fds] {
            bell.disarm();
            let sleeper = Sleeper { bed, incarnation: 7 };
            assert!(bell.arm(sleeper));
            assert_eq!(bell.state(), DoorbellState::Asleep(sleeper));
        }
        bell.notify_word();
        assert_eq!(bell.state(), DoorbellState::Notified);
        assert_eq!(DoorbellState::from(0x0109), DoorbellState::Corrupt(0x0109));
    }
}
