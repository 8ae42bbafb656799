//! docs/LESSON.md and its translations: what they ask people to type can be typed, what they point at is there, and all
//! languages say the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tripong::cli::Mode;
use tripong::lab::catalogue;

const ENGLISH: &str = "docs/LESSON.md";
const TRANSLATIONS: [&str; 4] =
    ["docs/de/LESSON.md", "docs/es/LESSON.md", "docs/ko/LESSON.md", "docs/zh/LESSON.md"];
const PICTURES: &str = "docs/lesson";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A page of Markdown.
struct Page {
    name: &'static str,
    /// Its lines, without those of blocks of code.
    prose: Vec<String>,
    /// What is to be typed: the lines of its blocks of code, without comments.
    typed: Vec<String>,
}

fn pages() -> impl Iterator<Item = Page> {
    std::iter::once(ENGLISH).chain(TRANSLATIONS).map(Page::read)
}

/// What stands between two of these marks: of every line the second part, the fourth, and so on.
fn between<'a>(line: &'a str, mark: &str) -> impl Iterator<Item = &'a str> {
    line.split(mark).skip(1).step_by(2)
}

/// The line without what stands between two of these marks, and without the marks.
fn without(line: &str, mark: &str) -> String {
    line.split(mark).step_by(2).collect()
}

/// The part of the address that GitHub gives to a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
}

impl Page {
    fn read(name: &'static str) -> Self {
        let text = fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (mut prose, mut typed, mut is_code) = (Vec::new(), Vec::new(), false);
        for line in text.lines() {
            if line.starts_with("```") {
                is_code = !is_code;
            } else if is_code {
                let command = line.split('#').next().unwrap_or_default().trim();
                typed.extend((!command.is_empty()).then(|| command.to_owned()));
            } else {
                prose.push(line.to_owned());
            }
        }
        assert!(!is_code, "{name}: a block of code has no end");
        Self { name, prose, typed }
    }

    /// The words that stand as code in its sentences, sorted: grammar orders them.
    fn code(&self) -> Vec<&str> {
        let mut code: Vec<_> = self.prose.iter().flat_map(|line| between(line, "`")).collect();
        code.sort_unstable();
        code
    }

    /// What can be typed: in blocks of code and in sentences.
    fn commands(&self) -> impl Iterator<Item = &str> {
        let all = self.typed.iter().map(String::as_str).chain(self.code());
        all.filter(|command| *command == "tripong" || command.starts_with("tripong "))
    }

    /// Names of controls, which are bold, and texts of the program, which are italic, sorted. A bold word with a full stop
    /// begins a paragraph.
    fn screen(&self) -> Vec<String> {
        let lines = self.prose.iter().map(|line| without(line, "`"));
        let mut screen = Vec::new();
        for line in lines {
            let names = between(&line, "**").filter(|name| !name.ends_with(['.', '。']));
            screen.extend(names.map(|name| format!("**{name}**")));
            screen.extend(between(&without(&line, "**"), "*").map(|text| format!("*{text}*")));
        }
        screen.sort();
        screen
    }

    /// Its headings: how deep, and of which minute.
    fn headings(&self) -> Vec<(usize, &str)> {
        let headings = self.prose.iter().filter_map(|line| {
            let (depth, text) = line.split_once(' ').filter(|(depth, _)| depth.starts_with('#'))?;
            let first = text.split(' ').next().unwrap_or_default();
            let is_minute = first.len() == 5 && first.as_bytes()[2] == b':';
            Some((depth.len(), if is_minute { first } else { "" }))
        });
        headings.collect()
    }

    fn anchors(&self) -> BTreeSet<String> {
        let headings = self.prose.iter().filter(|line| line.starts_with('#'));
        headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
    }

    /// What it links to and shows.
    fn targets(&self) -> impl Iterator<Item = &str> {
        self.prose.iter().flat_map(|line| line.split("](").skip(1).filter_map(|rest| rest.split(')').next()))
    }

    /// The pictures that it shows or names.
    fn pictures(&self) -> BTreeSet<&str> {
        self.targets().filter_map(|target| target.rsplit_once("lesson/")).map(|(_, name)| name).collect()
    }
}

#[test]
fn what_is_to_be_typed_can_be_typed() {
    for page in pages() {
        assert!(page.commands().count() > 20, "{}", page.name);
        for command in page.commands() {
            let words = command.split_whitespace().take_while(|word| !["|", ">", "&", "&&"].contains(word));
            if let Err(error) = Mode::from_args(words.map(Into::into)) {
                let is_help = tripong::cli::one_line(&error).is_none();
                assert!(is_help, "{}: {command}: {error}", page.name);
            }
        }
    }
}

#[test]
fn labs_that_are_named_exist() {
    for page in pages() {
        for command in page.commands().filter(|command| command.starts_with("tripong lab ")) {
            let name = command.split(' ').nth(2).unwrap_or_default();
            let is_lab = !["verify", "key"].contains(&name) && name.starts_with(char::is_lowercase);
            assert!(!is_lab || catalogue::named(name).is_ok(), "{}: {command}", page.name);
        }
    }
}

