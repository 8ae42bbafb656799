//! A record: the checkpoint of the ball, as words that are checked before they are used.

use super::kind::TransportKind;
use crate::game::{Ball, Control, Court, Outcome, Paddle, PaneId, Score, mix};

/// Words of a record.
pub const RECORD_WORDS: usize = 14;
/// Words of a record in a slot: its number and its checksum are the last two.
pub(super) const WORDS: usize = RECORD_WORDS + 2;
/// More ticks than any game has: 600,000 years in real time. So the next tick can always be counted.
const TICKS: u64 = 1 << 52;
/// The lower 16 bits of a record's first word; the epoch is above them.
pub const TAG: u64 = 0xba11;

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
    /// By which transport its giver hands it over: where the taker finds the frame that belongs to it.
    pub via: TransportKind,
}

/// Why a record was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Corrupt {
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
    /// More ticks, hops or serves than its epoch, or the time that went by, allows.
    #[error("a ball that cannot have come so far")]
    TooFar,
    /// Its giver still had the ball when it wrote this.
    #[error("a ball that was not handed over")]
    NotHandedOver,
    /// No transport has this number.
    #[error("a transport that there is not")]
    Transport,
    /// Its words do not belong together.
    #[error("a record with a wrong checksum")]
    Checksum,
}

impl Record {
    /// A ball that the supervisor puts to a pane's start: it was handed over by nobody.
    pub fn served(ball: Ball, rally: u64, due_ns: u64) -> Self {
        Self { ball, paddle: Paddle::MIDDLE, rally, due_ns, handed_ns: 0, via: TransportKind::Shared }
    }

    /// The record of `epoch` as words, in a slot or in a frame.
    pub fn words(&self, epoch: u64) -> [u64; RECORD_WORDS] {
        let Ball { tick, hop, x, y, vx, vy, hash, score } = self.ball;
        let [x, y, vx, vy, paddle] = [x, y, vx, vy, self.paddle.y].map(f64::to_bits);
        let head = epoch << 16 | TAG;
        let (due, handed, via) = (self.due_ns, self.handed_ns, self.via.number());
        [head, tick, hop, x, y, vx, vy, hash, score.word(), paddle, self.rally, due, handed, via]
    }

    /// The epoch and the record that these words are. Checks in this order: tag, score, finite, range and speed, transport. A
    /// NaN would pass a clamp and hit no wall, so nothing is used before it is checked.
    pub fn from_words(words: &[u64; RECORD_WORDS], court: &Court) -> Result<(u64, Self), Corrupt> {
        let [head, tick, hop, x, y, vx, vy, hash, score, paddle, rally, due_ns, handed_ns, via] = *words;
        if head & 0xffff != TAG {
            return Err(Corrupt::Tag);
        }
        let [x, y, vx, vy, paddle_y] = [x, y, vx, vy, paddle].map(f64::from_bits);
        let score = Score::from_word(score).ok_or(Corrupt::Ball)?;
        let ball = Ball { tick, hop, x, y, vx, vy, hash, score };
        if !court.is_sound(&ball) || !Paddle::RANGE.contains(&paddle_y) {
            return Err(Corrupt::Ball);
        }
        let via = TransportKind::from_number(via).ok_or(Corrupt::Transport)?;
        let epoch = head >> 16;
        // Every hop begins an epoch, and so does every serve; the supervisor writes the record of a serve one epoch early.
        if tick > TICKS || hop > epoch || rally > epoch + 1 {
            return Err(Corrupt::TooFar);
        }
        Ok((epoch, Self { ball, paddle: Paddle { y: paddle_y }, rally, due_ns, handed_ns, via }))
    }

    /// The epoch and the record of a slot's words, whose checksum fits.
    pub(super) fn decode(words: &[u64; WORDS], court: &Court) -> Result<(u64, Self), Corrupt> {
        let [record @ .., _number, _checksum] = words;
        Self::from_words(record, court)
    }

    /// Where the autopilot has the paddle of this record, of `epoch`, when the ball is as in `current`. A record of an
    /// earlier rally does not count, and one of a later tick is impossible: then it is in the middle, where
    /// every paddle is again long before the ball comes back.
    pub fn paddle_later(&self, epoch: u64, current: &Self) -> Paddle {
        let (paddle, tick) = self.paddle_left(epoch, current);
        paddle.returned(current.ball.tick - tick)
    }

