//! The doorbells: what a pane without the ball sleeps on, and the eventfd of the supervisor.
//!
//! A pane's doorbell has two halves. The word in the Region says how its owner sleeps; the [`FdBell`] wakes an owner
//! that sleeps on file descriptors. Its owner alone arms it; anyone may ring it:
//!
//! ```text
//! hear      word := AWAKE (swap, Acquire); only then look at what it announces
//! arm(how)  compare-and-swap AWAKE -> how and who; lost: it was rung meanwhile, so look again instead of sleeping
//! ring      was = swap(word, RUNG) Release; asleep on the futex: wake it; asleep on fds: write to its FdBell
//! announce  compare-and-swap word: asleep on the very link that the frame went through -> the same, Release: the frame
//!           wakes it; lost: ring
//! alarm     ring, and wake it whatever the word said
//! ```
//!
//! Both sides change one word by read-modify-write, so one of the two sees the other: no ring is slept through, and
//! nothing rests on a total order of several words. A ringer that dies between its swap and its wake leaves a
//! sleeper that is marked as rung. That is what the alarm is for: the supervisor's rings are all alarms, and every death
//! is followed by one.

mod fd_bell;

use std::time::Duration;

use rustix::io::Errno;

use crate::clock;
use crate::sync::{AtomicU32, Ordering, futex, spin_loop};

pub use fd_bell::FdBell;

/// Its owner is not asleep and has not been rung since it heard the bell.
const AWAKE: u32 = 0;
/// Rung.
const RUNG: u32 = 1;

/// On what the owner of a doorbell sleeps. The lowest 8 bits of the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Bed {
    /// On the word itself.
    Futex = 2,
    /// On its pipes and its [`FdBell`]: a frame in a pipe wakes it.
    Pipe = 3,
    /// On its sockets and its [`FdBell`]: a frame in a socket wakes it.
    Socket = 4,
    /// On fds of which none brings it a frame: only its [`FdBell`] is sure to wake it.
    Fds = 5,
}

/// Who sleeps, and on what. Not only the kind of link counts: the frame that was sent to a process which has died since
/// does not wake its successor, which sleeps on another link of the same kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sleeper {
    /// On what.
    pub bed: Bed,
    /// Which process of its pane, in the upper 24 bits of the word.
    pub incarnation: u64,
}

impl Sleeper {
    fn word(self) -> u32 {
        (self.incarnation as u32) << 8 | self.bed as u32
    }
}

/// What the word of a doorbell says, for who looks on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorbellState {
    /// Its owner is awake, and has not been rung since it heard the bell.
    Awake,
    /// Rung.
    Rung,
    /// Its owner sleeps, or is just about to.
    Asleep(Sleeper),
    /// No word that anybody writes.
    Garbage(u32),
}

impl From<u32> for DoorbellState {
    fn from(word: u32) -> Self {
        let bed =
            [Bed::Futex, Bed::Pipe, Bed::Socket, Bed::Fds].into_iter().find(|bed| *bed as u32 == word & 0xff);
        match (word, bed) {
            (AWAKE, _) => Self::Awake,
            (RUNG, _) => Self::Rung,
            (_, Some(bed)) => Self::Asleep(Sleeper { bed, incarnation: (word >> 8).into() }),
            (_, None) => Self::Garbage(word),
        }
    }
}

/// What the place of a doorbell says of an owner that waits adaptively, for who looks on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoorbellPlace {
    /// The CPU on which it last began to wait.
    pub cpu: u32,
    /// It has begun to wait, and not heard the bell since.
    pub waits: bool,
    /// Last time it was rung while it watched.
    pub was_lucky: bool,
}

impl From<u32> for DoorbellPlace {
    fn from(word: u32) -> Self {
        Self { cpu: word & CPU, waits: word & WAITS != 0, was_lucky: word & LUCKY != 0 }
    }
}

/// How the owner of a doorbell passes the time until it is rung.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Wait {
    /// Asleep in the kernel, at once.
    Block,
    /// For about as long as a wake-up takes: watching the word while the one who will ring runs on another CPU, giving way
    /// while it is on the same; then asleep.
    #[default]
    Adaptive,
    /// Watching the word for as long as it takes.
    Spin,
}

/// For how long an adaptive waiter watches before it sleeps. About what a wake-up of a sleeper on another CPU takes at
/// its worst: with less, a waiter that has just missed the ring pays for both, again and again. Measured by `tripong
/// bench`, four processes on two CPUs, median of a hop: 11 us with 0 or 5 us, 2.6 us with 20, 50 or 200 us.
const WATCH: Duration = Duration::from_micros(50);
/// In a doorbell's place: its owner has begun to wait, and not heard the bell since.
const WAITS: u32 = 1 << 31;
/// In a doorbell's place: last time it was rung while it watched.
const LUCKY: u32 = 1 << 30;
/// In a doorbell's place: the number of a CPU.
const CPU: u32 = LUCKY - 1;
/// How often the word is looked at before the clock and the ringer's bell are. Between two processes on two CPUs more
/// would do no harm; in a longer line a waiter must notice soon that its CPU is wanted: with 64 a hop of four processes
/// takes half as long again as with 16.
const LOOKS: u32 = 16;

