//! How the owner of a doorbell waits: asleep, or awake as long as it expects to be notified at once.

use std::time::Duration;

use super::{Beside, Doorbell, NOTIFIED};
use crate::platform::clock;
use crate::platform::sync::{Ordering, spin_loop};

/// How the owner of a doorbell passes the time until it is notified.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, strum::IntoStaticStr,
)]
#[cfg_attr(feature = "terminal", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Wait {
    /// Asleep in the kernel, at once.
    Block,
    /// For about as long as a wake-up takes: watching the word while the one who will notify runs on another CPU, giving way
    /// while it is on the same; then asleep.
    #[default]
    Adaptive,
    /// Watching the word for as long as it takes.
    Spin,
}

impl Wait {
    /// All of them, from the one that costs the least CPU.
    pub const ALL: [Self; 3] = [Self::Block, Self::Adaptive, Self::Spin];

    /// Its name on the command line and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What the word of a header says; None if it is no such word.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|wait| *wait as u64 == number)
    }
}

/// What the place of a doorbell says of an owner that waits adaptively, for who looks on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoorbellPlace {
    /// The CPU on which it last began to wait.
    pub cpu: u32,
    /// It has begun to wait, and not disarmed the bell since.
    pub waits: bool,
    /// Last time it was notified while it watched.
    pub was_lucky: bool,
}

impl From<u32> for DoorbellPlace {
    fn from(word: u32) -> Self {
        Self { cpu: word & CPU, waits: word & WAITS != 0, was_lucky: word & LUCKY != 0 }
    }
}

/// For how long an adaptive waiter watches before it sleeps. About what a wake-up of a sleeper on another CPU takes at
/// its worst: with less, a waiter that has just missed the notification pays for both, again and again. Measured by `tripong
/// bench`, four processes on two CPUs, median of a hop: 11 us with 0 or 5 us, 2.6 us with 20, 50 or 200 us.
const WATCH: Duration = Duration::from_micros(50);
/// In a doorbell's place: its owner has begun to wait, and not disarmed the bell since.
const WAITS: u32 = 1 << 31;
/// In a doorbell's place: last time it was notified while it watched.
const LUCKY: u32 = 1 << 30;
/// In a doorbell's place: the number of a CPU.
const CPU: u32 = LUCKY - 1;
/// How often the word is looked at before the clock and the notifier's bell are. Between two processes on two CPUs more
/// would do no harm; in a longer line a waiter must notice soon that its CPU is wanted: with 64 a hop of four processes
/// takes half as long again as with 16.
const LOOKS: u32 = 16;

impl<B: Beside> Doorbell<B> {
    /// Waits until it is notified, or `timeout` is over. `notifier` is the bell of the one who is expected to notify. May return
    /// early; the caller looks again in any case.
    pub fn wait(&self, wait: Wait, notifier: &Self, timeout: Duration) {
        match wait {
            Wait::Block => self.sleep(timeout),
            Wait::Adaptive => self.wait_adaptively(notifier, timeout),
            Wait::Spin => self.watch(timeout),
        }
    }

    /// Watches while the notifier may be about to notify, though not for long; then sleeps.
    fn wait_adaptively(&self, notifier: &Self, timeout: Duration) {
        // Relaxed, here and below: hints. A stale one costs a watch in vain, or a sleep that was not needed.
        let was_lucky = self.place.load(Ordering::Relaxed) & LUCKY != 0;
        let here = cpu();
        self.place.store(here | WAITS | LUCKY, Ordering::Relaxed);
        // Who was notified while it watched last time looks at nothing but its own word at first: a look at the notifier's would
        // take the cache line from under its hands.
        let is_notified = was_lucky && self.looks() || self.expect(notifier, here);
        if !is_notified {
            self.sleep(timeout);
            self.place.store(cpu(), Ordering::Relaxed);
        }
    }

    /// Watches for a notifier that runs elsewhere, and gives way to one that cannot run while it is watched for. True if it
    /// was notified.
    fn expect(&self, notifier: &Self, mut here: u32) -> bool {
        let begin = clock::now_ns();
        while let Some(cpu_of_notifier) = notifier.may_notify_from()
            && clock::now_ns() - begin < clock::ns(WATCH)
        {
            if cpu_of_notifier != here {
                if self.looks() {
                    return true;
                }
            } else if self.gives_way(&mut here) {
                return true;
            }
        }
        false
    }

    /// Lets others have this CPU for once: on one CPU the notifier gets it at once, for one system call instead of the two of
    /// a sleep and a wake-up. True if it was notified meanwhile.
    fn gives_way(&self, here: &mut u32) -> bool {
        std::thread::yield_now();
        *here = cpu();
        self.place.store(*here | WAITS, Ordering::Relaxed);
        self.word.load(Ordering::Relaxed) == NOTIFIED
    }

    /// Its owner has disarmed the bell.
    pub(super) fn no_longer_waits(&self) {
        // Relaxed: a hint, written by the owner alone.
        let place = self.place.load(Ordering::Relaxed);
        if place & WAITS != 0 {
            self.place.store(place & !WAITS, Ordering::Relaxed);
        }
    }

    /// On which CPU its owner may be about to notify somebody. None if it waits and was not notified: it will have to be notified first.
    fn may_notify_from(&self) -> Option<u32> {
        let place = self.place.load(Ordering::Relaxed);
        (place & WAITS == 0 || self.word.load(Ordering::Relaxed) == NOTIFIED).then_some(place & CPU)
    }

    /// Watches the word until it is notified, or `timeout` is over. Its notifier makes no system call, since nobody sleeps.
    fn watch(&self, timeout: Duration) {
        // The first looks come before the clock is read.
        if !self.looks() {
            let begin = clock::now_ns();
            while clock::now_ns() - begin < clock::ns(timeout) && !self.looks() {}
        }
    }

    /// Looks at the word a few times. True if it was notified.
    fn looks(&self) -> bool {
        for _ in 0..LOOKS {
            // Relaxed: whoever is notified disarms the bell before it looks at anything else.
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
    fn only_who_may_be_about_to_notify_is_expected() {
        let notifier = Doorbell::<()>::default();
        notifier.place.store(3, Ordering::Relaxed);
        assert_eq!(notifier.may_notify_from(), Some(3), "it runs");
        notifier.place.store(3 | WAITS | LUCKY, Ordering::Relaxed);
        assert_eq!(notifier.may_notify_from(), None, "it waits itself");
        notifier.notify_word();
        assert_eq!(notifier.may_notify_from(), Some(3), "it was notified");
        notifier.disarm();
        assert_eq!(notifier.may_notify_from(), Some(3), "it has heard, and runs");
        assert_eq!(notifier.place.load(Ordering::Relaxed), 3 | LUCKY);
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri knows no sched_getcpu")]
    fn who_was_notified_before_it_waits_does_not_sleep() {
        for wait in Wait::ALL {
            let (mine, notifier) = (Doorbell::<()>::default(), Doorbell::default());
            mine.disarm();
            mine.notify_word();
            // Without end: whoever slept would never return.
            mine.wait(wait, &notifier, Duration::MAX);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri knows no sched_getcpu")]
    fn a_wait_that_nobody_ends_is_over_after_its_time() {
        for wait in Wait::ALL {
            let (mine, notifier) = (Doorbell::<()>::default(), Doorbell::default());
            mine.disarm();
            mine.wait(wait, &notifier, Duration::from_millis(1));
        }
    }
}
