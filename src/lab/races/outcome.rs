//! What came of an order of steps: as the processes say, or as the model says.

use super::program::{BATON, Bits, FLAG, NAMES, Programs, VX, WORDS, X, baton_text, letters};
use crate::lab::exercise::Observation;
use crate::lab::steps::{ModelWords, Words, hop};

/// The balls of the lab: the one that is handed over, and what the hop before has left in the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Balls {
    /// Of the hop before.
    pub(super) old: Bits,
    /// Of this hop.
    pub(super) new: Bits,
}

impl Balls {
    /// Those of the student's seed, from this hop on: the first pair of which position and velocity both differ.
    pub(super) fn new(seed: u64, from: u64) -> Self {
        let bits = |hops| {
            let ball = hop(seed, hops).ball;
            [ball.x, ball.y, ball.vx, ball.vy].map(f64::to_bits)
        };
        let pair = |hops| Self { old: bits(hops), new: bits(hops + 1) };
        let differs = |pair: &Self| pair.old[..2] != pair.new[..2] && pair.old[2..] != pair.new[2..];
        // A ball that meets no paddle and no wall for so long there is not: an outer paddle or wall comes every second hop.
        (from..from + 50).map(pair).find(differs).unwrap_or_else(|| pair(from))
    }
}

/// Of which hop the parts of a taken ball are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// None was taken.
    Nothing,
    /// Position and velocity of this hop, or of the one before.
    Parts { new_position: bool, new_velocity: bool },
    /// Words that nobody wrote.
    Unknown,
}

impl Taken {
    /// All that can be taken.
    pub(super) const ALL: [Self; 5] = [
        Self::Nothing,
        Self::Parts { new_position: true, new_velocity: true },
        Self::Parts { new_position: false, new_velocity: false },
        Self::Parts { new_position: true, new_velocity: false },
        Self::Parts { new_position: false, new_velocity: true },
    ];

    fn of(ball: Option<Bits>, balls: &Balls) -> Self {
        let Some(ball) = ball else { return Self::Nothing };
        let is = |range: std::ops::Range<usize>| {
            let new = ball[range.clone()] == balls.new[range.clone()];
            (new || ball[range.clone()] == balls.old[range]).then_some(new)
        };
        match (is(0..2), is(2..4)) {
            (Some(new_position), Some(new_velocity)) => Self::Parts { new_position, new_velocity },
            _ => Self::Unknown,
        }
    }

    /// A position of one ball and the velocity of another.
    pub(super) fn is_torn(self) -> bool {
        matches!(self, Self::Parts { new_position, new_velocity } if new_position != new_velocity)
    }

    /// In words.
    pub(super) fn text(self) -> String {
        let age = |is_new| if is_new { "this" } else { "the last" };
        match self {
            Self::Nothing => "none".to_owned(),
            Self::Unknown => "one that nobody wrote".to_owned(),
            Self::Parts { new_position, new_velocity } => {
                format!("position of {} hop, velocity of {} hop", age(new_position), age(new_velocity))
            }
        }
    }
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Whether A and B say that they have a ball.
    pub(super) has_ball: [bool; 2],
    /// What the taker has.
    pub(super) taken: Taken,
    /// The words in the end.
    pub(super) words: [u64; WORDS],
    /// How often a process was seen to stand still, stopped, before a step or after its last.
    pub(super) stops: u64,
}

impl Outcome {
    /// Of what each process has in the end: its ball, if it has one.
    pub(super) fn new(
        programs: &Programs,
        balls: &Balls,
        has: [Option<Bits>; 2],
        words: &impl Words,
        stops: u64,
    ) -> Self {
        Self {
            has_ball: has.map(|ball| ball.is_some()),
            taken: Taken::of(has[programs.taker()], balls),
            words: std::array::from_fn(|at| words.load(at)),
            stops,
        }
    }

    /// What a model of the two programs says.
    pub(super) fn of_model(programs: &Programs, balls: &Balls, order: &[usize]) -> Self {
        let words = ModelWords::new(WORDS);
        programs.lay_out(&words, balls.old);
        let mut minds = programs.minds(balls.new);
        let mut done = [0; 2];
        for who in order {
            minds[*who].perform(programs.steps[*who][done[*who]], &words);
            done[*who] += 1;
        }
        let has = minds.map(|mind| mind.has_ball.then_some(mind.ball));
        // Each stands still before its first step, and after each.
        Self::new(programs, balls, has, &words, 2 + order.len() as u64)
    }

    /// How many processes have a ball.
    pub(super) fn balls(&self) -> u64 {
        self.has_ball.iter().filter(|has| **has).count() as u64
    }

    /// The facts.
    pub(super) fn facts(&self, programs: &Programs, order: &[usize]) -> Observation {
        let mut seen = Observation::default();
        seen.text("order", letters(order));
        seen.count("stops seen in /proc", self.stops, "");
        for (name, has) in NAMES.iter().zip(self.has_ball) {
            seen.flag(&format!("{name} has a ball"), has);
        }
        seen.count("balls", self.balls(), "");
        seen.text(&taken_by(programs), self.taken.text());
        seen.text("words in the end", self.words_text(programs));
        seen
    }

    fn words_text(&self, programs: &Programs) -> String {
        cells(programs, &self.words)
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// The fact of the ball that the taker has.
pub(super) fn taken_by(programs: &Programs) -> String {
    format!("ball that {} has taken", NAMES[programs.taker()])
}

/// The words by name, for people.
pub(super) fn cells(programs: &Programs, words: &[u64; WORDS]) -> Vec<(&'static str, String)> {
    let number = |at: usize| format!("{:.3}", f64::from_bits(words[at]));
    let (giver, taker) = (NAMES[programs.giver], NAMES[programs.taker()]);
    let decides = if programs.has_baton() {
        ("baton", baton_text(words[BATON], giver, taker))
    } else {
        ("flag", if words[FLAG] == 0 { "clear" } else { "set" }.to_owned())
    };
    vec![("x", number(X)), ("y", number(X + 1)), ("vx", number(VX)), ("vy", number(VX + 1)), decides]
}
