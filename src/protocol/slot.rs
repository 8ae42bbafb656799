//! A slot: the records of one owner as atomic words, and what its process tells of itself.

use super::header::Place;
use super::kind::CarrierKind;
use crate::court::{Ball, Court, Paddle, Standing};
use crate::failpoint::{self, Step};
use crate::sync::{AtomicU64, Ordering, fence, spin_loop};

/// Words of a record, and the checksum.
pub(crate) const RECORD_WORDS: usize = 14;
/// Words of a record in a slot: its checksum is the last.
const WORDS: usize = RECORD_WORDS + 1;
/// The lower 16 bits of a record's first word; the epoch is above them.
pub(crate) const TAG: u64 = 0xba11;
/// No window is wider or higher than this, in pixels.
const LARGEST_SCREEN: u16 = 16_384;
/// How often a reader tries to catch a record that does not change under it.
const ATTEMPTS: usize = 1000;

/// A checkpoint: the ball after a tick, with all that the next owner needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    /// The ball.
    pub ball: Ball,
    /// The paddle of the pane that wrote this.
    pub paddle: Paddle,
    /// The epoch that the last serve began: paddles of earlier epochs are forgotten.
    pub rally: u64,
    /// When the next tick is due (`CLOCK_MONOTONIC`, ns). Not part of the game: it only paces it.
    pub due_ns: u64,
    /// When the hand-off began (`CLOCK_MONOTONIC`, ns). Not part of the game: it only measures.
    pub handed_ns: u64,
    /// By which carrier its giver hands it over: where the taker finds the frame that belongs to it.
    pub via: CarrierKind,
}

/// Why a record was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Garbage {
    /// It never held still.
    #[error("a record that never held still")]
    Unstable,
    /// It does not begin like a record.
    #[error("bytes that are no record")]
    Tag,
    /// It is the record of another epoch.
    #[error("a record of another epoch")]
    OtherEpoch,
    /// A number that no ball or paddle of this court can have.
    #[error("a ball that this court cannot have")]
    Ball,
    /// No carrier has this number.
    #[error("a carrier that there is not")]
    Carrier,
    /// Its words do not belong together.
    #[error("a record with a wrong checksum")]
    Checksum,
}

impl Record {
    /// A ball that the supervisor puts to a pane's start: it was handed over by nobody.
    #[must_use]
    pub fn served(ball: Ball, rally: u64, due_ns: u64) -> Self {
        Self { ball, paddle: Paddle::MIDDLE, rally, due_ns, handed_ns: 0, via: CarrierKind::Shared }
    }

    /// The record of `epoch` as words, in a slot or in a frame.
    pub(crate) fn words(&self, epoch: u64) -> [u64; RECORD_WORDS] {
        let Ball { tick, hop, x, y, vx, vy, hash, standing } = self.ball;
        let [x, y, vx, vy, paddle] = [x, y, vx, vy, self.paddle.y].map(f64::to_bits);
        let head = epoch << 16 | TAG;
        let (due, handed, via) = (self.due_ns, self.handed_ns, self.via.number());
        [head, tick, hop, x, y, vx, vy, hash, standing.word(), paddle, self.rally, due, handed, via]
    }

    /// The epoch and the record that these words are. Checks in this order: tag, score, finite, range and speed, carrier. A
    /// NaN would pass a clamp and hit no wall, so nothing is used before it is checked.
    pub(crate) fn from_words(words: &[u64; RECORD_WORDS], court: &Court) -> Result<(u64, Self), Garbage> {
        let [head, tick, hop, x, y, vx, vy, hash, standing, paddle, rally, due_ns, handed_ns, via] = *words;
        if head & 0xffff != TAG {
            return Err(Garbage::Tag);
        }
        let [x, y, vx, vy, paddle_y] = [x, y, vx, vy, paddle].map(f64::from_bits);
        let standing = Standing::from_word(standing).ok_or(Garbage::Ball)?;
        let ball = Ball { tick, hop, x, y, vx, vy, hash, standing };
        if !ball.is_sound(court) || !Paddle::RANGE.contains(&paddle_y) {
            return Err(Garbage::Ball);
        }
        let via = CarrierKind::from_number(via).ok_or(Garbage::Carrier)?;
        Ok((head >> 16, Self { ball, paddle: Paddle { y: paddle_y }, rally, due_ns, handed_ns, via }))
    }

    fn encode(&self, epoch: u64) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        words[..RECORD_WORDS].copy_from_slice(&self.words(epoch));
        words[RECORD_WORDS] = checksum(&words[..RECORD_WORDS]);
        words
    }

    fn decode(words: &[u64; WORDS], court: &Court) -> Result<(u64, Self), Garbage> {
        let [record @ .., sum] = words;
        let decoded = Self::from_words(record, court)?;
        if *sum == checksum(record) { Ok(decoded) } else { Err(Garbage::Checksum) }
    }
}

