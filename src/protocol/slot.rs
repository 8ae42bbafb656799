//! A slot: the records of one owner as atomic words, and the process status of its process.

use super::process_status::ProcessStatus;
use super::record::{Corrupt, Record, WORDS, checksum};
use crate::game::{Court, Paddle};
use crate::platform::sync::{Ordering, ReadWrite, Rights, Word, fence};
use crate::protocol::failpoint::{self, FailpointStep};
use crate::shm::shared;

/// How often a reader tries to catch a record that does not change under it. A model tries every order anyway.
const ATTEMPTS: usize = if cfg!(all(test, feature = "model")) { 2 } else { 1000 };

shared! {
    /// The records of the even or of the odd epochs: two copies, written in turn. Each has its number, one more than that of
    /// the other, under its checksum: the sound copy with the later number counts, so no word decides alone.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub(super) struct Half<const N: usize = WORDS, M: Rights = ReadWrite> {
        pub(super) copies: [Copy<N, M>; 2],
    }
}

shared! {
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub(super) struct Copy<const N: usize, M: Rights = ReadWrite>(pub(super) [Word<M>; N]);
}

impl<const N: usize, M: Rights> Half<N, M> {
    /// Where the number of a copy is; its checksum follows.
    const NUMBER: usize = N - 2;

    /// What `decode` makes of the copy that counts; or what is wrong with it, if the other one is no better.
    pub(super) fn read<T>(&self, decode: impl Fn(&[u64; N]) -> Result<T, Corrupt>) -> Result<T, Corrupt> {
        let mut before = None;
        for _ in 0..ATTEMPTS {
            let mut seen = [[0; N]; 2];
            let mut fault = Corrupt::Unstable;
            for (words, copy) in seen.iter_mut().zip(self.latest_first()) {
                *words = copy.load();
                match decode(words) {
                    Ok(found) if sound(words) => return Ok(found),
                    Ok(_) => fault = Corrupt::Checksum,
                    Err(corrupt) => fault = corrupt,
                }
                // A copy that was torn because its writer is at work: the other was whole before that, and is seen so.
                fence(Ordering::Acquire);
            }
            if before.replace(seen) == Some(seen) {
                // Beside an empty copy, one that is no record is the first one, and its writer has died in it.
                return Err(if seen.contains(&[0; N]) { Corrupt::Tag } else { fault });
            }
        }
        Err(Corrupt::Unstable)
    }

    /// The copies, the one with the later number first. The number may be corrupt; then its checksum does not fit.
    fn latest_first(&self) -> [&Copy<N, M>; 2] {
        let [even, odd] = &self.copies;
        // Acquire: pairs with the store at the end of write.
        let number = |copy: &Copy<N, M>| copy.0[Self::NUMBER].load(Ordering::Acquire);
        if number(odd) > number(even) { [odd, even] } else { [even, odd] }
    }

    /// The words of a copy that is no record, beside one that is.
    fn torn(&self, is_record: impl Fn(&[u64; N]) -> bool) -> Option<[u64; N]> {
        let [one, other] = self.copies.each_ref().map(Copy::load);
        let torn = match (is_record(&one), is_record(&other)) {
            (true, false) => other,
            (false, true) => one,
            _ => return None,
        };
        (torn != [0; N]).then_some(torn)
    }
}

impl<const N: usize> Half<N> {
    pub(super) fn write(&self, body: &[u64]) {
        let (copy, words) = self.next(body);
        copy.fill(&words[..Self::NUMBER]);
        copy.0[N - 1].store(words[N - 1], Ordering::Relaxed);
        // Release, and last: a reader that sees the number sees the words, and need not look twice.
        copy.0[Self::NUMBER].store(words[Self::NUMBER], Ordering::Release);
    }

    /// Begins to write, and stops in the middle, as a process does that is killed there.
    pub(super) fn tear(&self, body: &[u64]) {
        let (copy, words) = self.next(body);
        copy.fill(&words[..N / 2]);
    }

