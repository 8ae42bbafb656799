//! All that the inspector sees, sample by sample: one for a window, a terminal and the lines of JSON.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use super::aftermath::Aftermath;
use super::attached::Inspector;
use super::flow::Flow;
use super::invariants::{Invariants, TICKS_PER_LOOK};
use super::memory::{self, Memory};
use super::moment::Moment;
use super::processes::{Processes, Sampler};
use crate::error::Result;
use crate::game::Court;
use crate::platform::clock;
use crate::platform::report_line;
use crate::protocol::Setup;
use crate::protocol::snapshot::{Medians, Snapshot};

/// How often the processes are looked at: /proc costs more than a mapping.
const SAMPLE: Duration = Duration::from_secs(1);

/// So many attempts are made to read all of a look while the same process has the ball. A pane keeps it for about a second, and
/// a look takes some milliseconds; but in a game without pauses it is gone within microseconds.
const ATTEMPTS: usize = 4;

/// What of it is shown just now. Flow and invariants are followed in any case: what they miss once is lost. The rest is only read
/// while somebody can see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownParts {
    /// The Region, word by word.
    pub memory: bool,
    /// The processes.
    pub processes: bool,
}

impl ShownParts {
    /// All of it.
    pub const ALL: Self = Self { memory: true, processes: true };
}

/// What the last sample has shown, and what has to be remembered for the next.
#[derive(Debug)]
pub struct Watcher {
    /// Who has the ball.
    pub snapshot: Snapshot,
    /// The Region, word by word.
    pub memory: Memory,
    /// The processes, while they are shown: measured once a second, and looked at after every hop.
    pub processes: Processes,
    /// Where the ball was, when, and how it came there.
    pub flow: Flow,
    /// Whether the invariants hold.
    pub invariants: Invariants,
    /// What came of the last action.
    pub aftermath: Aftermath,
    sampler: Sampler,
    pub(super) medians: Medians,
    /// Of a recording, which Region was looked at.
    pub(super) generation: u64,
}

impl Watcher {
    /// Looks for the first time.
    ///
    /// # Errors
    /// [`Error::System`](crate::error::Error::System) if the bytes of the Region cannot be read.
    pub fn new(inspector: &Inspector) -> Result<Self> {
        let mut medians = Medians::default();
        let snapshot = Snapshot::take(inspector.region(), &inspector.setup.court, &mut medians);
        let mut watcher = Self::with(snapshot, medians, &inspector.setup);
        let bytes = watcher.read(inspector.memfd.as_fd(), true)?;
        watcher.observe(bytes, clock::now_ns());
        Ok(watcher)
    }

    pub(super) fn with(snapshot: Snapshot, medians: Medians, setup: &Setup) -> Self {
        let court = setup.court;
        Self {
            snapshot,
            memory: Memory::new(court),
            processes: Processes::default(),
            flow: Flow::default(),
            invariants: Invariants::new(court),
            aftermath: Aftermath::default(),
            sampler: Sampler::new(setup),
            medians,
            generation: 0,
        }
    }

    /// Looks again, at what is shown: all of it while the same process has the ball, if that can be had in a few attempts.
    pub fn look(&mut self, inspector: &Inspector, shown: ShownParts) {
        let (region, court, now_ns) = (inspector.region(), &inspector.setup.court, clock::now_ns());
        // Once in any case: from then on there are rates.
        let is_wanted = shown.processes || self.processes.at_ns == 0;
        let is_due = is_wanted && now_ns - self.processes.at_ns >= clock::ns(SAMPLE);
        if is_due {
            self.processes = self.sampler.measure(region, now_ns);
        }
        let mut still = Ok(None);
        for _ in 0..ATTEMPTS {
            self.snapshot = Snapshot::take(region, court, &mut self.medians);
            if is_due || (shown.processes && self.processes.moment.epoch != self.snapshot.ownership.epoch) {
                self.sampler.look(region, now_ns, &mut self.processes);
            }
            still = self.read(inspector.memfd.as_fd(), shown.memory);
            self.flow.follow(region, court);
            // The flow reads the baton last of all.
            if self.flow.moment.epoch == self.snapshot.ownership.epoch {
                break;
            }
        }
        self.observe_if_read(still, now_ns);
        self.invariants.look(region, now_ns, TICKS_PER_LOOK);
        self.aftermath.follow(region, court, now_ns);
    }

