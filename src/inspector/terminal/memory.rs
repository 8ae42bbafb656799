//! The page of the Region: its words, with a star at those that have changed.

use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use super::text::{cell, heading, wrapped};
use super::view::{View, folded};
use crate::inspector::memory::{Memory, Row};

/// Width of a word in hexadecimal.
const HEX: usize = 16;

/// The lines that fit.
pub(super) fn lines(view: &mut View, memory: &Memory, width: usize, height: usize) -> Vec<Line<'static>> {
    if view.is_folded.len() != memory.sections.len() {
        view.is_folded = folded(memory);
    }
    let mut lines = top(view, memory, width);
    let rows = memory.rows(&view.is_folded, view.only_changed);
    let fitting = height.saturating_sub(lines.len());
    let first = view.first_line(rows.len(), fitting);
    let path_width = if width >= 100 { 34 } else { 24 };
    // On a narrow terminal the meaning is worth more than the offset and the word.
    let has_words = width >= 70;
    let visible = rows.into_iter().skip(first).take(fitting);
    lines.extend(visible.map(|row| match row {
        Row::Section(number) => section(view, memory, number),
        Row::Field(index) => field(memory, index, path_width, has_words),
    }));
    lines
}

/// The baton, and whether this picture is held.
fn top(view: &View, memory: &Memory, width: usize) -> Vec<Line<'static>> {
    let mode = if view.is_replay {
        "at the play head".to_owned()
    } else if memory.is_live() && width < 60 {
        "live".to_owned()
    } else if memory.is_live() {
        "live (space: hold this picture)".to_owned()
    } else {
        format!("HELD, picture {} (space: go on, n: next)", memory.count)
    };
    let filter = if view.only_changed { ", only what has changed" } else { "" };
    let mut lines = wrapped(&format!("{mode}{filter}; * has changed"), width, 2);
    if let Some(baton) = memory.baton() {
        lines.extend(wrapped(&format!("Baton {:016x}: {}", baton.word, baton.text), width, 2));
    }
    lines
}

fn section(view: &View, memory: &Memory, number: usize) -> Line<'static> {
    let Some(section) = memory.sections.get(number) else { return Line::default() };
    let changed = match memory.changed_in(section) {
        0 => String::new(),
        count => format!("  * {count}"),
    };
    let is_folded = view.is_folded.get(number).is_some_and(|is_folded| *is_folded);
    let sign = if is_folded { '+' } else { '-' };
    let count =
        if is_folded { format!(" ({} fields; a: unfold)", section.fields.len()) } else { String::new() };
    heading(format!("{sign} {}{count}{changed}", section.title))
}

fn field(memory: &Memory, index: usize, path_width: usize, has_words: bool) -> Line<'static> {
    let Some(view) = memory.view(index) else { return Line::default() };
    let mark = if view.has_changed { '*' } else { ' ' };
    let [offset, hex] = match has_words {
        true => [format!("{:05x} ", view.offset), cell(&view.hex, HEX)],
        false => [String::new(), String::new()],
    };
    let text = format!("{mark} {offset}{}{hex}{}", cell(&view.label, path_width), view.text);
    let style = if view.has_changed { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
    Line::styled(text, style)
}
