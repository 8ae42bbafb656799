//! The message of a hop: a header of 24 bytes, then the payload.
//!
//! | bytes | what |
//! | --- | --- |
//! | 0..8 | sequence number: the hop, counted from 0, warm-up included |
//! | 8..16 | `CLOCK_MONOTONIC` just before the hand-off, in nanoseconds |
//! | 16..24 | checksum of the sequence number and the payload |
//! | 24.. | the payload: words that follow from the sequence number |
//!
//! Every word is little-endian. The payload is written anew at each hop, and all of it is read by the taker.

use crate::clock::now_ns;
use crate::error::{Error, Result};

/// Bytes before the payload.
pub(crate) const HEADER: usize = 24;

/// 2^64 over the golden ratio: consecutive multiples differ in all their bits.
pub(crate) const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Writes the whole message of a hop; the time comes last.
pub(crate) fn write(frame: &mut [u8], hop: u64) {
    let (header, payload) = frame.split_at_mut(HEADER);
    let mut sum = Checksum::new(hop);
    let mut word = hop.wrapping_mul(GOLDEN);
    for bytes in payload.chunks_exact_mut(8) {
        word = word.wrapping_add(GOLDEN);
        sum.add(word);
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    header[..8].copy_from_slice(&hop.to_le_bytes());
    header[16..].copy_from_slice(&sum.get().to_le_bytes());
    header[8..16].copy_from_slice(&now_ns().to_le_bytes());
}

/// Spoils one byte of the payload of a written message, or makes it sound again.
pub(crate) fn spoil(frame: &mut [u8], header: usize) {
    let middle = header + frame.len().saturating_sub(header) / 2;
    if let Some(byte) = frame.get_mut(middle) {
        *byte ^= 1;
    }
}

/// Reads the whole message and checks it. The time since it was handed over, in nanoseconds.
///
/// # Errors
/// [`Error::Corrupt`]
pub(crate) fn check(frame: &[u8], hop: u64) -> Result<u64> {
    let payload = frame.get(HEADER..).unwrap_or_default();
    let mut sum = Checksum::new(word(frame, 0));
    for bytes in payload.chunks_exact(8) {
        sum.add(word(bytes, 0));
    }
    let corrupt = |what| Err(Error::Corrupt { number: hop, what });
    if word(frame, 0) != hop {
        return corrupt(format!("sequence number {} instead of {hop}", word(frame, 0)));
    }
    if word(frame, 16) != sum.get() {
        return corrupt(format!("checksum {:016x} instead of {:016x}", sum.get(), word(frame, 16)));
    }
    // The hop ends when all of it is read and checked.
    match now_ns().checked_sub(word(frame, 8)) {
        Some(latency_ns) => Ok(latency_ns),
        None => corrupt("handed over in the future".to_owned()),
    }
}

/// The word at a byte offset; 0 where the frame is too short, which no checksum agrees with.
pub(crate) fn word(bytes: &[u8], at: usize) -> u64 {
    let word = bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    u64::from_le_bytes(word.unwrap_or_default())
}

/// A sum of products with odd factors, as in tripong's records: any one word that changes changes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checksum {
    sum: u64,
    factor: u64,
}

impl Checksum {
    /// Of the first word of a message.
    pub(crate) fn new(head: u64) -> Self {
        Self { sum: head ^ GOLDEN, factor: GOLDEN }
    }

    /// Takes the next word in.
    pub(crate) fn add(&mut self, word: u64) {
        self.sum = self.sum.wrapping_add(word.wrapping_mul(self.factor));
        self.factor = self.factor.wrapping_add(GOLDEN.wrapping_mul(2));
    }

    pub(crate) fn get(self) -> u64 {
        self.sum
    }

    /// What the next word is multiplied by.
    pub(crate) fn factor(self) -> u64 {
        self.factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_message_is_sound() {
        let mut frame = vec![0; HEADER + 64];
        write(&mut frame, 7);
        assert!(check(&frame, 7).is_ok());
        assert!(check(&frame, 8).is_err());
    }

    #[test]
    fn any_changed_bit_of_sequence_checksum_or_payload_is_noticed() {
        let mut frame = vec![0; HEADER + 16];
        write(&mut frame, 1);
        for bit in (0..64).chain(128..frame.len() * 8) {
            frame[bit / 8] ^= 1 << (bit % 8);
            assert!(check(&frame, 1).is_err(), "bit {bit}");
            frame[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn a_frame_of_zeros_or_a_short_one_is_refused() {
        assert!(check(&[0; HEADER + 64], 0).is_err());
        assert!(check(&[0; 5], 0).is_err());
    }
}
