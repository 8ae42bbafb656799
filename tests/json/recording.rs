//! The lines of recordings, by the schema that describes them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tripong::recording::Line;

use super::{assert_rejects_changes, assert_rejects_changes_of, command, object, schema, validator};

#[path = "../recording/generator.rs"]
mod generator;

use generator::{eventful, written};

const SCHEMA: &str = "recording.schema.json";

/// Each kind of line, and more than one of those that can be without something.
fn lines() -> Vec<Value> {
    let games = [false, true].map(|playable| written(&eventful(3, 1, playable).lines, 10));
    let lines = games.iter().flat_map(|bytes| std::str::from_utf8(bytes).unwrap().lines());
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn kind(line: &Value) -> String {
    line.as_object().unwrap().keys().next().unwrap().clone()
}

#[test]
fn every_line_of_a_recording_is_as_the_schema_describes_and_every_kind_is_in_it() {
    let validator = validator(SCHEMA);
    let mut kinds = BTreeSet::new();
    for line in lines() {
        let errors: Vec<_> = validator.iter_errors(&line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{line}: {errors:?}");
        kinds.insert(kind(&line));
    }
    let schema = schema("recording");
    let described: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(kinds, described);
}

#[test]
fn every_line_that_a_real_game_writes_is_as_the_schema_describes() {
    let path = std::env::temp_dir().join(format!("tripong-json-real-{}.jsonl", std::process::id()));
    let validator = validator(SCHEMA);
    for game in ["chaos --kills 4 --stops 3 --seed 2", "--headless --unpaced --hops 300 --swap-every 7"] {
        let output = command(&format!("{game} --record {}", path.display()));
        assert_eq!(output.ended, super::Ended::Code(0), "{output:?}");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(text.lines().count() > 10, "{text}");
        for line in text.lines() {
            let value = serde_json::from_str(line).unwrap();
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{line}: {errors:?}");
        }
    }
}

#[test]
fn a_line_with_anything_changed_is_rejected() {
    let mut seen = BTreeSet::new();
    for line in lines() {
        // Where a value is null now, another type may be allowed; one of each kind is enough.
        if !seen.insert(kind(&line)) {
            continue;
        }
        assert_rejects_changes_of(SCHEMA, &line);
        let Some(Value::Array(parts)) = line.get(kind(&line)).cloned() else { continue };
        let validator = validator(SCHEMA);
        let is_rejected = |parts: Vec<Value>| {
            let changed = json!({ kind(&line): parts });
            assert!(!validator.is_valid(&changed), "{changed}");
            assert!(serde_json::from_value::<Line>(changed.clone()).is_err(), "{changed}");
        };
        for place in 0..parts.len() {
            let mut changed = parts.clone();
            changed[place] = json!({});
            is_rejected(changed);
            let mut changed = parts.clone();
            changed.remove(place);
            is_rejected(changed);
        }
        is_rejected(parts.iter().cloned().chain([json!(1)]).collect());
    }
}

#[test]
fn the_verdict_on_a_recording_is_as_its_schema_describes() {
    let path = std::env::temp_dir().join(format!("tripong-json-{}.jsonl", std::process::id()));
    let good = written(&eventful(3, 1, false).lines, 10);
    let mut changed = good.clone();
    let place = good.len() - 200;
    changed[place] ^= 1;
    for (bytes, code) in [(good.clone(), 0), (good[..good.len() - 9].to_vec(), 0), (changed, 6)] {
        std::fs::write(&path, bytes).unwrap();
        let output = command(&format!("replay --verify --json {}", path.display()));
        let verdict = object(&output, code, "replay");
        assert_rejects_changes(&verdict);
    }
    std::fs::remove_file(&path).unwrap();
}
