//! From lines to what happened: which process had the ball from when to when.

use std::io;
use std::time::Duration;

use super::goals::Goal;
use super::happening::{Came, HandOff, Happening, Interval, Mark, NotSeen, Process, Went, What};
use super::ordered::{Ordered, at};
use super::window::Window;
use crate::game::PaneId;
use crate::platform::clock;
use crate::protocol::End;
use crate::recording::Line;
use crate::recording::line::{Hop, Start};

/// Epochs have 48 bits; above them an id has the number of reinitializations.
const EPOCH_BITS: u32 = 48;

/// Where happenings go.
pub(super) type Sink<'a> = dyn FnMut(&Happening) -> io::Result<()> + 'a;

/// The game so far, as much of it as the next line needs.
#[derive(Debug)]
pub(super) struct Story {
    ordered: Ordered,
    plot: Plot,
}

#[derive(Debug)]
struct Plot {
    window: Window,
    /// The present process of each pane, and how it died.
    processes: Vec<Option<Present>>,
    next_number: u64,
    has_begun: bool,
    epoch: u64,
    reinitializations: u64,
    open: Option<Open>,
    not_seen: Option<(u64, u64)>,
    /// The latest time of the ball: no interval begins or ends before it.
    ball_time: u64,
    /// The latest time of all.
    time: u64,
}

/// A process, and when it died and how.
type Present = (Process, Option<(u64, End)>);

/// The interval that has begun. Its process is None while a pane that has the ball has no process.
#[derive(Debug, Clone, Copy)]
struct Open {
    epoch: u64,
    pane: PaneId,
    process: Option<Process>,
    begin: u64,
    came: Came,
}

impl Story {
    /// Nothing has happened yet. Happenings outside of the window are left out.
    pub(super) fn new(window: Window) -> Self {
        Self { ordered: Ordered::default(), plot: Plot::new(window) }
    }

    /// The next line of the recording.
    pub(super) fn line(&mut self, line: &Line, sink: &mut Sink<'_>) -> io::Result<()> {
        self.line_after(&[], line, sink)
    }

    /// The next line, and the goals before it.
    pub(super) fn line_after(&mut self, goals: &[Goal], line: &Line, sink: &mut Sink<'_>) -> io::Result<()> {
        let Self { ordered, plot } = self;
        ordered.line(line, &mut |next| {
            // What has waited for this line comes before its goals.
            if std::ptr::eq(next, line) {
                goals.iter().try_for_each(|goal| plot.goal(goal, at(line), sink))?;
            }
            plot.line(next, sink)
        })
    }

    /// There is no other line. Returns the latest time.
    pub(super) fn end(&mut self, sink: &mut Sink<'_>) -> io::Result<u64> {
        let Self { ordered, plot } = self;
        ordered.end(&mut |line| plot.line(line, sink))?;
        plot.close_not_seen(plot.time, sink)?;
        plot.close(plot.time, Went::Stays, sink)?;
        Ok(plot.time)
    }

    /// The latest epoch.
    pub(super) fn epoch(&self) -> u64 {
        self.plot.epoch
    }
}

impl Plot {
    fn new(window: Window) -> Self {
        Self {
            window,
            processes: Vec::new(),
            next_number: 0,
            has_begun: false,
            epoch: 0,
            reinitializations: 0,
            open: None,
            not_seen: None,
            ball_time: 0,
            time: 0,
        }
    }

    fn line(&mut self, line: &Line, sink: &mut Sink<'_>) -> io::Result<()> {
        self.time = self.time.max(at(line));
        match line {
            Line::Recording(_) | Line::Control(_) | Line::Check(_) => Ok(()),
            Line::Start(start) => self.start_of_the_game(start, sink),
            Line::Serve(serve) => {
                let what = match serve.from {
                    Some(from) => What::Recall(serve.pane, from),
                    None => What::Serve(serve.pane),
                };
                let begins = (serve.at, serve.epoch, Some(serve.pane));
                self.reclaim(begins, what, Came::Serve, Went::Recall, sink)
            }
            Line::Recovered(line) => {
                let begins = (line.at, line.epoch, Some(line.pane));
                self.reclaim(begins, What::Recovery(line.pane), Came::Recovery, Went::NotSeen, sink)
            }
            Line::Reinitialized(line) => {
                self.reinitializations += 1;
                let what = What::Reinitialization(line.reason.clone());
                let begins = (line.at, line.epoch, line.pane);
                self.reclaim(begins, what, Came::Reinitialization, Went::Reinitialization, sink)
            }
            Line::Hop(hop) => self.hop(hop, sink),
            Line::Unseen(unseen) => {
                self.close(self.ball_time, Went::NotSeen, sink)?;
                let first = self.not_seen.map_or(unseen.first, |(first, _)| first);
                self.not_seen = Some((first, unseen.last));
                self.epoch = unseen.last;
                Ok(())
            }
            Line::End(end) => self.mark(end.at, None, What::Ends, sink),
            Line::Transport(line) => self.mark(line.at, None, What::Transport(line.transport), sink),
            Line::Settings(line) => self.mark(line.at, None, What::Settings(line.paused), sink),
            of_a_pane => self.of_a_pane(of_a_pane, sink),
        }
    }

