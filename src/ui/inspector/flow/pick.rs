//! What the pointer is at.

use egui::Pos2;

use super::frame::{Frame, HALF_BAR, SUPERVISOR, TICK, ends_of, line_of};
use crate::game::Court;
use crate::inspector::flow::{Entry, Flow};

/// How near to a sign the pointer must be, in points.
const NEAR: f32 = 8.0;

/// What is at this place: the nearest sign, or else the bar that is there, and of several the shortest.
pub(super) fn pick(flow: &Flow, court: &Court, frame: &Frame, at: Pos2) -> Option<(u64, Entry)> {
    let x = |at_ns: u64| frame.x(flow.seconds(at_ns));
    let half = (frame.y(HALF_BAR) - frame.y(0.0)) * 1.5;
    let distance = |(at_ns, entry): &(u64, Entry)| match *entry {
        Entry::Mark(number) => {
            let mark = flow.marks().find(|mark| mark.number == number)?;
            let line =
                mark.event.what.pane().filter(|pane| *pane <= court.last()).map_or(SUPERVISOR, line_of);
            let away = (x(*at_ns) - at.x).abs();
            (away < NEAR && (frame.y(line) - at.y).abs() < half).then_some(away)
        }
        Entry::OwnershipInterval(epoch) => {
            let interval = flow.interval_of(epoch)?;
            let ends = ends_of(flow, interval, &x).into_iter().flatten();
            let (x0, x1) = ends.map(|(_, ends)| ends).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
            let is_there = (x0 - TICK..=x1 + TICK).contains(&at.x);
            (is_there && (frame.y(line_of(interval.pane)) - at.y).abs() < half).then_some(NEAR + x1 - x0)
        }
        Entry::Gap(_) => None,
    };
    let near = flow.entries.iter().filter_map(|entry| Some((distance(entry)?, *entry)));
    near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, entry)| entry)
}
