//! What the supervisor knows and has done, which all of its parts share.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::happening::{Happened, Happening, Happenings, Served};
use super::inspection::Inspection;
use super::policy::{Budget, SupervisionPolicy};
use super::stall::StallWatch;
use crate::error::{Error, Result};
use crate::game::{Ball, PaneId};
use crate::platform::signals::Signals;
use crate::platform::sync::Ordering;
use crate::platform::terminal::{LentTerminal, StopRequests};
use crate::platform::{clock, report_line};
use crate::protocol::doorbell::FdBell;
use crate::protocol::{Checkpoint, Counts, Event, GameSettings, Ownership, Record, Region, Setup, What};
use crate::shm::Mapping;
use crate::supervisor::spawn::{Child, Spawner, children_cpu_ns};

/// So often the Region is replaced within that time where panes may be restarted as often as it takes: a Region that is
/// overwritten again and again is never played on.
const MOST_REPLACEMENTS: (usize, Duration) = (20, Duration::from_secs(60));

/// What is known of a pane, whichever process plays it.
#[derive(Debug, Clone, Default)]
pub(super) struct Pane {
    /// How many processes it has had, and the pid of the last one. Anybody can have overwritten its
    /// process status.
    pub(super) processes: u64,
    pub(super) last_pid: u32,
    /// How many presses of Start were served.
    pub(super) serves_done: u64,
    /// When a broken link to its right neighbour was last made anew.
    pub(super) link_repaired: Option<Instant>,
}

/// What the supervisor has done in a game.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Every serve, the first one and every recall, in their order.
    pub serves: Vec<Served>,
    /// How often it has done what.
    pub counts: Counts,
}

/// The last good checkpoint, from which a Region is laid out anew. Private: no child can reach it.
#[derive(Debug)]
pub(super) struct LastGood {
    pub(super) checkpoint: Checkpoint,
    /// What had been done by then.
    pub(super) tally: Tally,
    /// When it was taken.
    pub(super) at: Instant,
}

/// The launcher's part of the game.
#[derive(Debug)]
pub struct Supervisor {
    pub(super) setup: Setup,
    pub(super) policy: SupervisionPolicy,
    pub(super) memfd: OwnedFd,
    pub(super) mapping: Mapping<Region>,
    pub(super) spawner: Spawner,
    pub(super) bell: Arc<FdBell>,
    /// The signals that ask for an end.
    pub signals: Signals,
    pub(super) panes: Vec<Pane>,
    pub(super) children: Vec<Child>,
    pub(super) deaths: Budget,
    /// What was done so far.
    pub tally: Tally,
    pub(super) stalls: StallWatch,
    pub(super) last_good: LastGood,
    pub(super) looked: Instant,
    pub(super) replacements: Budget,
    pub(super) begun: Instant,
    /// What children have used of the CPU that this process had before it became the launcher (a shell's, before `exec`).
    cpu_before_ns: u64,
    /// What the game had come to when all children had ended; None before, or if nothing could be read.
    pub(super) settled: Option<(Ownership, Record)>,
    /// How often a swap was about to be made; for tests.
    pub(super) reclaims: u64,
    /// The inspector, and what it asks for.
    pub(super) inspection: Inspection,
    /// Of a game on a terminal: when its job is to stop.
    pub(super) job: Option<StopRequests>,
    /// The same: the terminal as it was before.
    pub(super) terminal: Option<LentTerminal>,
    /// It was reported that the windows do not stand in order.
    pub(super) reported_lost_order: bool,
    /// What a recording has not yet taken.
    pub(super) happenings: Happenings,
}

