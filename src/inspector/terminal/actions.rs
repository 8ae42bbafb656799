//! The keys that do something to the process of the chosen pane: dangerous ones are asked about once.

use ratatui::crossterm::event::KeyCode;
use ratatui::text::Line;

use super::text::{heading, wrapped};
use crate::game::{Court, PaneId};
use crate::inspector::{Confirmation, Consent, Wanted, Watcher};
use crate::protocol::{Action, Supervision};

/// So many of the happenings after an action are shown below a page: the last ones.
const HAPPENINGS: usize = 5;

/// What was asked and done.
#[derive(Debug)]
pub(super) struct Actions {
    consent: Consent,
    /// The last one, and what was expected of it then; None after it was put away.
    last: Option<(Wanted, String)>,
    /// A key was pressed while no pane was chosen.
    misses_pane: bool,
}

impl Actions {
    /// Nothing yet, in a game that is supervised like this.
    pub(super) fn new(supervision: Supervision) -> Self {
        Self { consent: Consent::new(supervision), last: None, misses_pane: false }
    }

    /// The action of a letter.
    pub(super) fn by_key(letter: char) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.word().starts_with(letter))
    }

    /// The user wants this. Returns the action if it is to be done at once. `holder` has the ball.
    pub(super) fn want(
        &mut self,
        pane: Option<PaneId>,
        action: Action,
        holder: Option<PaneId>,
    ) -> Option<Wanted> {
        self.misses_pane = pane.is_none();
        let agreed = self.consent.want((pane?, action), holder)?;
        Some(self.done(agreed))
    }

    /// If there is a question, every key answers it: `y` with the action, any other without. None if there is none.
    pub(super) fn answer(&mut self, code: KeyCode) -> Option<Option<Wanted>> {
        self.consent.confirmation.as_ref()?;
        let agreed = self.consent.decide(matches!(code, KeyCode::Char('y') | KeyCode::Enter));
        Some(agreed.map(|agreed| self.done(agreed)))
    }

    fn done(&mut self, agreed: Confirmation) -> Wanted {
        let wanted = agreed.wanted;
        self.last = Some((wanted, agreed.expectation));
        wanted
    }

    /// What came of the last one is of no interest any more.
    pub(super) fn put_away(&mut self) {
        (self.last, self.misses_pane) = (None, false);
    }

    /// Below every page, in so many columns and lines: a question, or what was expected of the last action and what came of
    /// it, or what can be done to the chosen pane. Only a question may take more.
    pub(super) fn lines(
        &self,
        court: &Court,
        chosen: Option<PaneId>,
        watcher: &Watcher,
        (width, height): (usize, usize),
    ) -> Vec<Line<'static>> {
        if let Some(Confirmation { wanted: (pane, action), expectation }) = &self.consent.confirmation {
            let bold = |text: &str| wrapped(text, width, 0).into_iter().map(|line| heading(line.to_string()));
            let mut lines: Vec<_> = bold(&format!("{}?", action.done_to(&court.pane_name(*pane)))).collect();
            // Not every keyboard has a y. First: on a small terminal the rest may not fit.
            lines.extend(bold("y, Enter: do it, and ask no more. Any other key: leave it."));
            lines.extend(wrapped(expectation, width, 0));
            return lines;
        }
        let offer = self.offer(chosen, court, width);
        let mut lines = Vec::new();
        if let Some(((pane, action), expectation)) = &self.last {
            let text = format!("Expected of {}, {}: {expectation}", action.name(), court.pane_title(*pane));
            let expected = wrapped(&text, width, 2);
            let space = height.saturating_sub(usize::from(offer.is_some()));
            let happened = happened(watcher, width);
            // Where both do not fit, what came of it is the news.
            if expected.len() + happened.len() <= space || happened.is_empty() {
                lines.extend(expected);
            }
            let left = space.saturating_sub(lines.len());
            lines.extend(happened.into_iter().take(left));
        }
        lines.extend(offer);
        lines
    }

    /// What can be done to the chosen pane.
    fn offer(&self, chosen: Option<PaneId>, court: &Court, width: usize) -> Option<Line<'static>> {
        let Some(pane) = chosen else {
            return self.misses_pane.then(|| heading("Choose a pane first: left or right arrow."));
        };
        // Each key is the first letter of its word.
        let keys = Action::ALL.map(|action| format!("{:.1} {}", action.word(), action.name().to_lowercase()));
        let long = format!("{}:  {}", court.pane_title(pane), keys.join("  "));
        let short = || format!("{}: k f c h t (see ?)", court.name(pane));
        Some(heading(if long.len() <= width { long } else { short() }))
    }
}

/// What came of the last action.
fn happened(watcher: &Watcher, width: usize) -> Vec<Line<'static>> {
    let happenings = watcher.aftermath.happenings();
    let last = happenings.iter().skip(happenings.len().saturating_sub(HAPPENINGS));
    last.flat_map(|happening| wrapped(&happening.to_string(), width, 4)).collect()
}
