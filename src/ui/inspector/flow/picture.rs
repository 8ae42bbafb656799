//! The space-time diagram before it is painted: what of the flow is where on the screen. What is not seen is left out,
//! and what is smaller than a pixel is joined.

use super::frame::{Frame, SUPERVISOR, ends_of, line_of};
use crate::game::PaneId;
use crate::inspector::flow::{By, Flow, Mark, OwnershipInterval};
use crate::protocol::{Action, TransportKind, What};

/// Shapes of one kind on one line that are nearer to each other are one, in points.
const JOIN: f32 = 1.5;
/// A sign that is nearer than this to the one before it would be covered, in points.
const COVERED: f32 = 8.0;
/// Width of a letter, about, in points: words that would cover each other are left out.
const LETTER: f32 = 7.0;
/// The ball in a pane: one interval, or several that are too short to be seen apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub(super) pane: PaneId,
    pub(super) x0: f32,
    pub(super) x1: f32,
    /// The first of them.
    pub(super) epoch: u64,
    pub(super) count: u32,
    /// The ball is the pane's, but its process has not taken it.
    pub(super) is_waiting: bool,
}

/// A hand-off.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Arrow {
    pub(super) from: PaneId,
    pub(super) to: PaneId,
    pub(super) x0: f32,
    pub(super) x1: f32,
    pub(super) via: TransportKind,
    /// None if the taker has not logged it.
    pub(super) took_ns: Option<u64>,
    /// How far away the next one is, in points.
    pub(super) space: f32,
}

/// A shape for something that has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A process ended.
    Cross,
    /// A process began.
    Triangle,
    /// Frozen.
    Pause,
    /// Goes on.
    Play,
    /// Stalled or hung.
    Square,
    /// The supervisor has given the ball.
    Disc,
    /// Everything else.
    Diamond,
}

/// Something that has happened, with a word.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sign {
    pub(super) line: f64,
    pub(super) x: f32,
    pub(super) shape: Shape,
    /// Empty where there is no space for it.
    pub(super) word: &'static str,
    /// The lines of those whom the supervisor took the ball from, and gave it to.
    pub(super) reaches: [Option<f64>; 2],
}

/// A time of which nothing is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hole {
    pub(super) x0: f32,
    pub(super) x1: f32,
    /// What is missing, in words.
    pub(super) text: String,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Picture {
    pub(super) bars: Vec<Bar>,
    pub(super) arrows: Vec<Arrow>,
    pub(super) signs: Vec<Sign>,
    pub(super) holes: Vec<Hole>,
}

impl Picture {
    pub(super) fn of(flow: &Flow, frame: &Frame) -> Self {
        let mut picture = Self::default();
        let x = |at_ns: u64| frame.x(flow.seconds(at_ns));
        for interval in flow.intervals() {
            let ends = ends_of(flow, interval, &x).into_iter().flatten();
            for (is_waiting, (x0, x1)) in ends.filter(|(_, (x0, x1))| frame.sees(*x0, *x1)) {
                let bar = Bar { pane: interval.pane, x0, x1, epoch: interval.epoch, count: 1, is_waiting };
                picture.add_bar(bar);
            }
            picture.add_coming(interval, frame, &x);
        }
        for mark in flow.marks() {
            let line = mark.event.what.pane().map_or(SUPERVISOR, line_of);
            let (x, shape, word) = (x(mark.event.at_ns), shape_of(mark), mark.event.what.word());
            picture.add_sign(Sign { line, x, shape, word, reaches: [None; 2] }, frame);
        }
        picture.add_holes(flow, frame, &x);
        picture.measure_space();
        picture.leave_out_what_is_covered();
        picture
    }

    fn add_bar(&mut self, bar: Bar) {
        let is_short = bar.x1 - bar.x0 < JOIN;
        let last = self.bars.iter_mut().rev().take(4).find(|last| last.pane == bar.pane);
        match last.filter(|last| is_short && last.is_waiting == bar.is_waiting && bar.x0 <= last.x1 + JOIN) {
            Some(last) => {
                last.x1 = last.x1.max(bar.x1);
                last.count += 1;
            }
            None => self.bars.push(bar),
        }
    }

    /// How the ball came: by a hand-off, or out of the supervisor's hand.
    fn add_coming(&mut self, interval: &OwnershipInterval, frame: &Frame, x: &impl Fn(u64) -> f32) {
        let (word, from, at_ns) = match interval.by {
            Some(By::HandOff { from, via, handed_ns, took_ns }) => {
                let (x0, x1) = (x(handed_ns), x(handed_ns + took_ns.unwrap_or(0)));
                let is_joined = |last: &Arrow| last.from == from && x0 - last.x0 < JOIN;
                if frame.sees(x0, x1) && !self.arrows.iter().rev().take(4).any(is_joined) {
                    let (to, space) = (interval.pane, f32::INFINITY);
                    self.arrows.push(Arrow { from, to, x0, x1, via, took_ns, space });
                }
                return;
            }
            Some(By::Served { at_ns }) => ("served", None, at_ns),
            Some(By::Recalled { from, at_ns }) => ("recalled", Some(from), at_ns),
            Some(By::Recovered { at_ns }) => ("recovered", Some(interval.pane), at_ns),
            Some(By::Supervisor) | None => return,
        };
        let reaches = [from.map(line_of), Some(line_of(interval.pane))];
        self.add_sign(Sign { line: SUPERVISOR, x: x(at_ns), shape: Shape::Disc, word, reaches }, frame);
    }

