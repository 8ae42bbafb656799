//! The bar below the page: how far the play head is, and the marks above it.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::platform::units::fmt_clock_ns;
use crate::recording::playback::{Ending, Mark, MarkKind, Playback};

/// Narrower than this the times are left out.
const NARROW: usize = 50;

/// The letters of the marks, and the bar.
pub(super) fn lines(playback: &Playback, width: usize) -> Vec<Line<'static>> {
    let (head, known) = (playback.head(), playback.known());
    let is_narrow = width < NARROW;
    let state = if playback.is_playing() { ">" } else { "=" };
    let before =
        if is_narrow { format!("{state} ") } else { format!("{state} {} ", fmt_clock_ns(head.at_ns)) };
    let after = if is_narrow {
        format!(" x{}", playback.rate().name())
    } else {
        format!(" {} x{:3}", fmt_clock_ns(known.at_ns), playback.rate().name())
    };
    let columns = width.saturating_sub(before.chars().count() + after.chars().count() + 2).max(1);
    let axis = Axis { length_ns: known.length_ns, columns };
    let here = axis.column(head.shown_ns);
    let done: String = (0..columns).map(|column| if column < here { '=' } else { '-' }).collect();
    let (left, right) = done.split_at(here);
    let bar = Line::from(vec![
        Span::raw(format!("{before}[{left}")),
        Span::styled("|", Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED)),
        Span::raw(format!("{}]{after}", right.get(1..).unwrap_or_default())),
    ]);
    let indent = " ".repeat(before.chars().count() + 1);
    vec![Line::raw(format!("{indent}{}", axis.letters(playback.marks()))), bar]
}

/// What the letters mean, of the kinds that there are.
pub(super) fn legend(playback: &Playback) -> Option<String> {
    let is_there = |kind: &MarkKind| playback.marks().iter().any(|mark| mark.kind == *kind);
    let kinds = MarkKind::ALL.into_iter().filter(is_there);
    let words: Vec<_> = kinds.map(|kind| format!("{} {}", kind.letter(), kind.name())).collect();
    let left_out = match playback.known().marks_left_out {
        0 => String::new(),
        count => format!(" ({count} more are left out)"),
    };
    (!words.is_empty()).then(|| format!("Marks: {}{left_out}", words.join(", ")))
}

/// How far the file is read, or why it ends before it is over.
pub(super) fn state_of_the_file(playback: &Playback) -> Option<String> {
    let known = playback.known();
    match &known.ending {
        None => {
            let percent = (known.bytes.saturating_mul(100)).checked_div(known.of_bytes).unwrap_or(0).min(100);
            Some(format!("The file is read: {percent} %."))
        }
        Some(Ending::Complete) => None,
        Some(Ending::Cut) => Some(format!("The file is cut after line {}.", known.lines)),
        Some(Ending::Fault(why)) => Some(format!("SHOWN UP TO LINE {}: {why}.", known.lines)),
    }
}

/// The axis in columns.
struct Axis {
    length_ns: u64,
    columns: usize,
}

impl Axis {
    fn column(&self, shown_ns: u64) -> usize {
        let column = u128::from(shown_ns) * self.columns as u128 / u128::from(self.length_ns.max(1));
        usize::try_from(column).unwrap_or(usize::MAX).min(self.columns.saturating_sub(1))
    }

    /// The letters of the marks. Where several are at one column, the rarest kind is shown.
    fn letters(&self, marks: &[Mark]) -> String {
        let count = |kind| marks.iter().filter(|mark| mark.kind == kind).count();
        let counts: Vec<_> = MarkKind::ALL.into_iter().map(|kind| (kind, count(kind))).collect();
        let count_of = |kind| counts.iter().find(|(other, _)| *other == kind).map_or(0, |(_, count)| *count);
        let mut row: Vec<Option<MarkKind>> = vec![None; self.columns];
        for mark in marks {
            let place = &mut row[self.column(mark.shown_ns)];
            if place.is_none_or(|kind| count_of(mark.kind) < count_of(kind)) {
                *place = Some(mark.kind);
            }
        }
        row.into_iter().map(|kind| kind.map_or(' ', MarkKind::letter)).collect()
    }
}