/// What lies beside the word of a doorbell.
pub trait Beside {
    /// Called at every look of a waiter that watches: to have also that part of it at hand which is not in the word's
    /// own cache line. What is read here means nothing yet.
    fn fetch(&self) {}
}

impl Beside for () {}

/// A pane's doorbell: one word per receiver, so that a wake-up is never spent on somebody else (a stopped process
/// would swallow it).
///
/// The futex is the shared kind: the crate `atomic-wait` and std's own set `FUTEX_PRIVATE_FLAG`, with which a
/// wake-up never leaves the process.
///
/// `B` is what lies beside the word, in the same pair of cache lines: what the rung one reads first.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct Doorbell<B = ()> {
    pub(crate) word: AtomicU32,
    /// Of an owner that waits adaptively: on which [`CPU`] it last began to, whether it [`WAITS`], whether it was [`LUCKY`].
    pub(crate) place: AtomicU32,
    /// What is announced, if it is small.
    pub beside: B,
}

impl<B: Beside> Doorbell<B> {
    /// Hear the bell **before** looking at what it announces: a ring after it is not slept through.
    pub fn hear(&self) {
        // Acquire: what is looked at next must not be read before the ring was heard. A swap, not a store: what it
        // overwrites it has read.
        self.word.swap(AWAKE, Ordering::Acquire);
        // Relaxed: a hint. Not sooner: here the cache line is this process's own already.
        let place = self.place.load(Ordering::Relaxed);
        if place & WAITS != 0 {
            self.place.store(place & !WAITS, Ordering::Relaxed);
        }
    }

    /// What it says at this moment. For who looks on: whoever wants to act on it must change it by a swap.
    #[must_use]
    pub fn state(&self) -> DoorbellState {
        // Relaxed: nothing is read by this.
        self.word.load(Ordering::Relaxed).into()
    }

