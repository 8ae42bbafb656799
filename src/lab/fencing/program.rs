//! What the three processes do, as marked steps on shared words.

use strum::{Display, EnumString};

use crate::game::{Control, Court, Outcome, PaneId};
use crate::lab::steps::{Crossing, Words, court};
use crate::protocol::{RECORD_WORDS, Record};

/// The word that says who has the ball.
pub(super) const WORD: usize = 0;
/// Where the records of the three begin.
const RECORDS: [usize; 3] = [16, 48, 80];
/// So many words are used.
pub(super) const WORDS: usize = 112;

/// The three processes: the owner, the one that replaces it, and the neighbour to which the ball flies.
pub(super) const OWNER: usize = 0;
pub(super) const REPLACEMENT: usize = 1;
pub(super) const NEIGHBOUR: usize = 2;
pub(super) const NAMES: [&str; 3] = ["owner", "replacement", "neighbour"];

/// The word, decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Has {
    /// 0 where the word has none.
    pub(super) epoch: u64,
    /// In whose record the ball is.
    pub(super) giver: usize,
    /// Who has the ball.
    pub(super) holder: usize,
}

impl Has {
    pub(super) fn encode(self) -> u64 {
        self.epoch << 16 | (self.giver as u64) << 8 | self.holder as u64
    }

    /// A word that none of the three can have written says that the owner has it, of epoch 0: no step writes that.
    pub(super) fn decode(word: u64) -> Self {
        let [holder, giver, ..] = word.to_le_bytes();
        Self { epoch: word >> 16, giver: usize::from(giver).min(2), holder: usize::from(holder).min(2) }
    }

    /// In words.
    pub(super) fn text(self) -> String {
        let holder = NAMES[self.holder];
        if self.epoch == 0 { holder.to_owned() } else { format!("epoch {}, {holder}", self.epoch) }
    }

    /// The word after the ball was given on.
    pub(super) fn next(self, giver: usize, holder: usize) -> Self {
        Self { epoch: self.epoch + u64::from(self.epoch > 0), giver, holder }
    }
}

/// A marked step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString)]
pub(super) enum Step {
    Look,
    Play,
    Record,
    Store,
    LookAgain,
    StoreIfMine,
    Swap,
    TakeOver,
}

impl Step {
    /// What it does, for people.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Look => "looks at the word: the ball is its own",
            Self::Play => "plays the tick in which the ball crosses to the neighbour",
            Self::Record => "writes its record of the ball",
            Self::Store => "stores \"neighbour\" in the word: the ball is handed over",
            Self::LookAgain => "looks at the word once more",
            Self::StoreIfMine => {
                "if it was still its own: stores \"neighbour\" in the word; if not: drops the ball"
            }
            Self::Swap => {
                "swaps the word from what it saw at its first look to \"neighbour\", epoch + 1; if that fails: drops the ball"
            }
            Self::TakeOver => {
                "looks at the word; if the ball is its own: takes it from the record of the process that gave it"
            }
        }
    }
}

/// How a ball is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Design {
    /// By a store.
    Plain,
    /// By a look, and then a store.
    Checked,
    /// By compare-and-swap of a word with an epoch.
    Epoch,
}

impl Design {
    /// The steps of each process.
    pub(super) fn steps(self) -> [Vec<Step>; 3] {
        use Step::{Look, LookAgain, Play, Store, StoreIfMine, Swap, TakeOver};
        let end = match self {
            Self::Plain => vec![Store],
            Self::Checked => vec![LookAgain, StoreIfMine],
            Self::Epoch => vec![Swap],
        };
        let begin = |first| [first, Play, Step::Record].into_iter().chain(end.iter().copied()).collect();
        [begin(Look), begin(TakeOver), vec![TakeOver; 2]]
    }

    /// The owner's steps, numbered.
    pub(super) fn listed(self) -> String {
        let [owner, ..] = self.steps();
        let steps = owner.iter().enumerate().map(|(at, step)| format!("{}) {}", at + 1, step.text()));
        steps.collect::<Vec<_>>().join("; ")
    }
}

