//! All that the inspector sees, sample by sample: one for a window, a terminal and the lines of JSON.

use std::os::fd::AsFd;
use std::time::Duration;

use super::aftermath::Aftermath;
use super::attached::Inspector;
use super::flow::Flow;
use super::invariants::{Invariants, TICKS_PER_LOOK};
use super::memory::{self, Memory};
use super::processes::{Processes, Sampler};
use crate::error::Result;
use crate::game::Court;
use crate::platform::clock;
use crate::platform::report_line;
use crate::protocol::snapshot::{Medians, Snapshot};

/// How often the processes are looked at: /proc costs more than a mapping.
const SAMPLE: Duration = Duration::from_secs(1);

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
    /// The processes; looked at once a second while they are shown.
    pub processes: Processes,
    /// Where the ball was, when, and how it came there.
    pub flow: Flow,
    /// Whether the invariants hold.
    pub invariants: Invariants,
    /// What came of the last action.
    pub aftermath: Aftermath,
    sampler: Sampler,
    medians: Medians,
}

impl Watcher {
    /// Looks for the first time.
    ///
    /// # Errors
    /// [`Error::System`](crate::error::Error::System) if the bytes of the Region cannot be read.
    pub fn new(inspector: &Inspector) -> Result<Self> {
        let court = inspector.setup.court;
        let mut medians = Medians::default();
        let mut watcher = Self {
            snapshot: Snapshot::take(inspector.region(), &court, &mut medians),
            memory: Memory::new(court),
            processes: Processes::default(),
            flow: Flow::default(),
            invariants: Invariants::new(court),
            aftermath: Aftermath::default(),
            sampler: Sampler::new(&inspector.setup),
            medians,
        };
        watcher.observe(inspector, clock::now_ns(), true)?;
        Ok(watcher)
    }

    /// Looks again, at what is shown.
    pub fn look(&mut self, inspector: &Inspector, shown: ShownParts) {
        let (region, court, now_ns) = (inspector.region(), &inspector.setup.court, clock::now_ns());
        self.snapshot = Snapshot::take(region, court, &mut self.medians);
        if let Err(error) = self.observe(inspector, now_ns, shown.memory) {
            // What could be read a moment ago: the last still stays.
            report_line(&format!("tripong: inspector: {error}"));
        }
        self.flow.follow(region, court);
        self.invariants.look(region, now_ns, TICKS_PER_LOOK);
        self.aftermath.follow(region, court, now_ns);
        // Once in any case: from then on there are rates.
        let is_wanted = shown.processes || self.processes.at_ns == 0;
        if is_wanted && now_ns - self.processes.at_ns >= clock::ns(SAMPLE) {
            self.processes = self.sampler.sample(region, now_ns);
        }
    }

    /// Looks at the ball and the paddles alone: all that a picture of the court needs.
    pub fn glance(&mut self, inspector: &Inspector) {
        self.snapshot = Snapshot::take(inspector.region(), &inspector.setup.court, &mut self.medians);
    }

    /// The line that is above every view.
    pub fn headline(&self, court: &Court) -> String {
        let snapshot = &self.snapshot;
        let whereabouts = match (snapshot.holder(), &snapshot.ball) {
            (_, None) => "The ball cannot be read.".to_owned(),
            (None, Some(_)) => "The ball rests: nobody has pressed Start.".to_owned(),
            (Some(holder), Some(ball)) => {
                let pid = snapshot.panes.get(holder.index()).map_or(0, |pane| pane.pid);
                let (name, epoch) = (court.pane_title(holder), snapshot.ownership.epoch);
                let (hop, transport) = (ball.hop, snapshot.transport);
                format!("The ball: {name}, pid {pid}. Epoch {epoch}, hop {hop}, by {transport}.")
            }
        };
        let invariants = if self.invariants.none_is_violated() {
            "The invariants hold."
        } else {
            "AN INVARIANT IS VIOLATED: see Invariants."
        };
        format!("{whereabouts} {invariants}")
    }

    fn observe(&mut self, inspector: &Inspector, now_ns: u64, is_shown: bool) -> Result<()> {
        if self.memory.wants_still(is_shown) {
            self.memory.observe(memory::read_bytes(inspector.memfd.as_fd())?, now_ns);
        }
        Ok(())
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