    /// Looks at the ball and the paddles alone: all that a picture of the court needs.
    pub fn glance(&mut self, inspector: &Inspector) {
        self.snapshot = Snapshot::take(inspector.region(), &inspector.setup.court, &mut self.medians);
    }

    /// The line that is above every view: about the moment of what is shown.
    pub fn headline(&self, moment: &Moment, court: &Court) -> String {
        format!("{} {}", moment.in_words(court), self.invariants.in_words())
    }

    /// The moment at which the invariants were looked at.
    pub fn moment_of_invariants(&self) -> Moment {
        let (snapshot, balls) = (Moment::of(&self.snapshot), &self.invariants.balls);
        if balls.epoch == snapshot.epoch || balls.balls == 0 {
            return snapshot;
        }
        // One that came later: of its process nothing else is known than that the pane has it.
        let pid =
            balls.holder.and_then(|pane| self.snapshot.panes.get(pane.index())).map_or(0, |pane| pane.pid);
        let hop = Some(self.invariants.epochs.hops).filter(|_| self.invariants.epochs.epoch == balls.epoch);
        Moment { epoch: balls.epoch, holder: balls.holder, hop, pid, ..snapshot }
    }

    pub(super) fn read(&self, memfd: BorrowedFd<'_>, is_shown: bool) -> Result<Option<Vec<u8>>> {
        let is_wanted = self.memory.wants_still(is_shown);
        is_wanted.then(|| memory::read_bytes(memfd)).transpose()
    }

    pub(super) fn observe_if_read(&mut self, bytes: Result<Option<Vec<u8>>>, now_ns: u64) {
        match bytes {
            Ok(bytes) => self.observe(bytes, now_ns),
            // What could be read a moment ago: the last still stays.
            Err(error) => report_line(&format!("tripong: inspector: {error}")),
        }
    }

    pub(super) fn observe(&mut self, bytes: Option<Vec<u8>>, now_ns: u64) {
        if let Some(bytes) = bytes {
            self.memory.observe(bytes, now_ns);
        }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::{Inspector, ShownParts, Watcher, clock};
    use crate::game::{Court, PaneId};
    use crate::protocol::{Event, Setup, What};
    use crate::shm::Mapping;

    const COURT: Court = Court { panes: 3, seed: 1 };
    const NOTHING: ShownParts = ShownParts { memory: false, processes: false };

    #[test]
    fn bytes_and_processes_are_read_only_while_they_are_shown_and_no_event_is_missed() {
        let (memfd, mapping) = Mapping::create(&Setup::headless(COURT, std::process::id())).unwrap();
        let inspector = Inspector::over(memfd).unwrap();
        let mut watcher = Watcher::new(&inspector).unwrap();
        watcher.look(&inspector, NOTHING);
        let sampled_ns = watcher.processes.at_ns;
        assert!(sampled_ns > 0, "once");
        for number in 1..4 {
            let what = What::Stalled { pane: PaneId(1) };
            mapping.region().event_log.events.push(Event { at_ns: clock::now_ns(), what }.words());
            watcher.look(&inspector, NOTHING);
            assert_eq!(watcher.flow.marks().count(), number);
        }
        assert_eq!(watcher.memory.count, 1, "the first still");
        watcher.memory.step();
        watcher.look(&inspector, NOTHING);
        assert_eq!(watcher.memory.count, 2, "one was asked for");
        watcher.memory.set_live(true);
        watcher.look(&inspector, ShownParts { processes: false, ..ShownParts::ALL });
        assert_eq!(watcher.memory.count, 3);
        assert_eq!(watcher.processes.at_ns, sampled_ns);
    }
}
