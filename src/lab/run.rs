//! `tripong lab`: what was asked for.

use std::fmt;

use serde::Serialize;

use super::catalogue::{IN_WINDOWS_OF_THEIR_OWN, LABS, named};
use super::conductor::conduct;
use super::exercise::{Identity, Lab};
use super::front::{AnswersFile, FromFile, Front, Look, Terminal, Window, wrapped};
use super::receipt::{Claim, tasks_of};
use super::stage::Actor;
use super::{grade, key};
use crate::cli::lab::{IdentityArgs, LabArgs, LabCommand, parse_student};
use crate::cli::settings::Settings;
use crate::error::{Error, LAB_ON_A_TERMINAL, Result, exit};
use crate::platform::display::Display;
use crate::platform::terminal::has_person;
use crate::platform::{json, output, report_line};
use crate::protocol::GameSettings;

/// With what stands before it, an aim fits into 100 columns.
const AIM_WIDTH: usize = 78;

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
            wrapped(aim, AIM_WIDTH)
                .iter()
                .try_for_each(|line| writeln!(f, "                      {line}"))?;
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
    if let Some(file) = &wanted.answers {
        let ids = tasks_of(lab, identity.seed()).iter().map(|task| task.id).collect();
        return Ok(Box::new(FromFile::new(AnswersFile::read(file)?, ids)));
    }
    let terminal = Terminal::new()?;
    if wanted.headless {
        return Ok(Box::new(terminal));
    }
    match Display::find() {
        Ok(display) => Ok(Box::new(Window::open(display, look(wanted, lab), terminal)?)),
        Err(Error::NoDisplay(why)) if has_person() => {
            report_line(&format!("tripong: no display: {why}; the lab is done on this terminal"));
            Ok(Box::new(terminal))
        }
        Err(Error::NoWindows) if has_person() => Ok(Box::new(terminal)),
        Err(error) => Err(error.instead(LAB_ON_A_TERMINAL)),
    }
}

/// As in the last game, unless another size was chosen.
fn look(wanted: &LabArgs, lab: &Lab) -> Look {
    let remembered = Settings::load().remembered();
    let settings = GameSettings { zoom: wanted.zoom.unwrap_or(remembered.zoom), ..remembered };
    let leaves_room = IN_WINDOWS_OF_THEIR_OWN.contains(&lab.name);
    Look { settings, presents: wanted.present, is_zoomed: wanted.zoom.is_some(), leaves_room }
}
