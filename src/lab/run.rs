//! `tripong lab`: what was asked for.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::catalogue::{IN_WINDOWS_OF_THEIR_OWN, LABS, named};
use super::conductor::conduct;
use super::exercise::{Identity, Lab};
use super::front::{AnswersFile, FromFile, Front, Look, Terminal, Window};
use super::receipt::tasks_of;
use super::stage::Actor;
use crate::cli::lab::{IdentityArgs, LabArgs};
use crate::cli::settings::Settings;
use crate::error::{Error, LAB_ON_A_TERMINAL, Result, exit};
use crate::platform::display::Display;
use crate::platform::terminal::has_person;
use crate::platform::{output, report_line};
use crate::protocol::GameSettings;

/// Does what was asked for. Returns the exit code.
///
/// Only for the main thread: a process of a lab ends with the *thread* that started it (`PR_SET_PDEATHSIG`).
///
/// # Errors
/// What kept it from being done.
pub fn run(wanted: &LabArgs) -> Result<u8> {
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
