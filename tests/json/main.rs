//! What the program prints as JSON is what docs/json/ promises: the real output of real games is validated against the
//! schemas, and each schema rejects the same output with anything changed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use common::memory::Memory;
use common::process::wait_until_gone;
use common::{Ended, Output, Program, TestProcess, run, sleep_for_looks, tripong, wait_for, wait_until};
use jsonschema::{Registry, Validator};
use nix::sys::signal::Signal;
use serde::Serialize;
use serde_json::{Value, json};
use tripong::bench::{Copying, FloorKind, Mechanism, Mode, Placement};
use tripong::game::{BallSize, GameMode, PaneId, Side, Skill};
use tripong::inspector::flow::By;
use tripong::inspector::invariants::{Balls, CorruptRecord, Held, Holds, Invariants};
use tripong::inspector::processes::{
    Access, Call, Fd, Kind, On, ProcessInfo, ProcessRole, ProcessState, Usage,
};
use tripong::platform::privileges::Confinement;
use tripong::platform::sync::Ordering;
use tripong::platform::topology::{ClusterBy, CoreKind};
use tripong::protocol::doorbell::Wait;
use tripong::protocol::{Action, End, Event, Owner, TransportKind, What};

/// The types of the objects that the program prints, each with a schema.
const TYPES: [&str; 11] = [
    "report",
    "chaos",
    "bench",
    "bench-compare",
    "bench-merge",
    "doctor",
    "look",
    "replay",
    "labs",
    "lab",
    "key",
];

/// Schemas beside those: of what they share, of the lines of a recording, and of receipts.
const OTHERS: [&str; 3] = ["common", "recording", "receipt"];

/// One of each variant; a variant that the list lacks does not compile.
macro_rules! all_of {
    ($type:ident: $($variant:ident),+) => {{
        let _exhaustive = |value: $type| match value { $($type::$variant => ()),+ };
        [$($type::$variant),+]
    }};
    ($type:ident: $($variant:pat => $value:expr),+ $(,)?) => {{
        let _exhaustive = |value: $type| match value { $($variant => ()),+ };
        [$($value),+]
    }};
}

mod labs;
mod look;
mod recording;

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json").join(format!("{name}.schema.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// All schemas under the names by which they refer to each other.
fn registry() -> &'static Registry<'static> {
    static REGISTRY: OnceLock<Registry<'static>> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let names = TYPES.iter().copied().chain(OTHERS);
        let all = names.map(|name| (format!("json:///{name}.schema.json"), schema(name)));
        Registry::new().extend(all).unwrap().prepare().unwrap()
    })
}

/// What is valid by this part of the schemas, such as `look.schema.json#/$defs/event`.
fn validator(part: &str) -> Validator {
    let options = jsonschema::options().with_registry(registry()).with_base_uri("json:///");
    options.build(&json!({ "$ref": part })).unwrap()
}

fn assert_valid(part: &str, value: &Value) {
    let validator = validator(part);
    let errors: Vec<_> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Every line is an object that the schema of its type describes. Returns them.
fn objects(output: &Output, code: i32) -> Vec<Value> {
    assert_eq!(output.ended, Ended::Code(code), "{output:?}");
    let objects: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for object in &objects {
        let kind = object["type"].as_str().unwrap();
        assert_valid(&format!("{kind}.schema.json"), object);
    }
    objects
}

/// The one object that is printed, of this type.
fn object(output: &Output, code: i32, kind: &str) -> Value {
    let [object] = objects(output, code).try_into().unwrap();
    assert_eq!(object["type"], kind);
    object
}

fn command(arguments: &str) -> Output {
    let mut command = tripong();
    command.args(arguments.split(' '));
    Program::spawn(command).finish()
}

#[test]
fn every_schema_is_one() {
    for name in TYPES.iter().chain(&OTHERS) {
        let schema = schema(name);
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert_described(name, &schema);
    }
}

/// Every key has a description, its own or that of the shared part it refers to, and no object may have other keys.
fn assert_described(path: &str, schema: &Value) {
    match schema {
        Value::Object(parts) => {
            let is_closed =
                ["additionalProperties", "unevaluatedProperties"].iter().any(|key| parts.contains_key(*key));
            // The one part that two schemas extend: they close it.
            let is_open =
                parts.contains_key("if") || path.ends_with("/$defs/game") || path.ends_with("/then");
            let has_keys =
                parts.get("properties").is_some() && !path.ends_with("/if") && !path.ends_with("/else");
            assert!(is_closed || is_open || !has_keys, "{path} is open");
            for (key, property) in parts.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let is_named = property.get("description").is_some() || property.get("$ref").is_some();
                assert!(is_named || is_open || !is_closed, "{path}: {key} has no description");
            }
            parts.iter().for_each(|(key, part)| assert_described(&format!("{path}/{key}"), part));
        }
        Value::Array(parts) => parts.iter().for_each(|part| assert_described(&format!("{path}/-"), part)),
        _ => {}
    }
}