    /// The copy that is written next, and its words.
    fn next(&self, body: &[u64]) -> (&Copy<N>, [u64; N]) {
        // Relaxed: this process is the only writer.
        let [even, odd] = self.copies.each_ref().map(|copy| copy.0[Self::NUMBER].load(Ordering::Relaxed));
        let (place, number) = if even == odd.wrapping_add(1) {
            (1, even.wrapping_add(1))
        } else if odd == even.wrapping_add(1) {
            (0, odd.wrapping_add(1))
        } else {
            // The first of all; or a number was overwritten, and only the checksums say which.
            match self.copies.each_ref().map(|copy| sound(&copy.load())) {
                [true, true] if even < odd => (0, odd.wrapping_add(1)),
                [true, _] => (1, even.wrapping_add(1)),
                [false, true] => (0, odd.wrapping_add(1)),
                [false, false] => (0, 1),
            }
        };
        let mut words = [0; N];
        words[..Self::NUMBER].copy_from_slice(body);
        words[Self::NUMBER] = number;
        words[N - 1] = checksum(&words[..N - 1]);
        (&self.copies[place], words)
    }
}

impl<const N: usize, M: Rights> Copy<N, M> {
    fn load(&self) -> [u64; N] {
        // Relaxed: whether the words belong together is for their checksum to say.
        self.0.each_ref().map(|cell| cell.load(Ordering::Relaxed))
    }
}

impl<const N: usize> Copy<N> {
    /// Writes the first words. Until all are there, the copy does not fit its checksum.
    fn fill(&self, words: &[u64]) {
        // The other copy must be seen whole before the words of this one change; a reader that sees a new word then
        // also sees, after its own fence, that the other copy is whole.
        fence(Ordering::Release);
        for (index, (cell, word)) in self.0.iter().zip(words).enumerate() {
            if index == N / 2 {
                failpoint::reach(FailpointStep::InsideWrite);
            }
            cell.store(*word, Ordering::Relaxed);
        }
    }
}

/// Whether the words of a copy belong together, and another can be written after them.
fn sound<const N: usize>(words: &[u64; N]) -> bool {
    words[N - 1] == checksum(&words[..N - 1]) && words[Half::<N>::NUMBER] <= u64::MAX / 2
}

shared! {
    /// One owner's part of the Region.
    #[derive(Debug)]
    #[repr(C, align(128))]
    pub struct Slot<M: Rights = ReadWrite> {
        pub(super) halves: [Half<WORDS, M>; 2],
        /// What the owner's process reports of itself (unused in the supervisor's slot).
        pub status: ProcessStatus<M>,
    }
}

impl<M: Rights> Slot<M> {
    /// The record of `epoch`.
    ///
    /// # Errors
    /// [`Corrupt`] says why there is none.
    pub fn read(&self, epoch: u64, court: &Court) -> Result<Record, Corrupt> {
        let (of, record) = self.half(epoch).read(|words| Record::decode(words, court))?;
        if of == epoch { Ok(record) } else { Err(Corrupt::OtherEpoch) }
    }

    /// The newest record that this owner ever wrote, with its epoch.
    pub fn newest(&self, court: &Court) -> Option<(u64, Record)> {
        let records =
            self.halves.iter().filter_map(|half| half.read(|words| Record::decode(words, court)).ok());
        records.max_by_key(|(epoch, _)| *epoch)
    }

    /// Where the autopilot has this pane's paddle when the ball is as in `current`: back on its way to the middle
    /// since the pane last had the ball. A serve begins a new rally, in which every paddle starts from the middle.
    pub fn paddle_for(&self, current: &Record, court: &Court) -> Paddle {
        self.newest(court).map_or(Paddle::MIDDLE, |(epoch, mine)| mine.paddle_later(epoch, current))
    }

    /// The records of the even and of the odd epochs, each with its epoch; None where none was ever written, or why it
    /// is none.
    pub fn records(&self, court: &Court) -> [Result<Option<(u64, Record)>, Corrupt>; 2] {
        self.halves.each_ref().map(|half| match half.read(|words| Record::decode(words, court)) {
            Err(_) if half.copies.iter().any(|copy| copy.load() == [0; WORDS]) => Ok(None),
            read => read.map(Some),
        })
    }

    /// Where a copy beside the one that counts is no record: its words, folded into one. A writer is at work there, or one
    /// has died there; if it is the same after a while, it has died. For the even and for the odd epochs.
    pub fn torn(&self, court: &Court) -> [Option<u64>; 2] {
        let is_record = |words: &[u64; WORDS]| Record::decode(words, court).is_ok() && sound(words);
        self.halves.each_ref().map(|half| half.torn(is_record).map(|words| checksum(&words)))
    }

