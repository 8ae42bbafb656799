//! A slot: the records of one owner as atomic words, and the card of its process.

use super::card::Card;
use super::record::{Garbage, Record, WORDS, checksum};
use crate::court::{Court, Paddle};
use crate::failpoint::{self, Step};
use crate::sync::{AtomicU64, Ordering, fence, spin_loop};

/// How often a reader tries to catch a record that does not change under it.
const ATTEMPTS: usize = 1000;

/// The records of the even or of the odd epochs: two copies, of which `seq`'s lowest bit names the whole one.
#[derive(Debug)]
#[repr(C, align(128))]
pub(super) struct Half<const N: usize = WORDS> {
    pub(super) copies: [Copy<N>; 2],
    pub(super) seq: AtomicU64,
}

#[derive(Debug)]
#[repr(C, align(128))]
pub(super) struct Copy<const N: usize>(pub(super) [AtomicU64; N]);

impl<const N: usize> Half<N> {
    pub(super) fn write(&self, words: &[u64; N]) {
        let next = self.fill(words);
        // Release: who sees the number sees the words.
        self.seq.store(next, Ordering::Release);
    }

    /// Begins to write, and stops in the middle, as a process does that is killed there.
    pub(super) fn tear(&self, words: &[u64; N]) {
        self.fill(&words[..N / 2]);
    }

    /// Writes into the copy that does not count, and tells the number with which it would.
    fn fill(&self, words: &[u64]) -> u64 {
        // Relaxed: this process is the only writer.
        let next = self.seq.load(Ordering::Relaxed).wrapping_add(1);
        // The sequence that named this copy's elder brother must be seen before its words change; a reader that
        // sees a new word then also sees, after its own fence, that the sequence went on.
        fence(Ordering::Release);
        for (index, (cell, word)) in self.copy(next).iter().zip(words).enumerate() {
            if index == N / 2 {
                failpoint::reach(Step::InsideWrite);
            }
            cell.store(*word, Ordering::Relaxed);
        }
        next
    }

    pub(super) fn read(&self) -> Result<[u64; N], Garbage> {
        for _ in 0..ATTEMPTS {
            // Acquire: pairs with the store at the end of write, so the words are at least as new as the number.
            let seq = self.seq.load(Ordering::Acquire);
            let copy = self.copy(seq);
            let words = std::array::from_fn(|i| copy[i].load(Ordering::Relaxed));
            // The words must be read before the number is read again.
            fence(Ordering::Acquire);
            if self.seq.load(Ordering::Relaxed) == seq {
                return Ok(words);
            }
            spin_loop();
        }
        Err(Garbage::Unstable)
    }

    /// The words of the copy that does not count, each for itself.
    fn spare(&self) -> [u64; N] {
        // Relaxed: whatever is found there, it counts for nothing.
        let copy = self.copy(self.seq.load(Ordering::Relaxed).wrapping_add(1));
        std::array::from_fn(|i| copy[i].load(Ordering::Relaxed))
    }

    fn copy(&self, seq: u64) -> &[AtomicU64; N] {
        &self.copies[usize::from(seq & 1 == 1)].0
    }
}

/// One owner's part of the Region.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct Slot {
    pub(super) halves: [Half; 2],
    /// What the owner's process tells of itself (unused in the supervisor's slot).
    pub card: Card,
}

impl Slot {
    /// Writes the record of `epoch`. Only the owner may, and only for an epoch that it holds.
    pub fn write(&self, epoch: u64, record: &Record) {
        self.half(epoch).write(&record.encode(epoch));
    }

    /// Writes half of the record of `epoch`, to show what comes of it: nothing, since the whole copy beside it stays the
    /// one that counts. Only for a process that dies at once.
    pub fn tear(&self, epoch: u64, record: &Record) {
        self.half(epoch).tear(&record.encode(epoch));
    }

    /// The record of `epoch`.
    ///
    /// # Errors
    /// [`Garbage`] says why there is none.
    pub fn read(&self, epoch: u64, court: &Court) -> Result<Record, Garbage> {
        let (of, record) = Record::decode(&self.half(epoch).read()?, court)?;
        if of == epoch { Ok(record) } else { Err(Garbage::OtherEpoch) }
    }

    /// The newest record that this owner ever wrote, with its epoch.
    #[must_use]
    pub fn newest(&self, court: &Court) -> Option<(u64, Record)> {
        let records = self.halves.iter().filter_map(|half| Record::decode(&half.read().ok()?, court).ok());
        records.max_by_key(|(epoch, _)| *epoch)
    }

