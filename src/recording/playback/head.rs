//! The play head.

use std::fs::File;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::line::Header;
use super::cursor::Cursor;
use super::index::{Index, Keyframes};
use super::known::Known;
use super::logs::Logs;
use super::mark::Mark;
use super::rate::Rate;
use super::stage::{Moment, Stage};
use crate::error::{Error, Result};
use crate::game::{Ball, Court, PaneId};
use crate::protocol::{Region, Setup};
use crate::recording::Replayed;
use crate::recording::reader::Fault;
use crate::recording::replayed::PaneProcess;

/// So many places are kept near the play head, beside those of the index.
pub(super) const NEAR: usize = 64;
/// No more time goes by between two looks at the clock: the viewer was stopped, or its window was hidden.
const LONGEST_LOOK_NS: u64 = 250_000_000;

/// What there is to see at the play head.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Where it is on the axis, in nanoseconds.
    pub shown_ns: u64,
    /// When that was, in nanoseconds since the recording began.
    pub at_ns: u64,
    /// The ball.
    pub ball: Ball,
    /// The pane that has it; None while it rests.
    pub holder: Option<PaneId>,
    /// The epoch.
    pub epoch: u64,
    /// The number of the last line that counts here.
    pub line: u64,
    /// So many hand-offs up to here were compared with the game that is played anew, bit by bit, and all of them fit.
    pub compared: u64,
    /// So many epochs up to here are not in the recording: nobody has seen them.
    pub unseen: u64,
    /// The processes of the panes, from the left, as far as the recording names them.
    pub processes: Vec<PaneProcess>,
}

/// A recording with a play head, which goes to any place of it, and plays from there.
///
/// A thread reads the file once, checks every line, and keeps what it takes to go back. What it has read can be shown meanwhile.
/// Memory is bounded, whatever the file.
///
/// The game at the play head lies in a Region of this process alone: whatever reads a Region shows it. The time there is
/// [`Self::now_ns`].
#[derive(Debug)]
pub struct Playback {
    pub(super) path: PathBuf,
    pub(super) cursor: Cursor,
    pub(super) near: Keyframes,
    pub(super) index: Index,
    pub(super) stage: Stage,
    pub(super) head: Head,
    pub(super) now_ns: u64,
    pub(super) logs: Logs,
    pub(super) is_playing: bool,
    pub(super) rate: Rate,
    pub(super) clock_ns: Option<u64>,
    pub(super) marks: Arc<[Mark]>,
    pub(super) known: Known,
}

impl Playback {
    /// Opens a recording, and begins to read it.
    ///
    /// # Errors
    /// [`Error`] names the file, and what is wrong with its beginning. What is wrong later is in [`Known::ending`].
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |fault| not_shown(path, fault);
        let open = || Cursor::open(File::open(path)?);
        let (cursor, other) = (open().map_err(failed)?, open().map_err(failed)?);
        let mut stage = Stage::new(cursor.header())?;
        let game = cursor.after().clone();
        let logs = cursor.logs.clone();
        let (head, now_ns) =
            show(&mut stage, &game, &logs, cursor.line(), cursor.knot.shown_ns, cursor.knot.at_ns)?;
        let index = Index::begin(other)?;
        let (rate, is_playing, clock_ns, known) = Default::default();
        let (path, near, marks) = (path.to_owned(), Keyframes::new(NEAR), Arc::default());
        #[rustfmt::skip]
        let playback = Self {
            path, cursor, near, index, stage, head, now_ns, logs, is_playing, rate, clock_ns, marks, known,
        };
        Ok(playback)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What game this is.
    pub fn header(&self) -> &Header {
        self.cursor.header()
    }

    /// The same as the Region has it.
    pub fn setup(&self) -> &Setup {
        &self.stage.setup
    }

    /// Panes and seed.
    pub fn court(&self) -> Court {
        self.stage.setup.court
    }

    /// Whether time goes by.
    pub fn is_playing(&self) -> bool {
        self.is_playing
    }

    /// Lets time go by, or stops it. At the end: from the beginning.
    pub fn set_playing(&mut self, is_playing: bool) {
        if is_playing && self.known.ending.is_some() && self.head.shown_ns >= self.limit() {
            self.seek(0);
        }
        (self.is_playing, self.clock_ns) = (is_playing, None);
    }

