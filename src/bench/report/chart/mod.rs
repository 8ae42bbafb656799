//! A picture with two axes, as SVG: in a page, or in a file of its own. It follows the reader's choice of dark or light, and says in
//! words what it shows.

mod axis;
mod labels;

pub(in crate::bench) use axis::Axis;

use std::fmt::Write;

use labels::spread;

use crate::platform::markup::escaped;

/// The width of a chart, in pixels.
pub(in crate::bench) const WIDTH: f64 = 760.0;
/// Around the part with the curves, in pixels.
const TOP: f64 = 34.0;
const BOTTOM: f64 = 48.0;
const RIGHT: f64 = 190.0;
/// From label to label of the curves, and from row to row of a strip.
const LINE: f64 = 18.0;
/// The least height of the part with the curves.
const LEAST: f64 = 250.0;

/// Colours (Okabe and Ito, 2008, whom most people with a colour vision deficiency can follow) and dashes. Of each there are so many
/// that a curve shares both with none of 34 others.
const COLOURS: usize = 7;
const DASHES: [&str; 5] = ["", "9 4", "2 3", "9 3 2 3", "16 4"];

/// The style of all charts. Light is for print too.
pub(in crate::bench) const STYLE: &str = include_str!("chart.css");

/// A curve.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bench) struct Line {
    /// Beside its end.
    pub(in crate::bench) name: String,
    /// Which colour and dashes.
    pub(in crate::bench) style: usize,
    /// Its points, in units of the axes.
    pub(in crate::bench) points: Vec<(f64, f64)>,
    /// Whether each point has a dot.
    pub(in crate::bench) has_dots: bool,
    /// Where a value lies for sure: its place, from where to where.
    pub(in crate::bench) bars: Vec<(f64, f64, f64)>,
}

/// A point of a strip.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bench) struct Point {
    pub(in crate::bench) at: (f64, f64),
    /// Its shape: `filled`, `hollow`, `square` or `median`.
    pub(in crate::bench) shape: &'static str,
    /// What it is, for a reader that points at it.
    pub(in crate::bench) title: String,
    /// Beside it.
    pub(in crate::bench) label: String,
}

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bench) struct Chart {
    /// Above it.
    pub(in crate::bench) title: String,
    /// What it shows, for those who cannot see it.
    pub(in crate::bench) description: String,
    pub(in crate::bench) x: Axis,
    pub(in crate::bench) y: Axis,
    pub(in crate::bench) lines: Vec<Line>,
    pub(in crate::bench) points: Vec<Point>,
}

/// Where the part with the curves lies.
#[derive(Debug, Clone, Copy)]
struct Frame {
    left: f64,
    right: f64,
    height: f64,
}

impl Chart {
    fn frame(&self) -> Frame {
        let lines = self.lines.len().max(if self.y.is_rows { self.y.ticks.len() + 1 } else { 0 });
        let least = if self.y.is_rows { 3.0 * LINE } else { LEAST };
        let left = if self.y.is_rows { 190.0 } else { 84.0 };
        let right = WIDTH - if self.lines.is_empty() { 24.0 } else { RIGHT };
        let per_line = if self.y.is_rows { 1.4 * LINE } else { LINE };
        Frame { left, right, height: (lines as f64 * per_line).max(least) }
    }

    /// Its height in pixels.
    pub(in crate::bench) fn height(&self) -> f64 {
        TOP + self.frame().height + BOTTOM
    }

