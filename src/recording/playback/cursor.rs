//! Goes through a recording segment by segment: reads a line, applies it, and lays the axis.

use std::fs::File;

use super::super::line::{Header, Line};
use super::known::Ending;
use super::logs::Logs;
use super::segment::{Arrived, Before, Segment, time_of};
use super::stretch::{Course, CourseEnd, Knot};
use crate::game::Court;
use crate::recording::reader::{Fault, Numbered, Position};
use crate::recording::replayed::Misfit;
use crate::recording::{Reader, Replayed};

/// A segment has at most so many lines: where there are more it is cut in two.
const MOST_LINES: usize = 4096;

/// Asked again and again whether to go on.
pub(super) type GoesOn<'a> = &'a mut dyn FnMut(u64) -> bool;

/// The caller did not want to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopped;

/// A place between two segments, from which a cursor can go on.
#[derive(Debug, Clone)]
pub(super) struct Keyframe {
    pub(super) knot: Knot,
    position: Position,
    line: u64,
    pub(super) replayed: Replayed,
    pub(super) logs: Logs,
}

impl Keyframe {
    /// About how many bytes this takes.
    pub(super) fn bytes(&self) -> usize {
        // States of which a keyframe of the simulation keeps some: those are shared with the next ones, or not.
        const HISTORY: usize = 8 * 1024;
        size_of::<Self>() + HISTORY + self.logs.bytes()
    }
}

/// Reads on.
#[derive(Debug)]
pub(super) struct Cursor {
    reader: Reader,
    /// The game after all lines that were read.
    replayed: Replayed,
    /// The logs where the segment begins.
    pub(super) logs: Logs,
    /// The segment that was read last.
    pub(super) segment: Option<Segment>,
    /// Where the next one begins.
    pub(super) knot: Knot,
    /// Where the line after it begins.
    position: Position,
    /// The number of the last line that was applied.
    line: u64,
    /// Why there is no other segment.
    pub(super) ending: Option<Ending>,
}

/// Why a line does not count.
enum Wrong {
    Stopped,
    Ending(Ending),
}

impl Cursor {
    /// At the beginning of a recording.
    ///
    /// # Errors
    /// What is wrong with its first lines, up to the one that says where the ball is.
    pub(super) fn open(file: File) -> Result<Self, Fault> {
        let is_file = file.metadata()?.is_file();
        let mut reader = Reader::of_file(file)?;
        if !is_file {
            return Err(std::io::Error::from(std::io::ErrorKind::NotSeekable).into());
        }
        let cut = |reader: &Reader| Fault::Line { number: reader.number() + 1, why: CUT.to_owned() };
        let first = reader.next()?.ok_or_else(|| cut(&reader))?;
        let position = first.position;
        let Line::Recording(header) = first.line else {
            return Err(Fault::Foreign("its first line begins no recording".to_owned()));
        };
        let court = Court { panes: header.panes, seed: header.seed };
        let broken = |number, misfit: Misfit| Fault::Line { number, why: misfit.to_string() };
        let (origin_ns, line) = (header.origin_ns, first.number);
        let replayed = Replayed::begin(*header).map_err(|misfit| broken(line, misfit))?;
        let (logs, knot) = (Logs::new(court, origin_ns), Knot::default());
        let mut cursor = Self { reader, replayed, logs, segment: None, knot, position, line, ending: None };
        loop {
            let Some(numbered) = cursor.reader.next()? else { return Err(cut(&cursor.reader)) };
            let Numbered { number, position, line } = numbered;
            cursor.replayed.apply(&line, &mut |_| true).map_err(|misfit| broken(number, misfit))?;
            (cursor.line, cursor.position) = (number, position);
            if let Line::Start(start) = &line {
                cursor.logs.start(start, &cursor.replayed);
                let tick = cursor.replayed.ball().map_or(0, |ball| ball.tick);
                cursor.knot = Knot { tick, at_ns: start.at, shown_ns: 0 };
                return Ok(cursor);
            }
            cursor.logs.note(&line);
        }
    }

    /// What game it is.
    pub(super) fn header(&self) -> &Header {
        self.replayed.header()
    }

    /// How far it has come, and how long the file is, in bytes on the disk.
    pub(super) fn progress(&self) -> (u64, Option<u64>) {
        self.reader.progress()
    }

    /// The number of the last line.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The game after the last line.
    pub(super) fn after(&self) -> &Replayed {
        &self.replayed
    }

    /// The place before the segment that was not read yet. Only where none was read: what follows belongs to the logs first.
    pub(super) fn keyframe(&self) -> Keyframe {
        let (knot, position, line) = (self.knot, self.position, self.line);
        Keyframe { knot, position, line, replayed: self.replayed.keyframe(), logs: self.logs.clone() }
    }

