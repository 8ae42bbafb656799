//! What is left when a process has died: words and bytes in pipes. And who finds a ball there.

use std::cell::RefCell;

use super::design::Design;
use crate::error::Result;
use crate::game::{Ball, Court, PaneId};
use crate::lab::steps::{Crossing, ModelWords, Words, court};
use crate::protocol::{Owner, Ownership, RECORD_WORDS, Record, checksum};

/// Bytes of a ball.
pub(super) const BYTES: usize = 8 * RECORD_WORDS;
/// Where the structs begin, and their flags.
pub(super) const STRUCT: [usize; 2] = [0, 32];
pub(super) const FLAG: [usize; 2] = [16, 48];
/// The baton.
pub(super) const BATON: usize = 64;
/// Where the copies of A's and B's records begin: a record, its number, its checksum.
pub(super) const RECORDS: [[usize; 2]; 2] = [[96, 128], [160, 192]];
/// So many words are used.
const WORDS: usize = 256;

/// What outlives a process: words, and two pipes.
pub(super) trait Left: Words {
    /// Writes into this pipe.
    fn put(&self, pipe: usize, bytes: &[u8]) -> Result<()>;
    /// Reads at most so many bytes from this pipe, and waits if there are none.
    fn get(&self, pipe: usize, most: usize) -> Result<Vec<u8>>;
    /// How many bytes are in this pipe.
    fn waiting(&self, pipe: usize) -> Result<usize>;
}

/// A model of them.
pub(super) struct ModelLeft {
    words: ModelWords,
    pipes: RefCell<[Vec<u8>; 2]>,
}

impl ModelLeft {
    /// Zeros, and empty pipes.
    pub(super) fn new() -> Self {
        Self { words: ModelWords::new(WORDS), pipes: RefCell::default() }
    }
}

impl Words for ModelLeft {
    fn load(&self, at: usize) -> u64 {
        self.words.load(at)
    }

    fn store(&self, at: usize, value: u64) {
        self.words.store(at, value);
    }

    fn swap(&self, at: usize, from: u64, to: u64) -> bool {
        self.words.swap(at, from, to)
    }
}

impl Left for ModelLeft {
    fn put(&self, pipe: usize, bytes: &[u8]) -> Result<()> {
        self.pipes.borrow_mut()[pipe].extend(bytes);
        Ok(())
    }

    fn get(&self, pipe: usize, most: usize) -> Result<Vec<u8>> {
        let mut pipes = self.pipes.borrow_mut();
        let count = most.min(pipes[pipe].len());
        Ok(pipes[pipe].drain(..count).collect())
    }

    fn waiting(&self, pipe: usize) -> Result<usize> {
        Ok(self.pipes.borrow()[pipe].len())
    }
}

/// The words of a record from this place on.
pub(super) fn image_of(words: &impl Words, from: usize) -> [u64; RECORD_WORDS] {
    std::array::from_fn(|at| words.load(from + at))
}

/// The record that these words are, if it can be one.
pub(super) fn record_of(words: &[u64; RECORD_WORDS], court: &Court) -> Option<Record> {
    Record::from_words(words, court).ok().map(|(_, record)| record)
}

/// The record that these bytes are, if it can be one.
pub(super) fn record_in(bytes: &[u8], court: &Court) -> Option<Record> {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let words: Vec<u64> = bytes.chunks_exact(8).map(word).collect();
    record_of(&words.try_into().ok()?, court)
}

/// The newest sound record of this epoch that A (0) or B (1) has written.
pub(super) fn newest(words: &impl Words, who: usize, epoch: u64, court: &Court) -> Option<Record> {
    let sound = |copy: usize| {
        let all: [u64; RECORD_WORDS + 1] = std::array::from_fn(|at| words.load(copy + at));
        let (of, record) = Record::from_words(&image_of(words, copy), court).ok()?;
        let fits = words.load(copy + RECORD_WORDS + 1) == checksum(&all) && of == epoch;
        fits.then_some((all[RECORD_WORDS], record))
    };
    let copies = RECORDS[who].into_iter().filter_map(sound);
    copies.max_by_key(|(number, _)| *number).map(|(_, record)| record)
}

/// What is found of the ball.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// So many bytes of it.
    Bytes(usize),
    /// What is taken for it, but is none of the balls that there were around this hand-off.
    Wrong,
    /// It, and the epoch that begins with its recovery, if there are epochs.
    Ball(Ball, Option<u64>),
}

