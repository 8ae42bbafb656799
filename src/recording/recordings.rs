//! The recordings of a game, one after the other: the one that the command line asks for, and those that users begin and end with
//! Record, in the folder of recordings.

use std::time::{Duration, Instant, SystemTime};

use super::folder;
use super::session::{PATIENCE, Session, Unwritten};
use super::writer::Target;
use crate::error::{Error, Result};
use crate::platform::{clock, report_line};
use crate::protocol::{RecordingChange, RecordingName, RecordingStatus, What};
use crate::supervisor::Supervisor;

/// A folder that does not answer is waited for no longer than this: nobody looks after the panes meanwhile.
const FOLDER_PATIENCE: Duration = Duration::from_secs(2);
/// So often an ended recording is looked at that is not yet written.
const BEAT: Duration = Duration::from_millis(100);
/// More presses than users make between two looks.
const MOST_PRESSES: u64 = 64;
/// So many lines wait for the terminal to be free.
const MOST_LINES: usize = 100;

/// What is recorded, and what users want to be recorded.
#[derive(Debug)]
pub struct Recordings {
    current: Option<Current>,
    unwritten: Vec<Unwritten>,
    /// How often Record had been pressed at the last look.
    presses: u64,
    /// How often the Region had been replaced: a fresh one counts its presses anew.
    replacements: u64,
    /// Whether lines go to stderr at once; else they wait until the terminal is free.
    reports: bool,
    lines: Vec<String>,
}

#[derive(Debug)]
struct Current {
    session: Session,
    name: RecordingName,
    since_ns: u64,
}

impl Recordings {
    /// Of a game that begins: recorded where the command line says, if it does.
    ///
    /// # Errors
    /// Why that file cannot be created.
    pub fn begin(supervisor: &Supervisor, target: Option<&Target>, reports: bool) -> Result<Self> {
        let session = target.map(|target| Session::create(supervisor, target)).transpose()?;
        let since_ns = clock::now_ns();
        let current = session.map(|session| Current { session, name: RecordingName::GIVEN, since_ns });
        let presses = supervisor.region().record_presses();
        let mut recordings =
            Self { current, unwritten: Vec::new(), presses, replacements: 0, reports, lines: Vec::new() };
        recordings.publish(supervisor);
        Ok(recordings)
    }

    /// Looks at the game: after each look of the supervisor. Returns when to look again, where nothing else says so.
    pub fn look(&mut self, supervisor: &Supervisor) -> Option<Instant> {
        if self.is_pressed(supervisor) {
            match self.current.take() {
                Some(current) => self.end_one(supervisor, current, RecordingChange::Ended),
                None => self.begin_one(supervisor),
            }
        }
        let again_at = self.current.as_mut().and_then(|current| current.session.look(supervisor));
        if let Some(failed) = self.current.take_if(|current| current.session.state().failed.is_some()) {
            self.end_one(supervisor, failed, RecordingChange::Failed);
        }
        self.publish(supervisor);
        let beat = self.report_the_written();
        [again_at, beat].into_iter().flatten().min()
    }

    /// Ends what is recorded: the game is over, and all of its processes have ended. Returns the lines that are to be read when the
    /// terminal is free.
    pub fn end(mut self, supervisor: &Supervisor) -> Vec<String> {
        let current = self.current.take().map(|current| current.session.end_soon(supervisor, true));
        let deadline = Instant::now() + PATIENCE;
        for unwritten in self.unwritten.drain(..).chain(current) {
            let left = deadline.saturating_duration_since(Instant::now());
            self.lines.push(unwritten.finish(left));
        }
        self.lines
    }

    /// Whether a user has pressed Record since the last look; two presses at once are none. A word that somebody has written over is
    /// no press.
    fn is_pressed(&mut self, supervisor: &Supervisor) -> bool {
        let presses = supervisor.region().record_presses();
        let replacements = supervisor.tally.counts.reinitializations;
        let before = std::mem::replace(&mut self.presses, presses);
        let is_replaced = std::mem::replace(&mut self.replacements, replacements) != replacements;
        let new = presses.wrapping_sub(before);
        !is_replaced && new <= MOST_PRESSES && new % 2 == 1
    }

    fn begin_one(&mut self, supervisor: &Supervisor) {
        let created = clock::within(FOLDER_PATIENCE, folder::create).unwrap_or_else(|| {
            let why = format!("nothing comes within {FOLDER_PATIENCE:?}");
            Err(Error::failed("record in the folder of recordings")(std::io::Error::other(why)))
        });
        let change = match created {
            Ok((name, path, file)) => {
                self.report(format!("recording in {}", path.display()));
                let session = Session::begin(supervisor, &Target::File(path), file);
                self.current = Some(Current { session, name, since_ns: clock::now_ns() });
                self.publish(supervisor);
                What::Recording { change: RecordingChange::Begun, file: name }
            }
            Err(error) => {
                self.report(format!("{error}; the game goes on"));
                let file = RecordingName::new(SystemTime::now(), 1);
                What::Recording { change: RecordingChange::Failed, file }
            }
        };
        supervisor.note(change);
    }

    fn end_one(&mut self, supervisor: &Supervisor, current: Current, change: RecordingChange) {
        self.unwritten.push(current.session.end_soon(supervisor, false));
        // Before the windows are woken by the event.
        self.publish(supervisor);
        supervisor.note(What::Recording { change, file: current.name });
    }

    /// Again and again: somebody may have written over it, or the Region is another one.
    fn publish(&mut self, supervisor: &Supervisor) {
        let status = self.current.as_mut().map(|Current { session, name, since_ns }| RecordingStatus {
            since_ns: *since_ns,
            bytes: session.state().bytes,
            file: *name,
        });
        supervisor.region().event_log.set_recording(status);
    }

    /// Reports what is written by now. Returns when to look again, if something is not.
    fn report_the_written(&mut self) -> Option<Instant> {
        let all = std::mem::take(&mut self.unwritten);
        for unwritten in all {
            if unwritten.is_done() {
                self.report(unwritten.finish(Duration::ZERO));
            } else {
                self.unwritten.push(unwritten);
            }
        }
        (!self.unwritten.is_empty()).then(|| Instant::now() + BEAT)
    }

    fn report(&mut self, line: String) {
        if self.reports {
            report_line(&format!("tripong: {line}"));
        } else if self.lines.len() < MOST_LINES {
            self.lines.push(line);
        }
    }
}
