//! A message of a flow: a header of 16 bytes, then the payload. The same for every mechanism.
//!
//! | bytes | what |
//! | --- | --- |
//! | 0..8 | sequence number from 0, warm-up included; the two highest bits say whether it counts and whether it is the last |
//! | 8..16 | checksum of all other words |
//! | 16.. | the payload |
//!
//! Below 64 KiB the sender writes the whole message anew, in place where the mechanism can do that: words that follow from the
//! sequence number, and their checksum; the receiver reads and sums all of them, in place. From 64 KiB on the message is copied:
//! the sender copies a prepared buffer, whose header and whose payload's first and last word have the sequence number; the receiver
//! copies it out and checks those three, and the checksum over all words in the warm-up and of every 256th message.

use crate::error::{Error, Result};
use crate::frame::{Checksum, GOLDEN, word};

/// Bytes before the payload.
pub(crate) const HEADER: usize = 16;
/// Payloads of this size and more are copied.
pub(crate) const COPIED_FROM: usize = 64 << 10;
/// Every so many copied messages are checked as a whole.
pub(crate) const WHOLE_EVERY: u64 = 256;
/// The message is one of those that count.
pub(crate) const COUNTED: u64 = 1 << 62;
/// No message follows.
pub(crate) const LAST: u64 = 1 << 63;

/// The sequence number in a head.
pub(crate) fn sequence(head: u64) -> u64 {
    head & !(COUNTED | LAST)
}

