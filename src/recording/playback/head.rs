//! The play head.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use super::super::line::{Header, Line, Start};
use super::mark::{Mark, MarkKind};
use super::rate::Rate;
use crate::error::{Error, Result};
use crate::game::{Ball, Court, PaneId};
use crate::protocol::{Region, Setup};
use crate::recording::MAX_LINE;
use crate::shm::Mapping;

/// Where to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// So many ticks on, or back. At a recall or a recovery there are two states of one tick, before and after: a step each.
    Ticks(i64),
    /// So many epochs on, or back: to the moment at which one has begun. From within an epoch the first step back goes to its beginning.
    Hops(i64),
    /// The next mark, or the one before; of this kind, or of any. Nowhere if there is none.
    Mark {
        /// Forward, or back.
        forward: bool,
        /// None: of any kind.
        kind: Option<MarkKind>,
    },
    /// To this place on the axis, in nanoseconds.
    Shown(u64),
    /// To this part of the axis, from 0 to 1.
    Fraction(f64),
    /// To the first time that the ball has this tick.
    Tick(u64),
    /// To the first time that the ball has had so many hops.
    Hop(u64),
    /// To this time since the recording began, in nanoseconds.
    Recorded(u64),
    /// To the beginning.
    Start,
    /// To the end of what is known of the file by now.
    End,
}

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
}

/// What is known of the file so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Length of the axis, in nanoseconds. It grows until all is read.
    pub length_ns: u64,
    /// Recorded time, in nanoseconds.
    pub at_ns: u64,
    /// Lines that were read and fit.
    pub lines: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Bytes of the file, compressed if it is.
    pub of_bytes: u64,
    /// Why the axis ends where it does; None while the file is still read.
    pub ending: Option<Ending>,
    /// So many marks were left out, since there are too many.
    pub marks_left_out: u64,
}

/// Why a recording ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It was ended in order.
    Complete,
    /// Its last line is cut, or there is no line that ends it: the game, or the machine, has died, or it is still being written.
    Cut,
    /// A line does not fit. The text names it, and what was expected.
    Fault(String),
}

/// A recording with a play head, which goes to any place of it, and plays from there.
///
/// A thread reads the file once, checks every line, and keeps what it takes to go back (`index`). What it has read can be shown
/// meanwhile. Memory is bounded, whatever the file.
///
/// The game at the play head lies in a Region of this process alone: whatever reads a Region shows it. The time there is [`Self::now_ns`].
#[derive(Debug)]
pub struct Playback {
    header: Header,
    setup: Setup,
    memfd: OwnedFd,
    mapping: Mapping<Region>,
    generation: u64,
    head: Head,
    is_playing: bool,
    rate: Rate,
    marks: Arc<[Mark]>,
    known: Known,
}

impl Playback {
    /// Opens a recording, and begins to read it.
    ///
    /// # Errors
    /// [`Error`] names the file, and what is wrong with its beginning. What is wrong later is in [`Known::ending`].
    pub fn open(path: &Path) -> Result<Self> {
        let failed =
            |source| Error::Failed { action: format!("read the recording {}", path.display()), source };
        let mut file = BufReader::new(File::open(path).map_err(failed)?);
        let mut line = || {
            let mut text = String::new();
            (&mut file).take(MAX_LINE as u64).read_line(&mut text).map_err(failed)?;
            serde_json::from_str(&text).map_err(|error| failed(error.into()))
        };
        let other = || failed(std::io::ErrorKind::InvalidData.into());
        let Line::Recording(header) = line()? else { return Err(other()) };
        let Line::Start(start) = line()? else { return Err(other()) };
        let setup = setup_of(&header);
        let (memfd, mapping) = Mapping::create(&setup)?;
        let head = first(&start).ok_or_else(other)?;
        let (rate, marks, known) = Default::default();
        let header = *header;
        Ok(Self { header, setup, memfd, mapping, generation: 0, head, is_playing: false, rate, marks, known })
    }

    /// What game this is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The same as the Region has it.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Panes and seed.
    pub fn court(&self) -> Court {
        self.setup.court
    }

    /// Whether time goes by.
    pub fn is_playing(&self) -> bool {
        self.is_playing
    }

    /// Lets time go by, or stops it. At the end: from the beginning.
    pub fn set_playing(&mut self, is_playing: bool) {
        self.is_playing = is_playing;
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
    pub fn advance(&mut self, _clock_ns: u64) -> bool {
        false
    }

    /// Moves the play head. False if there is no such place. It stops playing, but for places on the axis.
    pub fn go(&mut self, _goal: Goal) -> bool {
        false
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
    pub fn happenings(&self, _most: usize) -> Vec<(u64, String)> {
        Vec::new()
    }

    /// The game at the play head, laid out as in the processes that played it.
    pub fn region(&self) -> &Region {
        self.mapping.region()
    }

    /// Its bytes.
    pub fn memfd(&self) -> BorrowedFd<'_> {
        self.memfd.as_fd()
    }

    /// The time at the play head, by the clock of the machine that recorded it (`CLOCK_MONOTONIC`, ns): what is to be given to
    /// whatever looks at the Region.
    pub fn now_ns(&self) -> u64 {
        self.header.origin_ns.saturating_add(self.head.at_ns)
    }

    /// Changes whenever the Region was laid out anew, as after a step back: what was read of it before is of no use any more.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

/// What the Region's header has of it.
fn setup_of(header: &Header) -> Setup {
    let court = Court { panes: header.panes, seed: header.seed };
    let Header { paced, playable, windows, transport, .. } = *header;
    Setup { paced, is_playable: playable, windows, transport, ..Setup::headless(court, 0) }
}

fn first(start: &Start) -> Option<Head> {
    let (epoch, at_ns) = (start.epoch, start.at);
    Some(Head {
        shown_ns: 0,
        at_ns,
        ball: start.ball.ball()?,
        holder: start.pane,
        epoch,
        line: 2,
        compared: 0,
        unseen: 0,
    })
}