#[test]
fn the_report_of_every_kind_of_game_is_as_its_schema_describes() {
    for arguments in [
        "--transport shared --hops 30",
        "--transport pipe --hops 30",
        "--transport socket --hops 30",
        "--transport shared --swap-every 5 --hops 30",
        "--mode match --ball large --seed 3 --hops 3000",
        "--panes 16 --seed 18446744073709551615 --hops 30",
    ] {
        let report = object(&command(&format!("--headless --unpaced --json {arguments}")), 0, "report");
        assert_rejects_changes(&report);
    }
    // Nobody has served, so there is nothing to measure.
    let report = object(&command("--headless --for 1ms --json"), 0, "report");
    assert!(report["handoff_ns"].is_null(), "{report}");
}

#[test]
fn a_report_of_which_nothing_is_known_is_as_its_schema_describes() {
    let game = Program::start("--headless --panes 16 --for 1500ms --json");
    let memory = Memory::of(&game.panes(16)[0]);
    // The ball does not come as far as the last pane.
    let status = &memory.region().pane(PaneId(15)).status;
    for word in [&status.hops, &status.frames, &status.rejected, &status.fenced] {
        word.store(u64::MAX - 2, Ordering::Release);
    }
    let report = object(&game.finish(), 0, "report");
    for key in ["hops_uncounted", "frames", "rejected", "fenced"] {
        assert!(report[key].is_null(), "{key}: {report}");
    }
    assert_eq!(report["corrupt"].as_array().unwrap().len(), 4, "{report}");
    assert_rejects_changes(&report);
}

#[test]
fn the_report_of_an_interrupted_comparison_is_as_its_schema_describes() {
    let game = Program::start("--headless --json --unpaced --for 4s --seed 1");
    let panes = game.panes(3);
    wait_until("the panes to be gone", || panes.iter().all(TestProcess::has_ended));
    wait_until_gone(&panes);
    game.launcher().signal(Signal::SIGTERM);
    let report = object(&game.finish(), 143, "report");
    assert!(report["conserved"].is_null() && report["expected_hash"].is_null(), "{report}");
    assert_rejects_changes(&report);
}

#[test]
fn chaos_is_as_its_schema_describes() {
    let report = object(&run("chaos --kills 6 --stops 3 --json --seed 5"), 0, "chaos");
    assert!(report["recovery_ns"].is_object(), "{report}");
    assert_rejects_changes(&report);
    let report = object(&run("chaos --kills 0 --stops 1 --json"), 0, "chaos");
    assert!(report["recovery_ns"].is_null(), "{report}");
}

#[test]
fn the_bench_is_as_its_schema_describes() {
    let arguments =
        "bench --json --placement unpinned,same-cpu --processes 2 --bytes 8 --hops 20 --repeats 1";
    let report = object(&command(arguments), 0, "bench");
    assert_rejects_changes(&report);
}

#[test]
#[cfg(feature = "windows")]
fn the_doctor_is_as_its_schema_describes() {
    // Without a display.
    let report = object(&command("doctor --json"), 3, "doctor");
    assert_rejects_changes(&report);
    let names = report["checks"].as_array().unwrap().iter().map(|check| check["name"].clone());
    assert_all("doctor.schema.json#/$defs/check/properties/name", names);
}

/// The object is no longer valid with a key less, a key more, or a value of another type.
fn assert_rejects_changes(object: &Value) {
    let part = format!("{}.schema.json", object["type"].as_str().unwrap());
    assert_rejects_changes_of(&part, object);
}

/// The same by this schema.
fn assert_rejects_changes_of(part: &str, object: &Value) {
    let validator = validator(part);
    let assert_invalid =
        |changed: &Value, what: &str| assert!(!validator.is_valid(changed), "{what} is accepted");
    let mut paths = Vec::new();
    collect_paths(object, "", &mut paths);
    for path in paths {
        let mut changed = object.clone();
        *changed.pointer_mut(&path).unwrap() = json!({ "surprise": [] });
        assert_invalid(&changed, &format!("another type at {path:?}"));
        let Some(Value::Object(keys)) = object.pointer(&path) else { continue };
        let mut changed = object.clone();
        changed.pointer_mut(&path).unwrap()["surprise"] = json!([]);
        assert_invalid(&changed, &format!("another key at {path:?}"));
        // Which words the Region has, its layout decides.
        for key in keys.keys().filter(|_| path != "/memory") {
            let mut changed = object.clone();
            changed.pointer_mut(&path).unwrap().as_object_mut().unwrap().remove(key);
            assert_invalid(&changed, &format!("{path:?} without {key}"));
        }
    }
}

/// JSON pointers to all values: of a list to the first one, of the words of the Region to some.
fn collect_paths(value: &Value, path: &str, paths: &mut Vec<String>) {
    paths.push(path.to_owned());
    let few = if path == "/memory" { 3 } else { usize::MAX };
    match value {
        Value::Object(keys) => {
            keys.iter()
                .take(few)
                .for_each(|(key, value)| collect_paths(value, &format!("{path}/{key}"), paths));
        }
        Value::Array(items) => {
            items.iter().take(1).for_each(|item| collect_paths(item, &format!("{path}/0"), paths));
        }
        _ => {}
    }
}

