//! The page of the court: all panes side by side, each with its process, its paddle and its part of the ball; and how the game stands.
//!
//! ```text
//! +- left 4711 ---+- middle 4712 -+- right 4713 --+
//! |               |               |               |
//! |#              |       #    o  |              #|
//! |               |       #       |               |
//! +- by hand -----+- autopilot ---+- autopilot ---+
//! ```

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::text::{heading, pane_style, wrapped};
use super::view::View;
use crate::game::{Ball, Control, HEIGHT, PADDLE_HALF_HEIGHT, PANE_WIDTH, PaneId, Score};
use crate::inspector::Watcher;
use crate::protocol::goal_in_words;
use crate::protocol::snapshot::Snapshot;

/// A pane has at most so many rows for so many columns. Signs are about twice as high as they are wide, so that 3 for 8 would be
/// true to scale; but the court is played up and down.
const PROPORTIONS: [usize; 2] = [3, 5];
/// As far as there is space for them, a court with many panes has so many rows.
const LEAST_ROWS: usize = 8;
/// From this height of the page on there is a line for what has happened last.
const ROOMY: usize = 9;
/// What is said above the court: as much as fits into so many lines.
pub(super) fn headline(view: &View, watcher: &Watcher, width: usize, height: usize) -> Vec<Line<'static>> {
    let most = if height < 12 { 1 } else { 2 };
    let mut text = String::new();
    for sentence in sentences(view, watcher) {
        let longer = if text.is_empty() { sentence } else { format!("{text} {sentence}") };
        if !text.is_empty() && wrapped(&longer, width, 0).len() > most {
            break;
        }
        text = longer;
    }
    wrapped(&text, width, 0).into_iter().map(|line| heading(line.to_string())).collect()
}

/// The most important one first.
fn sentences(view: &View, watcher: &Watcher) -> Vec<String> {
    let snapshot = &watcher.snapshot;
    let mut all = Vec::new();
    if !watcher.invariants.none_is_violated() {
        all.push(watcher.invariants.in_words().to_owned());
    }
    let (score, settings) = (snapshot.score(), snapshot.live_settings);
    let next = if view.is_playable { " Space: serve." } else { "" };
    all.push(match (score.winner(), snapshot.holder()) {
        (Some(side), _) => format!("{} The {side} side wins.{next}", points(&score)),
        (None, None) => format!("The ball rests.{next}"),
        (None, Some(_)) if settings.paused => format!("{} Paused. Space: go on.", points(&score)),
        (None, Some(_)) => match snapshot.goal() {
            Some(side) => format!("{}.", goal_in_words(side, snapshot)),
            None => points(&score),
        },
    });
    if let (Some(holder), Some(ball)) = (snapshot.holder(), &snapshot.ball) {
        let pid = snapshot.panes.get(holder.index()).map_or(0, |pane| pane.pid);
        let title = view.court.pane_title(holder);
        all.push(format!("Ball: {title}, pid {pid}."));
        all.push(format!("Hop {}, by {}, speed {}.", ball.hop, snapshot.transport, settings.speed.name()));
    }
    all.push(format!("Launcher: pid {}, this view: {}.", view.launcher_pid, std::process::id()));
    if !view.is_playable {
        all.push("Autopilots play: nobody can in this game.".to_owned());
    }
    all
}

fn points(score: &Score) -> String {
    let Score { left, right, hits, .. } = score;
    let ending = if *hits == 1 { "" } else { "s" };
    if score.is_match() {
        format!("Left {left} : {right} right.")
    } else {
        format!("Rally: {hits} hit{ending}.")
    }
}

/// The lines that fit.
pub(super) fn lines(view: &View, watcher: &Watcher, width: usize, height: usize) -> Vec<Line<'static>> {
    let panes = usize::from(view.court.panes);
    let columns = (width.saturating_sub(panes + 1) / panes).max(1);
    let news = usize::from(height >= ROOMY);
    let [rows_of, columns_of] = PROPORTIONS;
    let rows =
        height.saturating_sub(2 + news).min((columns * rows_of).div_ceil(columns_of).max(LEAST_ROWS)).max(1);
    let court = Drawing { view, snapshot: &watcher.snapshot, columns, rows };
    let mut lines = vec![court.edge(['┌', '┬', '┐'], |pane| court.title(pane))];
    lines.extend((0..rows).map(|row| court.row(row)));
    lines.push(court.edge(['└', '┴', '┘'], |pane| court.player(pane)));
    if news > 0 {
        lines.extend(last_news(view, watcher, width));
    }
    lines.truncate(height);
    lines
}

/// What has just happened, as every window says it.
fn last_news(view: &View, watcher: &Watcher, width: usize) -> Option<Line<'static>> {
    let news = watcher.snapshot.news(&view.court)?;
    let more = if news.more.is_empty() { String::new() } else { format!(": {}", news.more) };
    wrapped(&format!("{}{more}", news.what), width, 0).into_iter().next()
}

/// What is in half a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Nothing,
    Paddle,
    Ball,
}

/// The court in signs: so many columns a pane, and rows of two halves each.
struct Drawing<'a> {
    view: &'a View,
    snapshot: &'a Snapshot,
    columns: usize,
    rows: usize,
}

