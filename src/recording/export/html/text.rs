//! Texts of the page.

use crate::recording::export::happening::plain;

/// A stranger's text as a part of HTML.
pub(super) fn escaped(text: &str) -> String {
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

/// A time of the recording.
pub(super) fn seconds(at: u64) -> String {
    format!("{}.{:06} s", at / 1_000_000_000, at % 1_000_000_000 / 1000)
}