    /// Says how the owner is about to sleep. False if it was rung since it heard the bell: it must not sleep.
    #[must_use = "who was rung must look again"]
    pub fn arm(&self, sleeper: Sleeper) -> bool {
        // Relaxed: nothing is read by this. Whether the ring or the arming comes first is decided on this one word.
        self.word.compare_exchange(AWAKE, sleeper.word(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Waits until it is rung, or `timeout` is over. `ringer` is the bell of the one who is expected to ring. May return
    /// early; the caller looks again in any case.
    pub fn wait(&self, wait: Wait, ringer: &Self, timeout: Duration) {
        match wait {
            Wait::Block => self.sleep(timeout),
            Wait::Adaptive => self.wait_adaptively(ringer, timeout),
            Wait::Spin => self.watch(timeout),
        }
    }

    /// Watches while the ringer may be about to ring, though not for long; then sleeps.
    fn wait_adaptively(&self, ringer: &Self, timeout: Duration) {
        // Relaxed, here and below: hints. A stale one costs a watch in vain, or a sleep that was not needed.
        let was_lucky = self.place.load(Ordering::Relaxed) & LUCKY != 0;
        let here = cpu();
        self.place.store(here | WAITS | LUCKY, Ordering::Relaxed);
        // Who was rung while it watched last time looks at nothing but its own word at first: a look at the ringer's would
        // take the cache line from under its hands.
        let is_rung = was_lucky && self.looks() || self.expect(ringer, here);
        if !is_rung {
            self.sleep(timeout);
            self.place.store(cpu(), Ordering::Relaxed);
        }
    }

    /// Watches for a ringer that runs elsewhere, and gives way to one that cannot run while it is watched for. True if it
    /// was rung.
    fn expect(&self, ringer: &Self, mut here: u32) -> bool {
        let begin = clock::now_ns();
        while let Some(cpu_of_ringer) = ringer.may_ring_from()
            && clock::now_ns() - begin < clock::ns(WATCH)
        {
            if cpu_of_ringer != here {
                if self.looks() {
                    return true;
                }
            } else if self.gives_way(&mut here) {
                return true;
            }
        }
        false
    }

    /// Lets others have this CPU for once: on one CPU the ringer gets it at once, for one system call instead of the two of
    /// a sleep and a wake-up. True if it was rung meanwhile.
    fn gives_way(&self, here: &mut u32) -> bool {
        std::thread::yield_now();
        *here = cpu();
        self.place.store(*here | WAITS, Ordering::Relaxed);
        self.word.load(Ordering::Relaxed) == RUNG
    }

    /// On which CPU its owner may be about to ring somebody. None if it waits and was not rung: it will have to be rung first.
    fn may_ring_from(&self) -> Option<u32> {
        let place = self.place.load(Ordering::Relaxed);
        (place & WAITS == 0 || self.word.load(Ordering::Relaxed) == RUNG).then_some(place & CPU)
    }

    /// Watches the word until it is rung, or `timeout` is over. Its ringer makes no system call, since nobody sleeps.
    fn watch(&self, timeout: Duration) {
        // The first looks come before the clock is read.
        if !self.looks() {
            let begin = clock::now_ns();
            while clock::now_ns() - begin < clock::ns(timeout) && !self.looks() {}
        }
    }

    /// Looks at the word a few times. True if it was rung.
    fn looks(&self) -> bool {
        for _ in 0..LOOKS {
            // Relaxed: whoever is rung hears the bell before it looks at anything else.
            let is_rung = self.word.load(Ordering::Relaxed) == RUNG;
            self.beside.fetch();
            if is_rung {
                return true;
            }
            spin_loop();
        }
        false
    }

    /// Sleeps on the futex until it is rung, or `timeout` is over; `Duration::MAX` is none. May return early; the caller
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
        let slept = futex::wait(&self.word, futex::Flags::empty(), sleeper.word(), timeout.as_ref());
        debug_assert!(
            matches!(slept, Ok(()) | Err(Errno::AGAIN | Errno::INTR | Errno::TIMEDOUT)),
            "futex wait: {slept:?}"
        );
    }

    /// Rings, and wakes its owner if it sleeps.
    pub fn ring(&self, fd: &FdBell) {
        let was = self.swap_to_rung();
        self.wake_who_was(was, fd);
    }

    /// Rings an owner that never sleeps on anything but the word.
    pub fn ring_word(&self) {
        if self.swap_to_rung() & 0xff == Bed::Futex as u32 {
            self.wake();
        }
    }

    /// Rings after a hand-off whose frame wakes `sleeper`, if that is who sleeps.
    pub fn announce(&self, fd: &FdBell, sleeper: Sleeper) {
        let word = sleeper.word();
        // A read-modify-write that changes nothing: a sleeper that nobody wakes must not be marked as rung, or the next
        // ring would take it for awake. Release: who hears the bell after this sees the swap of the baton before it.
        if self.word.compare_exchange(word, word, Ordering::Release, Ordering::Relaxed).is_err() {
            self.ring(fd);
        }
    }

    /// Rings, and wakes its owner whatever the word says: the one who rang before may have died before it could.
    pub fn alarm(&self, fd: &FdBell) {
        self.swap_to_rung();
        self.wake();
        fd.ring();
    }

    fn wake_who_was(&self, was: u32, fd: &FdBell) {
        match was {
            AWAKE | RUNG => {}
            asleep if asleep & 0xff == Bed::Futex as u32 => self.wake(),
            _ => fd.ring(),
        }
    }

    fn swap_to_rung(&self) -> u32 {
        // Release: whoever hears the ring sees what was written before it.
        self.word.swap(RUNG, Ordering::Release)
    }

    fn wake(&self) {
        // A wake fails for a bad address only, and this one is a live reference.
        let woken = futex::wake(&self.word, futex::Flags::empty(), 1);
        debug_assert!(woken.is_ok(), "futex wake: {woken:?}");
    }
}

/// The CPU that this thread runs on.
fn cpu() -> u32 {
    u32::try_from(rustix::thread::sched_getcpu()).unwrap_or(CPU) & CPU
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn only_who_may_be_about_to_ring_is_expected() {
        let ringer = Doorbell::<()>::default();
        ringer.place.store(3, Ordering::Relaxed);
        assert_eq!(ringer.may_ring_from(), Some(3), "it runs");
        ringer.place.store(3 | WAITS | LUCKY, Ordering::Relaxed);
        assert_eq!(ringer.may_ring_from(), None, "it waits itself");
        ringer.ring_word();
        assert_eq!(ringer.may_ring_from(), Some(3), "it was rung");
        ringer.hear();
        assert_eq!(ringer.may_ring_from(), Some(3), "it has heard, and runs");
        assert_eq!(ringer.place.load(Ordering::Relaxed), 3 | LUCKY);
    }

    #[test]
    fn a_doorbell_says_how_its_owner_sleeps() {
        let bell = Doorbell::<()>::default();
        assert_eq!(bell.state(), DoorbellState::Awake);
        for bed in [Bed::Futex, Bed::Pipe, Bed::Socket, Bed::Fds] {
            bell.hear();
            let sleeper = Sleeper { bed, incarnation: 7 };
            assert!(bell.arm(sleeper));
            assert_eq!(bell.state(), DoorbellState::Asleep(sleeper));
        }
        bell.ring_word();
        assert_eq!(bell.state(), DoorbellState::Rung);
        assert_eq!(DoorbellState::from(0x0109), DoorbellState::Garbage(0x0109));
    }

    #[test]
    fn who_was_rung_before_it_waits_does_not_sleep() {
        for wait in [Wait::Block, Wait::Adaptive, Wait::Spin] {
            let (mine, ringer) = (Doorbell::<()>::default(), Doorbell::default());
            mine.hear();
            mine.ring_word();
            // Without end: whoever slept would never return.
            mine.wait(wait, &ringer, Duration::MAX);
        }
    }

    #[test]
    fn a_wait_that_nobody_ends_is_over_after_its_time() {
        for wait in [Wait::Block, Wait::Adaptive, Wait::Spin] {
            let (mine, ringer) = (Doorbell::<()>::default(), Doorbell::default());
            mine.hear();
            mine.wait(wait, &ringer, Duration::from_millis(1));
        }
    }
}
