//! Texts for a terminal that has no other signs than those of ASCII.

use std::borrow::Cow;
use std::env;

/// Whether the locale, by its variables, has all the signs of Unicode, and the terminal, by its name, glyphs for them. The console of the
/// kernel (`linux`) has a font of 256 or 512.
pub(crate) fn terminal_is_ascii() -> bool {
    let value = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(value);
    is_ascii(locale.as_deref(), value("TERM").as_deref())
}

fn is_ascii(locale: Option<&str>, term: Option<&str>) -> bool {
    let codeset = locale.and_then(|locale| locale.split('.').nth(1)).unwrap_or_default();
    let codeset: String = codeset.split('@').next().unwrap_or_default().to_ascii_lowercase();
    !matches!(codeset.as_str(), "utf-8" | "utf8") || term == Some("linux")
}

/// The text with a sign of ASCII in place of each other one. It keeps its width.
pub(crate) fn in_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { text.into() } else { text.chars().map(sign).collect::<String>().into() }
}

/// The sign of ASCII that is most like this one.
fn sign(sign: char) -> char {
    match sign {
        _ if sign.is_ascii() => sign,
        'µ' | 'μ' => 'u',
        '█' | '▀' | '▄' | '▌' | '▐' | '■' | '▓' | '▒' => '#',
        '●' | '•' | '○' => 'o',
        '·' | '…' | '░' => '.',
        '–' | '—' | '─' | '═' | '−' | '‑' => '-',
        '│' | '║' => '|',
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => '+',
        '×' => 'x',
        '→' | '▶' | '▸' => '>',
        '←' | '◀' | '◂' => '<',
        '↑' | '▲' => '^',
        '↓' | '▼' => 'v',
        '“' | '”' | '„' => '"',
        '‘' | '’' => '\'',
        '±' => '~',
        '²' => '2',
        '³' => '3',
        '\u{a0}' => ' ',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_that_is_not_utf_8_and_the_console_of_the_kernel_have_ascii() {
        for locale in ["C.UTF-8", "en_US.utf8", "de_DE.UTF-8@euro"] {
            assert!(!is_ascii(Some(locale), Some("xterm")), "{locale}");
            assert!(is_ascii(Some(locale), Some("linux")), "{locale}");
        }
        for locale in [
            None,
            Some("C"),
            Some("POSIX"),
            Some("fr_FR.ISO-8859-1"),
            Some("de_DE@euro"),
            Some("ru_RU.KOI8-R"),
        ] {
            assert!(is_ascii(locale, Some("xterm")), "{locale:?}");
        }
    }

    #[test]
    fn every_sign_has_its_like_and_the_width_stays() {
        assert_eq!(in_ascii("7.35 µs · 3 – 4 █▄ x²"), "7.35 us . 3 - 4 ## x2");
        assert_eq!(in_ascii("漢é"), "??");
        assert!(matches!(in_ascii("plain"), Cow::Borrowed("plain")));
    }
}
