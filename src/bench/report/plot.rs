//! The picture: latency by percentile, a panel for every placement and number of processes.

use std::io;

use hdrhistogram::Histogram;
use plotters::prelude::*;

use crate::bench::figures::Sample;
use crate::bench::key::RowKey;
use crate::bench::placement::Placement;
use crate::platform::units::fmt_mark_ns;

/// Of one panel, in pixels.
const WIDTH: u32 = 560;
const HEIGHT: u32 = 400;
/// Colours that most people with a colour vision deficiency can distinguish (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];
/// How often a curve is sampled on the way to its end, which is 99.999 %.
const STEPS: u32 = 250;
const NINES: f64 = 5.0;

/// The picture as SVG. The percentiles are drawn by how few are slower: each step to the right is ten times as rare.
pub(super) fn draw(samples: &[(RowKey, Sample)]) -> io::Result<String> {
    let mut panels: Vec<(Placement, usize)> = Vec::new();
    let mut ways: Vec<String> = Vec::new();
    for (key, _) in samples {
        let panel = (key.placement, key.processes);
        if !panels.contains(&panel) {
            panels.push(panel);
        }
        if !ways.contains(&key.way()) {
            ways.push(key.way());
        }
    }
    let columns = samples.iter().map(|(key, _)| key.processes);
    let columns = columns.collect::<std::collections::BTreeSet<_>>().len().max(1);
    let rows = panels.len().div_ceil(columns).max(1);
    let size =
        [(columns, WIDTH), (rows, HEIGHT)].map(|(count, each)| u32::try_from(count).unwrap_or(1) * each);
    let mut picture = String::new();
    {
        let root = SVGBackend::with_string(&mut picture, (size[0], size[1])).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        for (area, panel) in root.split_evenly((rows, columns)).iter().zip(&panels) {
            let of_panel: Vec<_> =
                samples.iter().filter(|(key, _)| (key.placement, key.processes) == *panel).collect();
            draw_panel(area, *panel, &of_panel, &ways).map_err(failed)?;
        }
        root.present().map_err(failed)?;
    }
    Ok(picture)
}

fn failed(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

fn draw_panel(
    area: &Area<'_>,
    panel: (Placement, usize),
    samples: &[&(RowKey, Sample)],
    ways: &[String],
) -> Drawn {
    let (placement, processes) = panel;
    let slowest = samples.iter().map(|(_, sample)| sample.latencies.max()).max().unwrap_or(1);
    let fastest =
        samples.iter().map(|(_, sample)| sample.latencies.value_at_quantile(0.0)).min().unwrap_or(1);
    let bounds = (fastest.max(1) as f64 / 1.5)..(slowest.max(10) as f64 * 1.5);
    let mut chart = ChartBuilder::on(area)
        .caption(format!("{placement}, {processes} processes"), ("sans-serif", 16))
        .margin(12)
        .margin_right(32)
        .x_label_area_size(34)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..NINES, bounds.log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("percentile")
        .x_labels(6)
        .x_label_formatter(&|nines| percentile(*nines))
        .y_desc("latency of a hop, one way")
        .y_label_formatter(&|ns| fmt_mark_ns(*ns))
        .draw()?;
    for (key, sample) in samples {
        let colour = ways.iter().position(|way| *way == key.way()).unwrap_or(0);
        let style = COLOURS[colour % COLOURS.len()].stroke_width(2);
        chart
            .draw_series(LineSeries::new(curve(&sample.latencies), style))?
            .label(key.way())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.2))
        .draw()?;
    Ok(())
}

/// Points of (how many nines, latency), no further than the counted hops reach.
fn curve(latencies: &Histogram<u64>) -> Vec<(f64, f64)> {
    let reach = (latencies.len().max(1) as f64).log10().min(NINES);
    let at = |nines: f64| (nines, latencies.value_at_quantile(1.0 - 10f64.powf(-nines)).max(1) as f64);
    let steps = (0..=STEPS).map(|step| NINES * f64::from(step) / f64::from(STEPS));
    steps.filter(|nines| *nines <= reach).map(at).collect()
}

/// 0 is 0 %, 1 is 90 %, 2 is 99 %.
fn percentile(nines: f64) -> String {
    let percent = 100.0 * (1.0 - 10f64.powf(-nines));
    let decimals = match nines {
        ..2.5 => 0,
        ..3.5 => 1,
        ..4.5 => 2,
        _ => 3,
    };
    format!("{percent:.decimals$}")
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_named_by_their_nines() {
        assert_eq!(
            [0.0, 1.0, 2.0, 3.0, 4.0, 5.0].map(percentile),
            ["0", "90", "99", "99.9", "99.99", "99.999"]
        );
    }

    #[test]
    fn a_curve_rises_and_ends_where_the_hops_do() {
        let mut latencies = crate::bench::figures::new_histogram().unwrap();
        (1..=1000).for_each(|ns| latencies.record(ns).unwrap());
        let curve = curve(&latencies);
        assert!(curve.is_sorted_by(|one, next| one.0 < next.0 && one.1 <= next.1));
        let last = curve.last().unwrap();
        assert!(last.0 <= 3.0 && last.0 > 2.9 && (last.1 - 999.0).abs() <= 1.0, "{last:?}");
    }
}
