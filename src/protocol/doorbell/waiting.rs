//! How the owner of a doorbell waits: asleep, or awake as long as it expects to be notified at once.

use std::time::Duration;

use super::{Beside, Doorbell, NOTIFIED};
use crate::platform::clock;
use crate::platform::sync::{Ordering, spin_loop};

/// How the owner of a doorbell passes the time until it is notified.
#[derive(
    Debug,
    Default,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    strum::IntoStaticStr,
)]
#[cfg_attr(feature = "terminal", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Wait {
    /// Sleeps in the kernel, at once.
    Block,
    /// For about as long as a wake-up takes: spins while the notifier runs on another CPU, yields while it is on the same; then
    /// sleeps.
    #[default]
    Adaptive,
    /// Spins on the word for as long as it takes.
    Spin,
}

impl Wait {
    /// All of them, from the one that costs the least CPU.
    pub const ALL: [Self; 3] = [Self::Block, Self::Adaptive, Self::Spin];

    /// Its name on the command line and in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The mode of this number in a header; None for any other word.
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|wait| *wait as u64 == number)
    }
}

/// The place of a doorbell whose owner waits adaptively, decoded for an observer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoorbellPlace {
    /// The CPU on which it last began to wait.
    pub cpu: u32,
    /// It has begun to wait, and not disarmed the bell since.
    pub waits: bool,
    /// Last time it was notified while it spun.
    pub was_lucky: bool,
}

impl From<u32> for DoorbellPlace {
    fn from(word: u32) -> Self {
        Self { cpu: word & CPU, waits: word & WAITS != 0, was_lucky: word & LUCKY != 0 }
    }
}

/// For how long an adaptive waiter spins before it sleeps. About what a wake-up of a sleeper on another CPU takes at
/// its worst: with less, a waiter that has just missed the notification pays for both, again and again. Measured by `tripong
/// bench`, four processes on two CPUs, median of a hop: 11 us with 0 or 5 us, 2.6 us with 20, 50 or 200 us.
const SPIN_TIME: Duration = Duration::from_micros(50);
/// In a doorbell's place: its owner has begun to wait, and not disarmed the bell since.
const WAITS: u32 = 1 << 31;
/// In a doorbell's place: last time it was notified while it spun.
const LUCKY: u32 = 1 << 30;
/// In a doorbell's place: the number of a CPU.
const CPU: u32 = LUCKY - 1;
/// How often the word is looked at before the clock and the notifier's bell are. Between two processes on two CPUs more
/// would do no harm; in a longer line a waiter must notice soon that its CPU is wanted: with 64 a hop of four processes
/// takes half as long again as with 16.
const SPINS: u32 = 16;

impl<B: Beside> Doorbell<B> {
    /// Waits until it is notified, or `timeout` is over. `notifier` is the bell of the process that is expected to notify. May
    /// return early; the caller looks again in any case.
    #[inline]
    pub fn wait(&self, wait: Wait, notifier: &Self, timeout: Duration) {
        match wait {
            Wait::Block => self.sleep(timeout),
            Wait::Adaptive => self.wait_adaptively(notifier, timeout),
            Wait::Spin => self.spin(timeout),
        }
    }

    /// Spins while the notifier may be about to notify, though not for long; then sleeps.
    fn wait_adaptively(&self, notifier: &Self, timeout: Duration) {
        // Relaxed, here and below: hints. A stale one costs a spin in vain, or a sleep that was not needed.
        let was_lucky = self.place.load(Ordering::Relaxed) & LUCKY != 0;
        let here = cpu();
        self.place.store(here | WAITS | LUCKY, Ordering::Relaxed);
        // An owner that was notified while it spun last time looks at nothing but its own word at first: a look at the notifier's
        // would take its cache line away.
        let is_notified = was_lucky && self.sees_notification() || self.expect(notifier, here);
        if !is_notified {
            self.sleep(timeout);
            self.place.store(cpu(), Ordering::Relaxed);
        }
    }

