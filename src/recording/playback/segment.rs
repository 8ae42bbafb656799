//! A part of a recording between two lines that say where the ball was.

use super::super::line::Line;
use super::mark::{Mark, MarkKind};
use super::stretch::{Knot, Stretch};
use crate::game::{Ball, Court, Paddle, PaneId, Score};
use crate::protocol::{End, Owner, What};
use crate::recording::Replayed;
use crate::recording::reader::Numbered;

/// Longer flights are not searched tick by tick for the ends of rallies.
const MOST_TICKS: u64 = 1 << 20;

/// The lines from one that says where the ball was to the next.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    /// The game where it begins.
    pub(super) start: Replayed,
    /// The number of the last line before it.
    pub(super) before: u64,
    /// Its lines, without the one that ends it.
    pub(super) lines: Vec<Numbered>,
    /// Where each of them belongs on the axis.
    places: Vec<u64>,
    /// The line that ends it. None at the end of a file that is cut.
    pub(super) end: Option<Arrived>,
    pub(super) stretch: Stretch,
    pub(super) rally_ends: Vec<RallyEnded>,
}

/// The line that ends a segment.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    pub(super) number: u64,
    pub(super) line: Line,
    /// When that was.
    pub(super) at_ns: u64,
    /// The ball before it.
    pub(super) before: Option<Before>,
}

/// The ball in the hands of the pane that loses it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    pub(super) ball: Ball,
    pub(super) paddle: Paddle,
    /// Whether the pane has played a tick of its epoch.
    pub(super) has_played: bool,
}

/// A rally that has ended at an outer wall.
#[derive(Debug, Clone, Copy)]
pub(super) struct RallyEnded {
    pub(super) tick: u64,
    pub(super) at_ns: u64,
    pub(super) pane: PaneId,
    pub(super) before: Score,
    after: Score,
}

impl Segment {
    pub(super) fn new(
        start: Replayed,
        before: u64,
        lines: Vec<Numbered>,
        end: Option<Arrived>,
        stretch: Stretch,
    ) -> Self {
        let places = places(&stretch, &lines, start.header().playable);
        Self { start, before, lines, places, end, stretch, rally_ends: Vec::new() }
    }

    /// Whether the ball has flown in it.
    pub(super) fn has_ticks(&self) -> bool {
        self.stretch.from().tick < self.stretch.to().tick
    }

    /// The game at a place, and the number of the last line that counts there.
    pub(super) fn game_at(&self, shown_ns: u64) -> (Replayed, u64) {
        let mut game = self.start.clone();
        let mut last = self.before;
        for numbered in self.lines_at(shown_ns) {
            // Each was applied once, after the same lines.
            if game.apply(&numbered.line, &mut |_| true).is_ok() {
                last = last.max(numbered.number);
            }
        }
        let _reached = game.advance_to(self.stretch.knot_at(shown_ns).tick, &mut |_| true);
        (game, last)
    }

    /// Its lines that count at a place.
    pub(super) fn lines_at(&self, shown_ns: u64) -> impl Iterator<Item = &Numbered> {
        let placed = self.lines.iter().zip(&self.places);
        placed.filter(move |(_, place)| **place <= shown_ns).map(|(line, _)| line)
    }

    /// The first place after this one that differs from it, but for the time; the end, if there is none.
    pub(super) fn next_stop(&self, shown_ns: u64) -> u64 {
        let (tick, last) = (self.stretch.knot_at(shown_ns).tick, self.stretch.to());
        if tick < last.tick {
            return self.stretch.shown_of_tick(tick + 1).unwrap_or(last.shown_ns);
        }
        // What is void is beyond the end.
        let later = self.places.iter().copied().filter(|place| *place > shown_ns);
        later.min().map_or(last.shown_ns, |place| place.min(last.shown_ns))
    }

    /// The last such place before the end that is no later than this one.
    pub(super) fn stop_at(&self, shown_ns: u64) -> u64 {
        let tick = self.stretch.knot_at(shown_ns).tick;
        let flown_ns = self.stretch.shown_of_tick(tick).unwrap_or(shown_ns);
        if tick < self.stretch.to().tick {
            return flown_ns;
        }
        let events = self.places.iter().copied().filter(|place| (flown_ns..=shown_ns).contains(place));
        events.max().unwrap_or(flown_ns)
    }

    /// Finds the ticks in which rallies have ended, after which the score is `after`.
    pub(super) fn find_rally_ends(&mut self, after: &Score, is_every_one_wanted: bool) {
        let Some(ball) = self.start.ball() else { return };
        let (from, to, score) = (ball.tick, self.stretch.to().tick, ball.score);
        let is_scored = (score.left, score.right) != (after.left, after.right);
        let begins_anew = after.hits < score.hits || after.passes < score.passes || after.passes == 0;
        if to.saturating_sub(from) > MOST_TICKS || !(is_scored || is_every_one_wanted && begins_anew) {
            return;
        }
        let mut game = self.start.clone();
        let simulated =
            self.lines_at(self.stretch.to().shown_ns).filter(|numbered| is_simulated(&numbered.line));
        let simulated: Vec<_> = simulated.collect();
        let mut controls = simulated.into_iter().peekable();
        let (mut before, mut ends) = (score, Vec::new());
        for tick in from + 1..=to {
            while let Some(numbered) = controls.next_if(|numbered| is_due(&numbered.line, tick)) {
                let _applied = game.apply(&numbered.line, &mut |_| true);
            }
            let pane = game.holder();
            let _reached = game.advance_to(tick, &mut |_| true);
            let (Some(pane), Some(ball)) = (pane, game.ball()) else { break };
            if ball.score.has_ended(&before) {
                let at_ns =
                    self.stretch.shown_of_tick(tick).map_or(0, |shown| self.stretch.knot_at(shown).at_ns);
                ends.push(RallyEnded { tick, at_ns, pane, before, after: ball.score });
            }
            before = ball.score;
        }
        self.rally_ends = ends;
    }

