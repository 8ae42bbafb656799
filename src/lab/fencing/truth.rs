//! What must happen, by a model of the three programs.

use super::program::{
    Design, Has, Mind, NAMES, NEIGHBOUR, OWNER, REPLACEMENT, WORD, WORDS, lay_out, recall, record_of,
};
use crate::game::Ball;
use crate::lab::exercise::Observation;
use crate::lab::steps::{Crossing, ModelWords, Words, court};

/// So long the supervisor hears nothing of the owner before it recalls the ball, in nanoseconds.
pub(super) const SILENCE_NS: u64 = 100 * MS;
/// A millisecond, in nanoseconds.
pub(super) const MS: u64 = 1_000_000;

/// What happens, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// A process does its next step.
    Step(usize),
    /// The supervisor kills the owner and reaps it.
    Kill,
    /// The supervisor has heard nothing for a while: it recalls the ball.
    Recall,
    /// All are asked whether they have a ball.
    Ask,
}

/// A student's freeze, or death.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Setup {
    pub(super) design: Design,
    pub(super) seed: u64,
    /// The hand-off in which it happens.
    pub(super) crossing: Crossing,
    /// The owner stands still before this step, from 1.
    pub(super) before: usize,
    /// It is killed there.
    pub(super) dies: bool,
}

impl Setup {
    /// What happens.
    pub(super) fn script(&self) -> Vec<Event> {
        let steps = self.design.steps().map(|steps| steps.len());
        let owner = |count: usize| std::iter::repeat_n(Event::Step(OWNER), count);
        let mut script: Vec<_> = owner(self.before - 1).collect();
        if self.dies {
            script.push(Event::Kill);
        }
        script.extend([Event::Recall, Event::Step(REPLACEMENT)]);
        if !self.dies {
            script.extend(owner(steps[OWNER] + 1 - self.before));
        }
        script.extend([Event::Step(NEIGHBOUR), Event::Ask]);
        if self.design == Design::Epoch {
            script.extend(std::iter::repeat_n(Event::Step(REPLACEMENT), steps[REPLACEMENT] - 1));
            script.extend([Event::Step(NEIGHBOUR), Event::Ask]);
        }
        script
    }

    /// What a model of the programs gives.
    pub(super) fn modelled(&self) -> Seen {
        let words = ModelWords::new(WORDS);
        lay_out(&words, self.design, self.seed, &self.crossing);
        let mut minds = [OWNER, REPLACEMENT, NEIGHBOUR].map(|who| Mind::new(who, self.seed, &self.crossing));
        let (steps, mut done) = (self.design.steps(), [0; 3]);
        let mut seen = Seen::new(&words);
        for event in self.script() {
            match event {
                Event::Step(who) => {
                    minds[who].perform(steps[who][done[who]], &words);
                    done[who] += 1;
                }
                Event::Kill => minds[OWNER].has_ball = false,
                Event::Recall => {
                    recall(&words, self.design);
                    seen.recalled(&words, if self.dies { "gone" } else { "T" }, SILENCE_NS);
                }
                Event::Ask => seen.ask(minds.each_ref().map(|mind| mind.has_ball), &words),
            }
        }
        seen.ball = neighbours_ball(&words, self.seed);
        seen
    }
}

/// What was seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    /// The word at first, after the recall, and whenever all were asked.
    words: Vec<Has>,
    /// The owner's state in /proc at the recall, and how long nothing was heard of it before.
    state: String,
    silence_ns: u64,
    /// Whether each has a ball, whenever all were asked.
    pub(super) asked: Vec<[bool; 3]>,
    /// What the neighbour has recorded in the end.
    pub(super) ball: Option<Ball>,
}

impl Seen {
    /// Before the first step.
    pub(super) fn new(words: &impl Words) -> Self {
        let now = Has::decode(words.load(WORD));
        Self { words: vec![now], state: String::new(), silence_ns: 0, asked: Vec::new(), ball: None }
    }

    /// The ball was recalled.
    pub(super) fn recalled(&mut self, words: &impl Words, state: &str, silence_ns: u64) {
        self.words.push(Has::decode(words.load(WORD)));
        (self.state, self.silence_ns) = (state.to_owned(), silence_ns);
    }

    /// All were asked.
    pub(super) fn ask(&mut self, have: [bool; 3], words: &impl Words) {
        self.words.push(Has::decode(words.load(WORD)));
        self.asked.push(have);
    }

    /// How many have a ball after the owner went on.
    pub(super) fn balls(&self) -> u64 {
        self.asked.first().map_or(0, |asked| asked.iter().filter(|has| **has).count() as u64)
    }

    /// The epochs, one after the other.
    pub(super) fn epochs(&self) -> String {
        let epochs: Vec<_> = self.words.iter().map(|word| word.epoch.to_string()).collect();
        format!("the epochs were {}", epochs.join(", "))
    }

    /// The facts that there must be, after such a silence.
    pub(super) fn facts_after(&self, silence_ns: u64, setup: &Setup) -> Observation {
        Self { silence_ns, ..self.clone() }.facts(setup.design)
    }

    /// The facts.
    pub(super) fn facts(&self, design: Design) -> Observation {
        let mut seen = Observation::default();
        seen.count("silence before the recall", self.silence_ns / MS, "ms");
        seen.text("owner's state in /proc at the recall", self.state.clone());
        let names = ["word at first", "word after the recall", "word when all are asked", "word in the end"];
        for (name, word) in names.iter().zip(&self.words) {
            seen.text(name, word.text());
        }
        for (time, asked) in ["", "in the end, "].iter().zip(&self.asked) {
            for (name, has) in NAMES.iter().zip(asked) {
                seen.flag(&format!("{time}{name} has a ball"), *has);
            }
        }
        seen.count("balls", self.balls(), "");
        if design == Design::Epoch {
            let epochs = [
                "epoch at first",
                "epoch after the recall",
                "epoch after the owner's swap",
                "epoch in the end",
            ];
            for (name, word) in epochs.iter().zip(&self.words) {
                seen.count(name, word.epoch, "");
            }
        }
        let text = self.ball.map_or_else(
            || "none".to_owned(),
            |ball| format!("tick {}, hop {}, hash {:016x}", ball.tick, ball.hop, ball.hash),
        );
        seen.text("ball that the neighbour has recorded", text);
        seen
    }
}

/// The ball that the neighbour has recorded.
pub(super) fn neighbours_ball(words: &impl Words, seed: u64) -> Option<Ball> {
    record_of(words, NEIGHBOUR, &court(seed)).map(|record| record.ball)
}
