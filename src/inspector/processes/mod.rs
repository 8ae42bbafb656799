//! The processes of a game, as the kernel shows them in /proc: what each is doing, what it costs, what it has open.
//!
//! A process is looked at through one open directory for as long as it lives, so that a pid which is given to somebody
//! else meanwhile is never taken for it. What the Region says is only believed where /proc says the same: the pid on a
//! card may be that of a process that is long dead.

mod fds;
mod meter;
mod state;

use procfs::process::Process as Proc;
use serde::Serialize;

use crate::game::{Court, PaneId};
use crate::platform::sync::{Ordering, Rights};
use crate::protocol::{Owner, Region, Setup};

pub use fds::{Access, Fd, Kind};
use fds::{Holder, RawFd, SocketTypes};
use meter::Meter;
pub use meter::Usage;
use state::{Bearing, Worker};
pub use state::{Call, On, State};

/// What a process is in the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The supervisor of all others.
    Launcher,
    /// It plays this pane.
    Pane(PaneId),
    /// It looks at the others.
    Inspector,
}

impl Role {
    fn with_article(self, court: &Court) -> String {
        match self {
            Self::Launcher => "the launcher".to_owned(),
            Self::Pane(pane) => format!("the {} pane", court.name(pane)),
            Self::Inspector => "the inspector".to_owned(),
        }
    }

    /// The pane that it plays.
    #[must_use]
    pub fn pane(self) -> Option<PaneId> {
        if let Self::Pane(pane) = self { Some(pane) } else { None }
    }
}

/// A process of the game.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Process {
    /// What it is in the game.
    pub role: Role,
    /// The same for people: "launcher", "left pane".
    pub name: String,
    /// Its process id; 0 if there has not been one yet.
    pub pid: u32,
    /// Which process of its pane it is, from 1; None for the others.
    pub incarnation: Option<u64>,
    /// What it is doing.
    pub state: State,
    /// What it costs; None if it is dead.
    pub usage: Option<Usage>,
    /// What it has open, in the order of the numbers.
    pub fds: Vec<Fd>,
}

/// All processes of a game at one moment: the launcher, the panes from the left, the inspector.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Processes {
    /// When, by the clock of the one who asked, in nanoseconds.
    pub at_ns: u64,
    /// In their order.
    pub all: Vec<Process>,
}

impl Processes {
    /// The process of a pane.
    #[must_use]
    pub fn pane(&self, pane: PaneId) -> Option<&Process> {
        self.all.iter().find(|process| process.role == Role::Pane(pane))
    }
}

/// Looks at the processes of a game again and again. Five of them, with windows, cost about 2 ms of CPU a time, and every
/// other second about 10 ms more for their PSS.
#[derive(Debug)]
pub struct Sampler {
    court: Court,
    launcher_pid: u32,
    subjects: Vec<Subject>,
    sockets: SocketTypes,
}

/// One of the processes that are looked at, or one after the other in the same role.
#[derive(Debug)]
struct Subject {
    role: Role,
    identity: Identity,
    /// Its directory in /proc. It never becomes that of another process.
    proc: Option<Proc>,
    meter: Meter,
    progress: Progress,
}

/// Which process it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Identity {
    pid: u32,
    incarnation: u64,
    is_ready: bool,
}

/// What a worker does with every tick, or with every look at the baton; and since when it has not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Progress {
    steps: u64,
    since_ns: u64,
}

/// Who has made no step for so long while a tick seemed to be due is not about to. 60 ticks.
const STANDSTILL_NS: u64 = 250_000_000;

impl Sampler {
    /// For this game, from the process that calls it.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let panes = setup.court.all_panes().map(Role::Pane);
        let roles = [Role::Launcher].into_iter().chain(panes).chain([Role::Inspector]);
        let subject = |role| Subject {
            role,
            identity: Identity::default(),
            proc: None,
            meter: Meter::default(),
            progress: Progress::default(),
        };
        let subjects = roles.map(subject).collect();
        Self {
            court: setup.court,
            launcher_pid: setup.launcher_pid,
            subjects,
            sockets: SocketTypes::default(),
        }
    }

    /// Looks at all of them. `now_ns` is a clock in nanoseconds that only goes forward; rates are over the time since
    /// the last look.
    pub fn sample(&mut self, region: &Region<impl Rights>, now_ns: u64) -> Processes {
        let (court, launcher_pid) = (self.court, self.launcher_pid);
        let looks: Vec<_> = self
            .subjects
            .iter_mut()
            .map(|subject| subject.look(region, &court, launcher_pid, now_ns))
            .collect();
        let (mut all, holders): (Vec<_>, Vec<_>) = looks.into_iter().unzip();
        let fds = fds::explain(&holders, &court, &mut self.sockets);
        all.iter_mut().zip(fds).for_each(|(process, fds): (&mut Process, _)| process.fds = fds);
        Processes { at_ns: now_ns, all }
    }
}