    /// Where the recording begins, or goes on after what could not be followed.
    fn start_of_the_game(&mut self, start: &Start, sink: &mut Sink<'_>) -> io::Result<()> {
        let goes_on =
            self.open.is_some_and(|open| open.epoch == start.epoch && Some(open.pane) == start.pane);
        if goes_on {
            return Ok(());
        }
        self.close_not_seen(start.at, sink)?;
        self.close(self.ball_time, Went::NotSeen, sink)?;
        self.epoch = start.epoch;
        if !std::mem::replace(&mut self.has_begun, true) {
            self.mark(start.at, None, What::Begins(start.pane), sink)?;
        }
        self.begin(start.pane, start.at, Came::Start);
        Ok(())
    }

    /// In the present interval; when, is known by the ticks only.
    fn goal(&mut self, goal: &Goal, next: u64, sink: &mut Sink<'_>) -> io::Result<()> {
        let Some(Open { process: Some(process), begin, .. }) = self.open else { return Ok(()) };
        let since = Duration::from_nanos(next.saturating_sub(begin)).mul_f64(goal.share.clamp(0.0, 1.0));
        let at = begin.saturating_add(clock::ns(since));
        self.mark(at, Some(process), What::Goal(goal.points.0, goal.points.1), sink)
    }

    fn of_a_pane(&mut self, line: &Line, sink: &mut Sink<'_>) -> io::Result<()> {
        let (pane, what) = match line {
            Line::Started(line) => {
                self.has_started(line.pane, (line.incarnation, line.pid, line.at));
                (line.pane, What::Started)
            }
            Line::Died(line) => {
                self.name(line.pane, line.incarnation, line.pid);
                (line.pane, What::Died(line.how))
            }
            Line::Frozen(line) => (line.pane, What::Frozen),
            Line::Continued(line) => (line.pane, What::Continued),
            Line::Stalled(line) => (line.pane, What::Stalled),
            Line::Hung(line) => (line.pane, What::Hung),
            Line::Fenced(line) => (line.pane, What::Fenced(line.count)),
            Line::Action(line) => (line.pane, What::Action(line.action, line.done)),
            _ => return Ok(()),
        };
        let process = self.process(pane);
        if let (Line::Died(line), Some(Some((_, death)))) = (line, self.processes.get_mut(pane.index())) {
            *death = Some((line.at, line.how));
        }
        self.mark(at(line), Some(process), what, sink)
    }

    fn mark(&self, at: u64, process: Option<Process>, what: What, sink: &mut Sink<'_>) -> io::Result<()> {
        if !self.window.has(self.epoch) {
            return Ok(());
        }
        sink(&Happening::Mark(Mark { at, epoch: self.epoch, process, what }))
    }

    /// The launcher takes the ball and gives it to a pane.
    fn reclaim(
        &mut self,
        (at, epoch, pane): (u64, u64, Option<PaneId>),
        what: What,
        came: Came,
        went: Went,
        sink: &mut Sink<'_>,
    ) -> io::Result<()> {
        self.close_not_seen(at, sink)?;
        self.close(at, went, sink)?;
        self.epoch = epoch;
        self.mark(at, None, what, sink)?;
        self.begin(pane, at, came);
        Ok(())
    }

    fn hop(&mut self, hop: &Hop, sink: &mut Sink<'_>) -> io::Result<()> {
        let offered = hop.offered.unwrap_or(self.ball_time).max(self.ball_time);
        let accepted = offered.saturating_add(hop.took.unwrap_or(0).max(1));
        self.close_not_seen(offered, sink)?;
        let (giver, taker) = (self.process(hop.from), self.process(hop.to));
        let id = (self.reinitializations << EPOCH_BITS) ^ hop.epoch;
        if self.window.has(hop.epoch) {
            sink(&Happening::HandOff(HandOff { hop: *hop, id, giver, taker, offered, accepted }))?;
        }
        let is_its_own = self.open.is_some_and(|open| open.pane == hop.from);
        self.close(offered, if is_its_own { Went::Hop } else { Went::NotSeen }, sink)?;
        self.epoch = hop.epoch;
        self.time = self.time.max(accepted);
        self.begin(Some(hop.to), accepted, Came::Hop(id));
        Ok(())
    }

