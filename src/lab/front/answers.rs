//! Without anybody: a file has the answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Front, Picture, Scene};
use crate::error::{Error, Result};
use crate::lab::exercise::{Answer, Answers, Question, Slot};

/// A file of answers: those of each task, by its id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswersFile {
    /// By the id of the task.
    pub tasks: BTreeMap<String, Answers>,
}

impl AnswersFile {
    /// Reads it.
    ///
    /// # Errors
    /// [`Error::Failed`] names the file and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path);
        let read = text.and_then(|text| serde_json::from_str(&text).map_err(std::io::Error::from));
        read.map_err(Error::failed(format_args!("read the answers in {}", path.display())))
    }
}

/// Answers out of a file, and shows nothing.
#[derive(Debug)]
pub struct FromFile {
    answers: AnswersFile,
    /// The tasks in their order, of which the first is being done.
    ids: Vec<&'static str>,
}

impl FromFile {
    /// For a lab whose tasks have these ids.
    pub fn new(answers: AnswersFile, ids: Vec<&'static str>) -> Self {
        Self { answers, ids }
    }
}

impl Front for FromFile {
    fn scene(&mut self, scene: &Scene) -> Result<()> {
        let left = scene.tasks.saturating_sub(scene.task.saturating_sub(1));
        self.ids.drain(..self.ids.len().saturating_sub(left));
        Ok(())
    }

    fn event(&mut self, _: &str) {}

    fn picture(&mut self, _: &Picture) {}

    fn ask(&mut self, slot: Slot, question: &Question) -> Result<Option<Answer>> {
        let id = self.ids.first().copied().unwrap_or_default();
        let wrong = |why: String| {
            Error::failed(format_args!("answer the {slot} of task {id}"))(std::io::Error::other(why))
        };
        let answer = self.answers.tasks.get(id).and_then(|answers| answers.get(slot));
        let answer = answer.ok_or_else(|| wrong("the file of answers has none".to_owned()))?;
        match question.fault(answer) {
            Some(why) => Err(wrong(why)),
            None => Ok(Some(answer.clone())),
        }
    }

    fn proceed(&mut self) -> Result<bool> {
        Ok(true)
    }
}
