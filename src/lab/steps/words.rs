//! Words that processes share, and words of a model of them.

use std::cell::Cell;

use crate::lab::stage::LabMemory;
use crate::platform::sync::Ordering;

/// Words: those that real processes share, or those of a model. A program of marked steps runs on either.
pub(in crate::lab) trait Words {
    /// The word at this place.
    fn load(&self, at: usize) -> u64;
    /// Stores another value.
    fn store(&self, at: usize, value: u64);
    /// Stores `to` if the word is still `from`, in one step that nothing interrupts. Whether it was.
    fn swap(&self, at: usize, from: u64, to: u64) -> bool;
}

impl Words for LabMemory {
    fn load(&self, at: usize) -> u64 {
        // Acquire and Release, so that only the order of the steps decides what is seen.
        self.words[at].load(Ordering::Acquire)
    }

    fn store(&self, at: usize, value: u64) {
        self.words[at].store(value, Ordering::Release);
    }

    fn swap(&self, at: usize, from: u64, to: u64) -> bool {
        self.words[at].compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// Words of a model: one process has them all.
#[derive(Debug, Clone)]
pub(in crate::lab) struct ModelWords(Vec<Cell<u64>>);

impl ModelWords {
    /// So many, all zero.
    pub(in crate::lab) fn new(count: usize) -> Self {
        Self(vec![Cell::new(0); count])
    }
}

impl Words for ModelWords {
    fn load(&self, at: usize) -> u64 {
        self.0[at].get()
    }

    fn store(&self, at: usize, value: u64) {
        self.0[at].set(value);
    }

    fn swap(&self, at: usize, from: u64, to: u64) -> bool {
        let is_still = self.load(at) == from;
        if is_still {
            self.store(at, to);
        }
        is_still
    }
}