impl Supervisor {
    /// Creates the Region, in which the game begins with `settings`, and has no children yet.
    ///
    /// # Errors
    /// [`Error::System`] if the Region or the signals cannot be had.
    pub fn new(
        setup: Setup,
        policy: SupervisionPolicy,
        bell: Arc<FdBell>,
        spawner: Spawner,
        settings: &GameSettings,
    ) -> Result<Self> {
        let (memfd, mapping) = Mapping::create(&setup)?;
        // Before the first checkpoint is taken: a Region that is replaced at once is laid out from it.
        mapping.region().set_settings(settings);
        let checkpoint = Checkpoint::of(mapping.region(), &setup.court)
            .ok_or_else(|| Error::RuleViolated("a new Region has no ball".to_owned()))?;
        let begun = Instant::now();
        Ok(Self {
            memfd,
            mapping,
            spawner,
            bell,
            signals: Signals::listen()?,
            panes: vec![Pane::default(); usize::from(setup.court.panes)],
            children: Vec::new(),
            deaths: Budget::new(policy.restarts),
            tally: Tally::default(),
            stalls: StallWatch::new(policy.stall, begun),
            last_good: LastGood { checkpoint, tally: Tally::default(), at: begun },
            looked: begun,
            replacements: Budget::new(policy.restarts.or(Some(MOST_REPLACEMENTS))),
            begun,
            cpu_before_ns: children_cpu_ns(),
            settled: None,
            reclaims: 0,
            inspection: Inspection::new(&setup.court),
            job: None,
            terminal: None,
            reported_lost_order: false,
            happenings: Happenings::default(),
            setup,
            policy,
        })
    }

    /// The shared bytes, as they are now.
    pub fn region(&self) -> &Region {
        self.mapping.region()
    }

    /// Wakes every pane, whatever it sleeps on.
    pub(super) fn wake_all(&self) {
        self.region().wake_all(&self.spawner.bells);
    }

    /// The ball as it is now; None if it cannot be read.
    pub fn ball(&self) -> Option<Ball> {
        let ownership = self.region().baton.look()?;
        self.region().ball(ownership, &self.setup.court).ok().map(|record| record.ball)
    }

    /// What the game had come to when all children had ended; None before, or if nothing could be read.
    pub fn settled(&self) -> Option<(Ownership, Record)> {
        self.settled
    }

    /// How many processes a pane has had, and the pid of the last one.
    pub fn process(&self, pane: PaneId) -> (u64, u32) {
        let Pane { processes, last_pid, .. } = self.panes[pane.index()];
        (processes, last_pid)
    }

    /// The CPU time of all processes of panes that have ended, in nanoseconds.
    pub fn panes_cpu_ns(&self) -> u64 {
        children_cpu_ns().saturating_sub(self.cpu_before_ns + self.inspection.cpu_ns)
    }

    /// The process that plays a pane, if there is one now.
    pub fn child(&self, pane: PaneId) -> Option<&Child> {
        self.children.iter().find(|child| child.pane == pane)
    }

    /// What kind of game it is.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Whether the pane's present process has attached.
    pub fn is_ready(&self, pane: PaneId) -> bool {
        self.region().pane(pane).status.ready.load(Ordering::Acquire) == 1
    }

    /// Writes down what has happened, and how often it has by now. Windows show it at once.
    pub fn note(&self, what: What) {
        let event_log = &self.region().event_log;
        event_log.set_counts(&self.tally.counts);
        event_log.events.push(Event { at_ns: clock::now_ns(), what }.words());
        if self.setup.windows {
            self.wake_all();
        }
    }

    /// The game goes on, but its user should know why it jerked.
    pub(super) fn report(&self, news: &str) {
        if self.policy.reports {
            report_line(&format!("tripong: {news}"));
        }
    }

    /// From now on what happens is kept until it is taken; or, not any more.
    pub fn keep_happenings(&self, keeps: bool) {
        self.happenings.keep(keeps);
    }

    /// Whether something has happened that was not yet taken.
    pub fn has_happenings(&self) -> bool {
        self.happenings.are_there()
    }

    /// What has happened since this was called last, in its order. Asks the kernel which processes were stopped and continued.
    pub fn take_happenings(&self) -> Vec<Happening> {
        self.note_stops();
        self.happenings.take()
    }

    /// Which processes were stopped and continued since, as far as somebody wants to know.
    pub(super) fn note_stops(&self) {
        if self.happenings.are_kept() {
            self.children.iter().for_each(|child| {
                let stops = child.process.stops().into_iter();
                let what = |is_stop| if is_stop { Happened::Frozen } else { Happened::Continued };
                stops.for_each(|is_stop| self.happenings.add(what(is_stop)(child.pane)));
            });
        }
    }
}
