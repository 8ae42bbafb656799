//! How long hand-offs took, by transport: a table, and a picture with a line per transport.

use egui::{Grid, RichText, Role, Ui};
use egui_plot::{AxisHints, GridMark, Line, LineStyle, MarkerShape, Plot, PlotPoint, PlotPoints, Points};

use crate::inspector::flow::{Bar, Latencies};
use crate::platform::units::fmt_mark_ns;
use crate::protocol::TransportKind;
use crate::ui::theme::Palette;
use crate::ui::widgets::{named, pair_ui, width_of};

/// Height of the picture, in points.
const HEIGHT: f32 = 150.0;

/// What is above the cells of a row.
const HEADS: [&str; Latencies::HEADS.len() + 1] = {
    let [transport, count, p50, p99, p999, max] = Latencies::HEADS;
    [transport, count, p50, p99, p999, max, "line"]
};
/// The place of the median among them: what a transport is judged by.
const MEDIAN: usize = 2;
/// What is left free between two cells, in points.
const GAP: f32 = 14.0;

/// The table, and the picture below it.
pub(super) fn latencies_ui(ui: &mut Ui, latencies: &[Latencies]) {
    ui.label(RichText::new("How long hand-offs took, since the start").strong());
    if latencies.is_empty() {
        ui.label("No hand-off yet.");
        return;
    }
    let rows: Vec<_> = latencies.iter().map(row).collect();
    let head = HEADS.map(str::to_owned);
    let columns = (0..HEADS.len()).map(|column| {
        rows.iter().chain([&head]).map(|cells| width_of(ui, &cells[column])).fold(0.0, f32::max)
    });
    if columns.sum::<f32>() + GAP * (HEADS.len() - 1) as f32 <= ui.available_width() {
        table_ui(ui, &rows);
    } else {
        rows.iter().for_each(|cells| list_ui(ui, cells));
    }
    picture_ui(ui, latencies);
}

/// A row: what is known of a transport's hand-offs, and how its line in the picture looks.
fn row(of: &Latencies) -> [String; HEADS.len()] {
    let [transport, count, p50, p99, p999, max] = of.cells();
    [transport, count, p50, p99, p999, max, style(of.transport).2.to_owned()]
}

fn table_ui(ui: &mut Ui, rows: &[[String; HEADS.len()]]) {
    Grid::new("latencies").striped(true).spacing([GAP, 4.0]).show(ui, |ui| {
        HEADS.iter().for_each(|head| drop(ui.label(RichText::new(*head).strong())));
        ui.end_row();
        for cells in rows {
            for (column, cell) in cells.iter().enumerate() {
                let text = RichText::new(cell);
                ui.label(if column == MEDIAN { text.strong() } else { text });
            }
            ui.end_row();
        }
    });
}

/// Where the table would be cut: each value after its name, wrapped.
fn list_ui(ui: &mut Ui, cells: &[String; HEADS.len()]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        HEADS.iter().zip(cells).for_each(|(head, cell)| drop(pair_ui(ui, head, cell)));
    });
}

/// Transports differ in the style of the line, in its points and in its colour; the table names the first two.
fn style(transport: TransportKind) -> (LineStyle, MarkerShape, &'static str) {
    match transport {
        TransportKind::Shared => (LineStyle::Solid, MarkerShape::Circle, "solid, discs"),
        TransportKind::Pipe => (LineStyle::dashed_loose(), MarkerShape::Square, "dashed, squares"),
        TransportKind::Socket => (LineStyle::dotted_dense(), MarkerShape::Up, "dotted, triangles"),
    }
}

fn picture_ui(ui: &mut Ui, latencies: &[Latencies]) {
    let palette = Palette::of(ui.visuals());
    let most = latencies.iter().map(|of| format!("{}: {} hand-offs", of.transport, of.count));
    let text = format!("Latencies, a line per transport. {}", most.collect::<Vec<_>>().join(", "));
    let time = AxisHints::new_x().formatter(power_of_ten).tick_label_color(palette.text);
    let share = AxisHints::new_y().formatter(percent).tick_label_color(palette.text).min_thickness(44.0);
    ui.scope(|ui| {
        ui.visuals_mut().extreme_bg_color = palette.court;
        let plot = Plot::new("latency picture")
            .height(HEIGHT)
            .custom_x_axes(vec![time])
            .custom_y_axes(vec![share])
            // A mark per power of ten.
            .x_grid_spacer(|input| {
                let (from, to) = (input.bounds.0.ceil() as i32, input.bounds.1.floor() as i32);
                (from..=to).map(|value| GridMark { value: value.into(), step_size: 1.0 }).collect()
            })
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .label_formatter(|_| None)
            .show_x(false)
            .show_y(false);
        let shown = plot.show(ui, |plot| {
            for of in latencies {
                let (line, marker, _) = style(of.transport);
                let color = palette.pane(crate::game::PaneId(of.transport.index() as u8));
                let name = of.transport.name();
                plot.line(Line::new(name, curve(of)).color(color).width(2.0).style(line));
                let peaks = Points::new(name, tops(of));
                plot.points(peaks.color(color).radius(3.5).shape(marker));
            }
        });
        named(shown.response, Role::Image, &text);
    });
}

/// Shares of all hand-offs in percent, down to zero where there was none.
fn curve(of: &Latencies) -> PlotPoints<'static> {
    let share = |count: u64| 100.0 * count as f64 / of.count as f64;
    let mut points = Vec::new();
    for (index, bar) in of.bars.iter().enumerate() {
        let is_next_to = |place: i32| of.bars.iter().any(|other| other.place == place);
        if index == 0 || !is_next_to(bar.place - 1) {
            points.push([bar.log10_ns() - Bar::WIDTH, 0.0]);
        }
        points.push([bar.log10_ns(), share(bar.count)]);
        if !is_next_to(bar.place + 1) {
            points.push([bar.log10_ns() + Bar::WIDTH, 0.0]);
        }
    }
    points.into()
}

fn tops(of: &Latencies) -> PlotPoints<'static> {
    let top = |bar: &Bar| PlotPoint::new(bar.log10_ns(), 100.0 * bar.count as f64 / of.count as f64);
    PlotPoints::Owned(of.bars.iter().map(top).collect())
}

fn power_of_ten(mark: GridMark, _range: &std::ops::RangeInclusive<f64>) -> String {
    let power = (0..=12).find(|power| f64::from(*power) == mark.value);
    power.map_or(String::new(), |power| fmt_mark_ns(10_f64.powi(power)))
}

fn percent(mark: GridMark, _range: &std::ops::RangeInclusive<f64>) -> String {
    format!("{:.0} %", mark.value)
}
