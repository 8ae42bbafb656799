//! Exports of recordings of real games.

use std::path::Path;

use tripong::recording::export::Window;
use tripong::recording::{Line, Reader};

use crate::common::recorded::TestFile;
use crate::common::{Ended, run};
use crate::game::eventful;
use crate::{csv, html, perfetto, shiviz};

/// The lines of a file, as far as they can be read.
fn lines_of(path: &Path) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Ok(mut reader) = Reader::open(path) {
        while let Ok(Some(numbered)) = reader.next() {
            lines.push(numbered.line);
        }
    }
    lines
}

/// What was recorded of a game with these arguments.
fn recorded(arguments: &str) -> Vec<Line> {
    let file = TestFile::new("jsonl");
    let output = run(&format!("{arguments} --record {}", file.name()));
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    lines_of(file.path())
}

/// All exports of it, by their rules.
fn check(lines: &[Line]) -> perfetto::Found {
    let found = perfetto::check(&perfetto::exported(lines, Window::ALL));
    let hops = lines.iter().filter(|line| matches!(line, Line::Hop(_))).count();
    assert_eq!(found.flows, hops);
    assert_eq!(csv::exported(lines, Window::ALL).lines().count(), 1 + hops);
    for window in [Window::ALL, Window { from: 10, to: Some(40) }] {
        shiviz::check(&shiviz::parsed(&shiviz::exported(lines, window)));
        html::elements(&html::exported(lines, window));
    }
    found
}

pub(crate) fn games_with_kills_and_freezes_are_exported_by_all_rules() {
    for (transport, seed) in [("shared", 1), ("pipe", 2), ("socket", 3)] {
        let lines = recorded(&format!("chaos --kills 12 --stops 6 --seed {seed} --transport {transport}"));
        let found = check(&lines);
        assert!(found.instants["death"] >= 12, "{found:?}");
        assert!(found.processes >= 3 + 12, "{found:?}");
    }
}

pub(crate) fn a_fast_game_with_all_transports_is_exported_by_all_rules() {
    let found = check(&recorded("--headless --unpaced --hops 3000 --seed 7 --swap-every 100"));
    assert!(found.flows > 0 && found.values > 0, "{found:?}");
}

pub(crate) fn a_match_is_exported_by_all_rules() {
    check(&recorded("--headless --unpaced --for 1s --seed 7 --mode match --ball large --autopilot easy"));
}

pub(crate) fn whatever_is_in_a_file_is_exported_as_far_as_it_can_be_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/recording");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() > 5);
    for file in files {
        let lines = lines_of(&file);
        if matches!(lines.first(), Some(Line::Recording(_))) {
            perfetto::exported(&lines, Window::ALL);
            csv::exported(&lines, Window::ALL);
            html::exported(&lines, Window::ALL);
            shiviz::check(&shiviz::parsed(&shiviz::exported(&lines, Window::ALL)));
        }
    }
    let lines = eventful().lines;
    (1..lines.len()).for_each(|length| {
        check(&lines[..length]);
    });
}
