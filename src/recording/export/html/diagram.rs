//! The space-time diagram: bands of time, one below the other; in each a row for the launcher and for each pane.

use super::axis::{Axis, LEFT, RIGHT, WIDTH};
use super::gathered::{Gathered, Numbered};
use super::labels::{Label, Lanes};
use super::shapes::shape;
use super::text::{epochs, escaped, seconds};
use crate::platform::units::fmt_ns;
use crate::protocol::End;
use crate::recording::export::happening::{HandOff, Interval, NotSeen, Went, What};

/// So many intervals a band has at most.
const OF_A_BAND: usize = 16;
/// An interval of this part of its band is long enough to be seen as one.
const SEEN: u64 = 200;
/// So many shorter ones a band has at most, or a quarter of all that it has.
const UNSEEN: usize = 2;
/// A court has no more panes; what names others is not drawn.
const MAX_ROWS: usize = 17;

const TOP: f64 = 6.0;
const BAR: f64 = 16.0;
const ROW: f64 = 26.0;
const LANE: f64 = 12.0;
const AXIS: f64 = 22.0;

/// A band and what is in it.
struct Band<'a> {
    axis: Axis,
    intervals: &'a [Interval],
    hand_offs: Vec<&'a HandOff>,
    not_seen: Vec<&'a NotSeen>,
    marks: Vec<&'a Numbered>,
}

/// All bands, each a picture.
pub(super) fn diagram(gathered: &Gathered, panes: usize) -> String {
    let bands = bands(gathered);
    bands.iter().enumerate().map(|(index, band)| picture(band, index + 1, panes)).collect()
}

/// Where bands end: after so many intervals, or before too many of them would be too short to be seen.
fn bands(gathered: &Gathered) -> Vec<Band<'_>> {
    let mut runs = Vec::new();
    let mut rest = gathered.intervals.as_slice();
    while !rest.is_empty() {
        let most = rest.len().min(OF_A_BAND);
        let length = (1..=most).take_while(|length| is_clear(&rest[..*length])).last().unwrap_or(1);
        let (run, others) = rest.split_at(length);
        runs.push(run);
        rest = others;
    }
    let begins = |run: &[Interval]| run.first().map_or(0, |first| first.begin);
    let ends: Vec<_> = runs.iter().skip(1).map(|run| begins(run)).map(Some).chain([None]).collect();
    runs.into_iter().zip(ends).map(|(run, next)| band(gathered, run, next)).collect()
}

/// Whether most of these intervals are long enough in their band.
fn is_clear(run: &[Interval]) -> bool {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return true };
    let least = last.end.saturating_sub(first.begin) / SEEN;
    let unseen = run.iter().filter(|interval| interval.end - interval.begin < least).count();
    unseen <= UNSEEN.max(run.len() / 4)
}

fn band<'a>(gathered: &'a Gathered, intervals: &'a [Interval], next: Option<u64>) -> Band<'a> {
    let begin = intervals.first().map_or(0, |first| first.begin);
    let last = intervals.last().map_or(begin, |last| last.end);
    // What is seen a little after the last interval belongs to it.
    let end = next.unwrap_or_else(|| last.saturating_add((last - begin) / 50)).max(begin.saturating_add(1));
    let axis = Axis { begin, end };
    let is_new = |at: u64| axis.has(at) && (next != Some(at) || next.is_none());
    let touches = |from: u64, to: u64| from <= axis.end && to >= axis.begin;
    Band {
        axis,
        intervals,
        hand_offs: gathered.hand_offs.iter().filter(|hop| touches(hop.offered, hop.accepted)).collect(),
        not_seen: gathered.not_seen.iter().filter(|gap| touches(gap.begin, gap.end)).collect(),
        marks: gathered.shown.iter().filter(|(_, mark)| is_new(mark.at) && is_drawn(&mark.what)).collect(),
    }
}

fn is_drawn(what: &What) -> bool {
    !matches!(what, What::Begins(_) | What::Ends | What::Settings(_))
}