    /// Goes on from there. False if the file cannot be read there.
    pub(super) fn go_to(&mut self, keyframe: &Keyframe) -> bool {
        let Keyframe { knot, position, line, replayed, logs } = keyframe.clone();
        if self.reader.seek(position).is_err() {
            return false;
        }
        // The keyframe's position is that of its last line.
        if !matches!(self.reader.next(), Ok(Some(numbered)) if numbered.number == line) {
            return false;
        }
        (self.knot, self.position, self.line) = (knot, position, line);
        (self.replayed, self.logs, self.segment, self.ending) = (replayed, logs, None, None);
        true
    }

    /// Where the segment begins that was read last.
    pub(super) fn begins(&self) -> Option<u64> {
        self.segment.as_ref().map(|segment| segment.stretch.from().shown_ns)
    }

    /// Whether a place is in the segment that was read last.
    pub(super) fn contains(&self, shown_ns: u64) -> bool {
        let Some(segment) = &self.segment else { return false };
        let (from, to) = (segment.stretch.from().shown_ns, segment.stretch.to().shown_ns);
        (from..to).contains(&shown_ns) || shown_ns == to && self.ending.is_some()
    }

    /// Where the ball has had so many hops for the first time, if that is at the end of the segment.
    pub(super) fn first_place_of_hop(&self, hop: u64) -> Option<u64> {
        let is_there = self.replayed.ball().is_some_and(|ball| ball.hop >= hop);
        let segment = self.segment.as_ref().filter(|_| is_there)?;
        let has_it = segment.start.ball().is_some_and(|ball| ball.hop >= hop);
        Some(if has_it { segment.stretch.from().shown_ns } else { segment.stretch.to().shown_ns })
    }

    /// What was read last belongs to the past.
    pub(super) fn pass(&mut self) {
        if let Some(segment) = self.segment.take() {
            self.logs.pass(&segment, &self.replayed);
        }
    }

    /// Reads the next segment. False at the end: then the last one stays, and `ending` says why there is no other.
    pub(super) fn advance(&mut self, goes_on: GoesOn<'_>) -> Result<bool, Stopped> {
        if self.ending.is_some() {
            return Ok(false);
        }
        self.pass();
        let (start, before) = (self.replayed.keyframe(), self.line);
        let mut course = Course::new(self.knot, self.replayed.header().paced);
        let mut lines = Vec::new();
        let (end, pace) = self.read_lines(&start, &mut lines, &mut course, goes_on)?;
        let stretch = course.finish(self.end_of(&lines, end.as_ref(), pace));
        let to = stretch.to();
        let tick = self.replayed.ball().map_or(to.tick, |ball| ball.tick);
        self.knot = Knot { tick: if end.is_some() { tick } else { to.tick }, ..to };
        let score = end.as_ref().and_then(|end| end.before.map(|before| before.ball.score));
        let mut segment = Segment::new(start, before, lines, end, stretch);
        if let Some(score) = score {
            segment.find_rally_ends(&score, self.replayed.header().paced);
        }
        self.segment = Some(segment);
        if self.replayed.has_ended() && self.ending.is_none() {
            self.ending = Some(self.read_to_the_end());
        }
        Ok(true)
    }

    /// Reads the lines of a segment: up to the one that says where the ball was, and how long a tick took before that.
    fn read_lines(
        &mut self,
        start: &Replayed,
        lines: &mut Vec<Numbered>,
        course: &mut Course,
        goes_on: GoesOn<'_>,
    ) -> Result<(Option<Arrived>, Option<u64>), Stopped> {
        loop {
            let pace = self.tick_ns();
            let numbered = match self.next_line(start, lines, goes_on) {
                Ok((numbered, None)) => numbered,
                Ok((_, Some(arrived))) => return Ok((Some(arrived), pace)),
                Err(Wrong::Stopped) => return Err(Stopped),
                Err(Wrong::Ending(ending)) => {
                    self.ending = Some(ending);
                    return Ok((None, pace));
                }
            };
            if let Some(at_ns) = time_of(&numbered.line) {
                course.until(at_ns, pace);
            }
            if !matches!(numbered.line, Line::Check(_)) {
                lines.push(numbered);
            }
            if lines.len() >= MOST_LINES {
                return Ok((None, self.tick_ns()));
            }
        }
    }

