//! The checks of a receipt, and its points.

use std::collections::BTreeSet;

use serde::Serialize;

use super::expected::Expected;
use super::fault::{Fault, FaultKind, plain};
use super::parse::parse;
use super::played::Played;
use super::{times, tries};
use crate::cli::lab::parse_identity;
use crate::lab::catalogue::named;
use crate::lab::exercise::{Lab, Slot, Task};
use crate::lab::receipt::file::{Receipt, TaskReceipt, tasks_of};

/// A receipt that could be graded. What a stranger wrote in it is fit for a line on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Graded {
    /// Which lab.
    pub lab: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Whose.
    pub student: String,
    /// Of which course.
    pub course: String,
    /// Of which term.
    pub term: String,
    /// When it was begun, by the student's clock, in seconds since 1970.
    pub unix_s: u64,
    /// Whether all tasks were done.
    pub complete: bool,
    /// Right answers.
    pub points: usize,
    /// Questions.
    pub of: usize,
    /// Each task.
    pub tasks: Vec<GradedTask>,
}

/// The grade of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GradedTask {
    /// Which.
    pub id: &'static str,
    /// Whether it was done to its end. What was not is worth no points.
    pub done: bool,
    /// Right answers.
    pub points: usize,
    /// Questions.
    pub of: usize,
    /// Each question.
    pub questions: Vec<GradedQuestion>,
    /// What was observed to be true; None if it was not done.
    pub truth: Option<String>,
}

/// The grade of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GradedQuestion {
    /// When in the task it was asked.
    pub slot: Slot,
    /// It.
    pub question: String,
    /// What was answered; None if nothing was.
    pub answer: Option<String>,
    /// Whether that is right.
    pub right: bool,
}

/// Judges a receipt. None of its points is believed: questions, judgement and trajectory follow from the student's seed again.
///
/// # Errors
/// Why it cannot be graded.
pub fn judge(bytes: &[u8], expected: &Expected, played: &mut Played) -> Result<Graded, Fault> {
    let receipt = parse(bytes)?;
    let lab = named(&receipt.lab).map_err(|line| Fault::new(FaultKind::Format, line))?;
    check_identity(&receipt, expected)?;
    let tasks = tasks_of(lab, receipt.identity.seed());
    check_questions(&receipt, &tasks)?;
    times::fault(&receipt).map_or(Ok(()), Err)?;
    let mut graded = Vec::new();
    for (index, task) in tasks.iter().enumerate() {
        graded.push(grade(task, receipt.tasks.get(index))?);
    }
    if let Some(trajectory) = receipt.trajectory {
        played.fault(receipt.seed.0, trajectory).map_or(Ok(()), Err)?;
    }
    Ok(of(lab, receipt, graded))
}

fn of(lab: &Lab, receipt: Receipt, tasks: Vec<GradedTask>) -> Graded {
    Graded {
        lab: lab.name,
        title: lab.title,
        student: receipt.identity.student,
        course: receipt.identity.course,
        term: receipt.identity.term,
        unix_s: receipt.unix_s,
        complete: tasks.iter().all(|task| task.done),
        points: tasks.iter().map(|task| task.points).sum(),
        of: tasks.iter().map(|task| task.of).sum(),
        tasks,
    }
}

fn check_identity(receipt: &Receipt, expected: &Expected) -> Result<(), Fault> {
    let identity = &receipt.identity;
    let is_sound = |text: &str| parse_identity(text).is_ok_and(|sound| sound == text);
    if identity.student.is_empty()
        || ![&identity.student, &identity.course, &identity.term].into_iter().all(|text| is_sound(text))
    {
        return Err(Fault::new(
            FaultKind::Identity,
            "its student, course or term is none that the program takes",
        ));
    }
    expected.fault(identity).map_or(Ok(()), Err)?;
    if receipt.seed.0 != identity.seed() {
        let text = "its seed is not that of its student, course and term";
        return Err(Fault::new(FaultKind::Identity, text));
    }
    Ok(())
}

