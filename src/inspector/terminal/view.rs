//! What is shown, and what the keys do. It knows no terminal.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::actions::Actions;
use super::play;
use crate::game::{Court, PaneId};
use crate::inspector::memory::Memory;
use crate::inspector::{ShownParts, Wanted, Watcher};
use crate::protocol::{Demand, Setup};

/// One of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Court,
    Overview,
    Memory,
    Flow,
    Invariants,
}

impl Page {
    pub(super) const ALL: [Self; 5] =
        [Self::Court, Self::Overview, Self::Memory, Self::Flow, Self::Invariants];

    pub(super) fn name(self) -> &'static str {
        ["Court", "Overview", "Memory", "Flow", "Invariants"][self as usize]
    }
}

/// What the user wants by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ViewInput {
    /// What ctrl-C means on a terminal that is not raw.
    Interrupt,
    /// What ctrl-Z means there.
    Stop,
    /// Something of the supervisor.
    Ask(Demand),
}

impl From<Wanted> for ViewInput {
    fn from((pane, action): Wanted) -> Self {
        Self::Ask(Demand::Act(pane, action))
    }
}

/// How many seconds the picture of the flow can show, from the shortest to the longest.
pub(super) const SPANS: [u64; 5] = [2, 5, 10, 30, 60];

/// What the view itself remembers; all else is in the watcher.
#[derive(Debug)]
pub(super) struct View {
    pub(super) court: Court,
    /// Whether people may play in this game.
    pub(super) is_playable: bool,
    pub(super) launcher_pid: u32,
    /// The terminal shows no other signs than those of ASCII.
    pub(super) is_ascii: bool,
    /// It is a recording that is shown: the keys mean something else.
    pub(super) is_replay: bool,
    pub(super) page: Page,
    /// Per page, how many lines are above the first that is shown.
    scroll: [usize; Page::ALL.len()],
    /// How many lines there are to scroll through, and how many fit, when it was drawn last.
    pub(super) extent: (usize, usize),
    /// The pane to which something can be done.
    pub(super) pane: Option<PaneId>,
    pub(super) actions: Actions,
    pub(super) shows_help: bool,
    /// In the memory: only what has changed.
    pub(super) only_changed: bool,
    /// In the memory, per section, whether only its heading is shown.
    pub(super) is_folded: Vec<bool>,
    /// Which of the spans the picture of the flow shows.
    pub(super) span: usize,
}

