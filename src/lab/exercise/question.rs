//! Questions, and answers to them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::draw::Draw;
use super::unit::counted;

/// At most so many steps are put in an order.
pub const MOST_STEPS: usize = 64;

/// When a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Slot {
    /// Before anything happens.
    Prediction,
    /// What is to be done.
    Choice,
    /// After it has happened.
    Conclusion,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// One or two sentences that end with a question mark.
    pub text: String,
    /// What can be answered.
    pub kind: Kind,
}

/// What can be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Kind {
    /// One of these.
    Choice(Vec<String>),
    /// A whole number in these bounds.
    Number {
        /// Of what: `bytes`, `processes`.
        unit: String,
        /// The least.
        from: u64,
        /// The most.
        to: u64,
    },
    /// All of these, each once, in an order.
    Order(Vec<String>),
    /// Steps of several processes, each process's in its own order; not all need be done. The answer is which process does its
    /// next step, again and again.
    Steps(Vec<Process>),
}

/// A process whose steps are put in an order with those of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// For example `A`.
    pub name: String,
    /// What it does, step by step.
    pub steps: Vec<String>,
}

/// An answer; it means something beside its question only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Which, from 0.
    Choice(usize),
    /// How many.
    Number(u64),
    /// Of [`Kind::Order`] the items, of [`Kind::Steps`] the processes; from 0.
    Order(Vec<usize>),
}

/// The answers to the questions of a task, as far as it has been done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Before anything happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prediction: Option<Answer>,
    /// What is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Answer>,
    /// After it has happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<Answer>,
}

impl Answers {
    /// A prediction alone.
    pub fn predicted(prediction: Answer) -> Self {
        Self { prediction: Some(prediction), ..Self::default() }
    }

    /// With what is to be done.
    pub fn chosen(self, choice: Answer) -> Self {
        Self { choice: Some(choice), ..self }
    }

    /// With what was concluded.
    pub fn concluded(self, conclusion: Answer) -> Self {
        Self { conclusion: Some(conclusion), ..self }
    }

    /// The answer in this slot.
    pub fn get(&self, slot: Slot) -> Option<&Answer> {
        match slot {
            Slot::Prediction => self.prediction.as_ref(),
            Slot::Choice => self.choice.as_ref(),
            Slot::Conclusion => self.conclusion.as_ref(),
        }
    }

    /// Puts an answer in its slot.
    pub fn set(&mut self, slot: Slot, answer: Answer) {
        match slot {
            Slot::Prediction => self.prediction = Some(answer),
            Slot::Choice => self.choice = Some(answer),
            Slot::Conclusion => self.conclusion = Some(answer),
        }
    }
}

impl Question {
    /// One of these.
    pub fn choice(text: impl Into<String>, of: &[&str]) -> Self {
        Self { text: text.into(), kind: Kind::Choice(of.iter().map(|item| (*item).to_owned()).collect()) }
    }

    /// One of these, in an order that is drawn; and the answer that is the first of them as they stand here.
    pub fn drawn(draw: &mut Draw, text: impl Into<String>, of: &[&str]) -> (Self, Answer) {
        let order = draw.shuffle((0..of.len()).collect());
        let drawn: Vec<_> = order.iter().filter_map(|index| of.get(*index).copied()).collect();
        let first = order.iter().position(|index| *index == 0).unwrap_or(0);
        (Self::choice(text, &drawn), Answer::Choice(first))
    }

    /// A number.
    pub fn number(text: impl Into<String>, unit: &str, from: u64, to: u64) -> Self {
        Self { text: text.into(), kind: Kind::Number { unit: unit.to_owned(), from, to } }
    }

    /// All of these in an order.
    pub fn order(text: impl Into<String>, of: &[&str]) -> Self {
        Self { text: text.into(), kind: Kind::Order(of.iter().map(|item| (*item).to_owned()).collect()) }
    }

