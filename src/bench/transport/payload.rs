//! What a payload holds, where it is written and read, and how much of it is checked.

use super::message::{self, Sum};
use crate::bench::key::{Copying, Mode};
use crate::bench::setup::RepetitionSetup;
use crate::bench::transport::COUNTED;
use crate::platform::sync::{Ordering, Word};
use crate::shm;

/// Of messages that are copied as many as can be, one in so many is written anew and checked as a whole.
const WHOLE: u64 = 256;
/// Words of a cache line, on which memory of a process's own begins: copies of large payloads are the fastest so.
const LINE: usize = 8;

/// How much of each payload is written anew, and checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Most messages have only their first and their last word written anew, so that the copy is what is measured.
    mostly_ends: bool,
}

impl Extent {
    pub(super) fn of(setup: &RepetitionSetup) -> Self {
        let is_copied = setup.key.copy == Copying::Both;
        Self { mostly_ends: setup.key.mode == Mode::Throughput && is_copied }
    }

    /// Whether all of this message's payload is. Both sides know it from the head.
    #[inline]
    fn is_whole(self, head: u64) -> bool {
        !self.mostly_ends || head & COUNTED == 0 || message::number(head).is_multiple_of(WHOLE)
    }

    /// Writes the payload of a message to memory of this process's own. Returns the checksum over its head and what was written.
    #[inline]
    pub(super) fn write<C: Cell>(self, payload: &mut [C], head: u64) -> u64 {
        let mut sum = Sum::of(head);
        let words = message::words(message::number(head));
        let mut put = |cell: &mut C, word| {
            sum.add(word);
            cell.put(word);
        };
        if self.is_whole(head) {
            payload.iter_mut().zip(words).for_each(|(cell, word)| put(cell, word));
        } else {
            ends(payload.len()).zip(words).for_each(|(place, word)| put(&mut payload[place], word));
        }
        sum.get()
    }

    /// Which word of a payload is changed on the way, for a self-check: one of those that are checked.
    pub(super) fn spoiled(self, words: usize, head: u64) -> usize {
        if self.is_whole(head) { words / 2 } else { words - 1 }
    }

    /// The checksum over a head and what was written anew of its payload.
    #[inline]
    pub(super) fn read<C: Cell>(self, payload: &[C], head: u64) -> u64 {
        let mut sum = Sum::of(head);
        if self.is_whole(head) {
            payload.iter().for_each(|cell| sum.add(cell.get()));
        } else {
            ends(payload.len()).for_each(|place| sum.add(payload[place].get()));
        }
        sum.get()
    }
}

/// The first word and the last, which may be the same.
fn ends(words: usize) -> impl Iterator<Item = usize> {
    [0].into_iter().chain(words.checked_sub(1).filter(|last| *last > 0))
}

/// A word of memory of a process's own.
pub(super) trait Cell {
    fn put(&mut self, word: u64);

    fn get(&self) -> u64;
}

impl Cell for u64 {
    #[inline]
    fn put(&mut self, word: u64) {
        *self = word;
    }

    #[inline]
    fn get(&self) -> u64 {
        *self
    }
}

impl Cell for [u8; 8] {
    #[inline]
    fn put(&mut self, word: u64) {
        *self = word.to_ne_bytes();
    }

    #[inline]
    fn get(&self) -> u64 {
        u64::from_ne_bytes(*self)
    }
}

/// How a process writes and reads payloads in shared memory: there, or in memory of its own and by a copy.
#[derive(Debug)]
pub(super) struct Payloads {
    own: Option<Own>,
    extent: Extent,
}

impl Payloads {
    pub(super) fn of(setup: &RepetitionSetup) -> Self {
        let own = (setup.key.copy == Copying::Both).then(|| Own::of(setup.key.bytes / 8));
        Self { own, extent: Extent::of(setup) }
    }

    /// Writes the payload of a message, as far as it can be before it is handed over. Returns the checksum.
    #[inline]
    pub(super) fn write(&mut self, shared: &[Word], head: u64) -> u64 {
        if let Some(own) = &mut self.own {
            return self.extent.write(own.words(), head);
        }
        let mut sum = Sum::of(head);
        // Relaxed, here and below: the message's number releases them, and nobody else has them meanwhile.
        for (cell, word) in shared.iter().zip(message::words(message::number(head))) {
            sum.add(word);
            cell.store(word, Ordering::Relaxed);
        }
        sum.get()
    }

