//! The lines of `--watch`.

use std::time::SystemTime;

use tripong::protocol::{RecordingChange, RecordingName};

use super::*;

#[test]
fn every_line_of_a_watch_is_as_its_schema_describes() {
    let game = Program::start("--headless --watch --for 10min --seed 1 --stall 500ms");
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    memory.wait_for_ticks(50);
    panes[memory.freeze_the_owner(&panes)].signal(Signal::SIGKILL);
    let others = wait_for("the next process", || {
        let panes = game.panes(3);
        panes.iter().all(|pane| !pane.is_gone()).then_some(panes)
    });
    memory.wait_for_ticks(50);
    let frozen = &others[memory.freeze_the_owner(&others)];
    // The supervisor recalls the ball from it, and the next hand-off ends the interval that begins then.
    memory.wait_for_ticks(50);
    frozen.signal(Signal::SIGCONT);
    let hop = memory.ball().unwrap().hop;
    wait_until("a hand-off", || memory.ball().is_some_and(|ball| ball.hop > hop));
    sleep_for_looks(3);
    game.launcher().signal(Signal::SIGTERM);
    let mut lines = objects(&game.finish(), 143);
    assert_eq!(lines.pop().unwrap()["type"], "report");
    let all = |list: &'static str| lines.iter().flat_map(move |line| line[list].as_array().unwrap().clone());
    let events: BTreeSet<_> = all("events").map(|event| event["event"].to_string()).collect();
    let arrivals: BTreeSet<_> = all("intervals").map(|interval| interval["by"]["kind"].to_string()).collect();
    assert!([r#""died""#, r#""stalled""#].iter().all(|event| events.contains(*event)), "{events:?}");
    assert!([r#""recovered""#, r#""recalled""#].iter().all(|kind| arrivals.contains(*kind)), "{arrivals:?}");
    for list in ["events", "intervals"] {
        assert_rejects_changes(lines.iter().find(|line| line[list] != json!([])).unwrap());
    }
}

/// Each is valid, each is another alternative of the part, and the part has no more alternatives.
fn assert_alternatives(part: &str, values: &[impl Serialize], more: usize) {
    let look = schema("look");
    let alternatives = look["$defs"][part]["oneOf"].as_array().unwrap();
    let mut known = BTreeSet::new();
    for value in values {
        let value = serde_json::to_value(value).unwrap();
        assert_valid(&format!("look.schema.json#/$defs/{part}"), &value);
        let which = (0..alternatives.len()).find(|index| {
            validator(&format!("look.schema.json#/$defs/{part}/oneOf/{index}")).is_valid(&value)
        });
        known.insert(which.unwrap());
    }
    assert_eq!(known.len(), alternatives.len() - more, "{part}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: each line is read alone")]
fn every_event_arrival_and_state_is_in_the_schema_of_a_look() {
    let (pane, pid, epoch) = (PaneId(2), 7, 9);
    let died = |how| What::Died { pane, pid, how };
    let events = all_of!(
        What: What::Started { .. } => vec![What::Started { pane, pid }],
        What::Died { .. } => all_of!(
            End: End::Code(_) => died(End::Code(255)), End::Signal(_) => died(End::Signal(9)),
        ).to_vec(),
        What::Served { .. } => [Owner::Supervisor, Owner::Pane(pane)]
            .map(|from| What::Served { pane, epoch, from }).to_vec(),
        What::Recovered { .. } => vec![What::Recovered { pane, epoch }],
        What::Stalled { .. } => vec![What::Stalled { pane }],
        What::Hung { .. } => vec![What::Hung { pane }],
        What::Reinitialized => vec![What::Reinitialized],
        What::Recording { .. } => [RecordingChange::Begun, RecordingChange::Ended, RecordingChange::Failed]
            .map(|change| What::Recording { change, file: RecordingName::new(SystemTime::now(), 1) })
            .into_iter()
            .chain([What::Recording { change: RecordingChange::Begun, file: RecordingName::GIVEN }])
            .collect(),
        What::Done { .. } => Action::ALL.map(|action| What::Done { pane, action }).to_vec(),
        What::NotDone { .. } => Action::ALL.map(|action| What::NotDone { pane, action }).to_vec(),
    );
    let marks: Vec<_> = (0..)
        .zip(events.concat())
        .map(|(number, what)| tripong::inspector::flow::Mark { number, event: Event { at_ns: 1, what } })
        .collect();
    assert_alternatives("event", &marks, 0);

    let (from, via, at_ns) = (pane, TransportKind::Pipe, 5);
    let arrivals = all_of!(
        By: By::HandOff { .. } => By::HandOff { from, via, handed_ns: 4, took_ns: None },
        By::Served { .. } => By::Served { at_ns },
        By::Recalled { .. } => By::Recalled { from, at_ns },
        By::Recovered { .. } => By::Recovered { at_ns },
        By::Supervisor => By::Supervisor,
    );
    // The one more is null.
    assert_alternatives("by", &arrivals, 1);
    assert_alternatives("by", &[None::<By>], 5);

    let states = all_of!(
        ProcessState: ProcessState::Starting => ProcessState::Starting,
        ProcessState::Running => ProcessState::Running,
        ProcessState::Pacing => ProcessState::Pacing,
        ProcessState::Waking => ProcessState::Waking,
        ProcessState::Blocked { .. } => ProcessState::Blocked { call: Some(Call::Futex), on: None },
        ProcessState::Hangs { .. } => ProcessState::Hangs { for_ns: 1 },
        ProcessState::Stopped => ProcessState::Stopped,
        ProcessState::Traced => ProcessState::Traced,
        ProcessState::Zombie => ProcessState::Zombie,
        ProcessState::Gone => ProcessState::Gone,
    );
    assert_alternatives("state", &states, 0);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: each line is read alone")]
fn processes_and_invariants_in_trouble_are_as_the_schema_of_a_look_describes() {
    let usage = Usage {
        cpu_percent: None,
        wakeups_per_s: None,
        voluntary_switches: 1,
        involuntary_switches: 2,
        pss_bytes: None,
        threads: 1,
    };
    let fd = Fd {
        number: 3,
        kind: Kind::Memfd,
        access: Access::Both,
        target: "/memfd:tripong".to_owned(),
        meaning: "the Region".to_owned(),
    };
    let pane = PaneId(15);
    for role in all_of!(
        ProcessRole: ProcessRole::Launcher => ProcessRole::Launcher,
        ProcessRole::Pane(_) => ProcessRole::Pane(pane),
        ProcessRole::Inspector => ProcessRole::Inspector,
    ) {
        let (incarnation, name) = (role.pane().map(|_| 1), "a process".to_owned());
        let fds = vec![fd.clone()];
        let process = ProcessInfo {
            role,
            name,
            pid: 0,
            incarnation,
            state: ProcessState::Gone,
            usage: Some(usage),
            fds,
        };
        assert_valid("look.schema.json#/$defs/process", &serde_json::to_value(&process).unwrap());
        let dead = ProcessInfo { usage: None, ..process };
        assert_valid("look.schema.json#/$defs/process", &serde_json::to_value(&dead).unwrap());
    }

    let court = tripong::game::Court { panes: 16, seed: 1 };
    let mut invariants = Invariants::new(court);
    let part = "look.schema.json#/$defs/invariants";
    assert_valid(part, &serde_json::to_value(&invariants).unwrap());
    let held = || vec![Held { pane, epoch: 3 }];
    let holds = Holds::No("two".to_owned());
    invariants.balls = Balls { holds, balls: 2, epoch: 4, holder: None, doubled: held(), late: held() };
    let corrupt = vec![CorruptRecord { pane, reason: "a wrong checksum".to_owned() }];
    let holds = Holds::CannotTell("it did not hold still".to_owned());
    (invariants.records.holds, invariants.records.corrupt, invariants.records.torn) =
        (holds, corrupt, vec![pane]);
    let mut json = serde_json::to_value(&invariants).unwrap();
    assert_valid(part, &json);
    json["balls"].as_object_mut().unwrap().remove("reason");
    assert!(!validator(part).is_valid(&json), "a violation has a reason");
}
