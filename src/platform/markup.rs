//! A stranger's text in lines, pages and tables: no text of a file, a kernel or a user becomes a part of what is around it.

/// The longest such text, in characters.
const MOST: usize = 200;

/// In one line, without what changes how a reader shows it, and not too long.
pub(crate) fn plain(text: &str) -> String {
    let is_kept = |sign: &char| {
        !sign.is_control()
            && !('\u{202a}'..='\u{202e}').contains(sign)
            && !('\u{2066}'..='\u{2069}').contains(sign)
            && !('\u{2028}'..='\u{2029}').contains(sign)
    };
    text.chars().filter(is_kept).take(MOST).collect()
}

/// As a part of HTML, or of SVG: text, or the value of an attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in plain(text).chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(sign),
        }
    }
    safe
}

/// As a part of Markdown, also of a cell of its tables: no markup, no HTML, no mention of a user, no link.
pub(crate) fn in_markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in plain(text).chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' => safe.push_str("&#64;"),
            '|' => safe.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                safe.push('\\');
                safe.push(sign);
            }
            _ => safe.push(sign),
        }
    }
    safe.replace("://", "&#58;//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_stays_text() {
        let evil = "<script>\"'&\u{1b}[2J\u{202e}\u{2066}\n|a@b https://x `c` [d](e)";
        assert_eq!(plain(evil), "<script>\"'&[2J|a@b https://x `c` [d](e)");
        assert!(escaped(evil).starts_with("&lt;script&gt;&quot;&#39;&amp;[2J|a@b"));
        let markdown = in_markdown(evil);
        assert!(!markdown.contains(['<', '|', '@', '\n']) && !markdown.contains("://"), "{markdown}");
        assert!(markdown.ends_with("\\`c\\` \\[d\\](e)"), "{markdown}");
        assert_eq!(plain(&"x".repeat(1000)).len(), MOST);
    }
}
