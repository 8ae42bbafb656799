//! The bytes of a Region at one moment, and what the decoder of a word sees of them.

use crate::game::Court;
use crate::protocol::region::Region;

/// All bytes of the Region at one moment.
#[derive(Debug, Clone)]
pub struct Still {
    bytes: Vec<u8>,
    /// When it was taken (`CLOCK_MONOTONIC`, ns).
    pub taken_ns: u64,
}

impl Still {
    /// None if there are more or fewer bytes than a Region has.
    pub fn new(bytes: Vec<u8>, taken_ns: u64) -> Option<Self> {
        (bytes.len() == Region::SIZE).then_some(Self { bytes, taken_ns })
    }

    /// So many bytes from this offset on; none where the Region has fewer.
    pub(super) fn bytes(&self, offset: usize, size: usize) -> &[u8] {
        self.bytes.get(offset..offset + size).unwrap_or(&[])
    }

    /// The word of 8 or 4 bytes at this offset; of several words, the first. Zero where the Region has none.
    pub(super) fn number(&self, offset: usize, size: usize) -> u64 {
        let bytes = self.bytes(offset, size);
        let half = || bytes.first_chunk().map_or(0, |half| u32::from_ne_bytes(*half).into());
        bytes.first_chunk().map_or_else(half, |word| u64::from_ne_bytes(*word))
    }
}

/// A word and those around it, for its decoder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) still: &'a Still,
    pub(super) court: &'a Court,
    /// Where the word is.
    pub(super) offset: usize,
    /// Its bytes.
    pub(super) size: usize,
}

impl Context<'_> {
    /// The words that are shown as one.
    pub(super) fn words(&self) -> impl DoubleEndedIterator<Item = u64> {
        let words = self.still.bytes(self.offset, self.size).as_chunks().0;
        words.iter().map(|word| u64::from_ne_bytes(*word))
    }

    /// So many words, of which the first is `before` words before this one.
    pub(super) fn around<const N: usize>(&self, before: usize) -> [u64; N] {
        let first = self.offset.saturating_sub(before * 8);
        std::array::from_fn(|index| self.still.number(first + index * 8, 8))
    }
}
