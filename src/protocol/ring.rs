//! A ring buffer: the last entries of one writer, for any number of readers.

use crate::platform::sync::{Ordering, ReadWrite, Rights, Word, fence};
use crate::shm::shared;

shared! {
    /// Entries of `W` words each, of which the last `N` are there. One writer; it never waits for a reader.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub struct Ring<const W: usize, const N: usize, M: Rights = ReadWrite> {
        /// How many entries there ever were.
        pub(super) count: Word<M>,
        pub(super) entries: [[Word<M>; W]; N],
    }
}

/// What a reader of a ring has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<const W: usize> {
    /// The number of the first entry in `entries`, counted from 0. Greater than what was asked for if the writer was faster.
    pub first: u64,
    /// The entries, from the oldest to the newest.
    pub entries: Vec<[u64; W]>,
}

impl<const W: usize> Found<W> {
    /// The number of the entry that will come next.
    pub fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }
}

impl<const W: usize, const N: usize, M: Rights> Ring<W, N, M> {
    /// How many entries there ever were. The count may be corrupt.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    /// The last entry that was added; None if there never was one.
    pub fn newest(&self) -> Option<[u64; W]> {
        let last = self.count.load(Ordering::Acquire).checked_sub(1)?;
        self.since(last).entries.pop()
    }

    /// The entries from number `first` on, as far as they are still there.
    pub fn since(&self, first: u64) -> Found<W> {
        let count = self.count.load(Ordering::Acquire);
        // The oldest one may be being overwritten. Saturating: the count may be corrupt.
        let oldest = |count: u64| count.saturating_add(1).saturating_sub(N as u64);
        let mut first = first.max(oldest(count)).min(count);
        let load =
            |number| self.entries[place::<N>(number)].each_ref().map(|cell| cell.load(Ordering::Relaxed));
        let mut entries: Vec<_> = (first..count).map(load).collect();
        // The words must be read before the count is read again.
        fence(Ordering::Acquire);
        let overwritten =
            oldest(self.count.load(Ordering::Relaxed)).saturating_sub(first).min(entries.len() as u64);
        entries.drain(..usize::try_from(overwritten).unwrap_or(0));
        first += overwritten;
        Found { first, entries }
    }
}

impl<const W: usize, const N: usize> Ring<W, N> {
    /// Adds an entry. Only for the ring's one writer.
    pub fn push(&self, words: [u64; W]) {
        // Relaxed: this process is the only writer.
        let count = self.count.load(Ordering::Relaxed);
        // A reader that sees a new word in the place of an old one then also sees, after its own fence, that the count
        // has come as far as to make this the place that is written next.
        fence(Ordering::Release);
        let cells = &self.entries[place::<N>(count)];
        cells.iter().zip(words).for_each(|(cell, word)| cell.store(word, Ordering::Relaxed));
        // Release: a reader that sees the count sees the words.
        self.count.store(count.wrapping_add(1), Ordering::Release);
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
impl<const W: usize, const N: usize> Ring<W, N> {
    /// Corrupts the count.
    pub(crate) fn set_count(&self, count: u64) {
        self.count.store(count, Ordering::Release);
    }
}

/// Where the entry with this number is.
fn place<const N: usize>(number: u64) -> usize {
    (number % N as u64) as usize
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use std::thread;

    use super::*;

    fn ring<const W: usize, const N: usize>() -> Ring<W, N> {
        Ring { count: Word::new(0), entries: std::array::from_fn(|_| std::array::from_fn(|_| Word::new(0))) }
    }

    #[test]
    fn the_last_entries_are_there_in_their_order() {
        let ring = ring::<2, 8>();
        assert_eq!(ring.since(0), Found { first: 0, entries: vec![] });
        (0..5).for_each(|n| ring.push([n, n * n]));
        assert_eq!(ring.since(3), Found { first: 3, entries: vec![[3, 9], [4, 16]] });
        (5..20).for_each(|n| ring.push([n, n * n]));
        let found = ring.since(2);
        assert_eq!((found.first, found.next()), (13, 20), "the eighth last may be being overwritten");
        assert_eq!(found.entries[0], [13, 169]);
        assert_eq!(ring.since(20).entries.len(), 0);
        assert_eq!(ring.newest(), Some([19, 361]));
        assert_eq!(ring.since(99), Found { first: 20, entries: vec![] }, "as after a fresh Region");
    }

    #[test]
    fn a_reader_never_sees_a_torn_entry_or_a_wrong_number() {
        // Miri goes through every step by itself, and meets another interleaving each time.
        const PUSHES: u64 = if cfg!(miri) { 300 } else { 200_000 };
        let ring = ring::<3, 16>();
        thread::scope(|scope| {
            scope.spawn(|| (0..PUSHES).for_each(|n| ring.push([n, !n, n ^ 7])));
            let mut next = 0;
            while next < PUSHES {
                let found = ring.since(next);
                assert!(found.first >= next);
                for (number, entry) in (found.first..).zip(&found.entries) {
                    assert_eq!(*entry, [number, !number, number ^ 7]);
                }
                next = found.next();
            }
        });
    }
}