    /// Spins for a notifier that runs on another CPU, and yields to one on this CPU. True if it was notified.
    fn expect(&self, notifier: &Self, mut here: u32) -> bool {
        let begin = clock::now_ns();
        while let Some(cpu_of_notifier) = notifier.may_notify_from()
            && clock::now_ns() - begin < clock::ns(SPIN_TIME)
        {
            if cpu_of_notifier != here {
                if self.sees_notification() {
                    return true;
                }
            } else if self.yields(&mut here) {
                return true;
            }
        }
        false
    }

    /// Yields this CPU once: a notifier on the same CPU gets it at once, for one system call instead of the two of a sleep and
    /// a wake-up. True if it was notified meanwhile.
    fn yields(&self, here: &mut u32) -> bool {
        std::thread::yield_now();
        *here = cpu();
        self.place.store(*here | WAITS, Ordering::Relaxed);
        self.word.load(Ordering::Relaxed) == NOTIFIED
    }

    /// Its owner has disarmed the bell.
    #[inline]
    pub(super) fn no_longer_waits(&self) {
        // Relaxed: a hint, written by the owner alone.
        let place = self.place.load(Ordering::Relaxed);
        if place & WAITS != 0 {
            self.place.store(place & !WAITS, Ordering::Relaxed);
        }
    }

    /// On which CPU its owner may be about to notify. None if it waits and was not notified: it has to be notified first.
    fn may_notify_from(&self) -> Option<u32> {
        let place = self.place.load(Ordering::Relaxed);
        (place & WAITS == 0 || self.word.load(Ordering::Relaxed) == NOTIFIED).then_some(place & CPU)
    }

    /// Spins on the word until it is notified, or `timeout` is over. Its notifier makes no system call, since nothing sleeps.
    #[inline]
    fn spin(&self, timeout: Duration) {
        // The first looks come before the clock is read.
        if !self.sees_notification() {
            let begin = clock::now_ns();
            while clock::now_ns() - begin < clock::ns(timeout) && !self.sees_notification() {}
        }
    }

    /// Looks at the word a few times. True if it was notified.
    #[inline]
    fn sees_notification(&self) -> bool {
        for _ in 0..SPINS {
            // Relaxed: a notified owner disarms the bell before it looks at anything else.
            let is_notified = self.word.load(Ordering::Relaxed) == NOTIFIED;
            self.beside.fetch();
            if is_notified {
                return true;
            }
            spin_loop();
        }
        false
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
    fn only_a_process_that_may_be_about_to_notify_is_expected() {
        let notifier = Doorbell::<()>::default();
        notifier.place.store(3, Ordering::Relaxed);
        assert_eq!(notifier.may_notify_from(), Some(3), "it runs");
        notifier.place.store(3 | WAITS | LUCKY, Ordering::Relaxed);
        assert_eq!(notifier.may_notify_from(), None, "it waits itself");
        notifier.notify_word();
        assert_eq!(notifier.may_notify_from(), Some(3), "it was notified");
        notifier.disarm();
        assert_eq!(notifier.may_notify_from(), Some(3), "it has disarmed, and runs");
        assert_eq!(notifier.place.load(Ordering::Relaxed), 3 | LUCKY);
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri knows no sched_getcpu")]
    fn an_owner_that_was_notified_before_it_waits_does_not_sleep() {
        for wait in Wait::ALL {
            let (mine, notifier) = (Doorbell::<()>::default(), Doorbell::default());
            mine.disarm();
            mine.notify_word();
            // Without end: a sleep would never return.
            mine.wait(wait, &notifier, Duration::MAX);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri knows no sched_getcpu")]
    fn a_wait_without_notification_is_over_after_its_timeout() {
        for wait in Wait::ALL {
            let (mine, notifier) = (Doorbell::<()>::default(), Doorbell::default());
            mine.disarm();
            mine.wait(wait, &notifier, Duration::from_millis(1));
        }
    }
}