/// Writes a whole message.
#[inline]
pub(crate) fn write(frame: &mut [u8], head: u64) {
    let Some((header, payload)) = frame.split_at_mut_checked(HEADER) else { return };
    let mut sum = Checksum::new(head);
    let mut word = sequence(head).wrapping_mul(GOLDEN);
    for bytes in payload.chunks_exact_mut(8) {
        word = word.wrapping_add(GOLDEN);
        sum.add(word);
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    header[..8].copy_from_slice(&head.to_le_bytes());
    header[8..].copy_from_slice(&sum.get().to_le_bytes());
}

/// Reads and checks a whole message. Its head.
///
/// # Errors
/// [`Error::Corrupt`]
#[inline]
pub(crate) fn check(frame: &[u8], number: u64) -> Result<u64> {
    let head = word(frame, 0);
    let mut sum = Checksum::new(head);
    for bytes in frame.get(HEADER..).unwrap_or_default().chunks_exact(8) {
        sum.add(word(bytes, 0));
    }
    if sequence(head) == number && word(frame, 8) == sum.get() {
        Ok(head)
    } else {
        Err(why(frame, number, sum.get()))
    }
}

#[cold]
fn why(frame: &[u8], number: u64, sum: u64) -> Error {
    let head = word(frame, 0);
    let what = if sequence(head) == number {
        format!("checksum {sum:016x} instead of {:016x}", word(frame, 8))
    } else {
        format!("sequence number {} instead of {number}", sequence(head))
    };
    Error::Corrupt { number, what }
}

/// Checks a copied message: its head, and the first and last word of its payload; all of it while nothing counts yet, and every
/// 256th. Its head.
///
/// # Errors
/// [`Error::Corrupt`]
pub(crate) fn check_copied(frame: &[u8], number: u64) -> Result<u64> {
    let head = word(frame, 0);
    if head & COUNTED == 0 || number.is_multiple_of(WHOLE_EVERY) {
        check(frame, number)?;
    }
    let ends = [head, word(frame, HEADER), word(frame, frame.len().saturating_sub(8))].map(sequence);
    if ends == [number; 3] {
        Ok(head)
    } else {
        Err(Error::Corrupt { number, what: format!("head, first and last word have {ends:?}") })
    }
}

/// A buffer that is written once, and then only marked with each message's number.
pub(crate) struct Prepared {
    frame: Vec<u8>,
    /// What the words between the first and the last add to the checksum.
    middle: u64,
    /// What the first and the last are multiplied by.
    factors: [u64; 2],
}

impl Prepared {
    /// Of so many bytes, header included.
    pub(crate) fn new(bytes: usize) -> Self {
        let mut frame = vec![0; bytes];
        let mut sum = Checksum::new(0);
        let mut factors = [sum.factor(), 0];
        let last = (bytes.saturating_sub(HEADER) / 8).saturating_sub(1);
        for (index, place) in frame.get_mut(HEADER..).unwrap_or_default().chunks_exact_mut(8).enumerate() {
            let mut word = (index as u64).wrapping_mul(GOLDEN);
            if index == 0 || index == last {
                // Marked later.
                word = 0;
            }
            if index == last && last > 0 {
                factors[1] = sum.factor();
            }
            sum.add(word);
            place.copy_from_slice(&word.to_le_bytes());
        }
        Self { frame, middle: sum.get().wrapping_sub(Checksum::new(0).get()), factors }
    }

    /// Marks it as the message with this head.
    pub(crate) fn mark(&mut self, head: u64) {
        let number = sequence(head);
        let ends = self.factors.map(|factor| number.wrapping_mul(factor));
        let sum = ends
            .iter()
            .fold(Checksum::new(head).get().wrapping_add(self.middle), |sum, end| sum.wrapping_add(*end));
        let last = self.frame.len().saturating_sub(8);
        for (at, word) in [(0, head), (8, sum), (HEADER, number), (last, number)] {
            if let Some(place) = self.frame.get_mut(at..at + 8) {
                place.copy_from_slice(&word.to_le_bytes());
            }
        }
    }

    /// The message.
    pub(crate) fn frame(&mut self) -> &mut [u8] {
        &mut self.frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::spoil;

    #[test]
    fn a_written_message_is_sound_and_any_changed_bit_is_noticed() {
        let mut frame = vec![0; HEADER + 64];
        write(&mut frame, 7 | COUNTED);
        assert_eq!(check(&frame, 7).unwrap(), 7 | COUNTED);
        assert!(check(&frame, 8).is_err());
        for bit in 0..frame.len() * 8 {
            frame[bit / 8] ^= 1 << (bit % 8);
            assert!(check(&frame, 7).is_err(), "bit {bit}");
            frame[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn a_marked_message_has_the_checksum_of_all_its_words() {
        for words in [1, 2, 3, 16] {
            let mut prepared = Prepared::new(HEADER + words * 8);
            for head in [0, 5, 255 | COUNTED, 256 | COUNTED | LAST] {
                prepared.mark(head);
                assert_eq!(check(prepared.frame(), sequence(head)).unwrap(), head, "{words}");
                assert_eq!(check_copied(prepared.frame(), sequence(head)).unwrap(), head, "{words}");
            }
        }
    }

    #[test]
    fn a_spoiled_byte_is_noticed_in_the_warm_up_and_in_every_256th() {
        let mut prepared = Prepared::new(HEADER + 128);
        for (head, is_noticed) in [(3, true), (3 | COUNTED, false), (512 | COUNTED, true)] {
            prepared.mark(head);
            spoil(prepared.frame(), HEADER);
            assert_eq!(check_copied(prepared.frame(), sequence(head)).is_err(), is_noticed, "{head:x}");
            spoil(prepared.frame(), HEADER);
        }
    }

    #[test]
    fn a_torn_copy_is_noticed_by_its_ends() {
        let mut older = Prepared::new(HEADER + 128);
        older.mark(8 | COUNTED);
        let mut newer = Prepared::new(HEADER + 128);
        newer.mark(9 | COUNTED);
        newer.frame()[HEADER + 64..].copy_from_slice(&older.frame()[HEADER + 64..]);
        assert!(check_copied(newer.frame(), 9).is_err());
    }

    #[test]
    fn zeros_and_what_is_too_short_are_refused() {
        assert!(check(&[0; HEADER + 64], 0).is_err());
        assert!(check(&[0; 5], 0).is_err());
        assert!(check_copied(&[0; 5], 0).is_err());
    }
}
