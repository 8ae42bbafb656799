//! What cannot be graded, each by the check that finds it.

use std::collections::BTreeSet;

use strum::VariantArray;
use tripong::lab::catalogue::LABS;
use tripong::lab::exercise::{Answer, Draw, Slot};
use tripong::lab::receipt::verify::{Expected, Fault, FaultKind, Graded, MOST_HOPS, Played, judge};
use tripong::lab::receipt::{Acted, MOST_BYTES, Receipt};
use tripong::lab::stage::{Event, Trajectory};
use tripong::recording::line::Hex;

use crate::scratch::Scratch;

fn judged(bytes: &[u8]) -> Result<Graded, Fault> {
    judge(bytes, &Expected::default(), &mut Played::default())
}

/// A receipt of the first lab, all right.
fn sound(name: &str) -> Receipt {
    let scratch = Scratch::new(name);
    let path = scratch.receipt(LABS[0].name, "anna", "passing", "a.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// As a forger would hand it in, who knows how a digest is made.
fn signed(mut receipt: Receipt) -> Vec<u8> {
    receipt.digest = receipt.digest_of().unwrap();
    serde_json::to_vec(&receipt).unwrap()
}

type Change = fn(&mut Receipt);

#[rustfmt::skip]
const CHANGES: &[(FaultKind, &str, Change)] = &[
    (FaultKind::Format, "a lab that does not exist", |receipt| "nothing".clone_into(&mut receipt.lab)),
    (FaultKind::Format, "no receipt", |receipt| "report".clone_into(&mut receipt.kind)),
    (FaultKind::Version, "another program", |receipt| "99.0.0".clone_into(&mut receipt.program)),
    (FaultKind::Version, "another format", |receipt| receipt.schema += 1),
    (FaultKind::Version, "another layout", |receipt| receipt.layout ^= 1),
    (FaultKind::Identity, "another student", |receipt| "bob".clone_into(&mut receipt.identity.student)),
    (FaultKind::Identity, "no student", |receipt| receipt.identity.student.clear()),
    (FaultKind::Identity, "a student of two lines", |receipt| receipt.identity.student.push_str("\nbob")),
    (FaultKind::Identity, "a student of great length", |receipt| receipt.identity.student = "b".repeat(5_000)),
    (FaultKind::Identity, "another course", |receipt| receipt.identity.course.push('x')),
    (FaultKind::Identity, "another term", |receipt| receipt.identity.term.push('x')),
    (FaultKind::Identity, "another seed", |receipt| receipt.seed.0 ^= 1),
    (FaultKind::Questions, "another question", |receipt| receipt.tasks[0].asked[0].question.text.push('x')),
    (FaultKind::Questions, "another task", |receipt| receipt.tasks[0].id.push('x')),
    (FaultKind::Questions, "a task too many", |receipt| {
        for _ in 0..100 {
            receipt.tasks.push(receipt.tasks[0].clone());
        }
    }),
    (FaultKind::Questions, "a question twice", |receipt| {
        let twice = receipt.tasks[0].asked[0].clone();
        receipt.tasks[0].asked.push(twice);
    }),
    (FaultKind::Questions, "another slot", |receipt| receipt.tasks[0].asked[0].slot = Slot::Conclusion),
    (FaultKind::Answers, "a choice that there is not", |receipt| {
        receipt.tasks[0].asked[0].answer = Answer::Choice(usize::MAX);
    }),
    (FaultKind::Answers, "steps without an end", |receipt| {
        receipt.tasks[0].asked[0].answer = Answer::Order(vec![usize::MAX; 10_000]);
    }),
    (FaultKind::Times, "a prediction after its action", |receipt| {
        receipt.tasks[0].asked[0].at_ns = receipt.tasks[0].acted.unwrap().from_ns + 1;
    }),
    (FaultKind::Times, "a prediction at the very time of its action", |receipt| {
        receipt.tasks[0].asked[0].at_ns = receipt.tasks[0].acted.unwrap().from_ns;
    }),
    (FaultKind::Times, "an action that ends before it begins", |receipt| {
        let Acted { from_ns, to_ns } = receipt.tasks[0].acted.unwrap();
        receipt.tasks[0].acted = Some(Acted { from_ns: to_ns, to_ns: from_ns });
    }),
    (FaultKind::Times, "an action without a prediction", |receipt| {
        receipt.tasks.truncate(1);
        receipt.tasks[0].asked.clear();
    }),
    (FaultKind::Times, "an observation without an action", |receipt| {
        receipt.tasks.truncate(1);
        receipt.tasks[0].acted = None;
    }),
    (FaultKind::Times, "events in the wrong order", |receipt| receipt.events.reverse()),
    (FaultKind::Times, "an event outside of all actions", |receipt| {
        receipt.events.push(Event { at_ns: u64::MAX, text: "late".to_owned() });
    }),
    (FaultKind::Times, "too many events", |receipt| {
        let event = receipt.events[0].clone();
        receipt.events = vec![event; 2_001];
    }),
    (FaultKind::Observation, "no facts", |receipt| receipt.tasks[0].observation.0.clear()),
    (FaultKind::Observation, "a fact twice", |receipt| {
        let fact = receipt.tasks[0].observation.0[0].clone();
        receipt.tasks[0].observation.0.push(fact);
    }),
    (FaultKind::Judgement, "more points than answers", |receipt| {
        receipt.tasks[0].judgement.as_mut().unwrap().right.push(Slot::Conclusion);
    }),
    (FaultKind::Judgement, "another truth", |receipt| {
        "I was right.".clone_into(&mut receipt.tasks[0].judgement.as_mut().unwrap().truth);
    }),
    (FaultKind::Trajectory, "another ball", |receipt| {
        receipt.trajectory = Some(Trajectory { hops: 3, hash: Hex(1) });
    }),
    (FaultKind::Trajectory, "a ball that takes too long", |receipt| {
        receipt.trajectory = Some(Trajectory { hops: MOST_HOPS + 1, hash: Hex(1) });
    }),
];

pub(crate) fn every_change_is_found_by_the_check_that_it_is_for() {
    let sound = sound("faults");
    assert!(judged(&signed(sound.clone())).is_ok());
    let mut found = BTreeSet::from(["Digest", "File"].map(str::to_owned));
    for (kind, what, change) in CHANGES {
        let mut changed = sound.clone();
        change(&mut changed);
        let by_hand = judged(&serde_json::to_vec(&changed).unwrap()).unwrap_err();
        let by_forger = judged(&signed(changed)).unwrap_err();
        assert_eq!(by_forger.kind, *kind, "{what}: {by_forger:?}");
        let is_before_the_digest = by_hand.kind == *kind;
        assert!(by_hand.kind == FaultKind::Digest || is_before_the_digest, "{what}: {by_hand:?}");
        assert!(by_forger.text.chars().count() <= 401 && !by_forger.text.contains('\n'), "{by_forger:?}");
        found.insert(format!("{kind:?}"));
    }
    let all = FaultKind::VARIANTS.iter().map(|kind| format!("{kind:?}")).collect();
    assert_eq!(found, all);
}

pub(crate) fn whatever_is_no_receipt_is_a_fault_without_a_word_of_it() {
    let sound = signed(sound("no-receipt"));
    let text = String::from_utf8(sound.clone()).unwrap();
    let nested = format!("{}1{}", "[".repeat(400_000), "]".repeat(400_000));
    let in_it = text.replacen("\"machine\":{", &format!("\"machine\":{{\"cpu\":{nested},"), 1);
    let twice = text.replacen("\"lab\":", "\"lab\":\"messages\",\"lab\":", 1);
    let secret = b"root:x:0:0:root:/root:/bin/bash\n".as_slice();
    let cases: [&[u8]; 17] = [
        b"",
        b" ",
        b"\0",
        b"{}",
        b"[]",
        b"null",
        b"1e999999",
        b"\"",
        b"\xff\xfe",
        b"{\"schema\":1}",
        secret,
        &sound[..sound.len() - 1],
        &sound[..sound.len() / 2],
        nested.as_bytes(),
        in_it.as_bytes(),
        twice.as_bytes(),
        &[&sound[..], b"{}"].concat(),
    ];
    for bytes in cases {
        let fault = judged(bytes).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Format, "{fault:?}");
        assert!(!fault.text.contains("root") && fault.text.len() < 100, "{fault:?}");
    }
    let spaces = " ".repeat(usize::try_from(MOST_BYTES).unwrap());
    assert_eq!(judged(format!("{text}{spaces}").as_bytes()).unwrap_err().kind, FaultKind::File);
    let one_less = &spaces[..spaces.len() - text.len()];
    assert!(judged(format!("{text}{one_less}").as_bytes()).is_ok(), "spaces are no change");
}

pub(crate) fn the_ball_of_the_seed_is_simulated_again() {
    let mut receipt = sound("ball");
    let hash = |seed: u64, hops| {
        let court = tripong::game::Court { panes: 3, seed };
        let mut alone = tripong::game::ReferenceSimulation::new(court, court.middle());
        alone.run_until(|ball| ball.hop >= hops);
        Hex(alone.ball().hash)
    };
    for hops in [0, 1, 2, 300] {
        receipt.trajectory = Some(Trajectory { hops, hash: hash(receipt.seed.0, hops) });
        assert!(judged(&signed(receipt.clone())).is_ok(), "{hops}");
        receipt.trajectory = Some(Trajectory { hops, hash: hash(receipt.seed.0 ^ 1, hops) });
        assert_eq!(judged(&signed(receipt.clone())).unwrap_err().kind, FaultKind::Trajectory, "{hops}");
    }
}

pub(crate) fn what_was_not_done_is_worth_nothing_and_is_no_fault() {
    let sound = sound("not-done");
    let whole = judged(&signed(sound.clone())).unwrap();
    assert!(whole.complete && whole.points == whole.of);
    let mut shorter = sound.clone();
    let last = shorter.tasks.last_mut().unwrap();
    (last.acted, last.judgement) = (None, None);
    last.observation.0.clear();
    last.asked.truncate(1);
    let last_action = shorter.tasks.iter().rev().find_map(|task| task.acted).map_or(0, |acted| acted.to_ns);
    shorter.events.retain(|event| event.at_ns <= last_action);
    let graded = judged(&signed(shorter)).unwrap();
    let last = graded.tasks.last().unwrap();
    assert!(!graded.complete && !last.done && last.points == 0 && last.truth.is_none(), "{graded:?}");
    assert_eq!((graded.points, graded.of), (whole.points - last.of, whole.of));
    let mut empty = sound;
    empty.tasks.clear();
    empty.events.clear();
    let graded = judged(&signed(empty)).unwrap();
    assert_eq!((graded.points, graded.of, graded.complete), (0, whole.of, false));
}

pub(crate) fn what_is_drawn_never_fails_to_be_judged() {
    for lab in LABS {
        for number in 0..50 {
            let tasks = (lab.tasks)(&mut Draw::new(number, lab.name));
            for task in &tasks {
                for (slot, question) in task.questions() {
                    let name = format!("{} {}: {slot}", lab.name, task.id);
                    let right =
                        task.passing.get(slot).unwrap_or_else(|| panic!("{name} has no right answer"));
                    let (passing, failing) = (question.fault(right), task.failing());
                    assert_eq!(passing, None, "{name}");
                    let failing = failing.get(slot).unwrap_or_else(|| panic!("{name} has no wrong answer"));
                    assert_eq!(question.fault(failing), None, "{name}");
                    assert!(question.text.contains('?'), "{name}: {}", question.text);
                }
                let nothing = tripong::lab::exercise::Observation::default();
                let why = (task.judge)(&task.passing, &nothing).unwrap_err();
                assert!(
                    why.lines().count() == 1 && !task.explanation.is_empty() && !task.read_on.is_empty(),
                    "{why}"
                );
            }
            let ids: BTreeSet<_> = tasks.iter().map(|task| task.id).collect();
            assert!(ids.len() == tasks.len() && !tasks.is_empty(), "{}: ids", lab.name);
        }
    }
}
