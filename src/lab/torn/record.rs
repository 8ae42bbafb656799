//! The records of this lab on the words of its memory, and three ways to write and read them.
//!
//! All 15 words of a record are its number, twice: in the upper and in the lower half. So a copy shows whether its words belong
//! together, and a word shows whether its halves do.

use crate::error::Result;
use crate::lab::stage::LabMemory;
use crate::platform::sync::{Ordering, Word, fence};

/// Words of a record.
pub(super) const WORDS: usize = 15;
/// A record as it was copied.
pub(super) type Copied = [u64; WORDS];
/// Where the number and the checksum of one of two copies lie, behind its words.
const NUMBER: usize = WORDS;
const CHECKSUM: usize = WORDS + 1;
/// Where the second of two copies begins.
const SECOND: usize = 32;

/// Every word of the record with this number.
fn word(number: u64) -> u64 {
    number << 32 | number
}

/// The number of the record that a word is of; None if its halves are of two.
pub(super) fn number_of(word: u64) -> Option<u64> {
    let (upper, lower) = (word >> 32, word & 0xffff_ffff);
    (upper == lower).then_some(upper)
}

/// Whether the words of a copy are of two records.
pub(super) fn is_torn(copied: &Copied) -> bool {
    copied.iter().any(|word| *word != copied[0])
}

/// The one record that is always at the same place.
pub(super) struct Record<'a> {
    words: &'a [Word],
    sequence: &'a Word,
}

/// What a reader of a sequence lock looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// That the first load found an even number.
    Even,
    /// That the second load found the same as the first.
    Same,
    /// Both.
    Both,
}

impl Check {
    pub(super) const ALL: [Self; 3] = [Self::Both, Self::Even, Self::Same];

    fn takes(self, before: u64, after: u64) -> bool {
        let (is_even, is_same) = (before.is_multiple_of(2), before == after);
        match self {
            Self::Even => is_even,
            Self::Same => is_same,
            Self::Both => is_even && is_same,
        }
    }
}

/// One try of a reader under a sequence lock.
pub(super) struct Try {
    pub(super) is_taken: bool,
    pub(super) before: u64,
    pub(super) after: u64,
    pub(super) copied: Copied,
}

/// What is done between two words: nothing, or standing still.
pub(super) type Between<'a> = &'a dyn Fn(usize) -> Result<()>;

impl<'a> Record<'a> {
    pub(super) fn of(memory: &'a LabMemory) -> Self {
        Self { words: &memory.words[..WORDS], sequence: &memory.lonely[0].0 }
    }

    pub(super) fn sequence(&self) -> &Word {
        self.sequence
    }

    /// Writes it, word by word. Relaxed: nothing keeps a reader out.
    pub(super) fn write(&self, number: u64, between: Between<'_>) -> Result<()> {
        fill(self.words, number, between)
    }

    /// Copies it, word by word.
    pub(super) fn copy(&self, between: Between<'_>) -> Result<Copied> {
        let mut copied = [0; WORDS];
        for (index, (copy, word)) in copied.iter_mut().zip(self.words).enumerate() {
            between(index)?;
            *copy = word.load(Ordering::Relaxed);
        }
        Ok(copied)
    }

    /// Writes it under the sequence lock: odd, the words, even.
    pub(super) fn write_locked(&self, number: u64, between: Between<'_>) -> Result<()> {
        // Relaxed: this process is the only writer.
        let sequence = self.sequence.load(Ordering::Relaxed);
        self.sequence.store(sequence + 1, Ordering::Relaxed);
        // A reader that sees a new word then also sees, after its own fence, that the number is odd or later.
        fence(Ordering::Release);
        self.write(number, between)?;
        // Release: a reader that sees this sees all words.
        self.sequence.store(sequence + 2, Ordering::Release);
        Ok(())
    }

    /// Copies it under the sequence lock, once.
    pub(super) fn try_copy(&self, check: Check, between: Between<'_>) -> Result<Try> {
        let before = self.sequence.load(Ordering::Acquire);
        let copied = self.copy(between)?;
        fence(Ordering::Acquire);
        let after = self.sequence.load(Ordering::Relaxed);
        Ok(Try { is_taken: check.takes(before, after), before, after, copied })
    }
}

fn fill(words: &[Word], number: u64, between: Between<'_>) -> Result<()> {
    for (index, place) in words[..WORDS].iter().enumerate() {
        between(index)?;
        place.store(word(number), Ordering::Relaxed);
    }
    Ok(())
}

/// Which of two copies is overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Victim {
    /// The one with the earlier number.
    Earlier,
    /// The one with the later number.
    Later,
}

impl Victim {
    pub(super) const ALL: [Self; 2] = [Self::Earlier, Self::Later];
}

/// Two copies, each with its number and its checksum.
pub(super) struct Copies<'a>([&'a [Word]; 2]);

impl<'a> Copies<'a> {
    pub(super) fn of(memory: &'a LabMemory) -> Self {
        Self([&memory.words[..=CHECKSUM], &memory.words[SECOND..=SECOND + CHECKSUM]])
    }

    /// Overwrites one of them with this record.
    pub(super) fn write(&self, number: u64, victim: Victim, between: Between<'_>) -> Result<()> {
        let [first, second] = self.0;
        let first_is_earlier = at(first, NUMBER) <= at(second, NUMBER);
        let place = if first_is_earlier == (victim == Victim::Earlier) { first } else { second };
        // The other copy is seen whole before a word of this one changes.
        fence(Ordering::Release);
        fill(place, number, between)?;
        place[NUMBER].store(number, Ordering::Relaxed);
        place[CHECKSUM].store(checksum(&[word(number); WORDS], number), Ordering::Relaxed);
        Ok(())
    }

    /// The record with the later number among those whose checksum fits.
    pub(super) fn read(&self) -> Option<u64> {
        let read = |copy: &&[Word]| {
            let mut copied = [0; WORDS];
            copied.iter_mut().zip(*copy).for_each(|(to, from)| *to = from.load(Ordering::Relaxed));
            let number = at(copy, NUMBER);
            let fits = at(copy, CHECKSUM) == checksum(&copied, number);
            (number != 0 && fits).then_some(number)
        };
        self.0.iter().filter_map(read).max()
    }
}

fn at(copy: &[Word], place: usize) -> u64 {
    copy[place].load(Ordering::Relaxed)
}

/// A sum in which each place has an odd factor of its own: any one word that changes shows.
fn checksum(words: &Copied, number: u64) -> u64 {
    let products = words.iter().zip(0_u64..).map(|(word, place)| word.wrapping_mul(2 * place + 3));
    products.fold(number.wrapping_mul(0x9e37_79b9_7f4a_7c15), u64::wrapping_add)
}
