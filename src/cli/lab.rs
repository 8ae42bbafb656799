//! `tripong lab`: its arguments.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::help::{LAB_KEY_AFTER_HELP, LAB_VERIFY_AFTER_HELP};
use super::parse::parse_zoom;
use crate::protocol::Zoom;

/// What is to be done with labs.
#[derive(Debug, Clone, PartialEq, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_precedence_over_arg = true)]
pub struct LabArgs {
    /// Anything but a lab.
    #[command(subcommand)]
    pub command: Option<LabCommand>,

    /// Which lab [default: list them]
    #[arg(value_name = "LAB")]
    pub name: Option<String>,

    #[command(flatten)]
    #[allow(missing_docs, reason = "clap would print it as help of the whole command")]
    pub identity: IdentityArgs,

    /// Where the receipt goes [default: LAB-STUDENT.receipt.json here, with a number if there is one already]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub receipt: Option<PathBuf>,

    /// List the labs as one JSON object
    #[arg(long, conflicts_with = "name")]
    pub json: bool,

    /// On the terminal, by keys only
    #[arg(long)]
    pub headless: bool,

    /// Without anybody: take all answers from this file; `tripong lab key --answers` prints one
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["present", "zoom"])]
    pub answers: Option<PathBuf>,

    /// Arrange the window for a projector
    #[arg(long, conflicts_with = "headless")]
    pub present: bool,

    /// Scale of the window's contents: 0.5 to 4
    #[arg(long, value_name = "N", value_parser = parse_zoom, conflicts_with = "headless", allow_negative_numbers = true)]
    pub zoom: Option<Zoom>,
}

/// Whose lab: the questions follow from these three.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct IdentityArgs {
    /// Student, as the course knows you: a number, a login, an address [default: your login here]
    #[arg(long, value_name = "ID", value_parser = parse_student, allow_hyphen_values = true)]
    pub student: Option<String>,

    /// Course, such as OS-101
    #[arg(long, value_name = "COURSE", default_value = "", hide_default_value = true, value_parser = parse_identity)]
    pub course: String,

    /// Term, such as 2026-autumn
    #[arg(long, value_name = "TERM", default_value = "", hide_default_value = true, value_parser = parse_identity)]
    pub term: String,
}

/// Anything but a lab.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum LabCommand {
    /// Grade receipts: judge them again, without a display and without a network
    ///
    /// No point that a receipt says is believed: its questions are drawn again from student, course and term, its answers and
    /// observations judged again, its ball simulated again. A wrong answer costs a point; what cannot be true, or was changed, cannot
    /// be graded. Of several receipts of one lab the one with the most points counts.
    #[command(after_help = LAB_VERIFY_AFTER_HELP)]
    Verify(VerifyArgs),
    /// Print each student's questions and right answers, for the lecturer
    ///
    /// The answers are those of a machine that shows what the lab is about; of what can be chosen, one that reaches the goal.
    #[command(after_help = LAB_KEY_AFTER_HELP)]
    Key(KeyArgs),
}

/// Which receipts, and how the grades are printed.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct VerifyArgs {
    /// Receipts; of a folder, all files in it whose names end in .json; `-` for stdin
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,

    /// For whom: people, programs, or the grader of a platform
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: GradeFormat,

    /// Whose receipts they must be
    #[arg(long, value_name = "ID", value_parser = parse_student, allow_hyphen_values = true)]
    pub student: Option<String>,

    /// Of which course they must be
    #[arg(long, value_name = "COURSE", value_parser = parse_identity)]
    pub course: Option<String>,

    /// Of which term they must be
    #[arg(long, value_name = "TERM", value_parser = parse_identity)]
    pub term: Option<String>,

    /// Labs that must be there, comma-separated: a missing one counts as wrong
    #[arg(long, value_name = "LABS", value_delimiter = ',')]
    pub labs: Vec<String>,

    /// Who has submitted, as Gradescope writes it: submission_metadata.json
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "student")]
    pub metadata: Option<PathBuf>,
}

/// For whom grades are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GradeFormat {
    /// Lines for people.
    Text,
    /// One JSON object.
    Json,
    /// Gradescope's results.json.
    Gradescope,
    /// PrairieLearn's results.json.
    Prairielearn,
    /// Autolab's last line.
    Autolab,
}

/// Whose questions, and right answers.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct KeyArgs {
    /// Course, such as OS-101
    #[arg(long, value_name = "COURSE", default_value = "", hide_default_value = true, value_parser = parse_identity)]
    pub course: String,

    /// Term, such as 2026-autumn
    #[arg(long, value_name = "TERM", default_value = "", hide_default_value = true, value_parser = parse_identity)]
    pub term: String,

    /// A file with a student per line; `-` for stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "student")]
    pub students: Option<PathBuf>,

    /// One student
    #[arg(long, value_name = "ID", conflicts_with = "students", value_parser = parse_student, allow_hyphen_values = true)]
    pub student: Option<String>,

    /// Only this lab
    #[arg(long, value_name = "LAB")]
    pub lab: Option<String>,

    /// Print a JSON object per student, each in a line
    #[arg(long)]
    pub json: bool,

    /// Print a file for `tripong lab LAB --answers`: of answers that are all right, or all wrong
    #[arg(long, value_enum, value_name = "WHICH", requires_all = ["student", "lab"], conflicts_with = "json")]
    pub answers: Option<Reference>,
}

/// Which answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reference {
    /// All right.
    Passing,
    /// All wrong.
    Failing,
}

/// The longest name of a student, a course or a term, in bytes: a receipt is named after its student.
const LONGEST: usize = 120;

/// Part of an identity, without spaces at its ends.
///
/// # Errors
/// What is wrong with it, as the parser says it.
pub fn parse_identity(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(format!("it must have {LONGEST} bytes at most"));
    }
    if !text.chars().all(is_plain) {
        return Err("it must be one line of visible characters".to_owned());
    }
    Ok(text.to_owned())
}

/// The same for a student, who must be somebody.
///
/// # Errors
/// What is wrong with it, as the parser says it.
pub fn parse_student(text: &str) -> Result<String, String> {
    match parse_identity(text) {
        Ok(student) if student.is_empty() => Err("it must not be empty".to_owned()),
        parsed => parsed,
    }
}

/// Whether a character only stands where it is: it moves no cursor, and turns no line round.
pub fn is_plain(letter: char) -> bool {
    let is_invisible = matches!(letter,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    !letter.is_control() && !is_invisible
}