/// The row of what a mark befell: 0 is the launcher.
fn row_of(mark: &Numbered) -> usize {
    mark.1.process.map_or(0, |process| process.pane.index() + 1)
}

/// The middle of each row, and the height of all.
struct Rows {
    middles: Vec<f64>,
    height: f64,
    labels: Vec<Vec<Label>>,
}

impl Rows {
    fn of(band: &Band<'_>, rows: usize) -> Self {
        let mut marks = band.marks.clone();
        marks.sort_by_key(|(_, mark)| mark.at);
        let mut lanes: Vec<_> = (0..rows).map(|_| (Lanes::default(), Vec::new())).collect();
        for numbered in marks {
            let (number, mark) = numbered;
            let Some((lanes, labels)) = lanes.get_mut(row_of(numbered)) else { continue };
            let number = number.map(|number| format!("{number} ")).unwrap_or_default();
            labels.extend(lanes.place(band.axis.x(mark.at), format!("{number}{}", mark.what.name())));
        }
        let mut height = TOP;
        let mut middles = Vec::new();
        for (lanes, _) in &lanes {
            middles.push(height + BAR / 2.0 + 2.0);
            height += ROW + LANE * lanes.count() as f64;
        }
        Self { middles, height, labels: lanes.into_iter().map(|(_, labels)| labels).collect() }
    }

    fn middle(&self, row: usize) -> Option<f64> {
        self.middles.get(row).copied()
    }
}

fn picture(band: &Band<'_>, number: usize, panes: usize) -> String {
    let rows = Rows::of(band, (panes + 1).min(MAX_ROWS));
    let height = rows.height + AXIS;
    let title = format!("{}, from {}", epochs(band.intervals), seconds(band.axis.begin));
    let mut svg = format!(
        "<figure><figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" \
         aria-labelledby=\"t{number} d{number}\"><title id=\"t{number}\">Space-time diagram: {title}</title>\
         <desc id=\"d{number}\">{}</desc>\n",
        escaped(&description(band))
    );
    svg += &background(band, &rows);
    band.not_seen.iter().for_each(|gap| svg += &not_seen(&band.axis, gap, &rows));
    band.intervals.iter().for_each(|interval| svg += &bar(&band.axis, interval, &rows));
    band.hand_offs.iter().for_each(|hand_off| svg += &arrow(&band.axis, hand_off, &rows));
    // A death and the start of the next process are often at the same place: the death is what is to be seen.
    let (deaths, others): (Vec<_>, Vec<_>) =
        band.marks.iter().copied().partition(|(_, mark)| matches!(mark.what, What::Died(_)));
    others.iter().chain(&deaths).for_each(|mark| svg += &symbol(&band.axis, mark, &rows));
    svg += &words(&rows);
    svg + "</svg></figure>\n"
}

/// What the picture shows, for those who do not see it.
fn description(band: &Band<'_>) -> String {
    let hops: Vec<_> =
        band.intervals.iter().map(|interval| interval.process.pane.number().to_string()).collect();
    let marks = band.marks.iter().map(|(_, mark)| {
        let who = mark.process.map_or("launcher".to_owned(), |process| process.pane.to_string());
        format!("; at {}, {who}: {}", seconds(mark.at), mark.what)
    });
    format!("The ball was in panes {}{}.", hops.join(", "), marks.collect::<String>())
}

/// The rows with their names, and the axis.
fn background(band: &Band<'_>, rows: &Rows) -> String {
    let mut svg = String::new();
    for (row, middle) in rows.middles.iter().enumerate() {
        let name = if row == 0 { "launcher".to_owned() } else { format!("pane {row}") };
        svg += &format!(
            "<path class=\"row\" d=\"M{LEFT} {middle:.1}H{RIGHT}\"/><text class=\"name\" x=\"{:.0}\" y=\"{:.1}\">{name}</text>\n",
            LEFT - 10.0,
            middle + 4.0
        );
    }
    let bottom = rows.height;
    svg += &format!("<path class=\"axis\" d=\"M{LEFT} {bottom:.1}H{RIGHT}\"/>\n");
    for (x, label) in band.axis.marks() {
        svg += &format!(
            "<path class=\"axis\" d=\"M{x:.1} {bottom:.1}v4\"/><text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\">{label}</text>\n",
            bottom + 16.0
        );
    }
    svg
}