/// What a process knows for itself.
#[derive(Debug, Clone)]
pub(super) struct Mind {
    who: usize,
    court: Court,
    pane: PaneId,
    saw: Has,
    record: Record,
    /// It has a ball, as it believes.
    pub(super) has_ball: bool,
}

impl Mind {
    /// Before its first step.
    pub(super) fn new(who: usize, seed: u64, crossing: &Crossing) -> Self {
        let Crossing { giver, taker, before, handed, .. } = *crossing;
        let (pane, record) = if who == NEIGHBOUR { (taker, handed) } else { (giver, before) };
        let saw = Has { epoch: 0, giver: OWNER, holder: OWNER };
        Self { who, court: court(seed), pane, saw, record, has_ball: who == OWNER }
    }

    /// Does a step.
    pub(super) fn perform(&mut self, step: Step, words: &impl Words) {
        match step {
            Step::Look => self.has_ball = self.look(words),
            Step::Play => self.play(),
            Step::Record => self.write(words),
            Step::Store => self.give(words),
            Step::LookAgain => {
                // Remembers only whether it is its own.
                self.look(words);
            }
            Step::StoreIfMine if self.saw.holder == self.who => self.give(words),
            Step::StoreIfMine => self.has_ball = false,
            Step::Swap => {
                let next = self.saw.next(self.who, NEIGHBOUR);
                // Given away or fenced: it has none in either case, and the word says which.
                let _swapped = words.swap(WORD, self.saw.encode(), next.encode());
                self.has_ball = false;
            }
            Step::TakeOver => self.take_over(words),
        }
    }

    fn look(&mut self, words: &impl Words) -> bool {
        self.saw = Has::decode(words.load(WORD));
        self.saw.holder == self.who
    }

    fn play(&mut self) {
        let Record { ball, paddle, .. } = &mut self.record;
        // The owner may have recorded that tick: then only the hand-off is left to do.
        if self.has_ball && self.court.outcome(self.pane, ball) == Outcome::Stays {
            let _outcome = self.court.advance(self.pane, ball, paddle, Control::Autopilot);
        }
    }

    fn write(&self, words: &impl Words) {
        let image = self.record.words(self.record.ball.hop + 1);
        image.iter().enumerate().for_each(|(at, word)| words.store(RECORDS[self.who] + at, *word));
    }

    fn give(&mut self, words: &impl Words) {
        words.store(WORD, self.saw.next(self.who, NEIGHBOUR).encode());
        self.has_ball = false;
    }

    fn take_over(&mut self, words: &impl Words) {
        if self.has_ball || !self.look(words) {
            return;
        }
        if let Some(record) = record_of(words, self.saw.giver, &self.court) {
            let ball = record.ball;
            self.record.ball = if self.who == NEIGHBOUR { ball.handed_over() } else { ball };
            self.has_ball = true;
            self.write(words);
        }
    }
}

/// What this process has recorded.
pub(super) fn record_of(words: &impl Words, who: usize, court: &Court) -> Option<Record> {
    let image: [u64; RECORD_WORDS] = std::array::from_fn(|at| words.load(RECORDS[who] + at));
    Record::from_words(&image, court).ok().map(|(_, record)| record)
}

/// The words before the first step: the owner has the ball, and has recorded it.
pub(super) fn lay_out(words: &impl Words, design: Design, seed: u64, crossing: &Crossing) {
    let epoch = if design == Design::Epoch { crossing.epoch() } else { 0 };
    words.store(WORD, Has { epoch, giver: NEIGHBOUR, holder: OWNER }.encode());
    Mind::new(OWNER, seed, crossing).write(words);
}

/// The supervisor gives the ball to the replacement.
pub(super) fn recall(words: &impl Words, design: Design) {
    let word = words.load(WORD);
    let next = Has::decode(word).next(OWNER, REPLACEMENT).encode();
    if design == Design::Epoch {
        // Nobody else changes the word now: the owner is frozen.
        let _swapped = words.swap(WORD, word, next);
    } else {
        words.store(WORD, next);
    }
}
