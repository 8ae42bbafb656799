//! Labs that are done in tests: their receipts, and where they go.

use std::fs;
use std::path::PathBuf;

use tripong::lab::catalogue::named;
use tripong::lab::exercise::{Answer, Identity, Question, Slot};
use tripong::lab::receipt::{Receipt, tasks_of};

/// Whose labs they are.
pub(crate) const WHOSE: &str = "--student anna --course OS-101 --term 2026";

/// A receipt's file that goes away with it.
pub(crate) struct ReceiptFile(PathBuf);

impl ReceiptFile {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tripong-{name}-{}.receipt.json", std::process::id()));
        // One of a run that was killed may be there.
        let _left = fs::remove_file(&path);
        Self(path)
    }

    /// What is typed to begin the lab with it.
    pub(crate) fn begin(&self, lab: &str) -> String {
        format!("lab {lab} {WHOSE} --receipt {}", self.0.display())
    }

    pub(crate) fn name(&self) -> String {
        self.0.display().to_string()
    }

    /// As far as it is written.
    pub(crate) fn read(&self) -> Option<Receipt> {
        serde_json::from_str(&fs::read_to_string(&self.0).ok()?).ok()
    }

    /// So many questions are answered, in so many judged tasks.
    pub(crate) fn progress(&self) -> (usize, usize) {
        let tasks = self.read().map(|receipt| receipt.tasks).unwrap_or_default();
        let asked = tasks.iter().map(|task| task.asked.len()).sum();
        (asked, tasks.iter().filter(|task| task.judgement.is_some()).count())
    }
}

impl Drop for ReceiptFile {
    fn drop(&mut self) {
        let _gone = fs::remove_file(&self.0);
    }
}

/// The questions of the lab's tasks for that student, with the right answers.
pub(crate) fn questions(lab: &str) -> Vec<Vec<(Slot, Question, Answer)>> {
    let whose = Identity { student: "anna".into(), course: "OS-101".into(), term: "2026".into() };
    let tasks = tasks_of(named(lab).unwrap(), whose.seed());
    let right = |task: &tripong::lab::exercise::Task| {
        let answers = &task.passing;
        let questions = task
            .questions()
            .map(|(slot, question)| (slot, question.clone(), answers.get(slot).unwrap().clone()));
        questions.collect()
    };
    tasks.iter().map(right).collect()
}
