//! `tripong lab`: what was asked for.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::catalogue::{LABS, named};
use super::conductor::conduct;
use super::exercise::{Identity, Lab};
use super::front::{AnswersFile, FromFile, Front, Terminal};
use super::receipt::tasks_of;
use super::stage::Actor;
use super::{grade, key};
use crate::cli::lab::{IdentityArgs, LabArgs, LabCommand};
use crate::error::{Error, Result, exit};
use crate::platform::output;

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
        return output::print("the labs", &list(), None).map(|()| 0);
    };
    let lab = match named(name) {
        Ok(lab) => lab,
        Err(line) => {
            crate::platform::report_line(&format!("tripong: {line}"));
            return Ok(exit::USAGE);
        }
    };
    let identity = identity(&wanted.identity);
    let path = wanted.receipt.clone().unwrap_or_else(|| default_path(lab, &identity));
    let mut front = front(wanted, lab, &identity)?;
    let is_done = conduct(lab, identity, &path, front.as_mut())?;
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

fn list() -> String {
    let mut text = String::new();
    for Lab { name, title, aim, minutes, .. } in LABS {
        // A String takes all.
        let _written = writeln!(text, "{name:<14} {minutes:>2} min  {title}. {aim}");
    }
    text
}

fn identity(args: &IdentityArgs) -> Identity {
    let login = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
    let student = args.student.clone().unwrap_or_else(login);
    Identity { student, course: args.course.clone(), term: args.term.clone() }
}

/// `LAB-STUDENT.receipt.json`, with a number if that is there already: no receipt is overwritten.
fn default_path(lab: &Lab, identity: &Identity) -> PathBuf {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.@".contains(letter);
    let student: String =
        identity.student.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
    let path = |number: u32| match number {
        1 => PathBuf::from(format!("{}-{student}.receipt.json", lab.name)),
        _ => PathBuf::from(format!("{}-{student}-{number}.receipt.json", lab.name)),
    };
    let free = (1..10_000).map(path).find(|path| !Path::exists(path));
    free.unwrap_or_else(|| path(10_000))
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