    /// Steps of several processes.
    pub fn steps(text: impl Into<String>, of: &[(&str, &[&str])]) -> Self {
        let process = |(name, steps): &(&str, &[&str])| Process {
            name: (*name).to_owned(),
            steps: steps.iter().map(|step| (*step).to_owned()).collect(),
        };
        Self { text: text.into(), kind: Kind::Steps(of.iter().map(process).collect()) }
    }

    /// What is wrong with an answer to it, if anything is.
    pub fn fault(&self, answer: &Answer) -> Option<String> {
        match (&self.kind, answer) {
            (Kind::Choice(of), Answer::Choice(index)) => {
                (*index >= of.len()).then(|| format!("there are {} choices", of.len()))
            }
            (Kind::Number { from, to, unit }, Answer::Number(number)) => {
                (number < from || number > to).then(|| format!("it must be {from} to {to} {unit}"))
            }
            (Kind::Order(of), Answer::Order(order)) => {
                let mut sorted = order.clone();
                sorted.sort_unstable();
                (!sorted.into_iter().eq(0..of.len()))
                    .then(|| format!("it must name each of the {} once", of.len()))
            }
            (Kind::Steps(of), Answer::Order(order)) => too_many_steps(of, order),
            _ => Some("it is not what was asked for".to_owned()),
        }
    }

    /// An answer that is allowed and is another one: for references that are to fail.
    #[must_use]
    pub fn other_than(&self, right: &Answer) -> Answer {
        match (&self.kind, right) {
            (Kind::Choice(of), Answer::Choice(index)) => Answer::Choice((index + 1) % of.len().max(1)),
            (Kind::Number { from, to, .. }, Answer::Number(number)) => {
                Answer::Number(if number == from { *to } else { *from })
            }
            (Kind::Order(_), Answer::Order(order)) => Answer::Order(order.iter().rev().copied().collect()),
            _ => Answer::Order(Vec::new()),
        }
    }

    /// The answer in words.
    pub fn words(&self, answer: &Answer) -> String {
        match (&self.kind, answer) {
            (Kind::Choice(of), Answer::Choice(index)) => of.get(*index).cloned().unwrap_or_default(),
            (Kind::Number { unit, .. }, Answer::Number(number)) => counted(*number, unit),
            (Kind::Order(of), Answer::Order(order)) => {
                let words: Vec<_> =
                    order.iter().filter_map(|index| of.get(*index)).map(String::as_str).collect();
                words.join(" < ")
            }
            (Kind::Steps(of), Answer::Order(order)) => {
                order.iter().filter_map(|index| of.get(*index)).map(|process| process.name.as_str()).collect()
            }
            _ => answer.to_string(),
        }
    }
}

fn too_many_steps(of: &[Process], order: &[usize]) -> Option<String> {
    if order.len() > MOST_STEPS {
        return Some(format!("there are at most {MOST_STEPS} steps"));
    }
    let mut done = vec![0_usize; of.len()];
    for index in order {
        match (of.get(*index), done.get_mut(*index)) {
            (Some(process), Some(done)) if *done < process.steps.len() => *done += 1,
            (Some(process), _) => {
                return Some(format!("{} has {} steps only", process.name, process.steps.len()));
            }
            (None, _) => return Some(format!("there are {} processes", of.len())),
        }
    }
    None
}

impl Answer {
    /// Which of these a choice means; None of another answer, or where there are fewer.
    pub fn means<T: Copy>(&self, of: &[T]) -> Option<T> {
        match self {
            Self::Choice(index) => of.get(*index).copied(),
            Self::Number(_) | Self::Order(_) => None,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Choice(index) => write!(f, "choice {}", index + 1),
            Self::Number(number) => number.fmt(f),
            Self::Order(order) => {
                let numbers: Vec<_> = order.iter().map(|index| (index + 1).to_string()).collect();
                f.write_str(&numbers.join(" "))
            }
        }
    }
}
