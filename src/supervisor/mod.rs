//! The supervisor: watches the children, serves the ball when a pane asks for it, takes it back from the dead and the
//! frozen, starts panes again, and stops all in order.

mod bounds;
pub mod chaos;
mod inspection;
mod links;
pub mod report;
pub mod spawn;
mod stall;
mod succession;
mod take;

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::Signal;
use nix::sys::time::TimeSpec;

use crate::error::{Error, Result};
use crate::game::{Ball, PaneId};
use crate::platform::clock;
use crate::platform::say;
use crate::platform::signals::Signals;
use crate::platform::sync::Ordering;
use crate::protocol::doorbell::FdBell;
use crate::protocol::failpoint::Failpoint;
use crate::protocol::{Checkpoint, Counts, Event, Record, Region, Serve, Setup, Tenure, What};
use crate::shm::Mapping;
use crate::supervisor::report::children_cpu_ns;
use crate::supervisor::spawn::{Child, Spawner};

use bounds::{Budget, LastGood};
use inspection::Inspection;
use stall::StallWatch;

/// A child that has not attached after this will not.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// How often the supervisor looks at the Region when nobody rings: that it is sound, and what to go on from if not.
const LOOK: Duration = Duration::from_millis(500);
/// So often the Region is replaced within that time where panes may be restarted as often as it takes: a Region that is
/// overwritten again and again is never played on.
const MOST_REPLACEMENTS: (usize, Duration) = (20, Duration::from_secs(60));

/// How a game is supervised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The game is over after this.
    pub duration: Option<Duration>,
    /// The ball is taken from an owner that makes no progress for this long; None: never.
    pub stall: Option<Duration>,
    /// So many restarts within that time are tried; None: as many as it takes.
    pub restarts: Option<(usize, Duration)>,
    /// Tell on stderr what happened to a pane.
    pub tell: bool,
    /// Where the panes are to fail; for tests.
    pub failpoint: Option<Failpoint>,
}

/// Why a game is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The hops, the time, or the chaos that were asked for are done.
    Done,
    /// A user has closed a window.
    Left,
    /// A signal has asked for it.
    Signal(Signal),
}

/// What somebody who accompanies a game wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// To be called again then, at the latest.
    pub again_at: Option<Instant>,
    /// That the game ends.
    pub enough: bool,
}

/// A serve, and what was there before.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// The serve.
    pub serve: Serve,
    /// The ball as it was taken from its owner; None for the first serve.
    pub before: Option<Ball>,
}

/// What the supervisor has done in a game.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Every serve, the first one and every recall, in their order.
    pub serves: Vec<Served>,
    /// How often it has done what.
    pub counts: Counts,
}

/// The launcher's part of the game.
#[derive(Debug)]
pub struct Supervisor {
    setup: Setup,
    rules: Rules,
    memfd: OwnedFd,
    mapping: Mapping<Region>,
    spawner: Spawner,
    bell: Arc<FdBell>,
    signals: Signals,
    children: Vec<Child>,
    deaths: Budget,
    /// Per pane, how many presses of Start were served.
    serves_done: Vec<u64>,
    /// Per pane, when a broken link to its right neighbour was last made anew.
    links_mended: Vec<Option<Instant>>,
    tally: Tally,
    stalls: StallWatch,
    last_good: LastGood,
    begun: Instant,
    /// What children have used of the CPU that this process had before it became the launcher (a shell's, before `exec`).
    cpu_before_ns: u64,
    looked: Instant,
    replacements: Budget,
    /// What the game had come to when all children had ended.
    settled: Option<(Tenure, Record)>,
    /// Per pane, how many processes it has had, and the pid of the last one. What its card says of it anybody can have
    /// overwritten.
    processes: Vec<(u64, u32)>,
    /// How often a swap was about to be made; for tests.
    takes: u64,
    /// The inspector, and what it asks for.
    inspection: Inspection,
}

