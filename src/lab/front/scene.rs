//! What is to be seen of a lab.

use serde::{Deserialize, Serialize};

use crate::lab::exercise::{Answer, Fact, Judgement, Question, Slot};

/// What is said before a choice that is made once more.
pub const CHOOSE_AGAIN: &str =
    "That did not reach the goal. Choose once more; if you choose the same again, the lab goes on with it.";

/// The steps of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// What there is; then the prediction.
    Predict,
    /// What is to be done.
    Choose,
    /// It happens.
    Act,
    /// What the student makes of it.
    Conclude,
    /// What is true, and why.
    Explain,
    /// All tasks are done.
    End,
}

/// All that is to be seen of a lab at a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scene {
    /// The lab's name.
    pub lab: String,
    /// For people.
    pub title: String,
    /// What a student can say afterwards.
    pub aim: String,
    /// How long it takes.
    pub minutes: u8,
    /// Which task, from 1.
    pub task: usize,
    /// Of so many.
    pub tasks: usize,
    /// Where the task stands.
    pub step: Step,
    /// What there is, and what is going to happen.
    pub story: String,
    /// What was answered so far in this task.
    pub done: Vec<Done>,
    /// What was observed; empty before.
    pub observation: Vec<Fact>,
    /// What the answers are worth; None before.
    pub judgement: Option<Judgement>,
    /// Why it is so; empty before.
    pub explanation: String,
    /// Where that can be read; empty before.
    pub read_on: String,
    /// Points so far in all tasks.
    pub points: usize,
    /// Of so many in all tasks.
    pub of: usize,
    /// The file of the receipt.
    pub receipt: String,
}

/// A question that was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// When it was asked.
    pub slot: Slot,
    /// It.
    pub question: Question,
    /// What was answered.
    pub answer: Answer,
    /// What is right, where that was judged and it is something else.
    pub right: Option<Answer>,
}

impl Done {
    /// The verdict in words, with what is right where something else was answered.
    pub fn verdict(&self, is_right: bool) -> String {
        let Self { slot, question, answer, right } = self;
        let answer = question.words(answer);
        match (is_right, right) {
            (true, _) => format!("Right: your {slot} was {answer:?}."),
            (false, Some(right)) => {
                format!("Wrong: your {slot} was {answer:?}; {:?} is right.", question.words(right))
            }
            (false, None) => format!("Wrong: your {slot} was {answer:?}."),
        }
    }
}

/// How processes and memory are while something happens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Each process, from left to right.
    pub processes: Vec<ProcessPicture>,
    /// What lies between them: words, pipes, sockets.
    pub cells: Vec<Cell>,
}

/// A process in a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessPicture {
    /// Which part it plays: `reader`.
    pub name: String,
    /// Its process id; 0 before it is started.
    pub pid: u32,
    /// What it does now: `stopped before its store`, `blocked in write`, `dead (signal 9)`.
    pub state: String,
    /// It has the ball.
    pub has_ball: bool,
}

/// Something that lies between the processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Its name: `flag`.
    pub name: String,
    /// What it holds now.
    pub value: String,
}
