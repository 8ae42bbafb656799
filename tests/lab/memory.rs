//! The labs on memory (worlds, torn, store-buffer): facts that cannot be are refused, whatever else the receipt says.

use std::fs;

use libtest_mimic::Trial;
use serde_json::{Value, json};
use tripong::lab::catalogue::named;
use tripong::lab::exercise::{Identity, Observation};
use tripong::lab::receipt::{Receipt, tasks_of};

use crate::scratch::Scratch;

/// Changes of facts.
type Changes = &'static [(&'static str, fn() -> Value)];

/// Of a lab whose answers are all right: in this task, with these facts changed, the observation cannot be true.
const IMPOSSIBLE: &[(&str, &str, Changes)] = &[
    ("worlds", "same-address", &[("A reads", || json!(5))]),
    ("worlds", "same-address", &[("B in /proc/PID/maps", || json!("0x1000-0x2000, private"))]),
    (
        "worlds",
        "same-address",
        &[
            ("physical page of A", || json!("0x7")),
            ("physical page of B", || json!("0x7")),
            ("physical page of C", || json!("0x8")),
        ],
    ),
    ("worlds", "same-address", &[("physical page of A", || json!("everywhere"))]),
    ("worlds", "shared-page", &[("C reads", || json!(5))]),
    (
        "worlds",
        "shared-page",
        &[
            ("physical page of A", || json!("0x7")),
            ("physical page of B", || json!("0x7")),
            ("physical page of C", || json!("0x8")),
        ],
    ),
    ("worlds", "copy-on-write", &[("A reads", || json!(5))]),
    ("torn", "running", &[("torn copies", || json!(21))]),
    ("torn", "running", &[("copies", || json!(0))]),
    ("torn", "running", &[("copies", || json!(2)), ("torn copies", || json!(3))]),
    ("torn", "running", &[("records written", || json!(0)), ("torn copies", || json!(1))]),
    ("torn", "running", &[("words that are not whole", || json!(1))]),
    ("torn", "sequence-lock", &[("sequence number after", || json!(7))]),
    ("torn", "sequence-lock", &[("torn copies taken", || json!(1)), ("copies taken", || json!(1))]),
    ("torn", "sequence-lock", &[("the reader amid a write took a torn copy", || json!(true))]),
    ("torn", "sequence-lock", &[("the reader that was overtaken took a torn copy", || json!(true))]),
    ("torn", "sequence-lock", &[("copies taken", || json!(u64::MAX))]),
    ("torn", "stuck-writer", &[("copies after it was killed", || json!(1))]),
    ("torn", "stuck-writer", &[("copies while the writer was stopped", || json!(u64::MAX))]),
    ("torn", "stuck-writer", &[("the writer was killed by SIGKILL", || json!(false))]),
    ("torn", "two-copies", &[("the reader got record", || json!(99))]),
    ("store-buffer", "relaxed", &[("rounds", || json!(0))]),
    ("store-buffer", "relaxed", &[("both read 0", || json!(u64::MAX))]),
    ("store-buffer", "relaxed", &[("CPUs used", || json!(3))]),
    (
        "store-buffer",
        "relaxed",
        &[
            ("rounds", || json!(1_000_001)),
            ("both read 1", || json!(1_000_001)),
            ("only A read 0", || json!(0)),
            ("only B read 0", || json!(0)),
            ("both read 0", || json!(0)),
        ],
    ),
    ("store-buffer", "release-acquire", ONE_IN_TEN_ON_ONE_CPU),
    ("store-buffer", "fence", ONE_IN_TEN),
    (
        "store-buffer",
        "message-passing",
        &[("relaxed: flag seen", || json!(1)), ("relaxed: old data behind the flag", || json!(2))],
    ),
    (
        "store-buffer",
        "message-passing",
        &[
            ("processor", || json!("x86_64")),
            ("relaxed: flag seen", || json!(1)),
            ("relaxed: old data behind the flag", || json!(1)),
        ],
    ),
    (
        "store-buffer",
        "message-passing",
        &[
            ("processor", || json!("aarch64")),
            ("your orders: flag seen", || json!(1)),
            ("your orders: old data behind the flag", || json!(1)),
        ],
    ),
];

/// Both read 0 in one of ten rounds.
const ONE_IN_TEN: Changes = &[
    ("CPUs used", || json!(2)),
    ("rounds", || json!(10)),
    ("both read 1", || json!(9)),
    ("only A read 0", || json!(0)),
    ("only B read 0", || json!(0)),
    ("both read 0", || json!(1)),
];
const ONE_IN_TEN_ON_ONE_CPU: Changes = &[
    ("CPUs used", || json!(1)),
    ("rounds", || json!(10)),
    ("both read 1", || json!(9)),
    ("only A read 0", || json!(0)),
    ("only B read 0", || json!(0)),
    ("both read 0", || json!(1)),
];

/// Facts that only illustrate: no point hangs on them.
const UNJUDGED: [&str; 2] = ["the copy", "the first torn copy"];

pub(crate) fn trials() -> Vec<Trial> {
    let trial = |lab: &'static str| {
        Trial::test(format!("{lab}::impossible_facts_are_refused"), move || {
            impossible_facts_are_refused(lab);
            Ok(())
        })
    };
    ["worlds", "torn", "store-buffer"].map(trial).into()
}

fn impossible_facts_are_refused(lab: &'static str) {
    let scratch = Scratch::new(&format!("impossible-{lab}"));
    let file = scratch.receipt(lab, "anna", "passing", "anna.json");
    let receipt: Receipt = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let identity: &Identity = &receipt.identity;
    for (task, done) in tasks_of(named(lab).unwrap(), identity.seed()).iter().zip(&receipt.tasks) {
        let judge = |observation: &Observation| (task.judge)(&done.answers(), observation);
        let judged = judge(&done.observation).unwrap();
        assert_eq!(judged.right.len(), task.questions().count(), "{}: {judged:?}", task.id);
        for (index, fact) in done.observation.0.iter().enumerate() {
            let mut without = done.observation.clone();
            without.0.remove(index);
            let is_refused = judge(&without).is_err();
            assert_eq!(
                is_refused,
                !UNJUDGED.contains(&fact.name.as_str()),
                "{} without {:?}",
                task.id,
                fact.name
            );
        }
        for (_, _, changes) in IMPOSSIBLE.iter().filter(|(of, id, _)| (*of, *id) == (lab, task.id)) {
            let changed = changed(&done.observation, changes);
            let judged = judge(&changed);
            assert!(judged.is_err(), "{lab}, {}: {changed:?} was taken for true: {judged:?}", task.id);
        }
    }
}

fn changed(observation: &Observation, changes: Changes) -> Observation {
    let mut facts = serde_json::to_value(observation).unwrap();
    for (name, value) in changes {
        let mut named = facts.as_array_mut().unwrap().iter_mut().filter(|fact| fact["name"] == *name);
        named.next().unwrap_or_else(|| panic!("no fact {name:?} in {observation:?}"))["value"] = value();
    }
    serde_json::from_value(facts).unwrap()
}