    fn begin(&mut self, pane: Option<PaneId>, at: u64, came: Came) {
        let begin = self.ball_time.max(at);
        self.ball_time = begin;
        self.open = pane.map(|pane| {
            let has_died = matches!(self.processes.get(pane.index()), Some(Some((_, Some(_)))));
            // A ball that was recovered waits for the next process.
            let process = (!has_died || matches!(came, Came::Hop(_))).then(|| self.process(pane));
            Open { epoch: self.epoch, pane, process, begin, came }
        });
    }

    /// The interval ends here, or earlier: with the death of its process.
    fn close(&mut self, at: u64, went: Went, sink: &mut Sink<'_>) -> io::Result<()> {
        let Some(Open { epoch, process, begin, came, .. }) = self.open.take() else { return Ok(()) };
        let Some(process) = process else { return Ok(()) };
        let (at, went) = match self.death_of(&process) {
            Some((died, how)) if went != Went::Hop => (at.min(died), Went::Died(how)),
            _ => (at, went),
        };
        let end = at.max(begin);
        self.ball_time = self.ball_time.max(end);
        if !self.window.has(epoch) {
            return Ok(());
        }
        sink(&Happening::Interval(Interval { epoch, process, begin, end, came, went }))
    }

    fn close_not_seen(&mut self, at: u64, sink: &mut Sink<'_>) -> io::Result<()> {
        let Some((first, last)) = self.not_seen.take() else { return Ok(()) };
        let (begin, end) = (self.ball_time, at.max(self.ball_time));
        if !self.window.has(first) && !self.window.has(last) {
            return Ok(());
        }
        sink(&Happening::NotSeen(NotSeen { first, last, begin, end }))
    }

    fn death_of(&self, process: &Process) -> Option<(u64, End)> {
        let (present, death) = self.processes.get(process.pane.index()).copied().flatten()?;
        death.filter(|_| present.number == process.number)
    }

    /// The present process of a pane; where no line has named it, one without a name.
    fn process(&mut self, pane: PaneId) -> Process {
        let known = self.processes.get(pane.index()).copied().flatten();
        known.map_or_else(|| self.put(pane, None, None, None), |(process, _)| process)
    }

    fn put(
        &mut self,
        pane: PaneId,
        incarnation: Option<u64>,
        pid: Option<u32>,
        started: Option<u64>,
    ) -> Process {
        let process = Process { number: self.next_number, pane, incarnation, pid, started };
        self.next_number += 1;
        if self.processes.len() <= pane.index() {
            self.processes.resize(pane.index() + 1, None);
        }
        if let Some(place) = self.processes.get_mut(pane.index()) {
            *place = Some((process, None));
        }
        process
    }

    /// The pane has a new process. Where the recording began with the pane's ball in the hands of a process without a name, this is
    /// it. It also takes what was handed to the pane while it had none.
    fn has_started(&mut self, pane: PaneId, (incarnation, pid, at): (u64, u32, u64)) {
        let came_too_late = self.open.is_some_and(|open| {
            let death = open.process.and_then(|process| self.death_of(&process));
            death.is_some_and(|(died, _)| died < open.begin)
        });
        let process = self.put(pane, Some(incarnation), Some(pid), Some(at));
        let waits = |open: &&mut Open| {
            let is_nameless = open.process.is_some_and(|process| process.incarnation.is_none());
            let is_next = open.process.is_none() || came_too_late;
            open.pane == pane && (is_next || (open.came == Came::Start && is_nameless))
        };
        if let Some(open) = self.open.as_mut().filter(waits) {
            let is_next = open.process.is_none() || came_too_late;
            open.process = Some(process);
            if is_next {
                open.begin = open.begin.max(at);
            }
        }
    }

    /// A line names a process that none has named before.
    fn name(&mut self, pane: PaneId, incarnation: u64, pid: u32) {
        self.process(pane);
        if let Some(Some((process, _))) = self.processes.get_mut(pane.index())
            && process.incarnation.is_none()
        {
            (process.incarnation, process.pid) = (Some(incarnation), Some(pid));
        }
    }
}
