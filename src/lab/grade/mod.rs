//! `tripong lab verify`: reads receipts, judges them again, and prints the grades for people, for programs or for a platform.

mod grades;
mod inputs;
mod platforms;
mod text;

pub use grades::{Grades, Missing, Row};

use std::io::{IsTerminal, stderr, stdout};
use std::path::PathBuf;

use super::exercise::Identity;
use super::receipt::verify::{Expected, Fault, Graded, Played, judge};
use crate::cli::lab::{GradeFormat, VerifyArgs};
use crate::error::{Error, Result, exit};
use crate::platform::{json, output, report_line};

/// Grades receipts. Returns the exit code: 0 if all of them could be graded, whatever their points.
///
/// # Errors
/// [`Error::Failed`] for a file that was named and cannot be read, or grades that cannot be printed.
pub fn run(wanted: &VerifyArgs) -> Result<u8> {
    let labs = match grades::labs_of(&wanted.labs) {
        Ok(labs) => labs,
        Err(line) => {
            report_line(&format!("tripong: {line}"));
            return Ok(exit::USAGE);
        }
    };
    let expected = expected(wanted)?;
    let is_one_student = !matches!(wanted.format, GradeFormat::Text | GradeFormat::Json);
    let files = judged(&wanted.files, expected.clone(), is_one_student)?;
    let grades = Grades::of(files, &labs, &expected);
    output::print("the grades", &printed(&grades, wanted.format)?, None)?;
    if grades.gradable {
        return Ok(0);
    }
    // Where both are the same terminal, the grades have said it.
    let is_said = wanted.format == GradeFormat::Text && stdout().is_terminal() && stderr().is_terminal();
    if is_said && grades.faults().next().is_some() {
        return Ok(exit::USAGE);
    }
    let first = grades.faults().next().map(|(file, fault)| format!("{file} cannot be graded: {fault}"));
    report_line(&format!(
        "tripong: {}",
        first.unwrap_or_else(|| "there is no receipt to be graded".to_owned())
    ));
    Ok(exit::USAGE)
}

fn expected(wanted: &VerifyArgs) -> Result<Expected> {
    let students = match (&wanted.student, &wanted.metadata) {
        (Some(student), _) => Some(vec![student.clone()]),
        (None, Some(metadata)) => Some(Expected::students_of(metadata)?),
        (None, None) => None,
    };
    Ok(Expected { students, course: wanted.course.clone(), term: wanted.term.clone() })
}

type Judged = Vec<(String, std::result::Result<Graded, Fault>)>;

/// A submission is of one student: the first receipt says whose all others must be.
fn judged(named: &[PathBuf], mut expected: Expected, is_one_student: bool) -> Result<Judged> {
    let mut played = Played::default();
    let mut files = Vec::new();
    for pending in inputs::inputs(named)? {
        let input = pending.read()?;
        let judged = input.bytes.and_then(|bytes| judge(&bytes, &expected, &mut played));
        if let Ok(Graded { student, course, term, .. }) = &judged
            && is_one_student
        {
            let (student, course, term) = (student.clone(), course.clone(), term.clone());
            expected = Expected::only(&Identity { student, course, term });
        }
        files.push((input.name, judged));
    }
    Ok(files)
}

fn printed(grades: &Grades, format: GradeFormat) -> Result<String> {
    let text = match format {
        GradeFormat::Text => Ok(format!("{grades}\n")),
        GradeFormat::Json => json::line("lab", grades),
        GradeFormat::Gradescope => platforms::gradescope(grades),
        GradeFormat::Prairielearn => platforms::prairielearn(grades),
        GradeFormat::Autolab => platforms::autolab(grades),
    };
    text.map_err(Error::failed("make the grades"))
}
