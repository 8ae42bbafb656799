//! The rules of a Perfetto trace, checked with the messages that it was written with, and with the official ones of Python.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Stdio;

use prost::Message;
use serde_json::Value;
use tripong::recording::Line;
use tripong::recording::export::perfetto::message::{
    COUNTER, INSTANT, MONOTONIC, SLICE_BEGIN, SLICE_END, Trace, TracePacket, TrackEvent,
};
use tripong::recording::export::{PerfettoExport, Window};

use crate::common::program;
use crate::game::{Game, eventful};

pub(crate) fn exported(lines: &[Line], window: Window) -> Vec<u8> {
    let Some(Line::Recording(header)) = lines.first() else { panic!("no header") };
    let mut bytes = Vec::new();
    let mut export = PerfettoExport::begin(header, window, &mut bytes).unwrap();
    lines.iter().for_each(|line| export.line(line, &mut bytes).unwrap());
    export.end(&mut bytes).unwrap();
    bytes
}

/// What is in a trace.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) flows: usize,
    pub(crate) processes: usize,
    pub(crate) instants: BTreeMap<String, usize>,
    pub(crate) slices: BTreeMap<String, usize>,
    pub(crate) values: usize,
}

/// Checks all rules.
pub(crate) fn check(bytes: &[u8]) -> Found {
    let trace = Trace::decode(bytes).unwrap();
    assert_eq!(trace.encode_to_vec(), bytes, "a field that is not known would be lost");
    check_clocks(&trace.packet);
    let (curves, processes) = check_tracks(&trace.packet);
    let mut events: Vec<_> = trace.packet.iter().filter_map(event).collect();
    events.sort_by_key(|(at, _)| *at);
    let mut found = Found { processes, flows: check_flows(&events), ..Found::default() };
    let mut open: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, event) in &events {
        let (track, name) = (event.track_uuid.unwrap(), event.name.clone().unwrap_or_default());
        let open = open.entry(track).or_default();
        assert_eq!(event.r#type == Some(COUNTER), curves.contains(&track), "{event:?}");
        match event.r#type.unwrap() {
            SLICE_BEGIN => {
                *open += 1;
                *found.slices.entry(name).or_default() += 1;
                assert_eq!(*open, 1, "no slice of a track lies in another: {event:?}");
            }
            SLICE_END => *open = open.checked_sub(1).unwrap(),
            INSTANT => *found.instants.entry(name).or_default() += 1,
            COUNTER => found.values += 1,
            other => panic!("{other}"),
        }
    }
    assert!(open.values().all(|open| *open == 0), "{open:?}");
    found
}

fn event(packet: &TracePacket) -> Option<(u64, &TrackEvent)> {
    let event = packet.track_event.as_ref()?;
    assert_eq!(packet.timestamp_clock_id, Some(MONOTONIC));
    Some((packet.timestamp.unwrap(), event))
}

fn check_clocks(packets: &[TracePacket]) {
    let snapshot = packets[0].clock_snapshot.as_ref().unwrap();
    assert_eq!(snapshot.primary_trace_clock, Some(3));
    assert_eq!(snapshot.clocks.iter().map(|clock| clock.clock_id.unwrap()).collect::<Vec<_>>(), [3, 1]);
    let writers: BTreeSet<_> = packets.iter().map(|packet| packet.trusted_packet_sequence_id).collect();
    assert_eq!(writers, BTreeSet::from([Some(1)]));
}

/// Each is described once, after its parent and before its events. Returns which are curves, and how many are processes.
fn check_tracks(packets: &[TracePacket]) -> (BTreeSet<u64>, usize) {
    let (mut tracks, mut curves, mut pids) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for packet in packets {
        if let Some(track) = &packet.track_descriptor {
            let uuid = track.uuid.unwrap();
            assert!(track.parent_uuid.is_none_or(|parent| tracks.contains(&parent)), "{track:?}");
            assert!(tracks.insert(uuid), "{uuid} is described twice");
            if track.counter.is_some() {
                curves.insert(uuid);
            }
            if let Some(process) = &track.process {
                assert!(pids.insert(process.pid.unwrap()), "{process:?} has two tracks");
            }
        }
        if let Some(event) = &packet.track_event {
            assert!(tracks.contains(&event.track_uuid.unwrap()), "{event:?}");
        }
    }
    (curves, pids.len())
}

