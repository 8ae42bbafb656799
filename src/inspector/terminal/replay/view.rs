//! What is on the screen, and what the keys change of it.

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::text::{HANGING, chosen, heading, wrapped};
use super::super::view::{Page, SPANS, View};
use super::super::{court, flow, memory, overview};
use super::{bar, keys};
use crate::inspector::{ShownParts, Watcher};
use crate::platform::units::fmt_clock_ns;
use crate::recording::playback::{MarkKind, Playback};

/// The pages of a recording: the processes themselves are no more.
const PAGES: [Page; 4] = [Page::Court, Page::Memory, Page::Flow, Page::Invariants];
/// The keys in one line, as far as it reaches.
const KEYS: &str = "? keys  q quit  space play  left right tick  , . hop  n p mark  + - speed  Tab page";
/// From this height on there are more lines of what has happened.
const ROOMY: usize = 22;

/// What the user wants of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReplayInput {
    Quit,
    /// What ctrl-C means on a terminal that is not raw.
    Interrupt,
    /// What ctrl-Z means there.
    Stop,
}

/// What the view itself remembers.
#[derive(Debug)]
pub(super) struct ReplayView {
    pages: View,
    name: String,
}

impl ReplayView {
    pub(super) fn new(playback: &Playback, is_ascii: bool) -> Self {
        let mut pages = View::new(playback.setup());
        (pages.page, pages.is_ascii, pages.is_replay) = (Page::Court, is_ascii, true);
        let name = playback.path().file_name().unwrap_or_default().to_string_lossy();
        // A name is anything: on a terminal it must be text.
        let name = name.chars().map(|sign| if sign.is_control() { '?' } else { sign }).collect();
        Self { pages, name }
    }

    /// What of a watcher the page shows.
    pub(super) fn shown(&self) -> ShownParts {
        ShownParts { memory: self.pages.page == Page::Memory, processes: false }
    }

    /// A key was pressed.
    pub(super) fn press(
        &mut self,
        key: KeyEvent,
        playback: &mut Playback,
        watcher: &mut Watcher,
    ) -> Option<ReplayInput> {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Some(ReplayInput::Interrupt),
                KeyCode::Char('z') => Some(ReplayInput::Stop),
                _ => None,
            };
        }
        let is_court = self.pages.page == Page::Court && !self.pages.shows_help;
        match key.code {
            KeyCode::Char('q' | 'Q') => return Some(ReplayInput::Quit),
            KeyCode::Char('?') => self.pages.shows_help = !self.pages.shows_help,
            KeyCode::Esc => self.pages.shows_help = false,
            KeyCode::Tab => self.turn(1),
            KeyCode::BackTab | KeyCode::Backspace => self.turn(PAGES.len() - 1),
            KeyCode::Char('w') => self.pages.span = (self.pages.span + 1) % SPANS.len(),
            KeyCode::Char(' ') => playback.set_playing(!playback.is_playing()),
            KeyCode::Char('+' | '=') => playback.set_rate(playback.rate().faster()),
            KeyCode::Char('-' | '_') => playback.set_rate(playback.rate().slower()),
            code if let Some(goal) = keys::goal(code) => {
                // Where there is no such place, the play head stays.
                let _moved = playback.go(goal);
            }
            code if is_court && let Some(goal) = keys::goal_on_the_court(code, playback) => {
                let _moved = playback.go(goal);
            }
            code if self.pages.page == Page::Memory
                && self.pages.press_in_memory(code, &mut watcher.memory) => {}
            code => self.pages.scroll_by(code),
        }
        None
    }

    /// To the page so many places on.
    fn turn(&mut self, places: usize) {
        let now = PAGES.iter().position(|page| *page == self.pages.page).unwrap_or(0);
        self.pages.page = PAGES.get((now + places) % PAGES.len()).copied().unwrap_or(Page::Court);
        self.pages.shows_help = false;
    }

    /// Draws all of it.
    pub(super) fn draw(&mut self, frame: &mut Frame<'_>, playback: &Playback, watcher: &Watcher) {
        let area = frame.area();
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        let mut top = vec![self.tabs(width)];
        top.extend(state(playback, watcher, width, height));
        let mut bottom = last(playback, width, height);
        bottom.extend(bar::lines(playback, width));
        if height >= ROOMY {
            bottom.extend(
                bar::legend(playback)
                    .into_iter()
                    .flat_map(|text| wrapped(&text, width, 2).into_iter().take(1)),
            );
        }
        bottom.push(Line::from(KEYS));
        let [top_rows, bottom_rows] =
            [&top, &bottom].map(|lines| u16::try_from(lines.len()).unwrap_or(u16::MAX));
        let rows = |y: u16, height: u16| Rect { x: 0, y, width: area.width, height }.intersection(area);
        let page_rows = area.height.saturating_sub(top_rows).saturating_sub(bottom_rows);
        frame.render_widget(Paragraph::new(top), rows(0, top_rows));
        let page = self.page_lines(watcher, width, page_rows.into());
        frame.render_widget(Paragraph::new(page), rows(top_rows, page_rows));
        let below = area.height.saturating_sub(bottom_rows).max(top_rows.min(area.height));
        // Where not all fits, the bar and what is above the page come first.
        let skipped = bottom.len().saturating_sub(usize::from(area.height - below));
        frame.render_widget(Paragraph::new(bottom.split_off(skipped)), rows(below, area.height - below));
    }

    fn page_lines(&mut self, watcher: &Watcher, width: usize, height: usize) -> Vec<Line<'static>> {
        if self.pages.shows_help {
            let keys = keys::HELP.iter().map(|(keys, meaning)| format!("{keys}: {meaning}"));
            let marks = MarkKind::ALL.map(|kind| format!("{}: {}", kind.letter(), kind.name()));
            let lines = keys.chain(marks).flat_map(|text| wrapped(&text, width, 4)).collect();
            return self.pages.visible(lines, height);
        }
        match self.pages.page {
            Page::Memory => memory::lines(&mut self.pages, &watcher.memory, width, height),
            Page::Flow => flow::lines(&mut self.pages, &watcher.flow, width, height),
            Page::Invariants => {
                let lines = overview::invariant_lines(&watcher.invariants, width);
                self.pages.visible(lines, height)
            }
            Page::Court | Page::Overview => court::lines(&self.pages, watcher, width, height),
        }
    }

    /// The name of the file and the pages; where these do not fit, only the one that is shown.
    fn tabs(&self, width: usize) -> Line<'static> {
        let tab = |page: &Page| {
            let is_shown = *page == self.pages.page;
            let [left, right] = if is_shown { ["[", "]"] } else { [" ", " "] };
            Span::styled(
                format!("{left}{}{right}", page.name()),
                if is_shown { chosen() } else { Style::new() },
            )
        };
        let all: Vec<_> = PAGES.iter().map(tab).collect();
        let all_width: usize = all.iter().map(Span::width).sum();
        let pages = if all_width <= width { all } else { vec![tab(&self.pages.page)] };
        let used: usize = pages.iter().map(Span::width).sum();
        let name: String = self.name.chars().take(width.saturating_sub(used + 3)).collect();
        Line::from_iter(pages.into_iter().chain([Span::raw(format!("  {name}"))]))
    }
}