    /// From where the autopilot brings that paddle back, and since which tick.
    pub fn paddle_left(&self, epoch: u64, current: &Self) -> (Paddle, u64) {
        let counts = epoch >= current.rally && self.ball.tick <= current.ball.tick;
        if counts { (self.paddle, self.ball.tick) } else { (Paddle::MIDDLE, current.ball.tick) }
    }

    /// The record as `to` takes it over from the `giver` that wrote it.
    ///
    /// Where the giver's last copy was lost, this is the one before: the giver had only one tick left to play, and
    /// that is played again here. It ends at an open side, where no paddle stands, so it is the same again.
    pub(super) fn handed(mut self, court: &Court, giver: PaneId, to: PaneId) -> Result<Self, Corrupt> {
        let mut outcome = court.outcome(giver, &self.ball);
        if outcome == Outcome::Stays {
            outcome = court.advance(giver, &mut self.ball, &mut self.paddle, Control::Autopilot);
        }
        if outcome != Outcome::LeavesTo(to) {
            return Err(Corrupt::NotHandedOver);
        }
        self.ball = self.ball.handed_over();
        Ok(self)
    }
}

/// An odd factor for every word that is ever summed up together.
static FACTORS: [u64; 24] = {
    let mut factors = [0; 24];
    let mut place = 0;
    while place < factors.len() {
        factors[place] = mix(TAG, place as u64) | 1;
        place += 1;
    }
    factors
};

/// A sum of products with odd factors, a different one for every place: a change of any single word always shows
/// (an odd factor has an inverse), and the products do not wait for each other, since this runs at every tick.
pub fn checksum(words: &[u64]) -> u64 {
    debug_assert!(words.len() <= FACTORS.len(), "every word has a factor");
    let products = words.iter().zip(&FACTORS).map(|(word, factor)| word.wrapping_mul(*factor));
    products.fold(TAG, u64::wrapping_add)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
pub(super) mod tests {
    use super::*;

    pub(in crate::protocol) const COURT: Court = Court { panes: 3, seed: 7 };

    pub(in crate::protocol) fn record(tick: u64) -> Record {
        let mut ball = COURT.serve(COURT.middle(), None);
        ball.tick = tick;
        Record { handed_ns: 3, ..Record::served(ball, 1, 2) }
    }

    #[test]
    fn a_checksum_shows_every_changed_bit() {
        let good = record(9).words(3);
        for index in 0..RECORD_WORDS {
            for bit in 0..64 {
                let mut bad = good;
                bad[index] ^= 1 << bit;
                assert_ne!(checksum(&bad), checksum(&good), "word {index}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_record_that_has_come_further_than_its_epoch_allows_is_refused() {
        let changes: [fn(&mut Record); 4] = [
            |record| record.ball.tick = u64::MAX,
            |record| record.ball.hop = u64::MAX,
            |record| record.ball.hop = 6,
            |record| record.rally = 7,
        ];
        for change in changes {
            let mut bad = record(1);
            change(&mut bad);
            assert_eq!(Record::from_words(&bad.words(5), &COURT), Err(Corrupt::TooFar), "{bad:?}");
        }
    }

    #[test]
    fn a_record_whose_last_tick_was_lost_is_handed_over_as_if_it_was_not() {
        let (giver, to) = (PaneId(1), PaneId(2));
        let mut before = record(1);
        let mut last = before;
        while COURT.advance(giver, &mut last.ball, &mut last.paddle, Control::Autopilot) == Outcome::Stays {
            before = last;
        }
        let taken = |record: Record, to| record.handed(&COURT, giver, to).map(|record| record.ball);
        assert_eq!(taken(last, to), Ok(last.ball.handed_over()));
        assert_eq!(taken(before, to), Ok(last.ball.handed_over()));
        assert_eq!(taken(record(1), to), Err(Corrupt::NotHandedOver), "it has just been served");
        assert_eq!(taken(last, PaneId(0)), Err(Corrupt::NotHandedOver), "it is not for this one");
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
                assert_eq!(Record::from_words(&bad.words(1), &COURT), Err(Corrupt::Ball), "{bad:?}");
            }
        }
    }
}