/// Each begins once and ends once, later. Returns how many there are.
fn check_flows(events: &[(u64, &TrackEvent)]) -> usize {
    let (mut begun, mut ended) = (BTreeMap::new(), BTreeMap::new());
    for (at, event) in events {
        for id in &event.flow_ids {
            assert_eq!(begun.insert(*id, *at), None, "{id} begins twice");
        }
        for id in &event.terminating_flow_ids {
            assert_eq!(ended.insert(*id, *at), None, "{id} ends twice");
        }
    }
    assert_eq!(begun.keys().collect::<Vec<_>>(), ended.keys().collect::<Vec<_>>());
    for (id, at) in &begun {
        assert!(ended[id] > *at, "flow {id} ends before it begins");
    }
    begun.len()
}

pub(crate) fn every_hand_off_is_one_arrow_and_all_slices_nest() {
    let game = eventful();
    let found = check(&exported(&game.lines, Window::ALL));
    assert_eq!(found.flows as u64, game.hops);
    assert_eq!(found.instants["hands over"] as u64, game.hops);
    assert_eq!(found.processes, 3 + 1 + 1 + 2 + 1 + 3 + 1, "one for each process: {found:?}");
    assert_eq!(found.instants["death"], 9, "{found:?}");
    for (name, times) in
        [("freeze", 1), ("recall", 1), ("serve", 1), ("recovery", 4), ("reinitialization", 1), ("fault", 2)]
    {
        assert_eq!(found.instants[name], times, "{name}: {found:?}");
    }
    assert_eq!(found.slices["not seen"], 1);
    assert!(found.values as u64 > game.hops - 5, "{found:?}");
}

pub(crate) fn a_slice_of_a_killed_process_ends_with_its_death() {
    let mut game = Game::begin();
    let lines = game.play(2).kill().play(1).end().lines.clone();
    let died = lines.iter().find_map(|line| if let Line::Died(died) = line { Some(died) } else { None });
    let at = 5_000_000_000 + died.unwrap().at;
    let trace = Trace::decode(exported(&lines, Window::ALL).as_slice()).unwrap();
    let is_marked = |event: &TrackEvent| {
        event.debug_annotations.iter().any(|about| about.name.as_deref() == Some("died_with_the_ball"))
    };
    let events: Vec<_> = trace.packet.iter().filter_map(event).collect();
    let place = events.iter().position(|(_, event)| is_marked(event)).unwrap();
    let (end, event) = events[place + 1];
    assert_eq!((end, event.r#type), (at, Some(SLICE_END)));
}

pub(crate) fn what_a_cut_leaves_of_a_trace_is_readable() {
    let bytes = exported(&eventful().lines, Window::ALL);
    let mut ends = Vec::new();
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        rest = &rest[1..];
        let length = prost::decode_length_delimiter(&mut rest).unwrap();
        rest = &rest[length..];
        ends.push(bytes.len() - rest.len());
    }
    assert!(ends.len() > 200);
    for end in ends {
        Trace::decode(&bytes[..end]).unwrap();
    }
}

pub(crate) fn a_window_has_its_epochs_only() {
    let mut game = Game::begin();
    let lines = game.play(50).end().lines.clone();
    let found = check(&exported(&lines, Window { from: 11, to: Some(20) }));
    assert_eq!((found.flows, found.slices["has the ball"]), (10, 10), "{found:?}");
}

/// Whether Python has Perfetto's own schema.
pub(crate) fn has_schema() -> bool {
    let mut command = program("python3");
    command.args(["-c", "import perfetto.protos.perfetto.trace.perfetto_trace_pb2"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What Python finds in a trace by the official schema.
pub(crate) fn by_the_schema(bytes: &[u8]) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/export/check_perfetto.py");
    let mut command = program("python3");
    let mut python = command
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let written = python.stdin.take().unwrap().write_all(bytes);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{written:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn the_official_schema_finds_the_same() {
    let game = eventful();
    let bytes = exported(&game.lines, Window::ALL);
    let (own, python) = (check(&bytes), by_the_schema(&bytes));
    assert_eq!(python["flows"], own.flows);
    assert_eq!(python["slices"], own.slices.values().sum::<usize>());
    assert_eq!(python["instants"], own.instants.values().sum::<usize>());
    assert_eq!(python["values"], own.values);
    assert_eq!(python["processes"], own.processes);
}
