//! `tripong lab`: what was asked for.

use std::fmt;

use serde::Serialize;

use super::catalogue::{LABS, named};
use super::conductor::conduct;
use super::exercise::{Identity, Lab};
use super::front::{AnswersFile, FromFile, Front, Terminal};
use super::receipt::{Claim, tasks_of};
use super::stage::Actor;
use super::{grade, key};
use crate::cli::lab::{IdentityArgs, LabArgs, LabCommand, parse_student};
use crate::error::{Error, Result, exit};
use crate::platform::{json, output, report_line};

/// Does what was asked for. Returns the exit code.
///
/// Only for the main thread: a process of a lab ends with the *thread* that started it (`PR_SET_PDEATHSIG`).
///
/// # Errors
/// What kept it from being done.
pub fn run(wanted: &LabArgs) -> Result<u8> {
    match &wanted.command {
        Some(LabCommand::Verify(wanted)) => return grade::run(wanted),
        Some(LabCommand::Key(wanted)) => return key::run(wanted),
        None => {}
    }
    let Some(name) = &wanted.name else {
        return output::print("the labs", &json::report("labs", &Labs::all(), wanted.json)?, None)
            .map(|()| 0);
    };
    let lab = match named(name) {
        Ok(lab) => lab,
        Err(line) => {
            report_line(&format!("tripong: {line}"));
            return Ok(exit::USAGE);
        }
    };
    let identity = match identity(&wanted.identity) {
        Ok(identity) => identity,
        Err(line) => {
            report_line(&format!("tripong: {line}"));
            return Ok(exit::USAGE);
        }
    };
    let claim = Claim::of(wanted.receipt.as_deref(), lab, &identity)?;
    let mut front = front(wanted, lab, &identity)?;
    let is_done = conduct(lab, identity, &claim.path, front.as_mut())?;
    Ok(u8::from(!is_done))
}

/// A process of a lab.
///
/// # Errors
/// What keeps it from acting; [`Error::Failed`] for a lab that does not exist.
pub fn run_process(lab: &str, part: &str, links: u8) -> Result<()> {
    let lab = named(lab).map_err(|line| Error::failed("find the lab")(std::io::Error::other(line)))?;
    (lab.act)(&mut Actor::attach(part, links)?)
}

/// The labs, as they are listed.
#[derive(Serialize)]
struct Labs {
    labs: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    title: &'static str,
    aim: &'static str,
    minutes: u8,
}

impl Labs {
    fn all() -> Self {
        let listed =
            |lab: &Lab| Listed { name: lab.name, title: lab.title, aim: lab.aim, minutes: lab.minutes };
        Self { labs: LABS.iter().map(listed).collect() }
    }
}

impl fmt::Display for Labs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Listed { name, title, aim, minutes } in &self.labs {
            writeln!(f, "{name:<13} {minutes:>2} min  {title}")?;
            writeln!(f, "                      {aim}")?;
        }
        write!(
            f,
            "`tripong lab NAME` begins one: in a window, or on the terminal without a display or with --headless."
        )
    }
}

/// Whose lab it is: who was named, or else the login here.
fn identity(args: &IdentityArgs) -> std::result::Result<Identity, String> {
    let login = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
    let student = match &args.student {
        Some(student) => student.clone(),
        None => parse_student(&login()).map_err(
            |_| "the questions are drawn for a student, and your login is not known here: add `--student ID`",
        )?,
    };
    Ok(Identity { student, course: args.course.clone(), term: args.term.clone() })
}

fn front(wanted: &LabArgs, lab: &Lab, identity: &Identity) -> Result<Box<dyn Front>> {
    match &wanted.answers {
        Some(file) => {
            let ids = tasks_of(lab, identity.seed()).iter().map(|task| task.id).collect();
            Ok(Box::new(FromFile::new(AnswersFile::read(file)?, ids)))
        }
        None => Ok(Box::new(Terminal)),
    }
}