    /// Reads a line and applies it. If it says where the ball was, also that.
    fn next_line(
        &mut self,
        start: &Replayed,
        lines: &[Numbered],
        goes_on: GoesOn<'_>,
    ) -> Result<(Numbered, Option<Arrived>), Wrong> {
        let read = self.reader.next();
        let numbered = match read {
            Ok(Some(numbered)) => numbered,
            Ok(None) => return Err(Wrong::Ending(Ending::Cut)),
            Err(fault) => return Err(Wrong::Ending(Ending::Fault(fault.to_string()))),
        };
        let before = self.before(&numbered.line, start, lines, goes_on);
        match self.replayed.apply(&numbered.line, goes_on) {
            Ok(()) => {}
            Err(Misfit::Stopped) => return Err(Wrong::Stopped),
            Err(misfit) => {
                return Err(Wrong::Ending(Ending::Fault(format!("line {}: {misfit}", numbered.number))));
            }
        }
        (self.line, self.position) = (numbered.number, numbered.position);
        let Some(at_ns) = self.time_of_end(&numbered.line) else { return Ok((numbered, None)) };
        let at_ns = at_ns.max(self.knot.at_ns);
        let arrived = Arrived { number: numbered.number, line: numbered.line.clone(), at_ns, before };
        Ok((numbered, Some(arrived)))
    }

    /// When that was, if the line says where the ball was.
    fn time_of_end(&self, line: &Line) -> Option<u64> {
        match line {
            Line::Hop(hop) => Some(hop.accepted().unwrap_or(self.knot.at_ns)),
            line => line.at().filter(|_| line.has_ball()),
        }
    }

    /// The ball before a line that says where it was, and that takes it from a pane.
    fn before(
        &mut self,
        line: &Line,
        start: &Replayed,
        lines: &[Numbered],
        goes_on: GoesOn<'_>,
    ) -> Option<Before> {
        let tick = match line {
            Line::Hop(hop) => {
                // The simulation flies on from there when the line is applied.
                let _reached = self.replayed.advance_to(hop.tick.unwrap_or(u64::MAX), goes_on);
                return before_of(&self.replayed, self.logs.began_tick);
            }
            Line::Serve(serve) => serve.before?.tick,
            Line::Recovered(recovered) => recovered.ball.tick,
            Line::End(end) => end.ball.tick,
            _ => return None,
        };
        // It may go back: what the pane has played and lost is void.
        let mut game = start.clone();
        for numbered in lines {
            let is_void = matches!(numbered.line, Line::Control(control) if control.tick > tick);
            if !is_void {
                game.apply(&numbered.line, goes_on).ok()?;
            }
        }
        game.advance_to(tick, goes_on).ok()?;
        before_of(&game, self.logs.began_tick)
    }

    /// Where the ball was at the end of the lines.
    fn end_of(&self, lines: &[Numbered], end: Option<&Arrived>, tick_ns: Option<u64>) -> CourseEnd {
        let from = self.knot.tick;
        let controls = lines.iter().filter_map(|numbered| match numbered.line {
            Line::Control(control) => control.tick.checked_sub(1),
            _ => None,
        });
        let tick = match end {
            Some(Arrived { before: Some(before), .. }) => before.ball.tick,
            _ => controls.max().unwrap_or(from),
        };
        let latest = lines.iter().filter_map(|numbered| time_of(&numbered.line)).max();
        let at_ns = end.map(|end| end.at_ns).or(latest).unwrap_or(self.knot.at_ns);
        let flies = end.is_some_and(|end| matches!(end.line, Line::Hop(_)));
        CourseEnd { tick: tick.max(from), at_ns, flies, tick_ns }
    }

    /// How long a tick takes now; None while the ball stands still.
    fn tick_ns(&self) -> Option<u64> {
        let (ball, holder) = (self.replayed.ball()?, self.replayed.holder()?);
        let settings = self.replayed.settings();
        let process = self.replayed.processes().get(holder.index());
        let stands = settings.paused
            || ball.score.is_over()
            || process.is_some_and(|process| process.is_frozen || process.end.is_some() && !process.is_alive);
        (!stands).then(|| settings.pace(&ball.score).tick_ns())
    }

    /// After the line that ends it a recording has checksums only.
    fn read_to_the_end(&mut self) -> Ending {
        loop {
            match self.reader.next() {
                Ok(None) if self.reader.cut().is_some() => return Ending::Cut,
                Ok(None) => return Ending::Complete,
                Err(fault) => return Ending::Fault(fault.to_string()),
                Ok(Some(numbered)) => {
                    if let Err(misfit) = self.replayed.apply(&numbered.line, &mut |_| true) {
                        return Ending::Fault(format!("line {}: {misfit}", numbered.number));
                    }
                }
            }
        }
    }
}

const CUT: &str = "the file ends before it says where the ball is";

fn before_of(game: &Replayed, began_tick: u64) -> Option<Before> {
    let ball = game.ball()?;
    let paddle = game.paddle(game.holder()?);
    Some(Before { ball, paddle, has_played: ball.tick > began_tick })
}