impl Subject {
    fn look(
        &mut self,
        region: &Region<impl Rights>,
        court: &Court,
        launcher_pid: u32,
        now_ns: u64,
    ) -> (Process, Holder) {
        self.identify(region, launcher_pid);
        let worker = self.worker(region, now_ns);
        let is_ready = self.identity.is_ready;
        let gone = if is_ready { State::Gone } else { State::Starting };
        let (state, usage, fds) = match self.proc.as_ref().and_then(|proc| Some((proc, proc.stat().ok()?))) {
            None => (gone, None, Vec::new()),
            Some((proc, stat)) => {
                let threads = meter::threads(proc);
                let state = State::of(proc, stat.state, threads.worker(), worker);
                let is_dead = matches!(state, State::Zombie | State::Gone);
                let usage = (!is_dead).then(|| self.meter.read(proc, &stat, &threads, now_ns));
                let fds: Vec<RawFd> = if is_dead { Vec::new() } else { fds::list(proc) };
                (state, usage, fds)
            }
        };
        let Identity { pid, incarnation, .. } = self.identity;
        let role = self.role;
        let name = role.with_article(court).trim_start_matches("the ").to_owned();
        let incarnation = role.pane().map(|_| incarnation);
        let process = Process { role, name, pid, incarnation, state, usage, fds: Vec::new() };
        (process, Holder { role, pid, fds })
    }

    /// Finds out which process it is now. Another one is counted from nothing.
    fn identify(&mut self, region: &Region<impl Rights>, launcher_pid: u32) {
        let others = |pid| Identity { pid, incarnation: 0, is_ready: true };
        let identity = match self.role {
            Role::Launcher => others(launcher_pid),
            Role::Inspector => others(std::process::id()),
            Role::Pane(pane) => Identity::on_card(region, pane),
        };
        if identity != self.identity {
            (self.identity, self.proc) = (identity, None);
            (self.meter, self.progress) = (Meter::default(), Progress::default());
        }
        if self.proc.is_none() {
            let proc = Proc::new(self.identity.pid.cast_signed()).ok();
            self.proc =
                proc.filter(|proc| self.role.pane().is_none_or(|pane| is_of(proc, pane, launcher_pid)));
        }
    }

    fn worker(&mut self, region: &Region<impl Rights>, now_ns: u64) -> Worker {
        let pane = match self.role {
            Role::Pane(pane) => pane,
            Role::Launcher => return Worker::Launcher,
            Role::Inspector => return Worker::Other,
        };
        let slot = region.pane(pane);
        let steps = slot.writes().wrapping_add(slot.card.looks.load(Ordering::Relaxed));
        if steps != self.progress.steps || self.progress.since_ns == 0 {
            self.progress = Progress { steps, since_ns: now_ns };
        }
        Worker::Pane(Bearing {
            bell: region.bell(pane).state(),
            has_ball: region.baton.look().is_some_and(|tenure| tenure.holder == Owner::Pane(pane)),
            stands_still: now_ns.saturating_sub(self.progress.since_ns) >= STANDSTILL_NS,
        })
    }
}

impl Identity {
    /// As the card of a pane has it.
    fn on_card(region: &Region<impl Rights>, pane: PaneId) -> Self {
        let card = &region.pane(pane).card;
        // Acquire: who is seen ready has signed before. A card that changes meanwhile is read right at the next look.
        let is_ready = card.ready.load(Ordering::Acquire) == 1;
        let pid = u32::try_from(card.pid.load(Ordering::Relaxed)).unwrap_or(0);
        Self { pid, incarnation: card.incarnation.load(Ordering::Relaxed), is_ready }
    }
}

/// Whether it is the process of this pane of this game, and not somebody who was given its pid later.
fn is_of(proc: &Proc, pane: PaneId, launcher_pid: u32) -> bool {
    let Ok(stat) = proc.stat() else { return false };
    if u32::try_from(stat.ppid) != Ok(launcher_pid) {
        return false;
    }
    if stat.state == 'Z' {
        // A zombie has no command line any more. It has kept its name.
        return stat.comm == format!("tripong:{}", pane.0);
    }
    let role = format!("pane:{}", pane.0);
    proc.cmdline().is_ok_and(|arguments| arguments.contains(&role))
}
