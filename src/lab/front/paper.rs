//! Text for a terminal of any width: wrapped between words, with headings. All of it is pure.

use std::fmt::Write as _;

/// Lines are no longer than this, however wide the terminal is, in letters: longer ones are hard to read.
const WIDEST: usize = 100;
/// A terminal that says it is narrower than this is taken for so wide.
const NARROWEST: usize = 16;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Plain,
    Heading,
    /// A word beside it says the same.
    Good,
    Bad,
}

/// How wide the terminal is, and whether it shows colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paper {
    /// In letters; None for what is no terminal: there a line stays whole.
    pub(super) width: Option<usize>,
    pub(super) has_colors: bool,
}

impl Paper {
    /// The lines of a text: its first one begins with `lead`, the others are indented as far.
    pub(super) fn lines(self, lead: &str, text: &str, weight: Weight) -> String {
        let width = self.width.map_or(usize::MAX, |width| width.clamp(NARROWEST, WIDEST));
        let indent = lead.chars().count();
        // On the narrowest terminals what stands before it is text as well.
        if indent > width / 2 {
            return self.lines("", &format!("{lead}{text}"), weight);
        }
        let (mut out, mut is_first) = (String::new(), true);
        for paragraph in text.split('\n') {
            for line in wrapped(paragraph, width - indent) {
                let before = if is_first { lead.to_owned() } else { " ".repeat(indent) };
                is_first = false;
                // A String takes all.
                let _written = match self.code(weight).filter(|_| !line.is_empty()) {
                    Some(code) => writeln!(out, "{before}\x1b[{code}m{line}\x1b[0m"),
                    None if line.is_empty() => writeln!(out, "{}", before.trim_end()),
                    None => writeln!(out, "{before}{line}"),
                };
            }
        }
        out
    }

    fn code(self, weight: Weight) -> Option<&'static str> {
        let code = match weight {
            Weight::Plain => return None,
            Weight::Heading => "1",
            Weight::Good => "1;32",
            Weight::Bad => "1;31",
        };
        self.has_colors.then_some(code)
    }
}

/// The text in lines of at most so many letters. A word that is longer than a line is cut.
pub(in crate::lab) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let mut letters: Vec<char> = word.chars().collect();
        if used > 0 && used + 1 + letters.len() > width {
            lines.push(String::new());
            used = 0;
        }
        while !letters.is_empty() {
            let line = lines.len() - 1;
            if used > 0 && used < width && used + 1 + letters.len() <= width {
                lines[line].push(' ');
                used += 1;
            }
            let count = letters.len().min(width - used);
            lines[line].extend(letters.drain(..count));
            used += count;
            if !letters.is_empty() {
                lines.push(String::new());
                used = 0;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(width: usize) -> Paper {
        Paper { width: Some(width), has_colors: false }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_no_letter_is_lost() {
        let text = "A writer and a reader have a socket between them; see /proc/4711/task/4711/children_and_more.\n\
                    Only then does the reader read: ünïcödé 漢字.";
        for width in [16, 20, 40, 80, 100, 300] {
            for lead in ["", "  ", "  12  ", "     step 12: "] {
                let lines = paper(width).lines(lead, text, Weight::Plain);
                assert!(
                    lines.lines().all(|line| line.chars().count() <= width.min(100)),
                    "{width}:\n{lines}"
                );
                let letters =
                    |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
                assert_eq!(letters(&lines), letters(&format!("{lead}{text}")));
                assert!(lines.lines().all(|line| line == line.trim_end()), "{lines:?}");
            }
        }
    }

    #[test]
    fn what_is_wrapped_stands_behind_the_number_and_not_below_it() {
        let lines = paper(24).lines("  2  ", "3258 bytes are not enough for it", Weight::Plain);
        assert_eq!(lines, "  2  3258 bytes are not\n     enough for it\n");
    }

    #[test]
    fn what_is_no_terminal_gets_whole_lines_and_a_silly_width_is_none() {
        let text = "word ".repeat(100);
        let whole = Paper { width: None, has_colors: false }.lines("- ", &text, Weight::Heading);
        assert_eq!((whole.lines().count(), whole.len()), (1, 2 + 499 + 1));
        assert!(paper(0).lines("", &text, Weight::Plain).lines().all(|line| line.len() <= NARROWEST));
    }

    #[test]
    fn colours_come_only_where_they_are_shown_and_take_no_width() {
        let colored = Paper { width: Some(20), has_colors: true };
        let text = colored.lines("", "right and right and right", Weight::Good);
        assert_eq!(text, "\x1b[1;32mright and right and\x1b[0m\n\x1b[1;32mright\x1b[0m\n");
        assert!(!paper(20).lines("", "right", Weight::Good).contains('\x1b'));
        assert_eq!(colored.lines("", "a\n\nb", Weight::Plain), "a\n\nb\n");
    }
}
