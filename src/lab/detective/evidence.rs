//! What a game has left: its report, and its recording, read line by line and checked as `tripong replay --verify` does.

use std::fs::File;
use std::os::fd::AsRawFd;

use super::game::Played;
use crate::error::{Error, Result};
use crate::lab::exercise::Observation;
use crate::protocol::End;
use crate::recording::line::Line;
use crate::recording::reader::{Fault, Reader};
use crate::recording::verify::{Verdict, check};

/// Names of facts, and the numbers that the judge needs.
pub(super) const EXIT: &str = "exit code";
pub(super) const BALLS: &str = "balls at the end";
pub(super) const HOPS: &str = "hand-offs at the end";
pub(super) const EPOCH: &str = "epoch at the end";
pub(super) const RECOVERIES: &str = "recoveries";
pub(super) const RECALLS: &str = "recalls";
pub(super) const REPLACED: &str = "times the Region was replaced";
/// These four are there only if there was one.
pub(super) const STOPPED: &str = "recall of a stopped pane's ball began epoch";
pub(super) const HUNG: &str = "recall of a running pane's ball began epoch";
pub(super) const LAST: &str = "last recorded epoch before the Region was replaced";
pub(super) const SAME: &str = "the ball flew as in one process alone";
pub(super) const MISFIT: &str = "epoch of the first line that does not fit";
pub(super) const VERIFY: &str = "replay --verify";
/// The prefix of facts about the game that keeps the rules.
pub(super) const SOUND: &str = "rules kept: ";
/// Whether what was noticed is what the flaw leads to.
pub(super) const SHOWN: &str = "the flaw was seen";
/// What [`VERIFY`] says of a recording that fits.
pub(super) const FITS: &str = "fits";
/// Where the recording is.
const RECORDING: &str = "recording";

/// What the lines of a recording say.
#[derive(Debug, Default)]
struct Story {
    /// The last epoch that a line has begun.
    epoch: u64,
    /// A pane was stopped, and its ball not recalled yet.
    is_stopped: bool,
    /// The first recall from a pane that was stopped, and the first from one that was not.
    stopped: u64,
    hung: u64,
    replaced: u64,
    /// Before the Region was replaced for the first time.
    last: u64,
    /// By line, the epoch that it begins.
    begun: Vec<(u64, u64)>,
}

impl Story {
    fn read(&mut self, number: u64, line: &Line) {
        let epoch = match line {
            Line::Hop(hop) => hop.epoch,
            Line::Recovered(recovered) => recovered.epoch,
            Line::Serve(serve) => serve.epoch,
            Line::Frozen(_) => return self.is_stopped = true,
            Line::Reinitialized(back) => {
                if self.replaced == 0 {
                    self.last = self.epoch;
                }
                self.replaced += 1;
                back.epoch
            }
            _ => return,
        };
        if let Line::Serve(serve) = line
            && serve.from.is_some()
        {
            let is_stopped = std::mem::take(&mut self.is_stopped);
            let first = if is_stopped { &mut self.stopped } else { &mut self.hung };
            *first = if *first == 0 { serve.epoch } else { *first };
        }
        self.epoch = epoch;
        self.begun.push((number, epoch));
    }

    /// The epoch of this line, or else of the first after it that begins one.
    fn epoch_of(&self, line: u64) -> u64 {
        self.begun.iter().find(|(number, _)| *number >= line).map_or(self.epoch, |(_, epoch)| *epoch)
    }
}

/// Adds what a game has come to, each name after `prefix`.
///
/// # Errors
/// [`Error::Failed`] if report or recording are not what they should be.
pub(super) fn add(seen: &mut Observation, prefix: &str, played: &Played) -> Result<()> {
    let report = |key: &str| played.report.get(key);
    let number = |key: &str| {
        let number = report(key).and_then(serde_json::Value::as_u64);
        number.ok_or_else(|| failed(&format!("the report has no {key}")))
    };
    let name = |fact: &str| format!("{prefix}{fact}");
    let code = match played.end {
        End::Code(code) => u64::from(code),
        End::Signal(signal) => 128 + u64::from(signal),
    };
    let is_same = report("hash").is_some() && report("hash") == report("expected_hash");
    let story = story(&played.recording)?;
    let verdict = verdict(played)?;
    seen.count(&name(EXIT), code, "")
        .count(&name(BALLS), number("balls")?, "")
        .count(&name(HOPS), number("hops")?, "")
        .count(&name(EPOCH), number("epoch")?, "")
        .count(&name(RECOVERIES), number("recoveries")?, "")
        .count(&name(RECALLS), number("recalls")?, "")
        .count(&name(REPLACED), story.replaced, "")
        .flag(&name(SAME), is_same)
        .text(&name(VERIFY), verdict.error.clone().unwrap_or_else(|| FITS.to_owned()));
    let misfit = verdict.line.map_or(0, |line| story.epoch_of(line));
    let epochs = [(STOPPED, story.stopped), (HUNG, story.hung), (LAST, story.last), (MISFIT, misfit)];
    for (fact, epoch) in epochs.into_iter().filter(|(_, epoch)| *epoch > 0) {
        seen.count(&name(fact), epoch, "");
    }
    seen.text(&name(RECORDING), played.path());
    Ok(())
}

fn failed(why: &str) -> Error {
    Error::failed("read what a game of the lab has left")(std::io::Error::other(why.to_owned()))
}

fn reader(recording: &File) -> Result<Reader> {
    // Opened anew: each reader has a place of its own.
    let again = File::open(format!("/proc/self/fd/{}", recording.as_raw_fd()));
    let again = again.map_err(Error::system("open a recording in memory"))?;
    Reader::of_file(again).map_err(|fault| fault.into_error("the recording of the lab"))
}

fn story(recording: &File) -> Result<Story> {
    let mut reader = reader(recording)?;
    let mut story = Story::default();
    let wrong = |fault: Fault| fault.into_error("the recording of the lab");
    while let Some(numbered) = reader.next().map_err(wrong)? {
        story.read(numbered.number, &numbered.line);
    }
    Ok(story)
}

fn verdict(played: &Played) -> Result<Verdict> {
    let checked = check(&mut reader(&played.recording)?, &mut |_| true);
    Ok(Verdict::of(played.path(), &checked, 0))
}
