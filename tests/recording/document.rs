//! docs/RECORDING.md: each of its examples is a line, and each kind of line has one.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};
use tripong::recording::Line;

use super::generator::eventful;

fn document() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/RECORDING.md")).unwrap()
}

/// What kind of line it is.
fn kind(line: &Line) -> String {
    let words: Map<String, Value> = serde_json::from_value(serde_json::to_value(line).unwrap()).unwrap();
    assert_eq!(words.len(), 1, "{words:?}");
    words.into_iter().next().unwrap().0
}

#[test]
fn every_example_is_a_line_and_every_kind_of_line_has_one() {
    let text = document();
    let mut found = BTreeSet::new();
    for example in text.lines().filter(|line| line.starts_with('{')) {
        let line: Line = serde_json::from_str(example).unwrap_or_else(|error| panic!("{error}: {example}"));
        assert_eq!(serde_json::to_string(&line).unwrap(), example, "as it is written");
        assert!(found.insert(kind(&line)), "{example} is a second one");
    }
    let games = [false, true].map(|playable| eventful(3, 1, playable));
    let written = games.iter().flat_map(|game| &game.lines).map(kind);
    let all: BTreeSet<_> = written.chain(["check".to_owned()]).collect();
    assert_eq!(found, all);
    assert_eq!(all.len(), 20, "the kinds of `Line`: {all:?}");
}
