//! `tripong lab key`: each student's questions and right answers, for the lecturer.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::Serialize;

use super::catalogue::{LABS, named};
use super::exercise::{Answers, Identity, Kind, Lab, Question, Slot, Task};
use super::front::AnswersFile;
use super::receipt::tasks_of;
use crate::cli::lab::{KeyArgs, Reference, parse_student};
use crate::error::{Error, Result, exit};
use crate::platform::{json, output, report_line};

/// At most so many bytes of a line are read: a student is no longer.
const LONGEST_LINE: u64 = 1_000;

/// Prints the key. Returns the exit code.
///
/// # Errors
/// [`Error::Failed`] for a file of students that cannot be read, or a key that cannot be printed.
pub(super) fn run(wanted: &KeyArgs) -> Result<u8> {
    let lab = match wanted.lab.as_deref().map(named).transpose() {
        Ok(lab) => lab,
        Err(line) => return refuse(&line),
    };
    match (&wanted.student, lab, wanted.answers) {
        (Some(student), Some(lab), Some(reference)) => answers(&identity(wanted, student), lab, reference),
        (Some(student), ..) => print(wanted, student, lab),
        (None, ..) => match &wanted.students {
            Some(file) => students(wanted, file, lab),
            None => refuse("a key is of students: add `--students FILE` or `--student ID`"),
        },
    }
}

fn refuse(line: &str) -> Result<u8> {
    report_line(&format!("tripong: {line}"));
    Ok(exit::USAGE)
}

fn identity(wanted: &KeyArgs, student: &str) -> Identity {
    Identity { student: student.to_owned(), course: wanted.course.clone(), term: wanted.term.clone() }
}

/// A file for `tripong lab LAB --answers`.
fn answers(identity: &Identity, lab: &Lab, reference: Reference) -> Result<u8> {
    let of = |task: &Task| match reference {
        Reference::Passing => task.passing.clone(),
        Reference::Failing => task.failing(),
    };
    let tasks = tasks_of(lab, identity.seed()).iter().map(|task| (task.id.to_owned(), of(task))).collect();
    let text = serde_json::to_string_pretty(&AnswersFile { tasks }).map_err(io::Error::from);
    let text = text.map_err(Error::failed("make the answers"))?;
    output::print("the answers", &format!("{text}\n"), None).map(|()| 0)
}

/// One student after the other, so that a large course needs no more memory than a small one.
fn students(wanted: &KeyArgs, file: &Path, lab: Option<&'static Lab>) -> Result<u8> {
    let is_stdin = file.as_os_str() == "-";
    let failed = || Error::failed(format!("read the students in {}", file.display()));
    let mut lines: Box<dyn BufRead> = if is_stdin {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(file).map_err(failed())?))
    };
    for number in 1.. {
        let mut line = Vec::new();
        if lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(failed())? == 0 {
            break;
        }
        let text = std::str::from_utf8(&line).map_err(|_| "it is no UTF-8".to_owned());
        // A table program may put a mark of the byte order in front.
        let text = text.map(|text| text.trim_start_matches('\u{feff}').trim());
        if text == Ok("") {
            continue;
        }
        match text.and_then(parse_student) {
            Ok(student) => print(wanted, &student, lab)?,
            Err(why) => return refuse(&format!("line {number} of {} is no student: {why}", file.display())),
        };
    }
    Ok(0)
}

fn print(wanted: &KeyArgs, student: &str, lab: Option<&'static Lab>) -> Result<u8> {
    let key = Key::of(identity(wanted, student), lab);
    let text = if wanted.json { json::line("key", &key) } else { Ok(key.text()) };
    let text = text.map_err(Error::failed("make the key"))?;
    output::print("the key", &text, None).map(|()| 0)
}

/// The key of a student.
#[derive(Debug, Serialize)]
struct Key {
    #[serde(flatten)]
    identity: Identity,
    labs: Vec<LabKey>,
}

#[derive(Debug, Serialize)]
struct LabKey {
    lab: &'static str,
    of: usize,
    tasks: Vec<TaskKey>,
}

#[derive(Debug, Serialize)]
struct TaskKey {
    id: &'static str,
    story: String,
    questions: Vec<QuestionKey>,
}

#[derive(Debug, Serialize)]
struct QuestionKey {
    slot: Slot,
    question: String,
    choices: Vec<String>,
    right: Option<String>,
}

impl Key {
    fn of(identity: Identity, lab: Option<&'static Lab>) -> Self {
        let seed = identity.seed();
        let labs = LABS.iter().filter(|other| lab.is_none_or(|lab| lab.name == other.name));
        let labs = labs.map(|lab| {
            let tasks: Vec<_> = tasks_of(lab, seed).into_iter().map(TaskKey::of).collect();
            LabKey { lab: lab.name, of: tasks.iter().map(|task| task.questions.len()).sum(), tasks }
        });
        Self { labs: labs.collect(), identity }
    }

    fn text(&self) -> String {
        let Identity { student, course, term } = &self.identity;
        let mut text = format!("student {student}");
        for (name, value) in [("course", course), ("term", term)] {
            if !value.is_empty() {
                // A String takes all.
                let _written = write!(text, ", {name} {value}");
            }
        }
        text.push('\n');
        for lab in &self.labs {
            let _written = writeln!(text, "  lab {} ({} points)", lab.lab, lab.of);
            for task in &lab.tasks {
                let _written = writeln!(text, "    {}: {}", task.id, task.story.replace('\n', " "));
                for question in &task.questions {
                    let right = question.right.as_deref().unwrap_or("whatever reaches the goal");
                    let _written = writeln!(text, "      {}: {} {right}", question.slot, question.question);
                }
            }
        }
        text
    }
}

impl TaskKey {
    fn of(task: Task) -> Self {
        let right = |slot, question: &Question| {
            Answers::get(&task.passing, slot).map(|answer| question.words(answer))
        };
        let questions = task.questions().map(|(slot, question)| QuestionKey {
            slot,
            question: question.text.clone(),
            choices: choices(&question.kind),
            right: right(slot, question),
        });
        Self { questions: questions.collect(), id: task.id, story: task.story.clone() }
    }
}

/// What can be answered, as far as that is a list.
fn choices(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Choice(of) | Kind::Order(of) => of.clone(),
        Kind::Steps(of) => {
            of.iter().map(|process| format!("{}: {}", process.name, process.steps.join("; "))).collect()
        }
        Kind::Number { .. } => Vec::new(),
    }
}