impl Supervisor {
    /// Creates the Region, in which `begin` writes what users want from the start, and has no children yet.
    ///
    /// # Errors
    /// [`Error::System`] if the Region or the signals cannot be had.
    pub fn new(
        setup: Setup,
        rules: Rules,
        bell: Arc<FdBell>,
        spawner: Spawner,
        begin: impl FnOnce(&Region),
    ) -> Result<Self> {
        let (memfd, mapping) = Mapping::create(&setup)?;
        // Before the first shadow is taken: a Region that is replaced at once is laid out from it.
        begin(mapping.region());
        let signals = Signals::listen()?;
        let panes = usize::from(setup.court.panes);
        let (serves_done, processes) = (vec![0; panes], vec![(0, 0); panes]);
        let links_mended = vec![None; panes];
        let stalls = StallWatch::new(rules.stall, Instant::now());
        let checkpoint = Checkpoint::of(mapping.region(), &setup.court);
        let checkpoint =
            checkpoint.ok_or_else(|| Error::RuleViolated("a new Region has no ball".to_owned()))?;
        let (children, tally) = Default::default();
        let deaths = Budget::new(rules.restarts);
        let (looked, takes) = (Instant::now(), 0);
        let last_good = LastGood { checkpoint, tally: Tally::default(), at: looked };
        let replacements = Budget::new(rules.restarts.or(Some(MOST_REPLACEMENTS)));
        let inspection = Inspection::new(&setup.court);
        Ok(Self {
            setup,
            rules,
            memfd,
            mapping,
            spawner,
            bell,
            signals,
            children,
            deaths,
            serves_done,
            links_mended,
            tally,
            stalls,
            last_good,
            begun: looked,
            cpu_before_ns: children_cpu_ns(),
            looked,
            replacements,
            settled: None,
            processes,
            takes,
            inspection,
        })
    }

    /// The shared bytes, as they are now.
    #[must_use]
    pub fn region(&self) -> &Region {
        self.mapping.region()
    }

    /// Wakes every pane, whatever it sleeps on.
    fn alarm_all(&self) {
        self.region().alarm_all(self.spawner.bells());
    }

    /// What the game is.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The ball as it is now; None if it cannot be read.
    #[must_use]
    pub fn ball(&self) -> Option<Ball> {
        let tenure = self.region().baton.look()?;
        self.region().ball(tenure, &self.setup.court).ok().map(|record| record.ball)
    }

    /// What was done so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Nanoseconds since the supervision began.
    #[must_use]
    pub fn age_ns(&self) -> u64 {
        clock::ns(self.begun.elapsed())
    }

    /// What the game has come to; None if it has not been brought to its end, or nothing could be read.
    #[must_use]
    pub fn settled(&self) -> Option<(Tenure, Record)> {
        self.settled
    }

    /// How many processes a pane has had, and the pid of the last one.
    #[must_use]
    pub fn process(&self, pane: PaneId) -> (u64, u32) {
        self.processes[pane.index()]
    }

    /// The CPU time of all processes of panes that have ended, in nanoseconds.
    #[must_use]
    pub fn panes_cpu_ns(&self) -> u64 {
        children_cpu_ns().saturating_sub(self.cpu_before_ns + self.inspection.cpu_ns())
    }

