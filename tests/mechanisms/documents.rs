//! What is written of the mechanisms, against the facts of the code.

use std::fs;
use std::path::Path;

use tripong::bench::{MAX_BYTES, Mechanism};

use crate::run;

pub(crate) fn facts() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/TRANSPORTS.md");
    let page = fs::read_to_string(page).unwrap();
    for mechanism in Mechanism::ALL {
        let facts = mechanism.facts();
        let row = format!(
            "| `{mechanism}` | `{}` | `{}` | {} | {} | {} | {} | {} |\n",
            facts.giver,
            facts.taker,
            facts.copies,
            facts.wake_ups,
            facts.largest,
            facts.boundaries,
            facts.peer_killed
        );
        assert!(page.contains(&row), "docs/TRANSPORTS.md should have this row:\n{row}");
    }
}

pub(crate) fn list() {
    let list = run("--list").stdout;
    assert!(list.starts_with("transport "), "{list}");
    assert!(list.lines().all(|line| line.chars().count() <= 120), "{list}");
    for mechanism in Mechanism::ALL {
        let facts = mechanism.facts();
        let line = list.lines().find(|line| line.split(' ').next() == Some(mechanism.name()));
        let words: Vec<_> =
            line.unwrap_or_else(|| panic!("{mechanism}: {list}")).split_whitespace().collect();
        let largest = mechanism.max_bytes().unwrap_or(MAX_BYTES);
        assert!(["yes", "no"].contains(&words[1]), "{words:?}");
        assert_eq!(
            words[2..6],
            [&*largest.to_string(), facts.giver, facts.taker, &*facts.copies.to_string()]
        );
        let waits: &[_] = if mechanism.has_waits() { &["block,", "adaptive,", "spin"] } else { &["block"] };
        assert_eq!(&words[6..], waits);
    }
}
