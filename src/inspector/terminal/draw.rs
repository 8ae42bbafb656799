//! The frame around the pages: tabs, where the ball is, what can be done, and the keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::text::{chosen, wrapped};
use super::view::{Page, View};
use super::{court, flow, memory, overview, play};
use crate::inspector::Watcher;
use crate::protocol::Action;

/// What the keys do.
const HELP: [(&str, &str); 12] = [
    ("1 to 5, Tab", "another page"),
    ("up, down, PgUp, PgDn, Home, End", "scroll, but in Court"),
    ("left, right", "choose the pane whose process k, f, c, h and t act on"),
    ("space, n", "Memory: hold this picture or go on; take the next one"),
    ("o, a", "Memory: only what has changed; all parts unfolded"),
    ("+, -", "Flow: a longer or a shorter time"),
    ("Esc", "put away what came of the last action"),
    ("> and o, before a pane", "it is the chosen one; it has the ball"),
    ("r, F4", "record the game in a new file; end the recording"),
    ("q, ctrl-C", "end the game"),
    ("ctrl-Z", "stop the game and go back to the shell; `fg` goes on"),
    ("?", "these keys, and back"),
];
/// The keys in one line, as far as it reaches.
const KEYS: &str = "? keys  q end  Tab page  arrows scroll, pane  k f c h t do  r record";
/// The same of the court.
const COURT_KEYS: &str = "? keys  q end  Space serve  up/down play  left/right pane  Tab page  + - speed  b by  Enter serve anew  r record";

impl View {
    /// Draws all of it.
    pub(super) fn draw(&mut self, frame: &mut Frame<'_>, watcher: &Watcher) {
        let area = frame.area();
        let width = usize::from(area.width);
        let mut top = vec![self.first_line_of_page(watcher, width)];
        let is_court = self.page == Page::Court;
        // Of the moment of the page below it.
        let moment = match self.page {
            Page::Court => None,
            Page::Overview => Some(watcher.processes.moment),
            Page::Memory => Some(watcher.memory.moment()),
            Page::Flow => Some(watcher.flow.moment),
            Page::Invariants => Some(watcher.moment_of_invariants()),
        };
        top.extend(match moment {
            None => court::headline(self, watcher, width, area.height.into()),
            Some(moment) => wrapped(&watcher.headline(&moment, &self.court), width, 2),
        });
        // A game goes on above it.
        let bottom_height = usize::from(if is_court { area.height / 4 } else { area.height / 2 });
        let mut bottom = self.actions.lines(&self.court, self.pane, watcher, (width, bottom_height));
        bottom.push(Line::from(if is_court { COURT_KEYS } else { KEYS }));
        let [top_rows, bottom_rows] =
            [&top, &bottom].map(|lines| u16::try_from(lines.len()).unwrap_or(u16::MAX));
        let rows = |y: u16, height: u16| Rect { x: 0, y, width: area.width, height }.intersection(area);
        // What is above and below comes first; the page has what is left.
        let page_rows = area.height.saturating_sub(top_rows).saturating_sub(bottom_rows);
        frame.render_widget(Paragraph::new(top), rows(0, top_rows));
        let page = self.page_lines(watcher, width, usize::from(page_rows));
        frame.render_widget(Paragraph::new(page), rows(top_rows, page_rows));
        let below_page = area.height.saturating_sub(bottom_rows);
        frame.render_widget(Paragraph::new(bottom), rows(below_page, bottom_rows));
    }

    fn page_lines(&mut self, watcher: &Watcher, width: usize, height: usize) -> Vec<Line<'static>> {
        if self.shows_help {
            let actions = Action::ALL.map(|action| format!("{:.1}: {}", action.word(), action.in_words()));
            let keys = HELP
                .iter()
                .chain(&play::HELP)
                .map(|(keys, meaning)| format!("{keys}: {meaning}"))
                .chain(actions);
            let keys = keys.flat_map(|text| wrapped(&text, width, 4));
            return self.visible(keys.collect(), height);
        }
        match self.page {
            Page::Court => court::lines(self, watcher, width, height),
            Page::Overview => {
                let lines = overview::lines(self, watcher, width, height);
                self.visible(lines, height)
            }
            Page::Memory => memory::lines(self, &watcher.memory, width, height),
            Page::Flow => flow::lines(self, &watcher.flow, width, height),
            Page::Invariants => self.visible(overview::invariant_lines(&watcher.invariants, width), height),
        }
    }

    /// The part of a page that fits, from where it was scrolled to.
    pub(super) fn visible(&mut self, lines: Vec<Line<'static>>, height: usize) -> Vec<Line<'static>> {
        let first = self.first_line(lines.len(), height);
        lines.into_iter().skip(first).take(height).collect()
    }

    /// The pages; behind them, that the game is recorded, as far as there is room beside the page that is shown.
    fn first_line_of_page(&self, watcher: &Watcher, width: usize) -> Line<'static> {
        let Some(recording) = watcher.snapshot.recording else { return self.tabs(width) };
        let so_far = recording.so_far(watcher.snapshot.recent.taken_ns);
        let left = width.saturating_sub(self.tabs_with(|page| page == self.page).width());
        let time = so_far.split(',').next().unwrap_or_default();
        let texts = [format!(" ● {so_far}"), format!(" ● {time}"), " ●".to_owned()];
        let text = texts.iter().find(|text| text.chars().count() <= left).unwrap_or(&texts[2]);
        let mut line = self.tabs(width.saturating_sub(text.chars().count()));
        line.push_span(Span::styled(text.clone(), Style::new().add_modifier(Modifier::BOLD)));
        line
    }

    /// All pages by name; where these do not fit, only the one that is shown.
    fn tabs(&self, width: usize) -> Line<'static> {
        let all = self.tabs_with(|_| true);
        if all.width() <= width { all } else { self.tabs_with(|page| page == self.page) }
    }

    fn tabs_with(&self, has_name: impl Fn(Page) -> bool) -> Line<'static> {
        let tab = |(number, page): (usize, Page)| {
            let is_shown = page == self.page;
            let [left, right] = if is_shown { ["[", "]"] } else { [" ", " "] };
            let style = if is_shown { chosen() } else { Style::new() };
            let name = if has_name(page) { format!(" {}", page.name()) } else { String::new() };
            let gap = if has_name(page) { " " } else { "" };
            Span::styled(format!("{left}{number}{name}{right}{gap}"), style)
        };
        Line::from((1..).zip(Page::ALL).map(tab).collect::<Vec<_>>())
    }
}