    /// As an element, `top` pixels below the top of what it is in; no two on a page have one `id`.
    pub(in crate::bench) fn svg(&self, id: &str, top: f64) -> String {
        let (frame, height) = (self.frame(), self.height());
        let (title, description) = (escaped(&self.title), text_of(&self.description));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" y=\"{top:.0}\" width=\"{WIDTH:.0}\" \
             height=\"{height:.0}\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-labelledby=\"{id}-t\" \
             aria-describedby=\"{id}-d\">\n<title id=\"{id}-t\">{title}</title>\n<desc id=\"{id}-d\">{description}</desc>\n\
             <text class=\"title\" x=\"{:.0}\" y=\"20\">{title}</text>\n",
            if self.y.is_rows { 8.0 } else { frame.left }
        );
        self.axes(&mut svg, frame);
        self.curves(&mut svg, frame);
        self.marks(&mut svg, frame);
        svg + "</svg>\n"
    }

    fn place(&self, frame: Frame, (x, y): (f64, f64)) -> (f64, f64) {
        let x = frame.left + self.x.share(x) * (frame.right - frame.left);
        (x, TOP + frame.height * (1.0 - self.y.share(y)))
    }

    fn axes(&self, svg: &mut String, frame: Frame) {
        let Frame { left, right, height } = frame;
        let bottom = TOP + height;
        let mut put = |text: String| svg.push_str(&text);
        for (at, label) in &self.y.ticks {
            let (_, y) = self.place(frame, (self.x.min, *at));
            put(format!("<path class=\"grid\" d=\"M{left:.1} {y:.1}H{right:.1}\"/>\n"));
            put(format!(
                "<text class=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
                left - 8.0,
                y + 4.5,
                escaped(label)
            ));
        }
        for (at, label) in &self.x.ticks {
            let (x, _) = self.place(frame, (*at, self.y.min));
            put(format!("<path class=\"grid\" d=\"M{x:.1} {TOP}V{bottom:.1}\"/>\n"));
            put(format!(
                "<text class=\"mid\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>\n",
                bottom + 18.0,
                escaped(label)
            ));
        }
        put(format!("<path class=\"axis\" d=\"M{left:.1} {TOP}V{bottom:.1}H{right:.1}\"/>\n"));
        let middle = f64::midpoint(left, right);
        let label = escaped(&self.x.label);
        put(format!("<text class=\"mid\" x=\"{middle:.1}\" y=\"{:.1}\">{label}</text>\n", bottom + 38.0));
        if !self.y.label.is_empty() {
            let (y, label) = (TOP + height / 2.0, escaped(&self.y.label));
            put(format!(
                "<text class=\"mid\" transform=\"translate(14 {y:.1}) rotate(-90)\">{label}</text>\n"
            ));
        }
    }

    fn curves(&self, svg: &mut String, frame: Frame) {
        let mut ends = Vec::new();
        for line in self.lines.iter().filter(|line| !line.points.is_empty()) {
            let places: Vec<_> = line.points.iter().map(|point| self.place(frame, *point)).collect();
            let path = path(&places);
            let (class, dash) = (line.style % COLOURS, dash(line.style));
            for (x, low, high) in &line.bars {
                let ((x, low), (_, high)) = (self.place(frame, (*x, *low)), self.place(frame, (*x, *high)));
                let (left, right) = (x - 4.0, x + 4.0);
                write_to(
                    svg,
                    format_args!(
                        "<path class=\"bar s{class}\" d=\"M{x:.1} {low:.1}V{high:.1}M{left:.1} {low:.1}H{right:.1}M{left:.1} {high:.1}H{right:.1}\"/>\n"
                    ),
                );
            }
            write_to(svg, format_args!("<path class=\"curve s{class}\"{dash} d=\"{path}\"/>\n"));
            for (x, y) in places.iter().filter(|_| line.has_dots) {
                write_to(
                    svg,
                    format_args!("<circle class=\"dot s{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>\n"),
                );
            }
            ends.extend(places.last().map(|(x, y)| (line, *x, *y)));
        }
        self.names(svg, frame, ends);
    }

    /// The name of each curve is beside its end, as far as there is room for all.
    fn names(&self, svg: &mut String, frame: Frame, mut ends: Vec<(&Line, f64, f64)>) {
        ends.sort_by(|one, other| one.2.total_cmp(&other.2));
        let wanted: Vec<_> = ends.iter().map(|(.., y)| *y).collect();
        for ((line, x, y), at) in ends.iter().zip(spread(&wanted, LINE, TOP + 4.0, TOP + frame.height)) {
            let (class, dash, from) = (line.style % COLOURS, dash(line.style), frame.right + 14.0);
            if frame.right - x < 40.0 {
                write_to(
                    svg,
                    format_args!("<path class=\"leader\" d=\"M{:.1} {y:.1}L{from:.1} {at:.1}\"/>\n", x + 4.0),
                );
            }
            write_to(
                svg,
                format_args!("<path class=\"curve s{class}\"{dash} d=\"M{from:.1} {at:.1}h28\"/>\n"),
            );
            let name = escaped(&line.name);
            write_to(
                svg,
                format_args!("<text x=\"{:.1}\" y=\"{:.1}\">{name}</text>\n", from + 34.0, at + 4.5),
            );
        }
    }

    fn marks(&self, svg: &mut String, frame: Frame) {
        for point in &self.points {
            let (x, y) = self.place(frame, point.at);
            let (title, shape) = (escaped(&point.title), point.shape);
            let form = match shape {
                "median" => format!("<path class=\"median\" d=\"M{x:.1} {:.1}v18\">", y - 9.0),
                "square" => format!(
                    "<rect class=\"point square\" x=\"{:.1}\" y=\"{:.1}\" width=\"8\" height=\"8\">",
                    x - 4.0,
                    y - 4.0
                ),
                _ => format!("<circle class=\"point {shape}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\">"),
            };
            let end = if shape == "median" {
                "path"
            } else if shape == "square" {
                "rect"
            } else {
                "circle"
            };
            write_to(svg, format_args!("{form}<title>{title}</title></{end}>\n"));
            if !point.label.is_empty() {
                let label = escaped(&point.label);
                write_to(
                    svg,
                    format_args!(
                        "<text class=\"mid small\" x=\"{x:.1}\" y=\"{:.1}\">{label}</text>\n",
                        y - 7.0
                    ),
                );
            }
        }
    }
}

/// A text of any length, as a part of SVG.
fn text_of(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join(" ")
}

fn dash(style: usize) -> String {
    match DASHES[style % DASHES.len()] {
        "" => String::new(),
        dash => format!(" stroke-dasharray=\"{dash}\""),
    }
}

fn path(places: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in places.iter().enumerate() {
        write_to(&mut path, format_args!("{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" }));
    }
    path
}

fn write_to(svg: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    let _written = svg.write_fmt(what);
}
