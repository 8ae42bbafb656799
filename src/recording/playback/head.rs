//! The play head.

use std::fs::File;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::line::Header;
use super::cursor::{Cursor, Keyframe, Stopped};
use super::index::{Index, Keyframes};
use super::known::Known;
use super::logs::Logs;
use super::mark::{Mark, MarkKind};
use super::rate::Rate;
use super::stage::{Moment, Stage};
use crate::error::{Error, Result};
use crate::game::{Ball, Court, PaneId};
use crate::protocol::{Region, Setup};
use crate::recording::Replayed;
use crate::recording::reader::Fault;
use crate::recording::replayed::PaneProcess;

/// So many places are kept near the play head, beside those of the index.
const NEAR: usize = 64;
/// So many ticks are simulated to go to a place: some seconds at most.
const MOST_TICKS: u64 = 400_000_000;
/// No more time goes by between two looks at the clock: the viewer was stopped, or its window was hidden.
const LONGEST_LOOK_NS: u64 = 250_000_000;

/// Where to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// So many ticks on, or back. At a recall or a recovery there are two states of one tick, before and after: a step each.
    Ticks(i64),
    /// So many epochs on, or back: to the moment at which one has begun. From within an epoch the first step back goes to its
    /// beginning.
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
    path: PathBuf,
    cursor: Cursor,
    near: Keyframes,
    index: Index,
    stage: Stage,
    head: Head,
    now_ns: u64,
    logs: Logs,
    is_playing: bool,
    rate: Rate,
    clock_ns: Option<u64>,
    marks: Arc<[Mark]>,
    known: Known,
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
    fn learn(&mut self) -> bool {
        let Some(known) = self.index.news(&self.known) else { return false };
        if known.marks != self.known.marks {
            self.marks = self.index.marks();
        }
        self.known = known;
        true
    }

    /// Moves the play head. False if there is no such place. It stops playing, but for places on the axis.
    pub fn go(&mut self, goal: Goal) -> bool {
        self.learn();
        let is_on_the_axis = matches!(goal, Goal::Shown(_) | Goal::Fraction(_) | Goal::Start | Goal::End);
        self.is_playing &= is_on_the_axis;
        match goal {
            Goal::Ticks(steps) => self.step(steps, Self::next_stop, Self::stop_before),
            Goal::Hops(steps) => self.step(steps, Self::next_epoch, Self::epoch_before),
            Goal::Mark { forward, kind } => {
                let place = self.mark(forward, kind).map(|mark| mark.shown_ns);
                place.is_some_and(|place| self.seek(place))
            }
            Goal::Shown(shown_ns) => self.seek(shown_ns),
            Goal::Fraction(part) => self.seek(part_of(self.known.length_ns, part)),
            Goal::Start => self.seek(0),
            Goal::End => self.seek(u64::MAX),
            Goal::Tick(tick) => self.search(
                |keyframe| keyframe.knot.tick >= tick,
                |cursor| cursor.segment.as_ref().and_then(|segment| segment.stretch.shown_of_tick(tick)),
            ),
            Goal::Hop(hop) => self.search(
                |keyframe| keyframe.replayed.ball().is_some_and(|ball| ball.hop >= hop),
                |cursor| cursor.first_place_of_hop(hop),
            ),
            Goal::Recorded(at_ns) => self.search(
                |keyframe| keyframe.knot.at_ns >= at_ns,
                |cursor| {
                    let stretch = cursor.segment.as_ref().map(|segment| &segment.stretch)?;
                    let is_here = stretch.to().at_ns >= at_ns || cursor.ending.is_some();
                    is_here.then(|| stretch.shown_of_at(at_ns))
                },
            ),
        }
    }

    /// The next mark, or the one before.
    fn mark(&self, forward: bool, kind: Option<MarkKind>) -> Option<&Mark> {
        let here = self.head.shown_ns;
        let is_wanted = |mark: &&Mark| kind.is_none_or(|kind| kind == mark.kind);
        if forward {
            self.marks.iter().filter(is_wanted).find(|mark| mark.shown_ns > here)
        } else {
            self.marks.iter().rev().filter(is_wanted).find(|mark| mark.shown_ns < here)
        }
    }

    /// The last place that can be shown.
    fn limit(&self) -> u64 {
        // What begins there is not read yet.
        let open = u64::from(self.known.ending.is_none());
        self.known.length_ns.saturating_sub(open)
    }

    fn step(
        &mut self,
        steps: i64,
        forward: fn(&mut Self) -> Option<u64>,
        back: fn(&mut Self) -> Option<u64>,
    ) -> bool {
        let step = if steps > 0 { forward } else { back };
        let mut has_moved = false;
        for _ in 0..steps.unsigned_abs() {
            let place = step(self).filter(|place| *place <= self.limit() && *place != self.head.shown_ns);
            let Some(place) = place else { break };
            if !self.reach(place) {
                break;
            }
            self.head.shown_ns = place;
            has_moved = true;
        }
        has_moved && self.present()
    }

    fn next_stop(&mut self) -> Option<u64> {
        let here = self.head.shown_ns;
        self.reach(here).then_some(())?;
        self.cursor.segment.as_ref().map(|segment| segment.next_stop(here))
    }

    fn stop_before(&mut self) -> Option<u64> {
        let before = self.head.shown_ns.checked_sub(1)?;
        self.reach(before).then_some(())?;
        self.cursor.segment.as_ref().map(|segment| segment.stop_at(before))
    }

    fn next_epoch(&mut self) -> Option<u64> {
        let here = self.head.shown_ns;
        self.reach(here).then_some(())?;
        self.cursor.segment.as_ref().map(|segment| segment.stretch.to().shown_ns)
    }

    fn epoch_before(&mut self) -> Option<u64> {
        let before = self.head.shown_ns.checked_sub(1)?;
        self.reach(before).then_some(())?;
        self.cursor.segment.as_ref().map(|segment| segment.stretch.from().shown_ns)
    }

    /// Searches segment by segment, from the last keyframe on at which it `is_before`.
    fn search(
        &mut self,
        is_beyond: impl Fn(&Keyframe) -> bool,
        found: impl Fn(&Cursor) -> Option<u64>,
    ) -> bool {
        let Some(keyframe) = self.index.last_before(is_beyond) else { return false };
        let mut left = MOST_TICKS;
        if !self.cursor.go_to(&keyframe) {
            return self.is_lost();
        }
        while self.cursor.knot.shown_ns <= self.limit() {
            match self.cursor.advance(&mut |ticks| spend(&mut left, ticks)) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(Stopped) => return self.is_lost(),
            }
            if let Some(place) = found(&self.cursor) {
                return self.seek(place);
            }
        }
        false
    }

    /// Goes to a place of the axis, or to the nearest one that is there.
    fn seek(&mut self, shown_ns: u64) -> bool {
        let place = shown_ns.min(self.limit());
        if !self.reach(place) {
            return false;
        }
        self.head.shown_ns = place;
        self.present()
    }

    /// Brings the cursor to the segment in which a place is.
    fn reach(&mut self, place: u64) -> bool {
        if self.cursor.contains(place) {
            return true;
        }
        let far = self.index.before(place);
        let near = self.near.before(place).cloned();
        let nearest = far.iter().chain(&near).max_by_key(|keyframe| keyframe.knot.shown_ns).cloned();
        let goes_on = self.cursor.begins().is_some_and(|from| {
            from <= place && nearest.as_ref().is_none_or(|keyframe| keyframe.knot.shown_ns <= from)
        });
        if !goes_on {
            let Some(keyframe) = nearest else { return false };
            if let Some(far) =
                far.filter(|far| self.near.first().is_none_or(|first| first != far.knot.shown_ns))
            {
                self.near = Keyframes::new(NEAR);
                self.near.insert(far);
            }
            if !self.cursor.go_to(&keyframe) {
                return self.is_lost();
            }
        }
        let mut left = MOST_TICKS;
        loop {
            match self.cursor.advance(&mut |ticks| spend(&mut left, ticks)) {
                Ok(true) if self.cursor.contains(place) => return true,
                Ok(true) => {
                    self.cursor.pass();
                    self.near.offer(&self.cursor);
                }
                Ok(false) | Err(Stopped) => return self.is_lost(),
            }
        }
    }

    /// The file is not as it was, or what was wanted took too long: back to where the play head is.
    fn is_lost(&mut self) -> bool {
        if let Some(keyframe) = self.index.before(self.head.shown_ns) {
            let _went_back = self.cursor.go_to(&keyframe);
        }
        false
    }

    /// Lays out what is at the play head.
    fn present(&mut self) -> bool {
        let place = self.head.shown_ns;
        let Some(segment) = &self.cursor.segment else { return false };
        let (game, line) = segment.game_at(place);
        let mut logs = self.cursor.logs.clone();
        segment.lines_at(place).for_each(|numbered| logs.note(&numbered.line));
        let knot = segment.stretch.knot_at(place);
        let mut ends = segment.rally_ends.iter().filter(|end| end.tick <= knot.tick);
        logs.rally_end = ends.next_back().map(|end| logs.word_of(end)).or(logs.rally_end);
        match show(&mut self.stage, &game, &logs, line, place, knot.at_ns) {
            Ok((head, now_ns)) => {
                (self.head, self.now_ns, self.logs) = (head, now_ns, logs);
                true
            }
            // No memory for another Region: what was there stays.
            Err(_) => false,
        }
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

    /// Changes whenever the Region was laid out anew, as after a step back: what was read of it before is of no use any more.
    pub fn generation(&self) -> u64 {
        self.stage.generation
    }
}

/// Lays out a moment. Returns what there is to see, and the time.
fn show(
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

fn spend(left: &mut u64, ticks: u64) -> bool {
    *left = left.saturating_sub(ticks);
    *left > 0
}

/// A part of the axis. Not-a-number is its beginning.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part from 0 to 1 of a length, and the cast saturates"
)]
fn part_of(length_ns: u64, part: f64) -> u64 {
    ((length_ns as f64 * part.clamp(0.0, 1.0)) as u64).min(length_ns)
}

fn not_shown(path: &Path, fault: Fault) -> Error {
    let name = path.display();
    match fault {
        Fault::System(source) if source.kind() == std::io::ErrorKind::NotSeekable => {
            let why =
                "it is no file that can be read again: save it as one, or use `tripong replay --verify`";
            Error::failed(format!("show {name}"))(std::io::Error::other(why))
        }
        Fault::System(source) => Error::failed(format!("read {name}"))(source),
        other => Error::NoRecording(format!("{name}: {other}")),
    }
}