/// A sum of products with odd factors, a different one for every place: a change of any single word always shows
/// (an odd factor has an inverse), and the products do not wait for each other, since this runs at every tick.
pub(crate) fn checksum(words: &[u64]) -> u64 {
    let factors = (1u64..).step_by(2).map(|odd| odd.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let products = words.iter().zip(factors).map(|(word, factor)| word.wrapping_mul(factor));
    products.fold(TAG, u64::wrapping_add)
}

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

/// What a pane's process tells of itself. Its own process writes it, and while there is none (before the start, and
/// between a death that was reaped and the next start) the supervisor does; everyone may read. The counts survive the
/// process, and the next incarnation counts on.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct Card {
    /// The process id; 0 before the first attach.
    pub pid: AtomicU64,
    /// 1 for the first process of this pane, +1 for every other. The supervisor's word.
    pub incarnation: AtomicU64,
    /// Attached and ready to play: 1.
    pub ready: AtomicU64,
    /// The epoch in which the process has a ball in its hands, plus 1; 0 while it has none.
    pub holding: AtomicU64,
    /// How often the process has looked at the baton: it lives as long as this grows.
    pub looks: AtomicU64,
    /// Hand-offs given.
    pub hops: AtomicU64,
    /// How often it was late: its ball had been taken.
    pub fenced: AtomicU64,
    /// Frames whose record it has taken over.
    pub frames: AtomicU64,
    /// Frames that it has rejected.
    pub rejected: AtomicU64,
    /// How long the last hand-off to it took, in nanoseconds.
    pub took_ns: AtomicU64,
    /// How often its user has pressed Start.
    pub serves_asked: AtomicU64,
    /// How often its user has asked for the inspector.
    pub inspects_asked: AtomicU64,
    /// The last epoch in which a person moved its paddle while it had the ball, plus 1; 0 if nobody ever has.
    pub by_hand: AtomicU64,
    /// Where its user has put the window, as a [`Place`]; 0 while it is where it was put at first.
    pub place: AtomicU64,
    /// Its user has closed the window: 1.
    pub leaving: AtomicU64,
}

impl Card {
    /// Makes the card ready for the pane's next process. Only while there is none.
    pub fn expect(&self, incarnation: u64) {
        self.ready.store(0, Ordering::Relaxed);
        self.holding.store(0, Ordering::Relaxed);
        self.leaving.store(0, Ordering::Relaxed);
        self.incarnation.store(incarnation, Ordering::Release);
    }

    /// Where the pane's user has put the window. Garbage is no place.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let place = Place::decode(self.place.load(Ordering::Relaxed));
        let is_possible = |length: u16| (1..=LARGEST_SCREEN).contains(&length);
        (is_possible(place.width) && is_possible(place.height)).then_some(place)
    }

    /// Says where the pane's user has put the window.
    pub fn set_place(&self, place: Place) {
        self.place.store(place.encode(), Ordering::Relaxed);
    }

    /// +1, by the card's only writer. Whatever was there before: it may be garbage.
    pub fn count(cell: &AtomicU64) {
        cell.store(cell.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
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
    use super::*;

    const COURT: Court = Court { panes: 3, seed: 7 };

    fn record(tick: u64) -> Record {
        let mut ball = COURT.serve(COURT.middle(), None);
        ball.tick = tick;
        Record { handed_ns: 3, ..Record::served(ball, 1, 2) }
    }

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

    #[test]
    fn every_changed_word_is_noticed() {
        let good = record(9).encode(3);
        for index in 0..WORDS {
            for bit in 0..64 {
                let mut bad = good;
                bad[index] ^= 1 << bit;
                assert!(Record::decode(&bad, &COURT).is_err(), "word {index}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_record_with_an_impossible_number_is_refused_even_if_the_checksum_fits() {
        let impossible = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1, 1e300];
        for value in impossible {
            for change in [
                |r: &mut Record, v| r.ball.x = v,
                |r: &mut Record, v| r.ball.y = v,
                |r: &mut Record, v| r.ball.vx = v,
                |r: &mut Record, v| r.ball.vy = 6.0 + v,
                |r: &mut Record, v| r.paddle.y = v,
            ] {
                let mut bad = record(1);
                change(&mut bad, value);
                assert_eq!(Record::decode(&bad.encode(1), &COURT), Err(Garbage::Ball), "{bad:?}");
            }
        }
    }
}
