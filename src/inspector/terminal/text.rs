//! Lines of text: columns that fit, and words that are broken at the edge.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use crate::game::PaneId;

/// How far the second line of a happening is indented.
pub(super) const HANGING: usize = 9;

/// A heading.
pub(super) fn heading(text: impl Into<String>) -> Line<'static> {
    Line::styled(text.into(), Style::new().add_modifier(Modifier::BOLD))
}

/// What is chosen.
pub(super) fn chosen() -> Style {
    Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
}

/// A pane's colour, beside its name: the blue, orange, green and purple of the windows, as far as a terminal has them.
/// None where `NO_COLOR` is set, which crossterm sees to.
pub(super) fn pane_style(pane: PaneId) -> Style {
    let colors = [Color::Cyan, Color::Yellow, Color::Green, Color::Magenta];
    Style::new().fg(colors[pane.index() % colors.len()])
}

/// A text in this many columns, cut off or filled up; a space after it.
pub(super) fn cell(text: &str, width: usize) -> String {
    let cut: String = text.chars().take(width).collect();
    format!("{cut:width$} ")
}

/// A text broken between words into lines of at most this many characters. Lines after the first are indented.
pub(super) fn wrapped(text: &str, width: usize, indent: usize) -> Vec<Line<'static>> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let used = lines.last().map_or(0, |line| line.chars().count());
        let needed = used + usize::from(used > 0) + word.chars().count();
        match lines.last_mut() {
            Some(line) if needed <= width || line.trim().is_empty() => {
                if !line.trim().is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(format!("{:indent$}{word}", "")),
        }
    }
    lines.into_iter().map(Line::from).collect()
}

/// A line out of parts.
pub(super) fn line<const N: usize>(parts: [Span<'static>; N]) -> Line<'static> {
    Line::from(parts.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_between_words_and_nothing_of_it_is_lost() {
        let lines = wrapped("one two three four five", 11, 2);
        let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["one two", "  three", "  four five"]);
        assert_eq!(wrapped("", 10, 2).len(), 1);
        assert_eq!(wrapped("unbreakable", 4, 2).len(), 1, "a word stays whole");
    }

    #[test]
    fn a_cell_has_its_width_whatever_is_in_it() {
        assert_eq!((cell("µs", 4).as_str(), cell("abcdef", 4).as_str()), ("µs   ", "abcd "));
    }
}
