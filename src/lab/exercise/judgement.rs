//! What the answers to a task are worth.

use serde::{Deserialize, Serialize};

use super::question::{Answers, Slot};

/// What the answers to a task are worth: one point for each question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// The answers that are right.
    pub right: Vec<Slot>,
    /// What is true, in one sentence, with the figures that were observed.
    pub truth: String,
}

impl Judgement {
    /// Compares the answers that were given with those that are true here.
    pub fn of(given: &Answers, right: &Answers, truth: impl Into<String>) -> Self {
        let slots = [Slot::Prediction, Slot::Choice, Slot::Conclusion];
        let is_right = |slot: &Slot| right.get(*slot).is_some_and(|right| given.get(*slot) == Some(right));
        Self { right: slots.into_iter().filter(is_right).collect(), truth: truth.into() }
    }

    /// Counts the answer in this slot as right, or not, whatever was compared.
    #[must_use]
    pub fn with(mut self, slot: Slot, is_right: bool) -> Self {
        self.right.retain(|other| *other != slot);
        if is_right {
            self.right.push(slot);
        }
        self
    }
}