impl Drawing<'_> {
    /// The upper or the lower edge, with a text for each pane.
    fn edge(&self, [left, inner, right]: [char; 3], text: impl Fn(PaneId) -> String) -> Line<'static> {
        let mut spans = Vec::new();
        for pane in self.view.court.all_panes() {
            let corner = if pane == PaneId(0) { left } else { inner };
            let is_chosen = self.view.pane == Some(pane);
            let style = pane_style(pane);
            let style =
                if is_chosen { style.add_modifier(Modifier::BOLD | Modifier::REVERSED) } else { style };
            let text = text(pane);
            let dashes = self.columns.saturating_sub(text.chars().count());
            spans.push(Span::raw(corner.to_string()));
            spans.push(Span::styled(text, style));
            spans.push(Span::raw("─".repeat(dashes)));
        }
        spans.push(Span::raw(right.to_string()));
        Line::from(spans)
    }

    /// The name of a pane and the pid of its process, as far as there is space: the pid is the last to go.
    fn title(&self, pane: PaneId) -> String {
        let pid = self.snapshot.panes.get(pane.index()).map_or(0, |view| view.pid);
        let name = self.view.court.name(pane);
        let chosen = if self.view.pane == Some(pane) { ">" } else { "" };
        let texts = [
            format!("{chosen}{name} pid {pid}"),
            format!("{chosen}{name} {pid}"),
            format!("{chosen}{} {pid}", u16::from(pane.0) + 1),
            format!("{chosen}{pid}"),
            format!("{chosen}{}", u16::from(pane.0) + 1),
        ];
        self.first_that_fits(texts)
    }

    /// Who moves a pane's paddle.
    fn player(&self, pane: PaneId) -> String {
        let control = self.snapshot.panes.get(pane.index()).map(|view| view.control);
        let is_autopilot = control.is_none_or(|control| control == Control::Autopilot);
        let texts = if is_autopilot { ["autopilot", "auto", "a"] } else { ["by hand", "hand", "h"] };
        self.first_that_fits(texts.map(str::to_owned))
    }

    fn first_that_fits<const N: usize>(&self, texts: [String; N]) -> String {
        texts.into_iter().find(|text| text.chars().count() <= self.columns).unwrap_or_default()
    }

    fn row(&self, row: usize) -> Line<'static> {
        let border = || Span::raw("│");
        let mut spans = vec![border()];
        for pane in self.view.court.all_panes() {
            spans.extend((0..self.columns).map(|column| self.sign(pane, column, row)));
            spans.push(border());
        }
        Line::from(spans)
    }

    fn sign(&self, pane: PaneId, column: usize, row: usize) -> Span<'static> {
        let halves = [2 * row, 2 * row + 1].map(|half| self.half(pane, column, half));
        let has_ball = halves.contains(&Half::Ball);
        let style = if has_ball { Style::new().add_modifier(Modifier::BOLD) } else { pane_style(pane) };
        let sign = match halves.map(|half| half != Half::Nothing) {
            [false, false] => return Span::raw(" "),
            _ if self.view.is_ascii && has_ball => "o",
            _ if self.view.is_ascii => "#",
            [true, true] => "█",
            [true, false] => "▀",
            [false, true] => "▄",
        };
        Span::styled(sign, style)
    }

    fn half(&self, pane: PaneId, column: usize, half: usize) -> Half {
        if self.snapshot.ball.is_some_and(|ball| self.ball_is_at(&ball, pane, column, half)) {
            Half::Ball
        } else if self.paddle_is_at(pane, column, half) {
            Half::Paddle
        } else {
            Half::Nothing
        }
    }

    fn paddle_is_at(&self, pane: PaneId, column: usize, half: usize) -> bool {
        let Some(view) = self.snapshot.panes.get(pane.index()) else { return false };
        let x = self.view.court.paddle_x(pane) - pane.left();
        self.columns().is_at(column, x, 0.0) && self.halves().is_at(half, view.paddle.y, PADDLE_HALF_HEIGHT)
    }

    fn ball_is_at(&self, ball: &Ball, pane: PaneId, column: usize, half: usize) -> bool {
        let (x, radius) = (ball.x - pane.left(), ball.radius());
        if self.view.is_ascii {
            // One sign is one ball.
            let rows = Axis { length: HEIGHT, cells: self.rows };
            return self.columns().is_at(column, x, 0.0) && rows.is_at(half / 2, ball.y, 0.0);
        }
        self.columns().is_at(column, x, radius) && self.halves().is_at(half, ball.y, radius)
    }

    fn columns(&self) -> Axis {
        Axis { length: PANE_WIDTH, cells: self.columns }
    }

    fn halves(&self) -> Axis {
        Axis { length: HEIGHT, cells: 2 * self.rows }
    }
}

/// A length of the court in cells.
struct Axis {
    length: f64,
    cells: usize,
}

impl Axis {
    /// Whether something with this middle and this half of a length is in a cell: in its middle, or with its own middle.
    fn is_at(&self, cell: usize, middle: f64, half_length: f64) -> bool {
        let edge = |cell: usize| cell as f64 * self.length / self.cells as f64;
        let (from, to) = (edge(cell), edge(cell + 1));
        ((from + to) / 2.0 - middle).abs() <= half_length || (from..to).contains(&middle)
    }
}
