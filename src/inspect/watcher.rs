//! All that the inspector sees, look by look: one for a window, a terminal and the lines of JSON.

use std::os::fd::AsFd;
use std::time::Duration;

use super::Inspector;
use super::aftermath::Aftermath;
use super::flow::Flow;
use super::laws::{Laws, TICKS_PER_LOOK};
use super::memory::{self, Memory};
use super::processes::{Processes, Sampler};
use crate::clock;
use crate::error::{self, Result};
use crate::snapshot::{Medians, Snapshot};

/// How often the processes are looked at: /proc costs more than a mapping.
const SAMPLE: Duration = Duration::from_secs(1);

/// What was seen at the last look, and what has to be remembered for the next.
#[derive(Debug)]
pub struct Watcher {
    /// Who has the ball.
    pub snapshot: Snapshot,
    /// The Region, word by word.
    pub memory: Memory,
    /// The processes; looked at once a second.
    pub processes: Processes,
    /// Where the ball was, when, and how it came there.
    pub flow: Flow,
    /// Whether the laws hold.
    pub laws: Laws,
    /// What came of the last deed.
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
            laws: Laws::new(court),
            aftermath: Aftermath::default(),
            sampler: Sampler::new(&inspector.setup),
            medians,
        };
        watcher.observe(inspector, clock::now_ns())?;
        Ok(watcher)
    }

    /// Looks again.
    pub fn look(&mut self, inspector: &Inspector) {
        let (region, court, now_ns) = (inspector.region(), &inspector.setup.court, clock::now_ns());
        self.snapshot = Snapshot::take(region, court, &mut self.medians);
        if let Err(error) = self.observe(inspector, now_ns) {
            // What could be read a moment ago: the last still stays.
            error::say(&format!("tripong: inspector: {error}"));
        }
        self.flow.follow(region, court);
        self.laws.look(region, now_ns, TICKS_PER_LOOK);
        self.aftermath.follow(region, court, now_ns);
        if now_ns - self.processes.at_ns >= clock::ns(SAMPLE) {
            self.processes = self.sampler.sample(region, now_ns);
        }
    }

    fn observe(&mut self, inspector: &Inspector, now_ns: u64) -> Result<()> {
        if self.memory.wants_still() {
            self.memory.observe(memory::read_words(inspector.memfd.as_fd())?, now_ns);
        }
        Ok(())
    }
}
