//! The first page and the last. The first: the processes, the invariants in a word each, how long hand-offs took, and what has happened last. The last: the invariants.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::text::{HANGING, cell, heading, pane_style, wrapped};
use super::view::View;
use crate::inspector::Watcher;
use crate::inspector::flow::Latencies;
use crate::inspector::invariants::Invariants;
use crate::inspector::processes::{BALL, COLUMNS, NAME, ProcessInfo, STATE};

/// So many of the last happenings are shown if fewer fit.
const LAST: usize = 4;
/// From this width on all of the longest state fits.
const ROOMY: usize = 111;
/// Width of the longest state.
const LONGEST_STATE: usize = 52;
/// Width of the marks before a name.
const MARKS: usize = 3;
/// Width of a column of latencies.
const LATENCY: usize = 10;
/// The same on a narrow terminal: the longest number fits.
const NARROW_LATENCY: usize = 8;
/// From this width on all columns of latencies fit.
const ROOM_FOR_LATENCIES: usize = 66;

/// All lines, of which `height` fit: what has happened last fills what the rest leaves free.
pub(super) fn lines(view: &View, watcher: &Watcher, width: usize, height: usize) -> Vec<Line<'static>> {
    let mut lines = processes(view, watcher, width);
    lines.extend(invariants(watcher, width));
    let letters = if width >= ROOM_FOR_LATENCIES { LATENCY } else { NARROW_LATENCY };
    // A number that is cut off is another number.
    let columns = width / (letters + 1);
    let row = |cells: &mut dyn Iterator<Item = String>| cells.take(columns).collect::<String>();
    lines.push(heading(row(&mut Latencies::HEADS.iter().map(|head| cell(head, letters)))));
    let latencies = watcher.flow.latencies.iter();
    lines.extend(latencies.map(|by| Line::from(row(&mut by.cells().iter().map(|text| cell(text, letters))))));
    lines.push(heading("Last"));
    let fitting = height.saturating_sub(lines.len()).max(LAST);
    let last = watcher.flow.entries.iter().rev().take(fitting);
    let reported = last.map(|(at_ns, entry)| watcher.flow.format(*at_ns, *entry, &view.court));
    lines.extend(reported.flat_map(|text| wrapped(&text, width, HANGING)).take(fitting));
    lines
}

/// The table of the processes. What does not fit is left out from the right.
fn processes(view: &View, watcher: &Watcher, width: usize) -> Vec<Line<'static>> {
    let letters = |column: usize| match column {
        STATE if width >= ROOMY => LONGEST_STATE,
        _ => COLUMNS[column].letters,
    };
    // The ball is a mark before the name.
    let mut used = MARKS;
    let columns: Vec<_> = (0..COLUMNS.len())
        .filter(|column| *column != BALL)
        .take_while(|column| {
            used += letters(*column) + 1;
            *column <= STATE || used <= width
        })
        .map(|column| (column, letters(column)))
        .collect();
    let names = columns.iter().map(|(column, letters)| cell(COLUMNS[*column].name, *letters));
    let head = heading(format!("{:MARKS$}{}", "", names.collect::<String>()));
    let rows = watcher.processes.all.iter().map(|process| row(view, watcher, process, &columns));
    std::iter::once(head).chain(rows).collect()
}

fn row(view: &View, watcher: &Watcher, process: &ProcessInfo, columns: &[(usize, usize)]) -> Line<'static> {
    let (pane, holder) = (process.role.pane(), watcher.processes.moment.holder);
    let is_chosen = pane.is_some() && pane == view.pane;
    let [chosen, ball] = [(is_chosen, '>'), (process.has_ball(holder), 'o')];
    let mark = |(is_on, sign): (bool, char)| if is_on { sign } else { ' ' };
    let style = pane.map_or_else(Style::new, pane_style);
    let style = if is_chosen { style.add_modifier(Modifier::BOLD | Modifier::REVERSED) } else { style };
    let cells = process.cells(holder);
    let spans = columns.iter().map(|(column, letters)| {
        Span::styled(cell(&cells[*column], *letters), if *column == NAME { style } else { Style::new() })
    });
    Line::from_iter([Span::raw(format!("{}{} ", mark(chosen), mark(ball)))].into_iter().chain(spans))
}

fn invariants(watcher: &Watcher, width: usize) -> Vec<Line<'static>> {
    let reported = watcher
        .invariants
        .formatted()
        .map(|invariant| format!("{}: {}.", invariant.name, invariant.holds.word()));
    wrapped(&format!("Invariants  {}", reported.join(" ")), width, 6)
}

/// The page of the invariants: each with its numbers, and what it means.
pub(super) fn invariant_lines(invariants: &Invariants, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for invariant in invariants.formatted() {
        lines.push(heading(format!("[{}] {}", invariant.holds.word(), invariant.name)));
        let why = invariant.holds.why().map(|why| format!("Why: {why}"));
        let texts = [invariant.formula]
            .into_iter()
            .chain(why)
            .chain(invariant.notes)
            .chain([invariant.meaning.to_owned()]);
        lines.extend(texts.flat_map(|text| wrapped(&format!("  {text}"), width, 4)));
        lines.push(Line::default());
    }
    lines
}
