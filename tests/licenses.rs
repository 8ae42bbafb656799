//! Whatever is in the executable is named with its licence, by `tripong --licenses` and in every package.

#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Ended, Program, program, tripong};
use tripong::platform::licenses::THIRD_PARTY;

/// What may be in the executable: it asks for notices, and for nothing else. `deny.toml` and `packaging/about.toml` say
/// the same.
const ALLOWED: [&str; 9] = [
    "Apache-2.0",
    "MIT",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "OFL-1.1",
    "Ubuntu-font-1.0",
];

/// The crates that are linked on Linux, `name version`, each with what it says of its licence.
fn linked() -> BTreeMap<String, String> {
    let mut cargo = program(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args([
        "tree",
        "--offline",
        "--locked",
        "--edges",
        "normal",
    ]);
    cargo.args([
        "--target",
        "x86_64-unknown-linux-gnu",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}",
        "-p",
        "tripong",
    ]);
    let tree = cargo.output().unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let crates = tree.lines().filter_map(|line| line.split_once('|')).map(|(package, licence)| {
        let mut words = package.split_whitespace();
        let name = words.next().unwrap();
        let version = words.next().unwrap().trim_start_matches('v');
        (format!("{name} {version}"), licence.trim_end_matches(" (*)").to_owned())
    });
    crates.collect()
}

/// The crates that the text names, each with the licences under which it does.
fn named() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut named: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for section in THIRD_PARTY.split("\n=== ").skip(1) {
        let mut head = section.lines();
        let licence = head.next().unwrap();
        for package in head.take_while(|line| !line.is_empty()) {
            named.entry(package).or_default().insert(licence);
        }
    }
    named
}

#[test]
fn every_crate_in_the_executable_is_named_and_no_other() {
    let (linked, named) = (linked(), named());
    assert!(linked.len() > 100, "cargo tree shows {} crates", linked.len());
    let missing: Vec<_> = linked.keys().filter(|package| !named.contains_key(package.as_str())).collect();
    let stale: Vec<_> = named.keys().filter(|package| !linked.contains_key(**package)).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "run packaging/licenses.sh; missing: {missing:?}, stale: {stale:?}"
    );
}

#[test]
fn every_licence_is_one_that_its_crate_offers_and_that_may_be_in_it() {
    let named = named();
    for (package, expression) in linked() {
        let given = &named[package.as_str()];
        for licence in given {
            assert!(
                ALLOWED.contains(licence) && expression.contains(licence),
                "{package}: {licence} of {expression}"
            );
        }
        let wanted = expression.split(" AND ").count();
        assert!(given.len() >= wanted, "{package}: {given:?} of {expression}");
    }
}

#[test]
fn the_licences_are_printed_without_a_display() {
    let mut command = tripong();
    command.arg("--licenses");
    let output = Program::spawn(command).finish();
    assert_eq!((output.ended, output.stderr.as_str()), (Ended::Code(0), ""));
    assert!(output.stdout == THIRD_PARTY, "the text is another one");
}
