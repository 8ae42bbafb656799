//! `tripong replay FILE --verify`: whether the inputs of a recording give its hand-offs, and whether its bytes are those that were
//! written.

mod check;
mod source;
mod verdict;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use nix::sys::signal::Signal;

use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::output;
use crate::platform::progress::progress_bar;
use crate::platform::signals::Signals;
use crate::platform::{json, report_line};
use crate::recording::folder;
use crate::recording::reader::{Fault, name_of};

pub use check::{Checked, Failure, check};
pub use verdict::Verdict;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The file; `-` for stdin; None for the newest one in the folder of recordings.
    pub file: Option<PathBuf>,
    /// Whether the verdict is printed as JSON.
    pub as_json: bool,
}

/// Checks a recording, and prints the verdict. Returns the exit code.
///
/// # Errors
/// What does not fit, with its line; that it is no recording; those of the system.
pub fn run(request: &Request) -> Result<u8> {
    let signals = Arc::new(Signals::listen()?);
    let file = the_file(request.file.clone())?;
    let name = name_of(&file);
    let began = Instant::now();
    let mut stopped = None;
    let reader = source::open(&file, &signals);
    let mut reader = reader.map_err(|fault| failed(&name, fault, signals.take()))?;
    let (_, length) = reader.progress();
    let bar = progress_bar(length.unwrap_or(1), length.is_none());
    let checked = check(&mut reader, &mut |reader| {
        bar.set_position(reader.progress().0);
        bar.set_message(format!("line {}", reader.number()));
        stopped = signals.take();
        stopped.is_none()
    });
    bar.finish_and_clear();
    drop(bar);
    if let Some(Failure::Fault(fault @ (Fault::Foreign(_) | Fault::Newer { .. } | Fault::System(_)))) =
        checked.failure
    {
        return Err(failed(&name, fault, signals.take()));
    }
    if let (Some(Failure::Stopped), Some(signal)) = (&checked.failure, stopped) {
        let action = format!("check {name}: lines 1 to {} fit", checked.lines);
        return Err(Error::Stopped { signal, action });
    }
    let verdict = Verdict::of(name, &checked, clock::ns(began.elapsed()));
    let text = json::report("replay", &verdict, request.as_json)?;
    let error = verdict.error.as_ref().map(|error| Error::Misfit(format!("{}: {error}", verdict.file)));
    // What cannot be written weighs less than what does not fit.
    let printed = output::print("the verdict", &text, Some(&signals));
    if let (Some(_), Err(unprinted)) = (&error, &printed) {
        report_line(&format!("tripong: {unprinted}"));
    }
    error.map_or(printed.map(|()| 0), Err)
}

/// The newest recording, if none was named.
/// The file that was named, or else the newest one in the folder of recordings.
///
/// # Errors
/// [`Error::NoRecording`] if there is none; [`Error::Failed`] if the folder cannot be read.
pub fn the_file(named: Option<PathBuf>) -> Result<PathBuf> {
    if let Some(file) = named {
        return Ok(file);
    }
    let none = || Ok::<_, Error>(format!("there is no recording in {}", folder::path()?.display()));
    folder::newest()?.map_or_else(|| Err(Error::NoRecording(none()?)), Ok)
}

/// A signal ends the reading of a stream as an error of the system does.
fn failed(name: &str, fault: Fault, stopped: Option<Signal>) -> Error {
    match (fault, stopped) {
        (Fault::System(_), Some(signal)) => Error::Stopped { signal, action: format!("read {name}") },
        (fault, _) => fault.into_error(name),
    }
}