    fn add_sign(&mut self, sign: Sign, frame: &Frame) {
        let is_joined = |last: &Sign| {
            last.line == sign.line
                && last.shape == sign.shape
                && last.reaches == sign.reaches
                && (sign.x - last.x).abs() < JOIN
        };
        if frame.sees(sign.x, sign.x) && !self.signs.iter().rev().take(8).any(is_joined) {
            self.signs.push(sign);
        }
    }

    /// Epochs that were not seen, and those that are no longer kept.
    fn add_holes(&mut self, flow: &Flow, frame: &Frame, x: &impl Fn(u64) -> f32) {
        let hole = |from: Option<u64>, until, text| {
            let hole = Hole { x0: x(from.unwrap_or(0)), x1: x(until), text };
            frame.sees(hole.x0, hole.x1).then_some(hole)
        };
        let first = flow.intervals().find_map(OwnershipInterval::first_ns);
        if let Some(first) = first.filter(|_| flow.forgotten > 0) {
            self.holes.extend(hole(None, first, format!("{} no longer kept", flow.forgotten)));
        }
        for gap in flow.gaps() {
            let text = format!("{} not seen", gap.last - gap.first + 1);
            self.holes.extend(gap.until_ns.and_then(|until| hole(gap.from_ns, until, text)));
        }
    }

    fn measure_space(&mut self) {
        let xs: Vec<_> = self.arrows.iter().map(|arrow| arrow.x0).collect();
        for (index, arrow) in self.arrows.iter_mut().enumerate() {
            arrow.space = xs.get(index + 1).map_or(f32::INFINITY, |next| next - arrow.x0);
        }
    }

    /// Of signs that would cover each other the first one stays: a death, not the start that follows it at once. A word
    /// that would be covered by the one before it on the same line is left out.
    fn leave_out_what_is_covered(&mut self) {
        self.signs.sort_by(|a, b| a.line.total_cmp(&b.line).then(a.x.total_cmp(&b.x)));
        let mut last = None;
        self.signs.retain(|sign| {
            let covers = |(line, x): (f64, f32)| line == sign.line && sign.x - x < COVERED;
            let is_seen = sign.line == SUPERVISOR || !last.is_some_and(covers);
            if is_seen {
                last = Some((sign.line, sign.x));
            }
            is_seen
        });
        let (mut line, mut free_from) = (f64::NAN, f32::NEG_INFINITY);
        for sign in &mut self.signs {
            if sign.line != line {
                (line, free_from) = (sign.line, f32::NEG_INFINITY);
            }
            if sign.x < free_from {
                sign.word = "";
            } else {
                free_from = sign.x + LETTER * (sign.word.len() as f32 + 2.0);
            }
        }
    }
}

fn shape_of(mark: &Mark) -> Shape {
    match mark.event.what {
        What::Died { .. } => Shape::Cross,
        What::Started { .. } => Shape::Triangle,
        What::Stalled { .. } | What::Hung { .. } => Shape::Square,
        What::Done { action: Action::Freeze, .. } => Shape::Pause,
        What::Done { action: Action::Continue, .. } => Shape::Play,
        What::Served { .. } | What::Recovered { .. } => Shape::Disc,
        What::Reinitialized | What::Recording { .. } | What::Done { .. } | What::NotDone { .. } => {
            Shape::Diamond
        }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn of_signs_in_one_place_the_first_is_seen_and_those_of_the_supervisor_all_are() {
        let sign = |line, x, shape, word| Sign { line, x, shape, word, reaches: [None; 2] };
        let mut picture = Picture {
            signs: vec![
                sign(1.0, 100.5, Shape::Triangle, "start"),
                sign(1.0, 100.0, Shape::Cross, "died"),
                sign(1.0, 112.0, Shape::Pause, "freeze"),
                sign(2.0, 101.0, Shape::Triangle, "start"),
                sign(SUPERVISOR, 100.0, Shape::Disc, "recovered"),
                sign(SUPERVISOR, 101.0, Shape::Disc, "recalled"),
            ],
            ..Picture::default()
        };
        picture.leave_out_what_is_covered();
        let seen: Vec<_> = picture.signs.iter().map(|sign| (sign.line, sign.shape, sign.word)).collect();
        let expected = [
            (SUPERVISOR, Shape::Disc, "recovered"),
            (SUPERVISOR, Shape::Disc, ""),
            (1.0, Shape::Cross, "died"),
            (1.0, Shape::Pause, ""),
            (2.0, Shape::Triangle, "start"),
        ];
        assert_eq!(seen, expected);
    }
}
