//! The properties of untrusted bytes: on the committed bytes, and on changes of them that are drawn.

#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

mod untrusted;

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

use untrusted::PROPERTIES;

/// The committed bytes of a property: one file each.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    files.map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn every_property_holds_on_the_committed_bytes() {
    for (name, property) in PROPERTIES {
        let corpus = corpus(name);
        assert!(corpus.len() > 2, "{name}: {} files", corpus.len());
        corpus.iter().for_each(|bytes| property(bytes));
    }
}

/// Committed bytes of which some are replaced, and behind which there are others.
fn changed(corpus: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), any::<u8>()), 0..6);
    (prop::sample::select(corpus), changes, vec(any::<u8>(), 0..20)).prop_map(|(mut bytes, changes, more)| {
        bytes.extend(more);
        for (place, byte) in changes {
            if !bytes.is_empty() {
                *place.get_mut(&mut bytes) = byte;
            }
        }
        bytes
    })
}

#[test]
fn every_property_holds_on_changes_of_them() {
    for (name, property) in PROPERTIES {
        let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
        let tried = TestRunner::new(config).run(&changed(corpus(name)), |bytes| {
            property(&bytes);
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