    /// What in it is worth going to.
    pub(super) fn marks(&self, court: &Court) -> Vec<Mark> {
        let of_line =
            |line: &Line, number, shown_ns| mark_of(line, number, self.stretch.knot_at(shown_ns), court);
        let within = self.lines.iter().zip(&self.places);
        let within = within.filter_map(|(numbered, place)| of_line(&numbered.line, numbered.number, *place));
        let goals = self.rally_ends.iter().filter_map(|end| self.goal(end));
        let end = self.end.as_ref();
        let end = end.and_then(|end| of_line(&end.line, end.number, self.stretch.to().shown_ns));
        within.chain(goals).chain(end).collect()
    }

    fn goal(&self, end: &RallyEnded) -> Option<Mark> {
        let (before, after) = (&end.before, &end.after);
        if (before.left, before.right) == (after.left, after.right) {
            return None;
        }
        let scorer = if before.left == after.left { "right" } else { "left" };
        let (kind, more) = match after.winner() {
            Some(side) => (MarkKind::MatchEnd, format!("; the {side} side wins")),
            None => (MarkKind::Goal, String::new()),
        };
        let text = format!("goal for the {scorer}: {} : {}{more}", after.left, after.right);
        let shown_ns = self.stretch.shown_of_tick(end.tick)?;
        let (pane, line, tick) = (Some(end.pane), self.before, end.tick);
        Some(Mark { shown_ns, at_ns: end.at_ns, tick, kind, pane, line, text })
    }
}

/// A line without which the simulation would go another way.
fn is_simulated(line: &Line) -> bool {
    matches!(line, Line::Control(_) | Line::Unseen(_))
}

fn is_due(line: &Line, tick: u64) -> bool {
    if let Line::Control(control) = line { control.tick <= tick } else { true }
}

/// Where lines belong on the axis: controls at their ticks, all else at its time, in order.
fn places(stretch: &Stretch, lines: &[Numbered], is_playable: bool) -> Vec<u64> {
    let Knot { shown_ns: from, .. } = stretch.from();
    let last = stretch.to().shown_ns.saturating_sub(1).max(from);
    let mut latest = from;
    let place = |numbered: &Numbered| match &numbered.line {
        // After a gap in a game of people nothing is known until the line that ends it.
        Line::Unseen(_) if is_playable => u64::MAX,
        // A tick that was played and lost is nowhere.
        Line::Control(control) if control.tick > stretch.to().tick => u64::MAX,
        Line::Control(control) => stretch.shown_of_tick(control.tick).map_or(from, |shown| shown.min(last)),
        line => {
            if let Some(at_ns) = time_of(line) {
                latest = latest.max(stretch.shown_of_at(at_ns).min(last));
            }
            latest
        }
    };
    lines.iter().map(place).collect()
}

/// When a line was written, if it says so and does not say where the ball was.
pub(super) fn time_of(line: &Line) -> Option<u64> {
    line.at().filter(|_| !line.has_ball())
}

/// The mark of a line.
pub(super) fn mark_of(line: &Line, number: u64, knot: Knot, court: &Court) -> Option<Mark> {
    let owner = |from: Option<PaneId>| from.map_or(Owner::Supervisor, Owner::Pane);
    let (kind, pane, text) = match line {
        // A process that ends by itself does so because the game ends.
        Line::Died(of) if of.how != End::Code(0) => {
            let what = What::Died { pane: of.pane, pid: of.pid, how: of.how };
            (MarkKind::Death, Some(of.pane), what.in_words(court))
        }
        Line::Frozen(of) => {
            let text = format!("the process of {} was stopped (SIGSTOP)", court.pane_name(of.pane));
            (MarkKind::Freeze, Some(of.pane), text)
        }
        Line::Serve(serve) if serve.from.is_some() => {
            let what = What::Served { pane: serve.pane, epoch: serve.epoch, from: owner(serve.from) };
            (MarkKind::Recall, Some(serve.pane), what.in_words(court))
        }
        Line::Recovered(of) => {
            let what = What::Recovered { pane: of.pane, epoch: of.epoch };
            (MarkKind::Recovery, Some(of.pane), what.in_words(court))
        }
        Line::Reinitialized(_) => (MarkKind::Reinitialization, None, What::Reinitialized.in_words(court)),
        Line::Action(of) if of.done => {
            let what = What::Done { pane: of.pane, action: of.action };
            (MarkKind::Fault, Some(of.pane), what.in_words(court))
        }
        _ => return None,
    };
    let Knot { tick, at_ns, shown_ns } = knot;
    Some(Mark { shown_ns, at_ns, tick, kind, pane, line: number, text })
}
