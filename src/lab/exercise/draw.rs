//! A student's seed, and what is drawn from it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::game::mix;

/// Whose lab this is: the seed follows from it, so no two students get the same questions, and last term's answers are of
/// no use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// As the course knows the student: a number, a login, an address.
    pub student: String,
    /// For example `OS-101`.
    pub course: String,
    /// For example `2026-autumn`.
    pub term: String,
}

impl Identity {
    /// The seed: the first eight bytes of the SHA-256 of the three, with a zero byte after each.
    pub fn seed(&self) -> u64 {
        let mut hash = Sha256::new();
        for part in [&self.student, &self.course, &self.term] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finalize()[..8]);
        u64::from_be_bytes(first)
    }
}

/// Draws from a seed, the same for ever: a lab must draw in a fixed order.
#[derive(Debug, Clone)]
pub struct Draw {
    seed: u64,
    state: u64,
}

impl Draw {
    /// For this lab of this student.
    pub fn new(seed: u64, lab: &str) -> Self {
        Self { seed, state: lab.bytes().fold(seed, |state, byte| mix(state, u64::from(byte))) }
    }

    /// The student's seed, of which the ball is that a lab plays. Nothing is drawn.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    fn next(&mut self) -> u64 {
        self.state = mix(self.state, 1);
        self.state
    }

    /// A number in `0..count`; 0 if there is none.
    pub fn below(&mut self, count: usize) -> usize {
        let count = count.max(1) as u64;
        // The remainder is below `count`, which came from a usize.
        (self.next() % count) as usize
    }

    /// A number from `from` to `to`, both included.
    pub fn within(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to.saturating_sub(from) + 1)
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        of.get(self.below(of.len())).copied()
    }

    /// All of them, in an order that was drawn.
    pub fn shuffle<T>(&mut self, mut all: Vec<T>) -> Vec<T> {
        for end in (1..all.len()).rev() {
            let at = self.below(end + 1);
            all.swap(at, end);
        }
        all
    }
}
