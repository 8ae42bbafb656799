//! The first page: the processes, the laws in a word each, how long hand-offs took, and what has happened last.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::text::{cell, heading, pane_style, wrapped};
use super::view::View;
use crate::inspector::Watcher;
use crate::inspector::processes::{Process, Usage};
use crate::platform::units::{fmt_bytes, fmt_ns};

/// So many of the last happenings are shown if there is room for less.
const LAST: usize = 4;
/// How far the second line of a happening is indented.
pub(super) const HANGING: usize = 9;
/// Width of a process's name, and of what it is doing.
const NAME: usize = 12;
const STATES: [usize; 2] = [30, 46];
/// From this width on there is room for all of the longest state.
const ROOMY: usize = 110;

/// A column that is shown where there is room: its name, its width, and what it says.
type Column = (&'static str, usize, fn(&Process, &Usage) -> Option<String>);

/// The columns after name, pid and state, the most wanted first.
const COLUMNS: [Column; 6] = [
    ("CPU", 6, |_, usage| usage.cpu_percent.map(|percent| format!("{percent:.1}%"))),
    ("wakes/s", 7, |_, usage| usage.wakeups_per_s.map(|rate| format!("{rate:.0}"))),
    ("PSS", 9, |_, usage| usage.pss_bytes.map(fmt_bytes)),
    ("switches", 15, |_, usage| Some(format!("{}/{}", usage.voluntary_switches, usage.involuntary_switches))),
    ("thr.", 4, |_, usage| Some(usage.threads.to_string())),
    ("fds", 4, |process, _| Some(process.fds.len().to_string())),
];

/// All lines, of which `height` fit: what has happened last fills what the rest leaves free.
pub(super) fn lines(view: &View, watcher: &Watcher, width: usize, height: usize) -> Vec<Line<'static>> {
    let mut lines = processes(view, watcher, width);
    lines.extend(laws(watcher, width));
    lines.extend(latencies(watcher));
    lines.push(heading("Last"));
    let room = height.saturating_sub(lines.len()).max(LAST);
    let last = watcher.flow.entries().iter().rev().take(room);
    let told = last.map(|(at_ns, entry)| watcher.flow.told(*at_ns, *entry, &view.court));
    lines.extend(told.flat_map(|text| wrapped(&text, width, HANGING)).take(room));
    lines
}

/// The table of the processes. What has no room is left out from the right.
fn processes(view: &View, watcher: &Watcher, width: usize) -> Vec<Line<'static>> {
    let state = STATES[usize::from(width >= ROOMY)];
    let mut left = width.saturating_sub(3 + NAME + 1 + 8 + 3 + state + 1);
    let fits = |column: &&Column| {
        let needed = column.1 + 1;
        let fits = needed <= left;
        left = if fits { left - needed } else { 0 };
        fits
    };
    let columns: Vec<_> = COLUMNS.iter().filter(fits).collect();
    let mut head =
        format!("   {}{}{}{}", cell("process", NAME), cell("pid", 7), cell("n.", 2), cell("state", state));
    head.extend(columns.iter().map(|(name, width, _)| cell(name, *width)));
    let rows = watcher.processes.all.iter().map(|process| row(view, watcher, process, state, &columns));
    std::iter::once(heading(head)).chain(rows).collect()
}

fn row(
    view: &View,
    watcher: &Watcher,
    process: &Process,
    state: usize,
    columns: &[&Column],
) -> Line<'static> {
    let pane = process.role.pane();
    let has_ball = pane.is_some() && pane == watcher.snapshot.holder();
    let is_chosen = pane.is_some() && pane == view.pane;
    let mark = format!("{}{} ", if is_chosen { '>' } else { ' ' }, if has_ball { 'o' } else { ' ' });
    let incarnation = process.incarnation.map(|number| number.to_string()).unwrap_or_default();
    let mut rest = format!(
        "{}{}{}",
        cell(&process.pid.to_string(), 7),
        cell(&incarnation, 2),
        cell(&process.state.to_string(), state)
    );
    for (_, width, value) in columns {
        let value = process.usage.as_ref().and_then(|usage| value(process, usage));
        rest.push_str(&cell(value.as_deref().unwrap_or("-"), *width));
    }
    let style = pane.map_or_else(Style::new, pane_style);
    let style = if is_chosen { style.add_modifier(Modifier::BOLD | Modifier::REVERSED) } else { style };
    Line::from(vec![Span::raw(mark), Span::styled(cell(&process.name, NAME), style), Span::raw(rest)])
}

fn laws(watcher: &Watcher, width: usize) -> Vec<Line<'static>> {
    let told = watcher.laws.told().map(|law| format!("{}: {}.", law.name, law.holds.word()));
    wrapped(&format!("Laws  {}", told.join(" ")), width, 6)
}

fn latencies(watcher: &Watcher) -> Vec<Line<'static>> {
    let names = ["hand-offs", "count", "p50", "p99", "p99.9", "max"];
    let mut lines = vec![heading(names.map(|name| cell(name, 10)).concat())];
    lines.extend(watcher.flow.latencies().iter().map(|by| {
        let times =
            [by.percentiles.p50, by.percentiles.p99, by.percentiles.p999, by.percentiles.max].map(fmt_ns);
        let head = cell(&by.carrier.to_string(), 10) + &cell(&by.count.to_string(), 10);
        Line::from(head + &times.map(|time| cell(&time, 10)).concat())
    }));
    lines
}
