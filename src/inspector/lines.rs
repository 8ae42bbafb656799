//! What is seen, as lines of JSON: one a second.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::time::Duration;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::game::{Ball, PaneId};
use crate::inspector::attached::LOOK_NS;
use crate::inspector::flow::{Latencies, Mark, OwnershipInterval};
use crate::inspector::invariants::Invariants;
use crate::inspector::memory::Memory;
use crate::inspector::processes::Processes;
use crate::inspector::{Happening, Inspector, ShownParts, Watcher};
use crate::platform::outlet::Outlet;
use crate::platform::{clock, json};
use crate::protocol::{Ownership, TransportKind};

/// Between two lines, in nanoseconds.
const LINE_NS: u64 = 1_000_000_000;
/// So many of the intervals since the last line are in a line; of more, the last ones.
const INTERVALS: usize = 100;

/// So long a line waits for its reader at a time.
const PATIENCE: Duration = Duration::from_millis(200);

/// Writes what is seen until the game is over, or nobody wants it any more.
///
/// # Errors
/// [`Error::System`] if the bytes of the Region cannot be read; [`Error::Failed`] if nobody has read the last line to its
/// end.
pub fn run(inspector: &Inspector) -> Result<()> {
    let mut watcher = Watcher::new(inspector)?;
    let mut lines = Lines::default();
    while inspector.is_running() {
        let are_due = clock::now_ns() >= lines.next_ns;
        watcher.look(inspector, ShownParts { memory: are_due, processes: are_due });
        // A reader that has gone away (a closed pipe) wants no more.
        if are_due && lines.write(&watcher).is_err() {
            return Ok(());
        }
        clock::sleep_until(clock::now_ns() + LOOK_NS)?;
    }
    let unread = || Error::failed("write a line to the end")(ErrorKind::TimedOut.into());
    lines.rest.is_empty().then_some(()).ok_or_else(unread)
}

/// Writes the lines. One that nobody reads is kept until somebody does; those that come meanwhile are dropped, which their
/// numbers show.
#[derive(Debug, Default)]
struct Lines {
    count: u64,
    /// When the next one is due (`CLOCK_MONOTONIC`).
    next_ns: u64,
    /// The last epoch whose end was written.
    reported_epoch: u64,
    /// The first mark that was not written.
    next_mark: u64,
    /// What is left of the line that is being written.
    rest: Vec<u8>,
}

/// One line.
#[derive(Debug, Serialize)]
struct Line<'a> {
    /// Which line, from 1.
    number: u64,
    /// When (`CLOCK_MONOTONIC`, ns).
    at_ns: u64,
    epoch: u64,
    /// The pane that has the ball, from 0; null while it rests.
    holder: Option<PaneId>,
    ball: Option<Ball>,
    /// The transport in force.
    transport: TransportKind,
    invariants: &'a Invariants,
    processes: &'a Processes,
    /// By transport, how long all hand-offs so far took.
    transports: &'a [Latencies],
    /// The intervals that have ended since the last line.
    intervals: Vec<&'a OwnershipInterval>,
    /// Births, deaths and actions since the last line.
    events: Vec<&'a Mark>,
    /// The last action, and what came of it.
    aftermath: &'a [Happening],
    /// The words of the Region by their names; without the histograms and the logs, which are above.
    memory: BTreeMap<String, Word>,
}

#[derive(Debug, Serialize)]
struct Word {
    offset: usize,
    hex: String,
    text: String,
}

impl Lines {
    /// Writes a line to stdout, or, if the one before was not read to its end, goes on with that.
    fn write(&mut self, watcher: &Watcher) -> io::Result<()> {
        self.next_ns = watcher.flow.now_ns + LINE_NS;
        self.count += 1;
        if self.rest.is_empty() {
            self.rest = json::line("look", &self.line(watcher))?.into_bytes();
            self.reported_epoch = watcher.snapshot.ownership.epoch.saturating_sub(1).max(self.reported_epoch);
            self.next_mark = watcher.flow.marks().last().map_or(self.next_mark, |mark| mark.number + 1);
        }
        let mut rest = self.rest.as_slice();
        let written = Outlet::to(&io::stdout()).write_within(&mut rest, PATIENCE);
        self.rest = rest.to_vec();
        match written {
            Err(error) if error.kind() != ErrorKind::TimedOut => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn line<'a>(&self, watcher: &'a Watcher) -> Line<'a> {
        let (snapshot, flow) = (&watcher.snapshot, &watcher.flow);
        let Ownership { epoch, .. } = snapshot.ownership;
        let has_ended =
            |interval: &&OwnershipInterval| interval.epoch > self.reported_epoch && interval.epoch < epoch;
        let mut intervals: Vec<_> = flow.intervals().rev().filter(has_ended).take(INTERVALS).collect();
        intervals.reverse();
        Line {
            number: self.count,
            at_ns: flow.now_ns,
            epoch,
            holder: snapshot.holder(),
            ball: snapshot.ball,
            transport: snapshot.transport,
            invariants: &watcher.invariants,
            processes: &watcher.processes,
            transports: &flow.latencies,
            intervals,
            events: flow.marks().filter(|mark| mark.number >= self.next_mark).collect(),
            aftermath: watcher.aftermath.happenings(),
            memory: words(&watcher.memory),
        }
    }
}

fn words(memory: &Memory) -> BTreeMap<String, Word> {
    let fields = memory.layout().fields().iter().enumerate();
    let fields = fields.filter(|(_, field)| !field.part.is_long() && field.unit.is_in_use());
    let views = fields.filter_map(|(index, _)| memory.view(index));
    views.map(|view| (view.path, Word { offset: view.offset, hex: view.hex, text: view.text })).collect()
}
