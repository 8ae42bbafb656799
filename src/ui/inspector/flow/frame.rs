//! Where time and lines are on the screen.

use egui::Rect;

use crate::game::PaneId;
use crate::inspector::flow::{By, Flow, OwnershipInterval};

/// The supervisor's line; below it are those of the panes.
pub(super) const SUPERVISOR: f64 = 0.0;
/// Space above the first line and below the last one, in lines.
pub(super) const MARGIN: f64 = 0.6;
/// Half the height of a bar, in lines.
pub(super) const HALF_BAR: f64 = 0.26;
/// What ends where nobody has seen it, in points.
pub(super) const TICK: f32 = 3.0;

/// Where time and lines are on the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// The diagram without its axes.
    pub(super) rect: Rect,
    /// The time at its left and right edge, in seconds.
    pub(super) range_s: (f64, f64),
    /// Lines of panes.
    pub(super) panes: u8,
}

/// The line of a pane.
pub(super) fn line_of(pane: PaneId) -> f64 {
    f64::from(pane.0) + 1.0
}

impl Frame {
    /// Beyond the edges only as far as lines are thick.
    pub(super) fn x(&self, at_s: f64) -> f32 {
        let (from, to) = self.range_s;
        let share = (at_s - from) / (to - from);
        self.rect.left() + (share as f32).clamp(-0.1, 1.1) * self.rect.width()
    }

    pub(super) fn y(&self, line: f64) -> f32 {
        let share = (line + MARGIN) / (f64::from(self.panes) + 2.0 * MARGIN);
        self.rect.top() + share as f32 * self.rect.height()
    }

    pub(super) fn sees(&self, x0: f32, x1: f32) -> bool {
        x1 >= self.rect.left() && x0 <= self.rect.right()
    }
}

/// The parts of an interval's bar: waiting for its process, and with it.
pub(super) fn ends_of(
    flow: &Flow,
    interval: &OwnershipInterval,
    x: &impl Fn(u64) -> f32,
) -> [Option<(bool, (f32, f32))>; 2] {
    let end = flow.end_ns(interval).map(x);
    let given = match interval.by {
        Some(By::HandOff { took_ns: Some(_), .. }) | None => None,
        Some(by) => by.given_ns().map(x),
    };
    let from = interval.from_ns.map(x);
    let waiting = match (given, from, end) {
        (Some(given), Some(from), _) => Some((given, from)),
        (Some(given), None, end) => Some((given, end.unwrap_or(given + TICK))),
        (None, None, Some(end)) => Some((end - TICK, end)),
        (None, Some(_), _) | (None, None, None) => None,
    };
    let playing = from.map(|from| (from, end.unwrap_or(from + TICK).max(from)));
    // Its process may be quicker than the supervisor, which logs what it has done only afterwards.
    let waiting = waiting.filter(|(x0, x1)| x1 > x0);
    [waiting.map(|ends| (true, ends)), playing.map(|ends| (false, ends))]
}