    /// The next signal that asks for an end and was not yet taken.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        self.signals.take()
    }

    /// The signals themselves, for what waits for something else as well.
    pub fn signals(&self) -> &Signals {
        &self.signals
    }

    /// The process that plays a pane, if there is one now.
    #[must_use]
    pub fn child(&self, pane: PaneId) -> Option<&Child> {
        self.children.iter().find(|child| child.pane == pane)
    }

    /// Whether the pane's present process has attached.
    #[must_use]
    pub fn is_ready(&self, pane: PaneId) -> bool {
        self.region().pane(pane).card.ready.load(Ordering::Acquire) == 1
    }

    /// Watches until the game is over. After every look at the game, `companion` is called.
    ///
    /// # Errors
    /// A pane cannot start, or dies too often; the Region cannot be had again; the companion's own.
    pub fn watch(&mut self, companion: &mut dyn FnMut(&Self) -> Result<Wish>) -> Result<Ending> {
        let start_by = Instant::now() + START_PATIENCE;
        let mut end_by = None;
        let mut again_at = None;
        loop {
            let starting = end_by.is_none().then_some(start_by);
            let next_look = Some(self.looked + LOOK);
            let wake_at = [end_by, starting, again_at, next_look, self.stalls.next_look()];
            self.sleep(wake_at.into_iter().flatten().min())?;
            if let Some(signal) = self.signals.take() {
                self.look_at_the_region()?;
                return Ok(Ending::Signal(signal));
            }
            if let Some(ending) = self.bury_the_dead()? {
                return Ok(ending);
            }
            if end_by.is_none() && self.setup.court.all_panes().all(|pane| self.is_ready(pane)) {
                end_by = Some(self.end());
            }
            if end_by.is_some() {
                self.begin()?;
            }
            self.answer_requests()?;
            self.answer_requests_for_links()?;
            self.look_after_the_inspector()?;
            self.look_after_the_frozen()?;
            self.look_after_the_region()?;
            let wish = companion(self)?;
            again_at = wish.again_at;
            let now = Instant::now();
            let is_done = wish.enough || self.goal_is_reached() || end_by.is_some_and(|end| now >= end);
            // Garbage that came since the last look must not end up in the report.
            if is_done && self.look_at_the_region()? {
                return Ok(Ending::Done);
            }
            if end_by.is_none() && now >= start_by {
                let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
                return Err(Error::system("see all panes attached within 30 s")(late));
            }
        }
    }

    /// When the game that begins now is over. A duration beyond all bounds is as good as a hundred years.
    fn end(&self) -> Instant {
        let now = Instant::now();
        let far = now + Duration::from_secs(100 * 365 * 24 * 3600);
        self.rules.duration.and_then(|duration| now.checked_add(duration)).unwrap_or(far)
    }

    /// Without windows there is nobody to press Start.
    fn begin(&mut self) -> Result<()> {
        let rests = self.region().baton.look() == Some(Tenure::REST);
        if rests && !self.setup.windows { self.serve(self.setup.court.middle()) } else { Ok(()) }
    }

    /// Serves from every pane whose user has pressed Start since. Without windows nobody can have.
    fn answer_requests(&mut self) -> Result<()> {
        if !self.setup.windows {
            return Ok(());
        }
        for pane in self.setup.court.all_panes() {
            let asked = self.region().pane(pane).card.serves_asked.load(Ordering::Acquire);
            if asked != self.serves_done[pane.index()] {
                self.serves_done[pane.index()] = asked;
                self.serve(pane)?;
            }
        }
        Ok(())
    }

    fn goal_is_reached(&self) -> bool {
        let Some(goal) = self.setup.goal_hops else { return false };
        self.ball().is_some_and(|ball| ball.hop >= goal)
    }

    /// Sleeps until a child ends, a pane or a signal rings, or the time has come. What has rung is forgotten: call it before
    /// looking at what is announced.
    fn sleep(&self, until: Option<Instant>) -> Result<()> {
        let fds = [self.bell.as_fd(), self.signals.as_fd()].into_iter();
        let fds = fds.chain(self.children.iter().map(|child| child.process.pidfd.as_fd()));
        let fds = fds.chain(self.inspection.pidfd());
        let mut fds: Vec<_> = fds.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
        let nap = until.map(|until| until.saturating_duration_since(Instant::now()));
        match ppoll(&mut fds, nap.map(TimeSpec::from), None) {
            Ok(_) => {
                // Only then: a pane shares the eventfd, and may have made it one that is waited for.
                if fds[0].any() == Some(true) {
                    self.bell.hush();
                }
                Ok(())
            }
            Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(Error::system("wait for the children (ppoll)")(errno)),
        }
    }

    /// Writes down what has happened, and how often it has by now.
    fn note(&self, what: What) {
        let journal = &self.region().journal;
        journal.set_counts(&self.tally.counts);
        journal.events.push(Event { at_ns: clock::now_ns(), what }.words());
    }

    /// The game goes on, but its user should know why it jerked.
    fn tell(&self, news: &str) {
        if self.rules.tell {
            say(&format!("tripong: {news}"));
        }
    }
}
