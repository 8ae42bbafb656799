//! Answers that are numbers, and how near they are.

use crate::lab::exercise::{Answer, Answers, Judgement, Slot};

/// The number that was answered.
pub(super) fn number(answer: Option<&Answer>) -> Option<u64> {
    match answer {
        Some(Answer::Number(number)) => Some(*number),
        _ => None,
    }
}

/// What numbers are worth that may be so far from the right one: slot, right number, slack.
pub(super) fn judge(given: &Answers, truth: String, all: &[(Slot, u64, u64)]) -> Judgement {
    let is_near = |slot, right: u64, slack| {
        number(given.get(slot)).is_some_and(|number| number.abs_diff(right) <= slack)
    };
    all.iter().fold(Judgement { truth, ..Judgement::default() }, |judgement, (slot, right, slack)| {
        judgement.with(*slot, is_near(*slot, *right, *slack))
    })
}