/// The state at the play head, the most important first: as much as fits into one or two lines.
fn state(playback: &Playback, watcher: &Watcher, width: usize, height: usize) -> Vec<Line<'static>> {
    let most = if height < ROOMY { 1 } else { 2 };
    let mut text = String::new();
    for sentence in sentences(playback, watcher) {
        let longer = if text.is_empty() { sentence } else { format!("{text} {sentence}") };
        if !text.is_empty() && wrapped(&longer, width, 0).len() > most {
            break;
        }
        text = longer;
    }
    wrapped(&text, width, 0).into_iter().take(most).map(|line| heading(line.to_string())).collect()
}

fn sentences(playback: &Playback, watcher: &Watcher) -> Vec<String> {
    let (head, court) = (playback.head(), playback.court());
    let mut all = Vec::new();
    if !watcher.invariants.none_is_violated() {
        all.push(watcher.invariants.in_words().to_owned());
    }
    all.extend(bar::state_of_the_file(playback).filter(|text| text.starts_with("SHOWN")));
    let score = head.ball.score;
    let stand = match (head.holder, score.winner()) {
        (None, _) => "The ball rests.".to_owned(),
        (_, Some(side)) => format!("Left {} : {} right. The {side} side wins.", score.left, score.right),
        _ if score.is_match() => format!("Left {} : {} right.", score.left, score.right),
        _ => format!("Rally: {} hits.", score.hits),
    };
    all.push(format!("Tick {}, hop {}, epoch {}.", head.ball.tick, head.ball.hop, head.epoch));
    all.push(stand);
    if let Some(holder) = head.holder {
        let pid = watcher.snapshot.panes.get(holder.index()).map_or(0, |pane| pane.pid);
        let by = watcher.snapshot.transport;
        all.push(format!("Ball: {}, pid {pid}, by {by}.", court.pane_title(holder)));
    }
    all.extend(bar::state_of_the_file(playback));
    all.push(format!("Line {}. Hash {:016x}: {} hops compared.", head.line, head.ball.hash, head.compared));
    if head.unseen > 0 {
        all.push(format!("{} epochs were not seen.", head.unseen));
    }
    all
}

/// The last happenings, the newest first.
fn last(playback: &Playback, width: usize, height: usize) -> Vec<Line<'static>> {
    let most = if height < ROOMY { usize::from(height >= 13) } else { (height / 6).min(8) };
    let texts = playback.happenings(most).into_iter();
    let texts = texts.map(|(at_ns, text)| format!("{} {text}", fmt_clock_ns(at_ns)));
    let mut lines: Vec<_> = texts.flat_map(|text| wrapped(&text, width, HANGING)).take(most).collect();
    // So that the page above keeps its height.
    lines.resize(most, Line::default());
    lines
}
