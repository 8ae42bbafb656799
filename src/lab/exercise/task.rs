//! A lab, and its tasks.

use super::draw::Draw;
use super::judgement::Judgement;
use super::observation::Observation;
use super::question::{Answer, Answers, Kind, Question, Slot};
use crate::error::Result;
use crate::lab::stage::{Actor, Stage};

/// A lab: data and a scenario.
pub struct Lab {
    /// As it is called on the command line: one word.
    pub name: &'static str,
    /// For people: a few words.
    pub title: &'static str,
    /// What a student can say afterwards: one sentence.
    pub aim: &'static str,
    /// How long it takes.
    pub minutes: u8,
    /// Its tasks for a student. A pure function of what is drawn.
    pub tasks: fn(&mut Draw) -> Vec<Task>,
    /// What a process of it does, by its part.
    pub act: fn(&mut Actor) -> Result<()>,
}

/// What is done with real processes. The answer is what the student has chosen to do, where there is something to choose.
pub type Action = Box<dyn Fn(&mut Stage<'_>, Option<&Answer>) -> Result<Observation>>;
/// What the answers are worth, by what was observed; an error says why the observation cannot be true.
pub type Judge = Box<dyn Fn(&Answers, &Observation) -> std::result::Result<Judgement, String>>;

/// So often an order of steps may be tried.
pub const MOST_TRIES: usize = 8;

/// A task: predict, choose, act, conclude.
pub struct Task {
    /// Unique in its lab: one word, or several with hyphens.
    pub id: &'static str,
    /// What there is, and what is going to happen: what a student must know before the prediction. Paragraphs are lines.
    pub story: String,
    /// What is predicted.
    pub predict: Question,
    /// What the student decides.
    pub choose: Option<Question>,
    /// What is asked afterwards.
    pub conclude: Option<Question>,
    /// What happens.
    pub act: Action,
    /// What it is worth. One point for each question.
    pub judge: Judge,
    /// The answers that are right on a machine that shows what the lab is about; and of what can be chosen, one that reaches the
    /// goal.
    pub passing: Answers,
    /// Answers of which each is wrong; None for others than the passing ones.
    pub failing: Option<Answers>,
    /// Why it is so, in the words of the glossary. Paragraphs are lines.
    pub explanation: &'static str,
    /// Where that can be read: a manual page, a chapter, a file of this project.
    pub read_on: &'static str,
}

impl Task {
    /// Its questions, in the order in which they are asked.
    pub fn questions(&self) -> impl Iterator<Item = (Slot, &Question)> {
        let others = [(Slot::Choice, &self.choose), (Slot::Conclusion, &self.conclude)];
        let others = others.into_iter().filter_map(|(slot, question)| Some((slot, question.as_ref()?)));
        std::iter::once((Slot::Prediction, &self.predict)).chain(others)
    }

    /// How often the choice may be made and acted on: an order of steps until it reaches its goal, anything else once.
    pub fn tries(&self) -> usize {
        let is_of_steps =
            self.choose.as_ref().is_some_and(|question| matches!(question.kind, Kind::Steps(_)));
        if is_of_steps { MOST_TRIES } else { 1 }
    }

    /// Answers of which each is wrong.
    pub fn failing(&self) -> Answers {
        let mut answers = self.failing.clone().unwrap_or_default();
        for (slot, question) in self.questions() {
            if let Some(right) = self.passing.get(slot)
                && answers.get(slot).is_none()
            {
                answers.set(slot, question.other_than(right));
            }
        }
        answers
    }
}
