//! The keys that do something to the process of the chosen pane: dangerous ones are asked about once.

use ratatui::crossterm::event::KeyCode;
use ratatui::text::Line;

use super::text::{heading, wrapped};
use super::view::View;
use crate::court::{Court, PaneId};
use crate::inspect::Watcher;
use crate::protocol::Deed;

/// So many of the happenings after a deed are shown below a page: the last ones.
const HAPPENINGS: usize = 5;

/// What was asked and done.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    /// What waits for a yes or no.
    question: Option<Wanted>,
    /// Somebody has said yes once.
    has_agreed: bool,
    /// The last one.
    last: Option<Wanted>,
    /// A key was pressed while no pane was chosen.
    misses_pane: bool,
}

/// A deed, and what is expected of it when it is wanted.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    pane: PaneId,
    deed: Deed,
    expectation: &'static str,
}

impl Deeds {
    /// The deed of a letter.
    pub(super) fn by_key(letter: char) -> Option<Deed> {
        Deed::ALL.into_iter().find(|deed| key(*deed) == letter)
    }

    /// Somebody wants this; the deed if it is to be done at once.
    pub(super) fn want(
        &mut self,
        pane: Option<PaneId>,
        deed: Deed,
        holder: Option<PaneId>,
    ) -> Option<(PaneId, Deed)> {
        self.misses_pane = pane.is_none();
        let wanted = Wanted { pane: pane?, deed, expectation: deed.expectation(pane == holder) };
        if deed.is_dangerous() && !self.has_agreed {
            self.question = Some(wanted);
            return None;
        }
        Some(self.done(wanted))
    }

    /// If there is a question, every key answers it: `y` with the deed, any other without. None if there is none.
    pub(super) fn answer(&mut self, code: KeyCode) -> Option<Option<(PaneId, Deed)>> {
        let wanted = self.question.take()?;
        let is_yes = matches!(code, KeyCode::Char('y' | 'Y'));
        self.has_agreed |= is_yes;
        Some(is_yes.then(|| self.done(wanted)))
    }

    fn done(&mut self, wanted: Wanted) -> (PaneId, Deed) {
        self.last = Some(wanted);
        (wanted.pane, wanted.deed)
    }
}

/// k, f, c, h, t.
fn key(deed: Deed) -> char {
    match deed {
        Deed::Kill => 'k',
        Deed::Freeze => 'f',
        Deed::Continue => 'c',
        Deed::Hang => 'h',
        Deed::Tear => 't',
    }
}

/// Below every page: a question, or what was expected of the last deed and what came of it, or what can be done.
pub(super) fn lines(view: &View, watcher: &Watcher, width: usize) -> Vec<Line<'static>> {
    let (court, deeds) = (&view.court, &view.deeds);
    if let Some(Wanted { pane, deed, expectation }) = deeds.question {
        let mut lines =
            vec![heading(format!("{}: the process of the {} pane?", deed.name(), court.name(pane)))];
        lines.extend(wrapped(expectation, width, 0));
        lines.push(heading("y: do it, and ask no more.  Any other key: leave it."));
        return lines;
    }
    let mut lines = Vec::new();
    if let Some(Wanted { pane, deed, expectation }) = deeds.last.filter(|_| view.pane.is_some()) {
        let text = format!("Expected of {}, {} pane: {expectation}", deed.name(), court.name(pane));
        lines.extend(wrapped(&text, width, 2));
        let happenings = watcher.aftermath.happenings();
        for happening in happenings.iter().skip(happenings.len().saturating_sub(HAPPENINGS)) {
            let after_ms = happening.after.as_secs_f64() * 1e3;
            lines.extend(wrapped(&format!("+{after_ms:.1} ms  {}", happening.text), width, 4));
        }
    }
    lines.extend(offer(view.pane, court, deeds.misses_pane));
    lines
}

/// What can be done to the chosen pane.
fn offer(pane: Option<PaneId>, court: &Court, misses_pane: bool) -> Option<Line<'static>> {
    let Some(pane) = pane else {
        return misses_pane.then(|| heading("Choose a pane first: left or right arrow."));
    };
    let keys: Vec<_> =
        Deed::ALL.into_iter().map(|deed| format!("{} {}", key(deed), short_name(deed))).collect();
    Some(heading(format!("{} pane:  {}", court.name(pane), keys.join("  "))))
}

fn short_name(deed: Deed) -> &'static str {
    match deed {
        Deed::Kill => "kill",
        Deed::Freeze => "freeze",
        Deed::Continue => "continue",
        Deed::Hang => "hang",
        Deed::Tear => "tear a record",
    }
}
