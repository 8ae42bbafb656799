//! The axes of the space-time diagram: time, and a line per process.

use std::ops::RangeInclusive;

use egui_plot::{AxisHints, GridMark, Plot};

use super::frame::line_of;
use crate::game::Court;
use crate::ui::theme::Palette;

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
