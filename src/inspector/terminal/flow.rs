//! The page of the flow: a picture of where the ball was in the last seconds, and below it what has happened, in words.
//!
//! ```text
//! left    ████           ████
//! middle      █████   ███      the last 5 s, a column is 0.1 s
//! right            ███   !
//! ```

use ratatui::text::{Line, Span};

use super::text::{HANGING, cell, heading, line, pane_style, wrapped};
use super::view::{SPANS, View};
use crate::game::PaneId;
use crate::inspector::flow::Flow;

/// Width of a pane's name before its row.
const NAME: usize = 8;
/// The ball was here at some time in this column.
const HERE: char = '█';
/// Something has happened to the process of this pane: the list has it.
const MARK: char = '!';

/// The lines that fit.
pub(super) fn lines(view: &mut View, flow: &Flow, width: usize, height: usize) -> Vec<Line<'static>> {
    let columns = width.saturating_sub(NAME + 1).max(1);
    let span_s = SPANS.get(view.span).copied().unwrap_or(SPANS[0]);
    let span_ns = span_s * 1_000_000_000;
    let picture = Picture { flow, from_ns: flow.now_ns.saturating_sub(span_ns), columns, span_ns };
    let rows = view.court.all_panes().map(|pane| {
        let name = Span::styled(cell(&view.court.name(pane), NAME), pane_style(pane));
        line([name, Span::styled(picture.row(pane), pane_style(pane))])
    });
    let mut lines: Vec<_> = rows.collect();
    let seconds_per_column = span_s as f64 / columns as f64;
    let keys = if view.is_replay { " (w)" } else { " (+ -)" };
    let legend = format!(
        "the last {span_s} s{keys}, {seconds_per_column:.2} s a column; {HERE} the ball, {MARK} see below"
    );
    lines.extend(wrapped(&legend, width, 2));
    lines.push(heading("The last first"));
    let fitting = height.saturating_sub(lines.len());
    let entries = &flow.entries;
    let first = view.first_line(entries.len(), fitting);
    let visible = entries.iter().rev().skip(first).take(fitting);
    let reported = visible.map(|(at_ns, entry)| flow.format(*at_ns, *entry, &view.court));
    lines.extend(reported.flat_map(|text| wrapped(&text, width, HANGING)).take(fitting));
    lines
}

/// A stretch of time in columns.
struct Picture<'a> {
    flow: &'a Flow,
    from_ns: u64,
    columns: usize,
    span_ns: u64,
}

impl Picture<'_> {
    /// The column of a moment. Before the first one: the first; after the last one: the last.
    fn column(&self, at_ns: u64) -> usize {
        let since_ns = u128::from(at_ns.saturating_sub(self.from_ns));
        let column = since_ns * self.columns as u128 / u128::from(self.span_ns);
        usize::try_from(column).unwrap_or(usize::MAX).min(self.columns - 1)
    }

    fn row(&self, pane: PaneId) -> String {
        let mut row = vec![' '; self.columns];
        // From the last on, until they are too old to be seen.
        for interval in self.flow.intervals().rev() {
            let (from, end) = (interval.from_ns.or(interval.first_ns()), self.flow.end_ns(interval));
            let Some(end_ns) = end.or(from) else { continue };
            if end_ns < self.from_ns {
                break;
            }
            if let Some(from_ns) = from.filter(|_| interval.pane == pane) {
                row[self.column(from_ns)..=self.column(end_ns.max(from_ns))].fill(HERE);
            }
        }
        for mark in self.flow.marks().filter(|mark| mark.event.at_ns >= self.from_ns) {
            if mark.event.what.pane().is_none_or(|marked| marked == pane) {
                row[self.column(mark.event.at_ns)] = MARK;
            }
        }
        row.into_iter().collect()
    }
}