    /// How fast.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Sets how fast.
    pub fn set_rate(&mut self, rate: Rate) {
        self.rate = rate;
    }

    /// It is `clock_ns` now, by whatever clock goes forward: the play head moves if it is played, and what was read meanwhile is
    /// known. Returns whether anything changed that is to be seen. At the end it stops.
    pub fn advance(&mut self, clock_ns: u64) -> bool {
        let has_news = self.learn();
        let before_ns = self.clock_ns.replace(clock_ns).unwrap_or(clock_ns);
        if !self.is_playing {
            return has_news;
        }
        let passed_ns = self.rate.of(clock_ns.saturating_sub(before_ns).min(LONGEST_LOOK_NS));
        let wanted_ns = self.head.shown_ns.saturating_add(passed_ns);
        let has_moved = wanted_ns != self.head.shown_ns && self.seek(wanted_ns);
        // Where the file is still read there is more soon.
        if self.known.ending.is_some() && wanted_ns >= self.limit() {
            self.is_playing = false;
        }
        has_news || has_moved || !self.is_playing
    }

    /// Learns what was read meanwhile.
    pub(super) fn learn(&mut self) -> bool {
        let Some(known) = self.index.news(&self.known) else { return false };
        if known.marks != self.known.marks {
            self.marks = self.index.marks();
        }
        self.known = known;
        true
    }

    /// What there is to see at the play head.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// What is known of the file.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// The marks, in the order of the axis.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The last things that happened up to the play head, the newest first: when, in nanoseconds since the recording began, and
    /// what.
    pub fn happenings(&self, most: usize) -> Vec<(u64, String)> {
        let court = self.court();
        let last = self.logs.happenings.iter().rev().take(most);
        last.map(|(at_ns, happening)| (*at_ns, happening.in_words(&court))).collect()
    }

    /// How many places are kept from which the recording can be played on, and about how many bytes they take.
    pub fn kept(&self) -> (usize, usize) {
        self.index.size()
    }

    /// The game at the play head, laid out as in the processes that played it.
    pub fn region(&self) -> &Region {
        self.stage.region()
    }

    /// Its bytes.
    pub fn memfd(&self) -> BorrowedFd<'_> {
        self.stage.memfd()
    }

    /// The time at the play head, by the clock of the machine that recorded it (`CLOCK_MONOTONIC`, ns): what is to be given to
    /// whatever looks at the Region.
    pub fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// When the recording began, by the same clock: zero of all times that are written.
    pub fn origin_ns(&self) -> u64 {
        self.logs.origin_ns
    }

    /// Changes whenever the Region was laid out anew, as after a step back: what was read of it before is of no use any more.
    pub fn generation(&self) -> u64 {
        self.stage.generation
    }
}

/// Lays out a moment. Returns what there is to see, and the time.
pub(super) fn show(
    stage: &mut Stage,
    game: &Replayed,
    logs: &Logs,
    line: u64,
    shown_ns: u64,
    at_ns: u64,
) -> Result<(Head, u64)> {
    let now_ns = logs.now_ns(at_ns);
    stage.show(&Moment { shown_ns, now_ns, game, logs })?;
    let court = logs.court;
    // Before a `start` line the ball lies where it is served from.
    let ball = game.ball().unwrap_or_else(|| court.serve(court.middle(), None));
    let (holder, epoch, tally) = (game.holder(), game.epoch(), game.tally());
    let (compared, unseen, processes) = (tally.compared, tally.unseen, game.processes().to_vec());
    Ok((Head { shown_ns, at_ns, ball, holder, epoch, line, compared, unseen, processes }, now_ns))
}

fn not_shown(path: &Path, fault: Fault) -> Error {
    let name = path.display();
    match fault {
        Fault::System(source) if source.kind() == std::io::ErrorKind::NotSeekable => {
            let why =
                "it is no file that can be read again: save it as one, or use `tripong replay --verify`";
            Error::failed(format!("show {name}"))(std::io::Error::other(why))
        }
        fault => fault.into_error(&name.to_string()),
    }
}
