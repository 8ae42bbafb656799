//! The keys that do something to the process of the chosen pane: dangerous ones are asked about once.

use ratatui::crossterm::event::KeyCode;
use ratatui::text::Line;

use super::text::{heading, wrapped};
use super::view::View;
use crate::game::{Court, PaneId};
use crate::inspector::Watcher;
use crate::platform::clock;
use crate::platform::units::fmt_ns;
use crate::protocol::{Deed, Supervision};

/// So many of the happenings after a deed are shown below a page: the last ones.
const HAPPENINGS: usize = 5;

/// What was asked and done.
#[derive(Debug)]
pub(super) struct Deeds {
    /// Of the game: what is to be expected depends on it.
    supervision: Supervision,
    /// What waits for a yes or no.
    question: Option<(PaneId, Deed)>,
    /// Somebody has said yes once.
    has_agreed: bool,
    /// The last one, and what was expected of it then; None after it was put away.
    last: Option<(PaneId, Deed, String)>,
    /// A key was pressed while no pane was chosen.
    misses_pane: bool,
}

impl Deeds {
    /// Nothing yet, in a game that is supervised like this.
    pub(super) fn new(supervision: Supervision) -> Self {
        Self { supervision, question: None, has_agreed: false, last: None, misses_pane: false }
    }

    /// The deed of a letter.
    pub(super) fn by_key(letter: char) -> Option<Deed> {
        Deed::ALL.into_iter().find(|deed| key(*deed) == letter)
    }

    /// Somebody wants this; the deed if it is to be done at once. `holder` is who has the ball.
    pub(super) fn want(
        &mut self,
        pane: Option<PaneId>,
        deed: Deed,
        holder: Option<PaneId>,
    ) -> Option<(PaneId, Deed)> {
        self.misses_pane = pane.is_none();
        let wanted = (pane?, deed);
        if deed.is_dangerous() && !self.has_agreed {
            self.question = Some(wanted);
            return None;
        }
        Some(self.done(wanted, holder))
    }

    /// If there is a question, every key answers it: `y` with the deed, any other without. None if there is none.
    pub(super) fn answer(&mut self, code: KeyCode, holder: Option<PaneId>) -> Option<Option<(PaneId, Deed)>> {
        let wanted = self.question.take()?;
        let is_yes = matches!(code, KeyCode::Char('y' | 'Y'));
        self.has_agreed |= is_yes;
        Some(is_yes.then(|| self.done(wanted, holder)))
    }

    fn done(&mut self, (pane, deed): (PaneId, Deed), holder: Option<PaneId>) -> (PaneId, Deed) {
        self.last = Some((pane, deed, deed.expectation(holder == Some(pane), self.supervision)));
        (pane, deed)
    }

    /// What came of the last one is of no interest any more.
    pub(super) fn put_away(&mut self) {
        (self.last, self.misses_pane) = (None, false);
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

/// Below every page, in `height` lines: a question, or what was expected of the last deed and what came of it, or what
/// can be done. Only a question may take more.
pub(super) fn lines(view: &View, watcher: &Watcher, width: usize, height: usize) -> Vec<Line<'static>> {
    let (court, deeds) = (&view.court, &view.deeds);
    if let Some((pane, deed)) = deeds.question {
        let has_ball = watcher.snapshot.holder() == Some(pane);
        let mut lines =
            vec![heading(format!("{}: the process of the {} pane?", deed.name(), court.name(pane)))];
        lines.extend(wrapped(&deed.expectation(has_ball, deeds.supervision), width, 0));
        lines.push(heading("y: do it, and ask no more.  Any other key: leave it."));
        return lines;
    }
    let offer = offer(view.pane, court, deeds.misses_pane);
    let mut lines = Vec::new();
    if let Some((pane, deed, expectation)) = &deeds.last {
        let text = format!("Expected of {}, {} pane: {expectation}", deed.name(), court.name(*pane));
        let expected = wrapped(&text, width, 2);
        let room = height.saturating_sub(usize::from(offer.is_some()));
        let happened = happened(watcher, width);
        // Where there is no room for both, what came of it is the news.
        if expected.len() + happened.len() <= room || happened.is_empty() {
            lines.extend(expected);
        }
        let left = room.saturating_sub(lines.len());
        lines.extend(happened.into_iter().take(left));
    }
    lines.extend(offer);
    lines
}

/// What came of the last deed.
fn happened(watcher: &Watcher, width: usize) -> Vec<Line<'static>> {
    let happenings = watcher.aftermath.happenings();
    let last = happenings.iter().skip(happenings.len().saturating_sub(HAPPENINGS));
    let told = last.map(|happening| format!("+{}  {}", fmt_ns(clock::ns(happening.after)), happening.text));
    told.flat_map(|text| wrapped(&text, width, 4)).collect()
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