impl View {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            court: setup.court,
            is_playable: setup.is_playable,
            launcher_pid: setup.launcher_pid,
            is_ascii: false,
            is_replay: false,
            page: if setup.waits_for_start { Page::Court } else { Page::Overview },
            scroll: [0; Page::ALL.len()],
            extent: (0, 0),
            pane: None,
            actions: Actions::new(setup.supervision),
            shows_help: false,
            only_changed: false,
            is_folded: Vec::new(),
            span: 1,
        }
    }

    /// The first line that is shown, of as many as there are and as fit.
    pub(super) fn first_line(&mut self, count: usize, fitting: usize) -> usize {
        self.extent = (count, fitting);
        let scroll = &mut self.scroll[self.page as usize];
        *scroll = (*scroll).min(count.saturating_sub(fitting));
        *scroll
    }

    /// A key was pressed.
    pub(super) fn press(&mut self, key: KeyEvent, watcher: &mut Watcher) -> Option<ViewInput> {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Some(ViewInput::Interrupt),
                KeyCode::Char('z') => Some(ViewInput::Stop),
                _ => None,
            };
        }
        // Caps Lock makes no difference.
        let code = if let KeyCode::Char(sign) = key.code { KeyCode::Char(lower(sign)) } else { key.code };
        if let Some(action) = self.actions.answer(code) {
            return action.map(ViewInput::from);
        }
        if self.page == Page::Court
            && let Some(demand) = play::press(code, &self.court, self.pane, &watcher.snapshot)
        {
            return demand.filter(|_| self.is_playable).map(ViewInput::Ask);
        }
        self.press_anywhere(code, watcher)
    }

    fn press_anywhere(&mut self, code: KeyCode, watcher: &mut Watcher) -> Option<ViewInput> {
        match code {
            KeyCode::Char('q') => return Some(ViewInput::Ask(Demand::Quit)),
            KeyCode::Char('r') | KeyCode::F(4) => return Some(ViewInput::Ask(Demand::Record)),
            KeyCode::Char('?') => self.shows_help = !self.shows_help,
            KeyCode::Esc => {
                self.shows_help = false;
                self.actions.put_away();
            }
            KeyCode::Char(digit @ '1'..='5') => self.show(digit as usize - '1' as usize),
            KeyCode::Tab => self.show((self.page as usize + 1) % Page::ALL.len()),
            KeyCode::BackTab => self.show((self.page as usize + Page::ALL.len() - 1) % Page::ALL.len()),
            KeyCode::Right => self.choose(1),
            KeyCode::Left => self.choose(-1),
            KeyCode::Char('+') => self.span = (self.span + 1).min(SPANS.len() - 1),
            KeyCode::Char('-') => self.span = self.span.saturating_sub(1),
            KeyCode::Char(letter) if let Some(action) = Actions::by_key(letter) => {
                let holder = watcher.processes.moment.holder;
                return self.actions.want(self.pane, action, holder).map(ViewInput::from);
            }
            code if self.page == Page::Memory && self.press_in_memory(code, &mut watcher.memory) => {}
            code => self.scroll_by(code),
        }
        None
    }

    /// What of a watcher the page shows.
    pub(super) fn shown(&self) -> ShownParts {
        ShownParts { memory: self.page == Page::Memory, processes: self.page == Page::Overview }
    }

    /// Whether something moves on the page that is shown.
    pub(super) fn moves(&self, watcher: &Watcher) -> bool {
        let snapshot = &watcher.snapshot;
        self.page == Page::Court && snapshot.is_in_play() && !snapshot.live_settings.paused
    }

    fn show(&mut self, number: usize) {
        self.page = Page::ALL.get(number).copied().unwrap_or(self.page);
        self.shows_help = false;
    }

    /// The next pane on either side. Before the first and after the last there is none chosen.
    fn choose(&mut self, step: i16) {
        let places = i16::from(self.court.panes) + 1;
        let place = self.pane.map_or(0, |pane| i16::from(pane.0) + 1);
        let next = (place + step).rem_euclid(places) - 1;
        self.pane = u8::try_from(next).ok().map(PaneId);
    }

    /// False if the key means nothing here.
    pub(super) fn press_in_memory(&mut self, code: KeyCode, memory: &mut Memory) -> bool {
        match code {
            KeyCode::Char(' ') => memory.set_live(!memory.is_live()),
            KeyCode::Char('n') => memory.step(),
            KeyCode::Char('o') => self.only_changed = !self.only_changed,
            KeyCode::Char('a') => {
                let is_open = self.is_folded.iter().any(|is_folded| *is_folded);
                self.is_folded = if is_open { vec![false; self.is_folded.len()] } else { folded(memory) };
            }
            _ => return false,
        }
        true
    }

    pub(super) fn scroll_by(&mut self, code: KeyCode) {
        let (count, fitting) = self.extent;
        let last = count.saturating_sub(fitting);
        let page = fitting.saturating_sub(1).max(1);
        let scroll = &mut self.scroll[self.page as usize];
        *scroll = match code {
            KeyCode::Up => scroll.saturating_sub(1),
            KeyCode::Down => *scroll + 1,
            KeyCode::PageUp => scroll.saturating_sub(page),
            KeyCode::PageDown => *scroll + page,
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => *scroll,
        }
        .min(last);
    }
}

/// A letter as it is without Shift.
fn lower(sign: char) -> char {
    sign.to_lowercase().next().unwrap_or(sign)
}

/// At first the long parts are folded.
pub(super) fn folded(memory: &Memory) -> Vec<bool> {
    memory.sections.iter().map(|section| section.part.is_long()).collect()
}
