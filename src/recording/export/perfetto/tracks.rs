//! The tracks of the trace, each described when it is first used.

use std::collections::{HashMap, VecDeque};

use super::message::{
    CounterDescriptor, EXPLICIT, PROCESSES_EXPLICIT, ProcessDescriptor, TIME_NS, TrackDescriptor,
};
use crate::protocol::TransportKind;
use crate::recording::export::happening::Process;

/// The track that stands for all that has no process here.
const LAUNCHER: u64 = 1;
const NOT_SEEN: u64 = 2;
/// The curves, one for each transport.
const LATENCY: u64 = 3;
/// From here on: three for each process.
const FIRST_OF_A_PROCESS: u64 = 16;
/// So many processes are remembered: no line is about one that ended so long ago.
const REMEMBERED: usize = 64;

/// The tracks of a process.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfProcess {
    /// What befalls it.
    pub(super) process: u64,
    /// When it has the ball.
    pub(super) ball: u64,
    /// When the ball is on its way to it.
    pub(super) waiting: u64,
}

/// The tracks that were described.
#[derive(Debug)]
pub(super) struct Tracks {
    origin_ns: u64,
    next: u64,
    processes: HashMap<u64, OfProcess>,
    order: VecDeque<u64>,
    curves: [bool; TransportKind::ALL.len()],
    has_not_seen: bool,
}

impl Tracks {
    /// None but the launcher's. `origin_ns` is the time 0 of the recording.
    pub(super) fn begin(origin_ns: u64) -> (Self, Vec<TrackDescriptor>) {
        let root = TrackDescriptor {
            uuid: Some(0),
            process_ordering: Some(PROCESSES_EXPLICIT),
            ..TrackDescriptor::default()
        };
        let launcher = TrackDescriptor {
            uuid: Some(LAUNCHER),
            name: Some("launcher".to_owned()),
            description: Some("what the launcher did and saw: serves, recalls, recoveries".to_owned()),
            child_ordering: Some(EXPLICIT),
            ..TrackDescriptor::default()
        };
        let tracks = Self {
            origin_ns,
            next: FIRST_OF_A_PROCESS,
            processes: HashMap::new(),
            order: VecDeque::new(),
            curves: Default::default(),
            has_not_seen: false,
        };
        (tracks, vec![root, launcher])
    }

    /// The launcher's.
    pub(super) fn launcher(&self) -> u64 {
        LAUNCHER
    }

    /// Those of a process, and what describes them if that was not done yet.
    pub(super) fn of(&mut self, process: &Process) -> (OfProcess, Vec<TrackDescriptor>) {
        if let Some(tracks) = self.processes.get(&process.number) {
            return (*tracks, Vec::new());
        }
        let tracks = OfProcess { process: self.next, ball: self.next + 1, waiting: self.next + 2 };
        self.next += 3;
        self.processes.insert(process.number, tracks);
        self.order.push_back(process.number);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.processes.remove(&oldest);
        }
        (tracks, self.describe(process, &tracks))
    }

    fn describe(&self, process: &Process, tracks: &OfProcess) -> Vec<TrackDescriptor> {
        let name = match process.incarnation {
            Some(1) | None => process.pane.to_string(),
            Some(incarnation) => format!("{}, process {incarnation}", process.pane),
        };
        let started = process.started.map(|at| self.origin_ns.saturating_add(at));
        let descriptor = ProcessDescriptor {
            pid: process.pid.and_then(|pid| i32::try_from(pid).ok()),
            process_name: Some(name.clone()),
            start_timestamp_ns: started.and_then(|at| i64::try_from(at).ok()),
        };
        let rank = u64::from(process.pane.0) << 16 | process.incarnation.unwrap_or(1).min(0xffff);
        let child = |uuid, rank, name: &str| TrackDescriptor {
            uuid: Some(uuid),
            parent_uuid: Some(tracks.process),
            name: Some(name.to_owned()),
            sibling_order_rank: Some(rank),
            ..TrackDescriptor::default()
        };
        let own = TrackDescriptor {
            uuid: Some(tracks.process),
            name: Some(name),
            process: descriptor.pid.is_some().then_some(descriptor),
            child_ordering: Some(EXPLICIT),
            sibling_order_rank: i32::try_from(rank).ok(),
            ..TrackDescriptor::default()
        };
        vec![own, child(tracks.ball, 0, "ball"), child(tracks.waiting, 1, "hand-off to it")]
    }

    /// The curve of a transport's latency.
    pub(super) fn latency(&mut self, transport: TransportKind) -> (u64, Option<TrackDescriptor>) {
        let uuid = LATENCY + transport.index() as u64;
        let is_there = std::mem::replace(&mut self.curves[transport.index()], true);
        let descriptor = (!is_there).then(|| TrackDescriptor {
            uuid: Some(uuid),
            parent_uuid: Some(LAUNCHER),
            name: Some(format!("latency by {}", transport.in_words())),
            description: Some("from the beginning of a hand-off until the taker had the ball".to_owned()),
            counter: Some(CounterDescriptor { unit: Some(TIME_NS) }),
            sibling_order_rank: i32::try_from(transport.index()).ok(),
            ..TrackDescriptor::default()
        });
        (uuid, descriptor)
    }

    /// The track of what nobody saw.
    pub(super) fn not_seen(&mut self) -> (u64, Option<TrackDescriptor>) {
        let is_there = std::mem::replace(&mut self.has_not_seen, true);
        let descriptor = (!is_there).then(|| TrackDescriptor {
            uuid: Some(NOT_SEEN),
            parent_uuid: Some(LAUNCHER),
            name: Some("not seen".to_owned()),
            description: Some("epochs that no log held any more when the launcher looked".to_owned()),
            sibling_order_rank: i32::try_from(TransportKind::ALL.len()).ok(),
            ..TrackDescriptor::default()
        });
        (NOT_SEEN, descriptor)
    }
}
