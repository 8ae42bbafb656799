//! Makes one short text of the many that cargo-about collects: a licence whose words are the same stands there once, with
//! all crates and all copyright notices.

use std::collections::BTreeMap;

/// What stands before each licence in `licenses.hbs`.
const MARK: &str = "=== ";
/// Where the Apache License ends. Below is an appendix: how to use it, at times with somebody's notice filled in.
const APACHE_END: &str = "END OF TERMS AND CONDITIONS";
const HEADER: &str = "\
tripong is under MIT or Apache-2.0, as you like. Its executable is also made of Rust's standard library, under the same, and
of the crates below, each under the licence whose text follows; where a crate leaves the choice, one was chosen.
";

/// One text, and for whom it stands.
#[derive(Default)]
struct Licence {
    crates: Vec<String>,
    notices: Vec<String>,
    text: String,
}

/// `raw` as `licenses.hbs` lays it out: a line with the licence's name, a line per crate, an empty line, the text.
pub(crate) fn compact(raw: &str) -> String {
    let mut licences: BTreeMap<(String, String), Licence> = BTreeMap::new();
    for section in format!("\n{raw}").split(&format!("\n{MARK}")).skip(1) {
        let (head, text) = section.split_once("\n\n").unwrap_or((section, ""));
        let mut head = head.lines();
        let name = head.next().unwrap_or_default().to_owned();
        let (notices, text) = without_notices(&name, text);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let licence = licences.entry((name, words)).or_default();
        licence.crates.extend(head.filter(|line| !line.is_empty()).map(str::to_owned));
        licence.notices.extend(notices);
        if licence.text.is_empty() {
            licence.text = text;
        }
    }
    licences.iter_mut().fold(HEADER.to_owned(), |all, ((name, _), licence)| all + &licence.format(name))
}

impl Licence {
    fn format(&mut self, name: &str) -> String {
        for lines in [&mut self.crates, &mut self.notices] {
            lines.sort();
            lines.dedup();
        }
        let lines = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let notices = if self.notices.is_empty() { String::new() } else { lines(&self.notices) + "\n" };
        format!("\n{MARK}{name}\n{}\n{notices}{}\n", lines(&self.crates), self.text)
    }
}

/// The lines that say whose it is, and the licence without them.
fn without_notices(name: &str, text: &str) -> (Vec<String>, String) {
    let (body, appendix) = match text.find(APACHE_END) {
        Some(end) if name == "Apache-2.0" => text.split_at(end + APACHE_END.len()),
        _ => (text, ""),
    };
    let mut notices = notices_of(appendix);
    // Only what stands before the licence's own words: within them it speaks of "the copyright notice".
    let mut rest = Vec::new();
    for line in body.lines().map(str::trim_end) {
        if is_notice(line) {
            notices.push(line.trim().to_owned());
        } else {
            rest.push(line);
        }
    }
    (notices, rest.join("\n").trim_matches('\n').to_owned())
}

fn notices_of(text: &str) -> Vec<String> {
    text.lines().filter(|line| is_notice(line)).map(|line| line.trim().to_owned()).collect()
}

/// Whether the line says whose it is: "Copyright (c) 2020 …", "Copyright 2020 …", not a template's `[yyyy]`.
fn is_notice(line: &str) -> bool {
    let line = line.trim();
    let Some(rest) = line.strip_prefix("Copyright").or_else(|| line.strip_prefix("copyright")) else {
        return false;
    };
    let rest = rest.trim_start();
    let is_dated = rest.starts_with(|c: char| c.is_ascii_digit())
        || rest.starts_with("(c)")
        || rest.starts_with('©')
        || rest.starts_with("(C)")
        || rest.starts_with("The ")
        || rest.starts_with("the ");
    is_dated && !rest.contains("yyyy") && !rest.contains("{year}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_stand_there_once_with_all_crates_and_all_notices() {
        let raw = "=== MIT\na 1.0.0\n\nCopyright (c) 2020 Ann\n\nPermission is hereby\ngranted.\n\n\
                   === MIT\nb 2.0.0\n\nCopyright (c) 2021 Ben\n\nPermission is\n  hereby granted.\n";
        let text = compact(raw);
        assert_eq!(text.matches("Permission").count(), 1, "{text}");
        assert!(
            text.contains("a 1.0.0\nb 2.0.0\n\nCopyright (c) 2020 Ann\nCopyright (c) 2021 Ben\n"),
            "{text}"
        );
    }

    #[test]
    fn other_words_stay_apart_and_nothing_is_lost() {
        let text = compact("=== MIT\na 1\n\none\n\n=== MIT\nb 1\n\ntwo\n\n=== ISC\nc 1\n\nthree\n");
        assert_eq!(text.matches(MARK).count(), 3, "{text}");
        for word in ["a 1", "b 1", "c 1", "one", "two", "three"] {
            assert!(text.contains(word), "{word}: {text}");
        }
    }

    #[test]
    fn the_appendix_of_the_apache_license_is_dropped_and_its_notice_kept() {
        let raw = format!(
            "=== Apache-2.0\na 1\n\nTerms.\n{APACHE_END}\nAPPENDIX\n   Copyright [yyyy] [name]\n   Copyright 2019 Cy\n\
             === Apache-2.0\nb 1\n\nTerms.\n\n{APACHE_END}\n"
        );
        let text = compact(&raw);
        assert_eq!((text.matches("Terms.").count(), text.matches("APPENDIX").count()), (1, 0), "{text}");
        assert!(text.contains("a 1\nb 1\n\nCopyright 2019 Cy\n") && !text.contains("yyyy"), "{text}");
    }
}