#[test]
fn the_table_of_labs_has_every_lab_with_its_minutes() {
    let mut catalogue: Vec<_> =
        catalogue::LABS.iter().map(|lab| (lab.name.to_owned(), lab.minutes.to_string())).collect();
    catalogue.sort();
    for page in pages() {
        let mut table: Vec<_> = page.prose.iter().filter_map(|line| row_of_a_lab(line)).collect();
        table.sort();
        assert_eq!(table, catalogue, "{}", page.name);
    }
}

/// A row whose first cell is a word of code, and whose second one is a number.
fn row_of_a_lab(line: &str) -> Option<(String, String)> {
    let mut cells = line.split('|').skip(1).map(str::trim);
    let (name, minutes) = (cells.next()?, cells.next()?);
    let name = name.strip_prefix('`')?.strip_suffix('`')?;
    minutes.parse::<u8>().is_ok().then(|| (name.to_owned(), minutes.to_owned()))
}

#[test]
fn three_labs_fit_into_30_minutes() {
    let page = Page::read(ENGLISH);
    let mut names: Vec<_> = page
        .typed
        .iter()
        .filter_map(|command| command.strip_prefix("tripong lab ")?.split_once(" --student anna"))
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("verify"))
        .collect();
    names.dedup();
    assert_eq!(names.len(), 3, "{names:?}");
    let minutes: u32 = names.iter().map(|name| u32::from(catalogue::named(name).unwrap().minutes)).sum();
    assert!(minutes <= 30, "{names:?} take {minutes} minutes");
}

#[test]
fn all_languages_ask_to_type_the_same_in_the_same_order() {
    let english = Page::read(ENGLISH);
    for page in TRANSLATIONS.map(Page::read) {
        assert_eq!(page.typed, english.typed, "{}", page.name);
        assert_eq!(page.code(), english.code(), "{}", page.name);
    }
}

#[test]
fn all_languages_name_the_same_controls_and_texts_of_the_program() {
    let english = Page::read(ENGLISH);
    for page in TRANSLATIONS.map(Page::read) {
        assert_eq!(page.screen(), english.screen(), "{}", page.name);
    }
}

#[test]
fn all_languages_have_the_same_parts_at_the_same_minutes() {
    let english = Page::read(ENGLISH);
    for page in TRANSLATIONS.map(Page::read) {
        assert_eq!(page.headings(), english.headings(), "{}", page.name);
        let rows = |page: &Page| page.prose.iter().filter(|line| line.starts_with('|')).count();
        assert_eq!(rows(&page), rows(&english), "{}: rows of tables", page.name);
        assert_eq!(page.pictures(), english.pictures(), "{}", page.name);
    }
}

#[test]
fn a_translation_says_at_its_top_that_no_native_reader_has_checked_it() {
    let marks = ["Muttersprach", "nativo", "원어민", "母语"];
    for (page, mark) in TRANSLATIONS.map(Page::read).iter().zip(marks) {
        let top = page.prose.iter().take(8).any(|line| line.contains(mark));
        assert!(top, "{}: {mark} is not in its first lines", page.name);
    }
}

#[test]
fn minutes_go_up_from_0_to_the_end() {
    let english = Page::read(ENGLISH);
    let minutes: Vec<_> = english.headings().into_iter().filter(|(_, minute)| !minute.is_empty()).collect();
    let parts: Vec<_> =
        minutes.split_inclusive(|(_, minute)| *minute == "50:00" || *minute == "90:00").collect();
    assert_eq!(parts.len(), 2, "a lecture and a lab session: {minutes:?}");
    for part in parts {
        assert_eq!(part[0].1, "00:00");
        assert!(part.is_sorted_by(|one, next| one.1 < next.1), "{part:?}");
    }
}

#[test]
fn links_and_pictures_lead_somewhere() {
    for page in pages() {
        let folder = root().join(page.name);
        let folder = folder.parent().unwrap();
        for target in page.targets().filter(|target| !target.starts_with("https://")) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            assert!(file.is_empty() || folder.join(file).exists(), "{}: {target}", page.name);
            let is_there = heading.is_empty() || !file.is_empty() || page.anchors().contains(heading);
            assert!(is_there, "{}: {target} of {:?}", page.name, page.anchors());
        }
    }
}

#[test]
fn pictures_are_small_and_every_one_is_named() {
    let english = Page::read(ENGLISH);
    let mut all = 0;
    for file in fs::read_dir(root().join(PICTURES)).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !file.extension().is_some_and(|ending| ending == "png" || ending == "svg") {
            continue;
        }
        let size = fs::metadata(&file).unwrap().len();
        assert!(size < 150_000, "{name} has {size} bytes");
        all += size;
        assert!(english.pictures().contains(name.as_str()), "{ENGLISH} does not name {name}");
    }
    assert!(all < 1_000_000, "all pictures have {all} bytes");
}
