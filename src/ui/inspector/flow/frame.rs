//! The space without the picture: its axes are time and a line per process; where they are on the screen, and what is at
//! a place.

use std::ops::RangeInclusive;

use egui::{Pos2, Rect};
use egui_plot::{AxisHints, GridMark, Plot};

use crate::game::{Court, PaneId};
use crate::inspector::flow::{By, Entry, Flow, OwnershipInterval};
use crate::ui::theme::Palette;

/// The supervisor's line; below it are those of the panes.
pub(super) const SUPERVISOR: f64 = 0.0;
/// Space above the first line and below the last one, in lines.
pub(super) const MARGIN: f64 = 0.6;
/// Half the height of a bar, in lines.
pub(super) const HALF_BAR: f64 = 0.26;
/// What ends where nobody has seen it, in points.
const TICK: f32 = 3.0;
/// How near to a sign the pointer must be, in points.
const NEAR: f32 = 8.0;

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

/// An empty diagram that can be panned and zoomed along the time only.
pub(super) fn plot<'a>(court: &Court, palette: &Palette, height: f32) -> Plot<'a> {
    let court = *court;
    // The first line is at 0, the others below it.
    let name = move |mark: GridMark, _: &RangeInclusive<f64>| {
        let pane = court.all_panes().find(|pane| line_of(*pane) == -mark.value);
        pane.map_or("supervisor".to_owned(), |pane| court.name(pane))
    };
    let time = AxisHints::new_x().formatter(time_of).tick_label_color(palette.text);
    let lines = AxisHints::new_y().formatter(name).tick_label_color(palette.text).min_thickness(76.0);
    Plot::new("space-time")
        .height(height)
        .custom_x_axes(vec![time])
        .custom_y_axes(vec![lines])
        .x_grid_spacer(|input| time_grid(input.bounds, input.base_step_size))
        .y_grid_spacer(move |_| {
            (0..=court.panes).map(|line| GridMark { value: -f64::from(line), step_size: 1.0 }).collect()
        })
        .allow_drag([true, false])
        .allow_zoom([true, false])
        .allow_axis_zoom_drag([true, false])
        .allow_scroll([true, false])
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .label_formatter(|_| None)
        .show_x(false)
        .show_y(false)
}

/// Marks at 1, 2 or 5 times a power of ten, as near as their labels can stand. `least` is the distance of the finest grid,
/// a tenth of that.
fn time_grid((from, to): (f64, f64), least: f64) -> Vec<GridMark> {
    let wanted = 10.0 * least;
    let power = 10_f64.powf(wanted.log10().floor());
    let step_size = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power).into_iter().find(|step| *step >= wanted);
    let step_size = step_size.unwrap_or(10.0 * power);
    let (first, last) = ((from / step_size).ceil() as i64, (to / step_size).floor() as i64);
    (first..=last).map(|n| GridMark { value: n as f64 * step_size, step_size }).collect()
}

/// As many digits as the grid needs.
fn time_of(mark: GridMark, _range: &RangeInclusive<f64>) -> String {
    let is_enough = |(_, power): &(usize, i32)| mark.step_size * 10_f64.powi(*power) > 0.999;
    let decimals = (0..=9).zip(0..).find(is_enough).map_or(9, |(decimals, _)| decimals);
    format!("{:.decimals$} s", mark.value)
}
