//! `tripong lab`: its arguments.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

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
    #[arg(long, value_name = "ID")]
    pub student: Option<String>,

    /// Course, such as OS-101
    #[arg(long, value_name = "COURSE", default_value = "")]
    pub course: String,

    /// Term, such as 2026-autumn
    #[arg(long, value_name = "TERM", default_value = "")]
    pub term: String,
}

/// Anything but a lab.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum LabCommand {
    /// Grade receipts: judge them again, without a display and without a network
    Verify(VerifyArgs),
    /// Print each student's questions and right answers, for the lecturer
    Key(KeyArgs),
}

/// Which receipts, and how the grades are printed.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct VerifyArgs {
    /// Receipts
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// For whom: people, programs, or the grader of a platform
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: GradeFormat,

    /// Whose receipts they must be
    #[arg(long, value_name = "ID")]
    pub student: Option<String>,

    /// Of which course they must be
    #[arg(long, value_name = "COURSE")]
    pub course: Option<String>,

    /// Of which term they must be
    #[arg(long, value_name = "TERM")]
    pub term: Option<String>,

    /// Labs that must be there, comma-separated: a missing one counts as wrong
    #[arg(long, value_name = "LABS", value_delimiter = ',')]
    pub labs: Vec<String>,

    /// Who has submitted, as Gradescope writes it: submission_metadata.json
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
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
    #[arg(long, value_name = "COURSE", default_value = "")]
    pub course: String,

    /// Term, such as 2026-autumn
    #[arg(long, value_name = "TERM", default_value = "")]
    pub term: String,

    /// A file with a student per line; `-` for stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "student")]
    pub students: Option<PathBuf>,

    /// One student
    #[arg(long, value_name = "ID", conflicts_with = "students")]
    pub student: Option<String>,

    /// Only this lab
    #[arg(long, value_name = "LAB")]
    pub lab: Option<String>,

    /// Print one JSON object
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
