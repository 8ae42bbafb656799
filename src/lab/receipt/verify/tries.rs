//! The choices before the last one, of a task whose choice may be made again.

use super::fault::{Fault, FaultKind};
use crate::lab::exercise::{Answers, Slot, Task};
use crate::lab::receipt::file::{TaskReceipt, Try};

/// What is wrong with them: none of them can have reached the goal, and the last choice is another one than that before it.
pub(super) fn fault(task: &Task, done: &TaskReceipt) -> Option<Fault> {
    let fault = |kind, text: &str| Some(Fault::new(kind, format!("task {}: {text}", task.id)));
    let last = done.earlier.last()?;
    if done.earlier.len() >= task.tries() {
        return fault(FaultKind::Questions, "there are more tries than it has");
    }
    let mut choices: Vec<_> = done.earlier.iter().map(|tried| &tried.asked.answer).collect();
    match done.asked.iter().find(|asked| asked.slot == Slot::Choice) {
        Some(asked) => choices.push(&asked.answer),
        None => return fault(FaultKind::Questions, "it has tries and no choice"),
    }
    if last.acted.is_none() || choices.windows(2).any(|pair| pair[0] == pair[1]) {
        return fault(FaultKind::Answers, "the same was chosen again, and done again");
    }
    done.earlier.iter().find_map(|tried| of_one(task, done, tried))
}

fn of_one(task: &Task, done: &TaskReceipt, tried: &Try) -> Option<Fault> {
    let fault = |kind, text: String| Some(Fault::new(kind, format!("task {}: a try: {text}", task.id)));
    let is_asked = tried.asked.slot == Slot::Choice && task.choose.as_ref() == Some(&tried.asked.question);
    if !is_asked || tried.acted.is_none() {
        return fault(FaultKind::Questions, "it is none that this student can have made".to_owned());
    }
    if let Some(why) = tried.asked.question.fault(&tried.asked.answer) {
        return fault(FaultKind::Answers, why);
    }
    let prediction = done.answers().prediction;
    let answers = Answers { prediction, choice: Some(tried.asked.answer.clone()), conclusion: None };
    match (task.judge)(&answers, &tried.observation) {
        Err(why) => fault(FaultKind::Observation, format!("what was observed cannot be: {why}")),
        Ok(judgement) if judgement.right.contains(&Slot::Choice) => {
            fault(FaultKind::Judgement, "it has reached the goal, and was not the last one".to_owned())
        }
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::catalogue::LABS;
    use crate::lab::exercise::{Answer, Observation};
    use crate::lab::receipt::file::{Acted, Asked, tasks_of};

    #[test]
    fn tries_of_a_task_that_has_none_and_tries_that_were_never_made_are_faults() {
        for task in LABS.iter().flat_map(|lab| tasks_of(lab, 7)) {
            let question = task.choose.clone().unwrap_or_else(|| task.predict.clone());
            let asked = |answer| Asked { slot: Slot::Choice, question: question.clone(), answer, at_ns: 5 };
            let mut done = TaskReceipt::new(task.id);
            done.asked.push(asked(Answer::Order(vec![0])));
            assert!(fault(&task, &done).is_none(), "{}", task.id);
            let acted = Some(Acted { from_ns: 6, to_ns: 7 });
            let tried =
                Try { asked: asked(Answer::Order(vec![1])), acted, observation: Observation::default() };
            done.earlier = vec![tried];
            assert!(fault(&task, &done).is_some(), "{}", task.id);
        }
    }
}
