//! Small source trees that break the rules, each in one way: every one must be found, and no rule may refuse a tree in order.

use std::collections::BTreeSet;

use crate::imports::{Import, imports};
use crate::rules::{circles, order_of, upward_imports, wrong_entries};
use crate::source::{Files, Source};

const PAGE: &str = "# Architecture

## Source tree

Imports go up.

| entry | what it is |
| --- | --- |
| `low/` | not `lower.rs` |
| `middle.rs` | between |
| `high/` | above all |
| `lib.rs` | the library |
| `main.rs` | the executable |

| `another/` | table |
";

/// A tree in order, with much that only looks like an import.
const IN_ORDER: [(&str, &str); 8] = [
    (
        "lib.rs",
        "pub mod high; pub mod low; pub mod middle; pub use high::run;
        struct Way { run: u8 } fn walk() { ::high::run() }",
    ),
    ("main.rs", "use example::{high, middle::half}; fn main() { high::run(); half(); example::low::Part; }"),
    (
        "low/mod.rs",
        "pub(crate) mod part; pub mod piece; pub use part::Part; pub(super) use self::piece::*;
        pub(crate) use piece::Piece as Chip; pub fn piece() {} trait Whole { fn Part(); }",
    ),
    (
        "low/part.rs",
        "//! Not crate::high::run.
        use super::piece::Piece; use ::high::run as other; use std::fmt;
        pub struct Part { high: Piece }
        impl Part { pub(in crate::low) fn run(&self) { self.high.run(); other(\"crate::high::run\"); fmt::run() } }
        #[cfg(test)] use crate::high::run;
        #[cfg(all(test, unix))] mod tests { use crate::high::*; use crate::low::Part; }
        #[cfg(test)] mod only_for_tests;",
    ),
    ("low/piece.rs", "pub struct Piece; pub fn high() {}"),
    ("middle.rs", "use crate::low::{self, Part}; pub fn half() { low::high(); low::piece::high(); Part::new().run() }"),
    ("high/mod.rs", "#[macro_export] macro_rules! stride { () => {} } mod door; pub use self::door::Door; pub use std::mem; pub fn run() { crate::middle::half() }"),
    ("high/door.rs", "pub struct Door; impl Door { pub fn run() { crate::low::Part; } }"),
];

/// Its imports, each between the files that use and that define something.
const IMPORTS: [[&str; 2]; 8] = [
    ["high/door.rs", "low/part.rs"],
    ["high/mod.rs", "middle.rs"],
    ["low/part.rs", "low/piece.rs"],
    ["main.rs", "high/mod.rs"],
    ["main.rs", "low/part.rs"],
    ["main.rs", "middle.rs"],
    ["middle.rs", "low/part.rs"],
    ["middle.rs", "low/piece.rs"],
];

/// The tree in order, and beside it, at the end of a file, what breaks a rule.
fn tree(additions: &[(&str, &str)]) -> Files {
    let mut files: Files = IN_ORDER.map(|(file, text)| (file.into(), text.into())).into();
    for (file, text) in additions {
        let file: &mut String = files.entry((*file).into()).or_default();
        *file += &format!("\n{text}");
    }
    files
}

fn imports_of(additions: &[(&str, &str)]) -> BTreeSet<Import> {
    imports(&Source::of("example", &tree(additions)))
}

fn upward(additions: &[(&str, &str)]) -> Vec<String> {
    upward_imports(&imports_of(additions), &order_of(PAGE))
}

#[test]
fn a_tree_in_order_breaks_no_rule() {
    assert_eq!(upward(&[]), [""; 0]);
    assert_eq!(circles(&imports_of(&[])), [""; 0]);
    assert_eq!(wrong_entries(tree(&[]).keys(), &order_of(PAGE)), [""; 0]);
    let imports = imports_of(&[]);
    let pairs: BTreeSet<_> =
        imports.iter().map(|import| [import.from.as_str(), import.to.as_str()]).collect();
    assert_eq!(pairs, IMPORTS.into());
}

#[test]
fn an_import_against_the_order_is_found_however_it_is_written() {
    let ways = [
        "use crate::high::run;",
        "use crate::{low::Part, high::{self, run as walk}};",
        "use crate::high::*; fn walk() { run() }",
        "use crate::high::*; fn walk() { mem::swap() }",
        "use crate::high::*; struct Way; impl Way { fn run() { run() } }",
        "use crate::high; fn walk() { high::run() }",
        "fn walk() { crate::high::run::Way::Up }",
        "fn walk<'a>() -> impl Sized + use<'a> { (crate::high::run)() }",
        "use crate as whole; fn walk() { whole::high::run() }",
        "fn walk() { crate::high::run() }",
        "fn walk() { use crate::high; loop { high::run() } }",
        "fn walk() { super::super::high::run() }",
        "fn walk() { 0..crate::high::run() }",
        "fn walk() { println!(\"{}\", crate::high::run()) }",
        "fn walk() { crate::stride!() }",
        "macro_rules! walk { ($way:ident) => { $crate::high::run($way) } }",
        "struct Walk<T: Into<crate::high::run>>(T);",
        "fn walk(way: u8) { match way { crate::high::run => {} } }",
        "#[derive(crate::high::run)] struct Walk;",
        "struct Walk { #[serde(with = \"crate::high::run\")] way: u8 }",
        "mod inner { use crate::high::run; }",
        "mod inner { fn walk() { super::super::super::high::run() } }",
        "#[cfg(not(test))] use crate::high::run;",
        "#[cfg(test)] fn only() {} fn walk() { crate::high::run() }",
        "use crate::run;",
    ];
    for way in ways {
        let found = upward(&[("low/part.rs", way)]);
        assert_eq!(found.len(), 1, "{way}: {found:?}");
        assert!(found[0].starts_with("src/low/part.rs:8: "), "{way}: {found:?}");
        assert!(
            found[0].contains(" of src/high/mod.rs\n    but `high/` is below `low/`"),
            "{way}: {found:?}"
        );
    }
}

#[test]
fn an_import_is_of_the_file_that_defines_it_whatever_re_exports_it() {
    let gate = ("middle.rs", "pub use crate::high::Door as Gate;");
    let found = upward(&[gate, ("low/part.rs", "use crate::middle::Gate;")]);
    let paths = ["src/low/part.rs:8: crate::middle::Gate", "src/middle.rs:2: crate::high::Door"];
    let below = ["low/", "middle.rs"];
    let expected = [0, 1].map(|at| {
        let (path, entry) = (paths[at], below[at]);
        format!(
            "{path} of src/high/door.rs\n    but `high/` is below `{entry}` under \"## Source tree\" in \
            ARCHITECTURE.md: imports go up only"
        )
    });
    assert_eq!(found, expected);

    let everything = ("lib.rs", "pub use high::*;");
    let found = upward(&[everything, ("low/part.rs", "use crate::Door;")]);
    assert!(found[0].starts_with("src/low/part.rs:8: crate::Door of src/high/door.rs\n"), "{found:?}");
    assert_eq!(found.len(), 1);
}

#[test]
fn modules_are_read_in_every_place_where_their_files_can_be() {
    let text = "use crate::high::run;";
    let places = [
        ("low/part/inner.rs", "mod inner;"),
        ("low/part/inner/mod.rs", "mod inner;"),
        ("low/part/around/inner.rs", "mod around { mod inner; }"),
        ("low/elsewhere.rs", "#[path = \"elsewhere.rs\"] mod inner;"),
    ];
    for (file, declaration) in places {
        let found = upward(&[("low/part.rs", declaration), (file, text)]);
        assert!(found[0].starts_with(&format!("src/{file}:2: ")), "{found:?}");
    }
}

#[test]
fn circles_between_files_are_found() {
    let two = [("low/piece.rs", "fn whole() -> super::Part { todo!() }")];
    let found = circles(&imports_of(&two));
    let steps = [
        "2 files import from each other in a circle:",
        "    src/low/part.rs:2: super::piece::Piece of src/low/piece.rs",
        "    src/low/piece.rs:2: super::Part of src/low/part.rs",
    ];
    assert_eq!(found, [steps.join("\n")]);

    let child_and_parent =
        [("low/mod.rs", "pub trait Whole {} fn all(_: Part) {}"), ("low/part.rs", "use super::Whole;")];
    let found = circles(&imports_of(&child_and_parent));
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("src/low/mod.rs:3: Part of src/low/part.rs\n"), "{found:?}");
    assert!(found[0].contains("src/low/part.rs:8: super::Whole of src/low/mod.rs"), "{found:?}");

    let three = [("low/piece.rs", "mod chip;"), ("low/piece/chip.rs", "use crate::low::Part;")];
    let through = ("low/piece.rs", "fn split() -> chip::Chip {}");
    assert_eq!(circles(&imports_of(&three)), [""; 0]);
    let found = circles(&imports_of(&[three[0], three[1], through]));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("3 files import from each other in a circle:"), "{found:?}");
}

#[test]
fn an_entry_without_a_row_a_row_without_an_entry_and_a_long_list_are_found() {
    let order = order_of(PAGE);
    let found = wrong_entries(tree(&[("extra/mod.rs", "")]).keys(), &order);
    assert_eq!(found, ["src/extra/ has no row under \"## Source tree\" in ARCHITECTURE.md"]);

    let mut files = tree(&[]);
    files.remove("middle.rs");
    let found = wrong_entries(files.keys(), &order);
    assert_eq!(
        found,
        ["src/middle.rs has a row under \"## Source tree\" in ARCHITECTURE.md, and is missing"]
    );

    let many: Vec<String> = (0..19).map(|at| format!("{at:02}.rs")).collect();
    assert_eq!(wrong_entries(many.iter(), &many), ["src/ has 19 entries, and 18 are the most"]);
    assert_eq!(wrong_entries(many[1..].iter(), &many[1..]), [""; 0]);
}