    /// The part of the hand-over: copies it to shared memory, if it is not there yet.
    #[inline]
    pub(super) fn hand_over(&mut self, shared: &[Word]) {
        if let Some(own) = &mut self.own {
            shm::copy_in(own.words(), shared);
        }
    }

    /// Changes a bit of what was handed over, for a self-check.
    pub(super) fn spoil(&self, shared: &[Word], head: u64) {
        let cell = &shared[self.extent.spoiled(shared.len(), head)];
        cell.store(cell.load(Ordering::Relaxed) ^ 0x10, Ordering::Relaxed);
    }

    /// Reads the payload of a message that has come. Returns the checksum of what was found.
    #[inline]
    pub(super) fn read(&mut self, shared: &[Word], head: u64) -> u64 {
        if let Some(own) = &mut self.own {
            shm::copy_out(shared, own.words());
            return self.extent.read(own.words(), head);
        }
        let mut sum = Sum::of(head);
        shared.iter().for_each(|cell| sum.add(cell.load(Ordering::Relaxed)));
        sum.get()
    }
}

/// Memory of this process's own, from the beginning of a cache line.
#[derive(Debug)]
struct Own {
    all: Vec<u64>,
    begin: usize,
    words: usize,
}

impl Own {
    fn of(words: usize) -> Self {
        // Written once, so that no page is missing later.
        let all = vec![1; words + LINE];
        let begin = all.as_ptr().align_offset(LINE * size_of::<u64>()).min(LINE);
        Self { all, begin, words }
    }

    fn words(&mut self) -> &mut [u64] {
        &mut self.all[self.begin..][..self.words]
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    const MOSTLY_ENDS: Extent = Extent { mostly_ends: true };

    /// Flips each bit of a written payload, and returns the words in which it was noticed.
    fn noticed(extent: Extent, words: usize, head: u64) -> Vec<usize> {
        let mut payload = vec![0_u64; words];
        let sum = extent.write(&mut payload, head);
        assert_eq!(extent.read(&payload, head), sum, "{words} words, {head:#x}");
        let mut changes = |bit: usize| {
            payload[bit / 64] ^= 1 << (bit % 64);
            let found = extent.read(&payload, head);
            payload[bit / 64] ^= 1 << (bit % 64);
            found != sum
        };
        let mut noticed: Vec<_> = (0..words * 64).filter(|bit| changes(*bit)).map(|bit| bit / 64).collect();
        noticed.dedup();
        noticed
    }

    #[test]
    fn a_changed_word_is_noticed_in_every_message_that_is_written_as_a_whole() {
        for words in [1, 2, 3, 9] {
            let all: Vec<_> = (0..words).collect();
            assert_eq!(noticed(Extent { mostly_ends: false }, words, 7 | COUNTED), all);
            // The warm-up, and every 256th.
            for head in [0, 7, 512 | COUNTED, 256] {
                assert_eq!(noticed(MOSTLY_ENDS, words, head), all, "{head:#x}");
            }
        }
    }

    #[test]
    fn of_a_message_that_is_copied_the_ends_are_new_and_checked() {
        assert_eq!(noticed(MOSTLY_ENDS, 1, 7 | COUNTED), [0]);
        assert_eq!(noticed(MOSTLY_ENDS, 2, 7 | COUNTED), [0, 1]);
        assert_eq!(noticed(MOSTLY_ENDS, 9, 7 | COUNTED), [0, 8]);
        let mut payload = vec![0_u64; 9];
        let sums: Vec<_> = (1..200).map(|hop| MOSTLY_ENDS.write(&mut payload, hop | COUNTED)).collect();
        assert!(sums.is_sorted_by(|one, next| one != next), "each has a payload of its own");
    }

    #[test]
    fn memory_of_a_process_begins_on_a_cache_line() {
        for words in [1, 8, 1000] {
            let mut own = Own::of(words);
            assert_eq!((own.words().len(), own.words().as_ptr().addr() % 64), (words, 0));
        }
    }
}