/// What was asked is what this student is asked, in this order, each once; only the last task may have been begun alone.
fn check_questions(receipt: &Receipt, tasks: &[Task]) -> Result<(), Fault> {
    let fault = |kind, text: String| Err(Fault::new(kind, text));
    if receipt.tasks.len() > tasks.len() {
        return fault(FaultKind::Questions, format!("it has more than the {} tasks of the lab", tasks.len()));
    }
    for (index, (done, task)) in receipt.tasks.iter().zip(tasks).enumerate() {
        if done.id != task.id {
            return fault(FaultKind::Questions, format!("its task {} is not {}", index + 1, task.id));
        }
        let asked: Vec<_> = task.questions().collect();
        for (place, given) in done.asked.iter().enumerate() {
            let is_asked = asked
                .get(place)
                .is_some_and(|(slot, question)| *slot == given.slot && **question == given.question);
            if !is_asked {
                let text = format!(
                    "task {}: its question {} is none that this student is asked",
                    task.id,
                    place + 1
                );
                return fault(FaultKind::Questions, text);
            }
            if let Some(why) = given.question.fault(&given.answer) {
                return fault(FaultKind::Answers, format!("task {}: the {}: {why}", task.id, given.slot));
            }
        }
        if index + 1 < receipt.tasks.len() && !is_done(task, done) {
            return fault(
                FaultKind::Questions,
                format!("task {} was not done, and a later one was", task.id),
            );
        }
        check_action(task, done)?;
        tries::fault(task, done).map_or(Ok(()), Err)?;
    }
    Ok(())
}

/// Nothing was done before it was predicted and chosen, nothing observed or concluded before it was done.
fn check_action(task: &Task, done: &TaskReceipt) -> Result<(), Fault> {
    let needed = 1 + usize::from(task.choose.is_some());
    let fault = |what: &str| Err(Fault::new(FaultKind::Times, format!("task {}: {what}", task.id)));
    if done.acted.is_some() && done.asked.len() < needed {
        return fault("it was done before its questions were answered");
    }
    if done.acted.is_none() && (!done.observation.0.is_empty() || done.asked.len() > needed) {
        return fault("something was observed or concluded, and nothing done");
    }
    let names: BTreeSet<_> = done.observation.0.iter().map(|fact| &fact.name).collect();
    if names.len() < done.observation.0.len() {
        return Err(Fault::new(FaultKind::Observation, format!("task {}: a fact is there twice", task.id)));
    }
    Ok(())
}

fn is_done(task: &Task, done: &TaskReceipt) -> bool {
    done.acted.is_some() && done.asked.len() == task.questions().count()
}

fn grade(task: &Task, done: Option<&TaskReceipt>) -> Result<GradedTask, Fault> {
    let whole = done.filter(|done| is_done(task, done));
    let answers = done.map(TaskReceipt::answers).unwrap_or_default();
    let judgement = match whole {
        Some(whole) => Some((task.judge)(&answers, &whole.observation).map_err(|why| {
            Fault::new(
                FaultKind::Observation,
                format!("task {}: what was observed cannot be: {why}", task.id),
            )
        })?),
        None => None,
    };
    if let Some(said) = done.and_then(|done| done.judgement.as_ref())
        && judgement.as_ref() != Some(said)
    {
        let text = format!("task {}: its points are not those of its answers and observation", task.id);
        return Err(Fault::new(FaultKind::Judgement, text));
    }
    let is_right = |slot| judgement.as_ref().is_some_and(|judgement| judgement.right.contains(&slot));
    let question = |(slot, question): (Slot, &crate::lab::exercise::Question)| GradedQuestion {
        slot,
        question: question.text.clone(),
        answer: answers.get(slot).map(|answer| question.words(answer)),
        right: is_right(slot),
    };
    let questions: Vec<_> = task.questions().map(question).collect();
    Ok(GradedTask {
        id: task.id,
        done: whole.is_some(),
        points: questions.iter().filter(|question| question.right).count(),
        of: questions.len(),
        questions,
        truth: judgement.map(|judgement| plain(&judgement.truth)),
    })
}