impl Found {
    /// Whether the ball goes on.
    pub(super) fn is_ball(self) -> bool {
        matches!(self, Self::Ball(..))
    }

    fn of(ball: Option<Ball>, crossing: &Crossing) -> Self {
        let states = [crossing.before, crossing.crossed, crossing.handed, crossing.after];
        match ball {
            Some(ball) if states.iter().any(|state| state.ball == ball) => Self::Ball(ball, None),
            _ => Self::Wrong,
        }
    }

    /// In words.
    pub(super) fn text(self) -> String {
        match self {
            Self::Nothing => "lost: nothing is left of it".to_owned(),
            Self::Bytes(bytes) => format!("lost: only {bytes} of {BYTES} bytes are left"),
            Self::Wrong => "wrong: what is taken for it mixes two balls, or is an old one".to_owned(),
            Self::Ball(ball, None) => format!("found: tick {}, hop {}", ball.tick, ball.hop),
            Self::Ball(ball, Some(epoch)) => {
                format!("found: tick {}, hop {}; recovered in epoch {epoch}", ball.tick, ball.hop)
            }
        }
    }
}

/// Looks for the ball as a new process in the dead one's place would; of a baton, as the supervisor would, which recovers it.
pub(super) fn find(design: Design, left: &impl Left, crossing: &Crossing, seed: u64) -> Result<Found> {
    let court = court(seed);
    match design {
        Design::Pipe => find_in_pipes(left, crossing, &court),
        Design::Shared => Ok(find_by_flags(left, crossing, &court)),
        Design::Baton => Ok(recover(left, crossing, &court)),
    }
}

fn find_in_pipes(left: &impl Left, crossing: &Crossing, court: &Court) -> Result<Found> {
    for pipe in 0..2 {
        match left.waiting(pipe)? {
            0 => {}
            BYTES => {
                let ball = record_in(&left.get(pipe, BYTES)?, court).map(|record| record.ball);
                return Ok(Found::of(ball, crossing));
            }
            bytes => return Ok(Found::Bytes(bytes)),
        }
    }
    Ok(Found::Nothing)
}

fn find_by_flags(words: &impl Words, crossing: &Crossing, court: &Court) -> Found {
    let set = (0..2).find(|which| words.load(FLAG[*which]) == 1);
    set.map_or(Found::Nothing, |which| {
        let ball = record_of(&image_of(words, STRUCT[which]), court).map(|record| record.ball);
        Found::of(ball, crossing)
    })
}

/// The supervisor's recovery: from the holder's record of this epoch, or from the giver's of the epoch before.
fn recover(words: &impl Words, crossing: &Crossing, court: &Court) -> Found {
    let word = words.load(BATON);
    let Some(Ownership { epoch, holder, .. }) = Ownership::decode(word) else { return Found::Wrong };
    let who = usize::from(holder == Owner::Pane(crossing.taker));
    let own = newest(words, who, epoch, court).map(|record| record.ball);
    let given = || newest(words, 1 - who, epoch - 1, court).map(|record| record.ball.handed_over());
    let found = Found::of(own.or_else(given), crossing);
    let next = Ownership { epoch: epoch + 1, giver: Owner::Supervisor, holder };
    match found {
        Found::Ball(ball, _) if words.swap(BATON, word, next.encode()) => Found::Ball(ball, Some(next.epoch)),
        _ => Found::Wrong,
    }
}

/// The words before the first step: old balls in the structs; A has the ball, and has written its record of it.
pub(super) fn lay_out(words: &impl Words, crossing: &Crossing, last: &Crossing) {
    let epoch = crossing.epoch();
    for place in STRUCT {
        store_all(words, place, &last.crossed.words(epoch));
    }
    let holds = |giver: PaneId, holder: PaneId| Ownership {
        epoch,
        giver: Owner::Pane(giver),
        holder: Owner::Pane(holder),
    };
    words.store(BATON, holds(crossing.taker, crossing.giver).encode());
    let mut record = crossing.before.words(epoch).to_vec();
    record.push(1);
    record.push(checksum(&record));
    store_all(words, RECORDS[0][0], &record);
}

fn store_all(words: &impl Words, from: usize, all: &[u64]) {
    all.iter().enumerate().for_each(|(at, word)| words.store(from + at, *word));
}