/// These values are those that the schema lists there, all of them and no other.
fn assert_all(part: &str, values: impl IntoIterator<Item = impl Serialize>) {
    let (file, pointer) = part.split_once('#').unwrap();
    let schema = schema(file.strip_suffix(".schema.json").unwrap());
    let part = schema.pointer(pointer).unwrap_or_else(|| panic!("no {part}"));
    let listed = part["enum"].as_array().unwrap().iter().filter(|value| !value.is_null());
    let listed: BTreeSet<_> = listed.map(Value::to_string).collect();
    let values: BTreeSet<_> =
        values.into_iter().map(|value| serde_json::to_value(value).unwrap().to_string()).collect();
    assert_eq!(values, listed, "{pointer}");
}

#[test]
fn every_value_that_the_program_can_print_is_in_a_schema_and_no_other() {
    let common = |name: &str| format!("common.schema.json#/$defs/{name}");
    assert_all(&common("transport"), TransportKind::ALL);
    assert_all(&common("mode"), GameMode::ALL);
    assert_all(&common("ball_size"), BallSize::ALL);
    assert_all(&common("autopilot"), Skill::ALL);
    let game = "report.schema.json#/$defs/game/properties";
    assert_all(&format!("{game}/score/anyOf/0/properties/winner"), all_of!(Side: Left, Right));
    assert_all(
        "report.schema.json#/$defs/child/properties/confined",
        all_of!(Confinement: Unknown, Window, Absent, Refused, Partial, Full),
    );
    let look = "look.schema.json#/$defs";
    let kinds = all_of!(
        Kind: Memfd, Pipe, Eventfd, Seqpacket, Stream, Socket, Pidfd, Signalfd, Epoll, Device, File, Other
    );
    assert_all(&format!("{look}/fd/properties/kind"), kinds);
    assert_all(&format!("{look}/fd/properties/access"), all_of!(Access: Read, Write, Both));
    let calls = all_of!(Call: Futex, Poll, Ppoll, EpollWait, ClockNanosleep, Read, Recvmsg);
    assert_all(&format!("{look}/state/oneOf/1/properties/call"), calls);
    let on = all_of!(On: Doorbell, Pipes, Sockets, Bell, Children);
    assert_all(&format!("{look}/state/oneOf/1/properties/waits_for"), on);
    assert_all(&format!("{look}/event/oneOf/9/properties/action"), Action::ALL);
    let holds = all_of!(
        Holds: Holds::Yes => "yes", Holds::No(_) => "no", Holds::CannotTell(_) => "unknown",
        Holds::NotLooked => "not_checked",
    );
    assert_all(&format!("{look}/holds"), holds);
}

#[test]
fn every_value_that_the_bench_can_print_is_in_its_schema_and_no_other() {
    let bench = "bench.schema.json#/$defs";
    assert_all(&format!("{bench}/row/properties/wait"), Wait::ALL);
    let modes = all_of!(Mode: Latency, Throughput, Rate, RequestReply, FanOut);
    assert_all(&format!("{bench}/row/properties/mode"), modes);
    assert_all(&format!("{bench}/row/properties/copy"), all_of!(Copying: InPlace, Both));
    assert_all(&format!("{bench}/mechanism"), Mechanism::ALL.iter().copied());
    assert_all(
        &format!("{bench}/placement"),
        all_of!(
            Placement: SameCpu, SmtSiblings, SameCluster, DistinctCores, DistinctPackages, PerformanceCores, MiddleCores,
            EfficientCores, PerformanceToEfficient, Unpinned
        ),
    );
    let used_cpu = format!("{bench}/used_cpu/properties");
    assert_all(&format!("{used_cpu}/kind"), all_of!(CoreKind: Performance, Middle, Efficient, Uniform));
    assert_all(&format!("{used_cpu}/cluster_by"), all_of!(ClusterBy: L2, Cluster, L3));
    let floors = all_of!(FloorKind: FutexPair, YieldSwitch, CacheLine, Memcpy, EmptyCall);
    assert_all(&format!("{bench}/floor_kind"), floors);
}

#[test]
fn the_examples_in_the_documents_use_keys_that_there_are() {
    let mut keys = BTreeSet::new();
    TYPES.iter().chain(&OTHERS).for_each(|name| collect_keys(&schema(name), &mut keys));
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CLI.md")).unwrap();
    let examples: Vec<_> = text.lines().filter(|line| line.contains("| jq ")).collect();
    assert!(!examples.is_empty());
    for example in examples {
        let filter = example.split_once("| jq ").unwrap().1.split('\'').nth(1).unwrap();
        for key in filter.split('.').skip(1) {
            let key: String =
                key.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            assert!(keys.contains(&key), "{key} in {example}");
        }
    }
}

fn collect_keys(schema: &Value, keys: &mut BTreeSet<String>) {
    match schema {
        Value::Object(parts) => {
            keys.extend(
                parts
                    .get("properties")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flat_map(|keys| keys.keys().cloned()),
            );
            parts.values().for_each(|part| collect_keys(part, keys));
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect_keys(part, keys)),
        _ => {}
    }
}
