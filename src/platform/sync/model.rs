//! loom's atomics behind the names of the real ones, and a futex for it. Each ordering that the code asks for can be
//! weakened by a test, one at a time, to see that a scenario notices.

#![allow(missing_docs, reason = "the names are those of the real ones")]

use std::cell::Cell;
use std::panic::{Location, catch_unwind};

pub use loom::hint::spin_loop;
pub use loom::sync::atomic::AtomicBool;
pub use std::sync::atomic::Ordering;

/// What becomes of an ordering.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Weaker {
    /// It is this one instead; a failed swap is Relaxed.
    Order(Ordering),
    /// A failed swap is Relaxed; a successful one stays as it is.
    RelaxedFailure,
    /// The fence is left out.
    NoFence,
}

thread_local! {
    /// File, line, and what becomes of the ordering there. loom runs all its threads on the one that called it.
    static WEAKENED: Cell<Option<(&'static str, u32, Weaker)>> = const { Cell::new(None) };
}

/// Runs a scenario with the ordering weakened at the one line of `source` that has `code`. Returns how it failed, if it
/// did.
pub(crate) fn failure(
    (file, source): (&'static str, &str),
    code: &str,
    weaker: Weaker,
    scenario: fn(),
) -> Option<String> {
    let mut lines = (1..).zip(source.lines()).filter(|(_, line)| line.contains(code));
    let (Some((line, _)), None) = (lines.next(), lines.next()) else {
        panic!("{file} does not have exactly one line with `{code}`");
    };
    WEAKENED.set(Some((file, line, weaker)));
    let outcome = catch_unwind(scenario);
    WEAKENED.set(None);
    let cause = outcome.err()?;
    let text = cause.downcast_ref::<String>().map(String::as_str);
    Some(text.or(cause.downcast_ref::<&str>().copied()).unwrap_or("no words").to_owned())
}

#[track_caller]
fn weaker() -> Option<Weaker> {
    let here = Location::caller();
    let (file, line, weaker) = WEAKENED.get()?;
    (here.line() == line && here.file().ends_with(file)).then_some(weaker)
}

#[track_caller]
fn as_weakened(order: Ordering) -> Ordering {
    if let Some(Weaker::Order(weak)) = weaker() { weak } else { order }
}

/// A fence.
#[track_caller]
pub fn fence(order: Ordering) {
    if !matches!(weaker(), Some(Weaker::NoFence)) {
        loom::sync::atomic::fence(order);
    }
}

macro_rules! atomic {
    ($name:ident, $word:ty) => {
        /// The part of the real one that the program uses.
        #[derive(Debug, Default)]
        pub struct $name(loom::sync::atomic::$name);

        impl $name {
            pub fn new(word: $word) -> Self {
                Self(loom::sync::atomic::$name::new(word))
            }

            #[track_caller]
            pub fn load(&self, order: Ordering) -> $word {
                self.0.load(as_weakened(order))
            }

            #[track_caller]
            pub fn store(&self, word: $word, order: Ordering) {
                self.0.store(word, as_weakened(order));
            }

            #[track_caller]
            pub fn swap(&self, word: $word, order: Ordering) -> $word {
                self.0.swap(word, as_weakened(order))
            }

            #[track_caller]
            pub fn fetch_add(&self, more: $word, order: Ordering) -> $word {
                self.0.fetch_add(more, as_weakened(order))
            }

            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $word,
                new: $word,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$word, $word> {
                let failure = if weaker().is_some() { Ordering::Relaxed } else { failure };
                self.0.compare_exchange(current, new, as_weakened(success), failure)
            }
        }
    };
}

atomic!(AtomicU32, u32);
atomic!(AtomicU64, u64);

/// The kernel's part: comparing and falling asleep are one step, and no wake-up falls in between. Sleepers of all
/// words share one bed, so some wake for nothing, as they may. There are no timeouts: a sleeper that is not woken
/// sleeps for ever, and loom reports it.
pub mod futex {
    use loom::sync::{Condvar, Mutex};
    use rustix::io::{Errno, Result};
    pub use rustix::thread::futex::Flags;

    use super::{AtomicU32, Ordering};

    loom::lazy_static! {
        static ref BED: (Mutex<()>, Condvar) = (Mutex::new(()), Condvar::new());
    }

    pub fn wait(
        word: &AtomicU32,
        _flags: Flags,
        expected: u32,
        _timeout: Option<&rustix::time::Timespec>,
    ) -> Result<()> {
        let made = BED.0.lock().unwrap();
        if word.load(Ordering::Relaxed) != expected {
            return Err(Errno::AGAIN);
        }
        drop(BED.1.wait(made).unwrap());
        Ok(())
    }

    pub fn wake(_word: &AtomicU32, _flags: Flags, _count: u32) -> Result<usize> {
        let _made = BED.0.lock().unwrap();
        BED.1.notify_all();
        Ok(1)
    }
}
