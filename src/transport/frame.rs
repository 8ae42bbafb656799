//! A record on its way through the kernel: a frame of fixed size.
//!
//! ```text
//! word 0       "trip", version, length in bytes
//! word 1       the ownership that the taker will have: epoch, giver, holder
//! word 2..15   the record, as in a slot
//! word 16      checksum over all of these
//! ```

use crate::game::Court;
use crate::protocol::{Corrupt, Ownership, RECORD_WORDS, Record, checksum};

const WORDS: usize = 2 + RECORD_WORDS + 1;
/// Bytes of a frame. Less than `PIPE_BUF`, so that a pipe takes it whole or not at all.
pub const FRAME_BYTES: usize = 8 * WORDS;
/// First word of every frame: who writes it, which version, how long it is.
pub const HEAD: u64 = (u32::from_be_bytes(*b"trip") as u64) << 32 | 1 << 16 | FRAME_BYTES as u64;

/// A record with the ownership for which it is meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    pub ownership: Ownership,
    /// As the giver has it: the hop is counted by the taker.
    pub record: Record,
}

/// Why a frame was not used. The ball is as the ledger has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// Bytes that are no frame: wrong head, length or checksum.
    Malformed,
    /// Its record is none.
    Record(Corrupt),
    /// Its epoch is over.
    Late,
    /// It was accepted before.
    Doubled,
    /// It is from somebody else than the neighbour, for somebody else, or of an epoch that is far off.
    Foreign,
}

impl Frame {
    pub fn encode(&self) -> [u8; FRAME_BYTES] {
        let mut words = [0; WORDS];
        words[0] = HEAD;
        words[1] = self.ownership.encode();
        words[2..WORDS - 1].copy_from_slice(&self.record.words(self.ownership.epoch - 1));
        words[WORDS - 1] = checksum(&words[..WORDS - 1]);
        let mut bytes = [0; FRAME_BYTES];
        let cells = bytes.chunks_exact_mut(8).zip(words);
        cells.for_each(|(cell, word)| cell.copy_from_slice(&word.to_ne_bytes()));
        bytes
    }

    pub fn decode(bytes: &[u8], court: &Court) -> Result<Self, Rejection> {
        let bytes: &[u8; FRAME_BYTES] = bytes.try_into().map_err(|_| Rejection::Malformed)?;
        let (chunks, _) = bytes.as_chunks();
        let words: [u64; WORDS] = std::array::from_fn(|i| u64::from_ne_bytes(chunks[i]));
        let [head, ownership, record @ .., sum] = words;
        if head != HEAD || sum != checksum(&words[..WORDS - 1]) {
            return Err(Rejection::Malformed);
        }
        let ownership = Ownership::decode(ownership).ok_or(Rejection::Malformed)?;
        let (epoch, record) = Record::from_words(&record, court).map_err(Rejection::Record)?;
        if epoch + 1 == ownership.epoch { Ok(Self { ownership, record }) } else { Err(Rejection::Malformed) }
    }
}

/// Finds the frames in a stream of bytes. After bytes that are no frame it goes on at the next head.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
}

impl Decoder {
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// How many bytes wait for those that make a frame of them.
    pub fn waiting(&self) -> usize {
        self.bytes.len()
    }

    /// The next frame, or what was found in place of one; None until more bytes come.
    pub fn next(&mut self, court: &Court) -> Option<Result<Frame, Rejection>> {
        let stray = self.bytes_before_a_head();
        if stray > 0 {
            self.bytes.drain(..stray);
            return Some(Err(Rejection::Malformed));
        }
        let frame = Frame::decode(self.bytes.get(..FRAME_BYTES)?, court);
        // Where the bytes are no frame, one may begin right after their head.
        let used = if frame == Err(Rejection::Malformed) { 8 } else { FRAME_BYTES };
        self.bytes.drain(..used);
        Some(frame)
    }

    /// How many bytes come before the first head, be that whole or only begun.
    fn bytes_before_a_head(&self) -> usize {
        let head = HEAD.to_ne_bytes();
        let may_begin =
            |start: &usize| self.bytes[*start..].iter().zip(&head).all(|(byte, of_head)| byte == of_head);
        (0..self.bytes.len()).find(may_begin).unwrap_or(self.bytes.len())
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::game::PaneId;
    use crate::protocol::Owner;

    const COURT: Court = Court { panes: 3, seed: 7 };

    fn frame(epoch: u64) -> Frame {
        let ownership = Ownership { epoch, giver: Owner::Pane(PaneId(0)), holder: Owner::Pane(PaneId(1)) };
        let mut ball = COURT.serve(COURT.middle(), None);
        ball.tick = epoch;
        Frame { ownership, record: Record::served(ball, 1, 2) }
    }

    fn all(decoder: &mut Decoder) -> Vec<Result<Frame, Rejection>> {
        std::iter::from_fn(|| decoder.next(&COURT)).collect()
    }

    #[test]
    fn a_frame_is_read_as_it_was_written() {
        assert_eq!(Frame::decode(&frame(9).encode(), &COURT), Ok(frame(9)));
    }

    #[test]
    fn every_changed_bit_is_noticed() {
        let good = frame(9).encode();
        for bit in 0..8 * FRAME_BYTES {
            let mut bad = good;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::decode(&bad, &COURT).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_frame_that_is_too_short_or_too_long_is_none() {
        let good = frame(9).encode();
        for length in [0, 1, 8, FRAME_BYTES - 1] {
            assert_eq!(Frame::decode(&good[..length], &COURT), Err(Rejection::Malformed));
        }
        let long = [good.as_slice(), &[0]].concat();
        assert_eq!(Frame::decode(&long, &COURT), Err(Rejection::Malformed));
    }

    #[test]
    fn frames_are_found_however_the_stream_is_cut() {
        let bytes: Vec<_> = (1..=3).flat_map(|epoch| frame(epoch).encode()).collect();
        for size in [1, 7, 8, 127, 128, 129, 384] {
            let mut decoder = Decoder::default();
            let mut found = Vec::new();
            for piece in bytes.chunks(size) {
                decoder.feed(piece);
                found.extend(all(&mut decoder));
            }
            assert_eq!(found, [Ok(frame(1)), Ok(frame(2)), Ok(frame(3))], "in pieces of {size}");
        }
    }

    #[test]
    fn after_corrupt_bytes_of_any_length_the_next_frame_is_found() {
        for length in 1..300 {
            let mut decoder = Decoder::default();
            // With a head inside, as the worst of all.
            let corrupt = frame(1).encode().into_iter().skip(1).chain(frame(2).encode());
            decoder.feed(&corrupt.take(length).collect::<Vec<_>>());
            decoder.feed(&frame(3).encode());
            decoder.feed(&frame(4).encode());
            let found: Vec<_> = all(&mut decoder).into_iter().filter_map(Result::ok).collect();
            assert!(found.ends_with(&[frame(3), frame(4)]), "{length} bytes: {found:?}");
        }
    }
}
