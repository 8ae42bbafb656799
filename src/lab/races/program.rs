//! The programs of the two processes, as marked steps on shared words; wrong with a flag, right with a baton.

use strum::{Display, EnumString};

use crate::lab::exercise::Draw;
use crate::lab::steps::Words;

/// Where the words are: position, velocity, flag, baton.
pub(super) const X: usize = 0;
pub(super) const VX: usize = 2;
pub(super) const FLAG: usize = 4;
pub(super) const BATON: usize = 5;
pub(super) const WORDS: usize = 6;

/// A ball: x, y, vx, vy, as bits.
pub(super) type Bits = [u64; 4];

/// In the baton, below the epoch: who has the ball.
pub(super) const GIVER: u64 = 0;
pub(super) const TAKER: u64 = 1;
const ON_OFFER: u64 = 2;

/// The baton.
pub(super) fn baton(epoch: u64, who: u64) -> u64 {
    epoch << 8 | who
}

/// Who has the ball, in words.
pub(super) fn baton_text(word: u64, giver: &str, taker: &str) -> String {
    let who = match word % 256 {
        GIVER => giver.to_owned(),
        TAKER => taker.to_owned(),
        _ => "on offer".to_owned(),
    };
    format!("epoch {}, {who}", word >> 8)
}

/// A marked step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString)]
pub(super) enum Step {
    WritePosition,
    WriteVelocity,
    SetFlag,
    LookAgain,
    Decide,
    ReadFlag,
    ReadPosition,
    ReadVelocity,
    ClearFlag,
    Take,
    Offer,
    LookAtBaton,
    Withdraw,
    ReadBaton,
    Accept,
}

impl Step {
    /// What it does, for people.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::WritePosition => "write the position",
            Self::WriteVelocity => "write the velocity",
            Self::SetFlag => "set the flag",
            Self::LookAgain => "look at the flag again",
            Self::Decide => "if it was still set: clear it and keep the ball; else: forget the ball",
            Self::ReadFlag => "read the flag",
            Self::ReadPosition => "read the position",
            Self::ReadVelocity => "read the velocity",
            Self::ClearFlag => "clear the flag",
            Self::Take => "if the flag was set when it was read: take the ball",
            Self::Offer => "swap the baton from mine to on offer, epoch + 1",
            Self::LookAtBaton => "look at the baton again",
            Self::Withdraw => {
                "if it was still on offer: swap it from that to mine, epoch + 1, and keep the ball; if it was not, or if the \
                 swap fails: forget the ball"
            }
            Self::ReadBaton => "read the baton",
            Self::Accept => {
                "if it was on offer: swap it from what was read to mine, epoch + 1, and take the ball; if the swap fails: do \
                 nothing"
            }
        }
    }
}

/// What a process knows for itself.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mind {
    /// It has a ball.
    pub(super) has_ball: bool,
    /// The giver's: its ball. The taker's: what it has read.
    pub(super) ball: Bits,
    /// What it saw of the flag or the baton.
    saw: u64,
}

impl Mind {
    /// The giver's before its first step.
    pub(super) fn giver(ball: Bits) -> Self {
        Self { has_ball: true, ball, saw: 0 }
    }

    /// Does a step.
    pub(super) fn perform(&mut self, step: Step, words: &impl Words) {
        match step {
            Step::WritePosition => (0..2).for_each(|at| words.store(X + at, self.ball[at])),
            Step::WriteVelocity => (2..4).for_each(|at| words.store(X + at, self.ball[at])),
            Step::SetFlag => words.store(FLAG, 1),
            Step::LookAgain | Step::ReadFlag => self.saw = words.load(FLAG),
            Step::Decide if self.saw == 1 => words.store(FLAG, 0),
            Step::Decide => self.has_ball = false,
            Step::ReadPosition => (0..2).for_each(|at| self.ball[at] = words.load(X + at)),
            Step::ReadVelocity => (2..4).for_each(|at| self.ball[at] = words.load(X + at)),
            Step::ClearFlag => words.store(FLAG, 0),
            Step::Take => self.has_ball = self.saw == 1,
            // On offer it is nobody's: the word has it.
            Step::Offer => self.has_ball = !words.swap(BATON, baton(1, GIVER), baton(2, ON_OFFER)),
            Step::LookAtBaton | Step::ReadBaton => self.saw = words.load(BATON),
            Step::Withdraw => self.has_ball = self.swaps_to(GIVER, words),
            Step::Accept => self.has_ball = self.swaps_to(TAKER, words),
        }
    }