    /// Changes with every record that the owner writes: it makes progress.
    pub fn writes(&self) -> u64 {
        let copies = self.halves.iter().flat_map(|half| &half.copies);
        copies.map(|copy| copy.0[Half::<WORDS>::NUMBER].load(Ordering::Relaxed)).fold(0, u64::wrapping_add)
    }

    fn half(&self, epoch: u64) -> &Half<WORDS, M> {
        &self.halves[usize::from(epoch & 1 == 1)]
    }
}

impl Slot {
    /// Writes the record of `epoch`. Only the owner may, and only for an epoch that it holds.
    pub fn write(&self, epoch: u64, record: &Record) {
        self.half(epoch).write(&record.words(epoch));
    }

    /// Writes both copies of the record of `epoch`: for one that has no older copy to go back to.
    pub fn write_both(&self, epoch: u64, record: &Record) {
        self.write(epoch, record);
        self.write(epoch, record);
    }

    /// Writes half of the record of `epoch`, to show what comes of it: nothing, since the whole copy beside it stays the
    /// one that counts. Only for a process that dies at once.
    pub fn tear(&self, epoch: u64, record: &Record) {
        self.half(epoch).tear(&record.words(epoch));
    }
}

#[cfg(test)]
impl<const N: usize> Half<N> {
    /// A half that nobody else has yet.
    pub(super) fn zeroed() -> Self {
        let copy = || Copy(std::array::from_fn(|_| Word::new(0)));
        Self { copies: [copy(), copy()] }
    }
}

#[cfg(test)]
impl Slot {
    /// A slot that nobody else has yet.
    pub(super) fn zeroed() -> Self {
        Self { halves: [Half::zeroed(), Half::zeroed()], status: ProcessStatus::default() }
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
        assert_eq!(slot.read(0, &COURT), Err(Corrupt::Tag), "all-zero bytes are no record");
        for tick in 0..5 {
            slot.write(4, &record(tick));
            assert_eq!(slot.read(4, &COURT), Ok(record(tick)));
        }
        assert_eq!(slot.read(6, &COURT), Err(Corrupt::OtherEpoch));
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
        for cut in 0..WORDS {
            let slot = Slot::zeroed();
            slot.write(2, &record(1));
            let (copy, next) = slot.half(2).next(&record(2).words(2));
            copy.fill(&next[..cut]);
            assert_eq!(slot.read(2, &COURT), Ok(record(1)), "cut off after {cut} words");
            slot.write(2, &record(3));
            assert_eq!(slot.read(2, &COURT), Ok(record(3)), "written after {cut} words");
        }
    }

    /// What may be in a word that somebody has written by mistake.
    fn others(word: u64) -> Vec<u64> {
        let flipped = (0..64).map(|bit| word ^ 1 << bit);
        flipped.chain([0, 1, u64::MAX, word.wrapping_add(1), word.wrapping_sub(1)]).collect()
    }

    #[test]
    fn no_word_decides_alone_and_the_next_records_count_again() {
        // Miri takes a second for each.
        let step = if cfg!(miri) { 7 } else { 1 };
        for place in (0..2 * WORDS).step_by(step) {
            for other in (0..others(0).len()).step_by(step) {
                let slot = Slot::zeroed();
                (1..=3).for_each(|tick| slot.write(2, &record(tick)));
                let cell = &slot.half(2).copies[place / WORDS].0[place % WORDS];
                let word = cell.load(Ordering::Relaxed);
                cell.store(others(word)[other], Ordering::Relaxed);
                let tick = slot.read(2, &COURT).unwrap().ball.tick;
                let is_of_the_latest = place / WORDS == 0;
                let same = others(word)[other] == word;
                assert_eq!(tick, if is_of_the_latest && !same { 2 } else { 3 }, "word {place}");
                for tick in 4..7 {
                    slot.write(2, &record(tick));
                    assert_eq!(slot.read(2, &COURT), Ok(record(tick)), "word {place}");
                }
                assert_eq!(slot.torn(&COURT), [None, None]);
            }
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
        let torn = slot.half(2).torn(sound).unwrap();
        assert_eq!((torn[1], torn[WORDS - 1]), (2, 0), "its tick is there, its checksum is not");
    }
}