fn bar(axis: &Axis, interval: &Interval, rows: &Rows) -> String {
    let Some(middle) = rows.middle(interval.process.pane.index() + 1) else { return String::new() };
    let (x, end) = (axis.x(interval.begin), axis.x(interval.end));
    let width = (end - x).max(1.0);
    let class = match interval.went {
        Went::Died(End::Code(0)) => "has",
        Went::Died(_) => "died",
        Went::Recall => "recalled",
        _ => "has",
    };
    let epoch = interval.epoch.to_string();
    let label = if width > 6.5 * epoch.len() as f64 + 4.0 {
        format!("<text class=\"epoch\" x=\"{:.1}\" y=\"{:.1}\">{epoch}</text>", x + width / 2.0, middle + 3.5)
    } else {
        String::new()
    };
    let pid = interval.process.pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
    format!(
        "<g><title>epoch {epoch}: {}{pid} had the ball from {} for {}; {}</title>\
         <rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{BAR}\"/>{label}</g>\n",
        interval.process.pane,
        seconds(interval.begin),
        fmt_ns(interval.end - interval.begin),
        escaped(&interval.went.to_string()),
        middle - BAR / 2.0
    )
}

fn arrow(axis: &Axis, hand_off: &HandOff, rows: &Rows) -> String {
    let HandOff { hop, offered, accepted, .. } = hand_off;
    let (from, to) = (rows.middle(hop.from.index() + 1), rows.middle(hop.to.index() + 1));
    let (Some(from), Some(to)) = (from, to) else { return String::new() };
    let (class, took) = match hop.took {
        Some(took) => ("hop", format!("took {}", fmt_ns(took))),
        None => ("hop lost", "the taker noted no arrival".to_owned()),
    };
    let down = if to > from { 1.0 } else { -1.0 };
    let (from, to) = (from + down * BAR / 2.0, to - down * BAR / 2.0);
    format!(
        "<g><title>epoch {}, hop {}: {} to {} by {}, {took}</title><path class=\"{class}\" d=\"M{:.1} {from:.1}L{:.1} {to:.1}\"/></g>\n",
        hop.epoch,
        hop.hop,
        hop.from,
        hop.to,
        hop.via.in_words(),
        axis.x(*offered),
        axis.x(*accepted),
    )
}

fn not_seen(axis: &Axis, gap: &NotSeen, rows: &Rows) -> String {
    let (x, end) = (axis.x(gap.begin), axis.x(gap.end));
    format!(
        "<g><title>epochs {} to {} were not seen</title><rect class=\"unseen\" x=\"{x:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"/></g>\n",
        gap.first,
        gap.last,
        (end - x).max(1.0),
        rows.height - TOP
    )
}

fn symbol(axis: &Axis, numbered: &Numbered, rows: &Rows) -> String {
    let Some(middle) = rows.middle(row_of(numbered)) else { return String::new() };
    let mark = &numbered.1;
    let (path, is_filled) = shape(&mark.what);
    let class = if is_filled { "mark filled" } else { "mark" };
    format!(
        "<g transform=\"translate({:.1} {middle:.1})\"><title>{}: {}</title><path class=\"halo\" d=\"{path}\"/><path class=\"{class}\" d=\"{path}\"/></g>\n",
        axis.x(mark.at),
        seconds(mark.at),
        escaped(&mark.what.to_string())
    )
}

/// The words below their marks.
fn words(rows: &Rows) -> String {
    let mut svg = String::new();
    for (middle, labels) in rows.middles.iter().zip(&rows.labels) {
        for Label { x, lane, at, text } in labels {
            let y = middle + BAR / 2.0 + LANE * (*lane as f64 + 0.9);
            svg += &format!(
                "<path class=\"leader\" d=\"M{at:.1} {:.1}V{:.1}\"/><text class=\"word\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>\n",
                middle + BAR / 2.0,
                y - 8.0
            );
        }
    }
    svg
}