    /// Swaps the baton to this process, if it was on offer, and still is as it was seen.
    fn swaps_to(&self, who: u64, words: &impl Words) -> bool {
        let next = baton((self.saw >> 8) + 1, who);
        self.saw % 256 == ON_OFFER && words.swap(BATON, self.saw, next)
    }
}

/// The two programs of a student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    /// Which process gives: 0 is A, 1 is B.
    pub(super) giver: usize,
    /// The steps of A and of B.
    pub(super) steps: [Vec<Step>; 2],
}

impl Programs {
    fn new(giver: usize, gives: Vec<Step>, takes: Vec<Step>) -> Self {
        let steps = if giver == 0 { [gives, takes] } else { [takes, gives] };
        Self { giver, steps }
    }

    /// With a flag, in which a ball can also be torn: the flag is not set last, or not read first.
    pub(super) fn with_flag(draw: &mut Draw) -> Self {
        use Step::{ReadFlag, ReadPosition, ReadVelocity, SetFlag, WritePosition, WriteVelocity};
        let giver = draw.below(2);
        let mut gives = draw.shuffle(vec![WritePosition, WriteVelocity, SetFlag]);
        let mut takes = draw.shuffle(vec![ReadFlag, ReadPosition, ReadVelocity]);
        if gives[2] == SetFlag && takes[0] == ReadFlag {
            gives.rotate_right(1);
        }
        gives.extend([Step::LookAgain, Step::Decide]);
        takes.extend([Step::ClearFlag, Step::Take]);
        Self::new(giver, gives, takes)
    }

    /// With a baton: the words are written before it is swapped, and read after it was read.
    pub(super) fn with_baton(giver: usize, draw: &mut Draw) -> Self {
        let mut gives = draw.shuffle(vec![Step::WritePosition, Step::WriteVelocity]);
        gives.extend([Step::Offer, Step::LookAtBaton, Step::Withdraw]);
        let mut takes = vec![Step::ReadBaton];
        takes.extend(draw.shuffle(vec![Step::ReadPosition, Step::ReadVelocity]));
        takes.push(Step::Accept);
        Self::new(giver, gives, takes)
    }

    /// Which process takes.
    pub(super) fn taker(&self) -> usize {
        1 - self.giver
    }

    /// Of what kind they are.
    pub(super) fn has_baton(&self) -> bool {
        self.steps[self.giver].contains(&Step::Offer)
    }

    /// What each knows before the first step.
    pub(super) fn minds(&self, ball: Bits) -> [Mind; 2] {
        let mut minds = [Mind::default(); 2];
        minds[self.giver] = Mind::giver(ball);
        minds
    }

    /// The words before the first step: those of the hop before.
    pub(super) fn lay_out(&self, words: &impl Words, old: Bits) {
        old.iter().enumerate().for_each(|(at, word)| words.store(X + at, *word));
        words.store(FLAG, 0);
        words.store(BATON, if self.has_baton() { baton(1, GIVER) } else { 0 });
    }

    /// The order with all steps: those that it leaves out are done at its end, A's first.
    pub(super) fn complete(&self, order: &[usize]) -> Vec<usize> {
        let mut whole = order.to_vec();
        for (who, steps) in self.steps.iter().enumerate() {
            let done = order.iter().filter(|other| **other == who).count();
            whole.extend(std::iter::repeat_n(who, steps.len().saturating_sub(done)));
        }
        whole
    }

    /// Every order of all steps.
    pub(super) fn orders(&self) -> Vec<Vec<usize>> {
        let mut all = Vec::new();
        grow(&mut all, &mut Vec::new(), [self.steps[0].len(), self.steps[1].len()]);
        all
    }
}

fn grow(all: &mut Vec<Vec<usize>>, order: &mut Vec<usize>, left: [usize; 2]) {
    if left == [0, 0] {
        all.push(order.clone());
    }
    for who in (0..2).filter(|who| left[*who] > 0) {
        let mut fewer = left;
        fewer[who] -= 1;
        order.push(who);
        grow(all, order, fewer);
        order.pop();
    }
}

/// What the processes are called.
pub(super) const NAMES: [&str; 2] = ["A", "B"];

/// An order as it is typed: ABBA.
pub(super) fn letters(order: &[usize]) -> String {
    order.iter().map(|who| NAMES[*who]).collect()
}