    /// Where the autopilot has this pane's paddle when the ball is as in `current`: back on its way to the middle
    /// since the pane last had the ball. A serve begins a new rally, in which every paddle starts from the middle.
    #[must_use]
    pub fn paddle_for(&self, current: &Record, court: &Court) -> Paddle {
        match self.newest(court) {
            Some((epoch, mine)) if epoch >= current.rally => {
                mine.paddle.returned(current.ball.tick.saturating_sub(mine.ball.tick))
            }
            _ => Paddle::MIDDLE,
        }
    }

    /// The records of the even and of the odd epochs, each with its epoch; None where none was ever written, or why it
    /// is none.
    pub fn records(&self, court: &Court) -> [Result<Option<(u64, Record)>, Garbage>; 2] {
        self.halves.each_ref().map(|half| match half.read()? {
            words if words == [0; WORDS] => Ok(None),
            words => Record::decode(&words, court).map(Some),
        })
    }

    /// Where the copy that does not count is no record: its words, folded into one. A writer is at work there, or one has
    /// died there; if it is the same after a while, it has died. For the even and for the odd epochs.
    #[must_use]
    pub fn torn(&self, court: &Court) -> [Option<u64>; 2] {
        self.halves.each_ref().map(|half| {
            let words = half.spare();
            let is_torn = words != [0; WORDS] && Record::decode(&words, court).is_err();
            is_torn.then(|| checksum(&words))
        })
    }

    /// Grows with every record that the owner writes: it makes progress.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.halves.iter().map(|half| half.seq.load(Ordering::Relaxed)).fold(0, u64::wrapping_add)
    }

    fn half(&self, epoch: u64) -> &Half {
        &self.halves[usize::from(epoch & 1 == 1)]
    }
}

#[cfg(test)]
impl<const N: usize> Half<N> {
    /// A half that nobody else has yet.
    pub(super) fn zeroed() -> Self {
        let copy = || Copy(std::array::from_fn(|_| AtomicU64::new(0)));
        Self { copies: [copy(), copy()], seq: AtomicU64::new(0) }
    }
}

#[cfg(test)]
impl Slot {
    /// A slot that nobody else has yet.
    pub(super) fn zeroed() -> Self {
        Self { halves: [Half::zeroed(), Half::zeroed()], card: Card::default() }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::super::record::tests::{COURT, record};
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let slot = Slot::zeroed();
        assert_eq!(slot.read(0, &COURT), Err(Garbage::Tag), "all-zero bytes are no record");
        for tick in 0..5 {
            slot.write(4, &record(tick));
            assert_eq!(slot.read(4, &COURT), Ok(record(tick)));
        }
        assert_eq!(slot.read(6, &COURT), Err(Garbage::OtherEpoch));
    }

    #[test]
    fn the_record_of_the_epoch_before_stays_whole() {
        let slot = Slot::zeroed();
        slot.write(4, &record(10));
        slot.write(5, &record(11));
        slot.write(5, &record(12));
        assert_eq!(slot.read(4, &COURT), Ok(record(10)));
        assert_eq!(slot.newest(&COURT), Some((5, record(12))));
    }

    #[test]
    fn a_write_cut_off_anywhere_leaves_the_last_record_whole() {
        let slot = Slot::zeroed();
        slot.write(2, &record(1));
        let next = record(2).encode(2);
        for cut in 0..=WORDS {
            let copy = slot.half(2).copy(slot.half(2).seq.load(Ordering::Relaxed) + 1);
            copy.iter().zip(&next).take(cut).for_each(|(cell, word)| cell.store(*word, Ordering::Relaxed));
            assert_eq!(slot.read(2, &COURT), Ok(record(1)), "cut off after {cut} words");
        }
    }

    #[test]
    fn a_torn_record_leaves_the_last_one_whole() {
        let slot = Slot::zeroed();
        slot.write(2, &record(1));
        slot.tear(2, &record(2));
        assert_eq!(slot.read(2, &COURT), Ok(record(1)));
        assert_eq!(slot.records(&COURT), [Ok(Some((2, record(1)))), Ok(None)]);
        assert!(
            matches!(slot.torn(&COURT), [Some(_), None]),
            "what is torn is in the copy that does not count"
        );
        let torn = slot.half(2).copy(slot.half(2).seq.load(Ordering::Relaxed) + 1);
        assert_eq!(torn[1].load(Ordering::Relaxed), 2, "its tick is there");
        assert_eq!(torn[WORDS - 1].load(Ordering::Relaxed), 0, "its checksum is not");
    }
}
