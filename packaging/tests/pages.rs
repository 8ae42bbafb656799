//! The pages of the repository: every link leads somewhere, and the front page stays one page.

#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};

const FOLDERS: [&str; 7] =
    ["", ".github", "docs", "packaging", "benches/comparison", "benches/end-to-end", "fuzz"];
/// A page whose place is in the archive of `packaging/tarball.sh`.
const ARCHIVE: &str = "packaging/archive.md";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn pages() -> Vec<PathBuf> {
    let entries = FOLDERS.into_iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    paths.filter(|path| is_page(path) && *path != root().join(ARCHIVE)).collect()
}

/// The lines outside of fenced blocks.
fn prose(text: &str) -> Vec<&str> {
    let mut is_fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        } else if !is_fenced {
            lines.push(line);
        }
    }
    lines
}

/// Where the links of a page lead to, but for those that leave the repository.
fn links(text: &str) -> Vec<&str> {
    let lines = prose(text).into_iter();
    let targets = lines.flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).collect()
}

/// What stands after `#` in a link to each heading of a page.
fn anchors(text: &str) -> Vec<String> {
    let headings = prose(text).into_iter().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        title.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let mut dead = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            let has_anchor =
                || fs::read_to_string(&target).is_ok_and(|text| anchors(&text).contains(&anchor.to_owned()));
            if !target.exists() || !anchor.is_empty() && !has_anchor() {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert_eq!(dead, [""; 0]);
}

#[test]
fn every_link_of_the_archive_leads_to_a_file_in_it() {
    let script = fs::read_to_string(root().join("packaging/tarball.sh")).unwrap();
    let copied: Vec<_> = script.lines().filter(|line| line.starts_with("cp ")).collect();
    let page = fs::read_to_string(root().join(ARCHIVE)).unwrap();
    assert!(!links(&page).is_empty());
    for link in links(&page) {
        let is_copied = copied.iter().any(|line| line.split_whitespace().any(|file| file == link));
        assert!(is_copied && root().join(link).exists(), "{link}");
    }
}

#[test]
fn the_front_page_is_one_page() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let (lines, words) = (text.lines().count(), text.split_whitespace().count());
    assert!(
        lines <= 150 && words <= 900,
        "README.md has {lines} lines and {words} words; move some to docs/"
    );
}
