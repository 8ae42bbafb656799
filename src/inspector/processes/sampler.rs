//! Looks at the processes again and again.

use procfs::process::Process as Proc;

use super::fds::{self, RawFd, SocketTypes};
use super::meaning::{self, Holder};
use super::meter::{self, Meter};
use super::process::{ProcessInfo, ProcessRole, Processes};
use super::state::{Bearing, ProcessState, Worker};
use crate::game::{Court, PaneId};
use crate::platform::sync::{Ordering, Rights};
use crate::protocol::{Owner, Region, Setup};

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
    role: ProcessRole,
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

/// What a worker does with every tick, or whenever it reads the baton; and since when it has not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Progress {
    steps: u64,
    since_ns: u64,
}

impl Sampler {
    /// For this game, from the process that calls it.
    pub fn new(setup: &Setup) -> Self {
        let Setup { court, launcher_pid, .. } = *setup;
        let panes = court.all_panes().map(ProcessRole::Pane);
        let roles = [ProcessRole::Launcher].into_iter().chain(panes).chain([ProcessRole::Inspector]);
        let subject = |role| {
            let (identity, meter, progress) = Default::default();
            Subject { role, identity, proc: None, meter, progress }
        };
        Self { court, launcher_pid, subjects: roles.map(subject).collect(), sockets: SocketTypes::default() }
    }

    /// Looks at all of them. `now_ns` is a clock in nanoseconds that only goes forward; rates are over the time since
    /// the last sample.
    pub fn sample(&mut self, region: &Region<impl Rights>, now_ns: u64) -> Processes {
        let (court, launcher_pid) = (self.court, self.launcher_pid);
        let look = |subject: &mut Subject| subject.look(region, &court, launcher_pid, now_ns);
        let (mut all, holders): (Vec<_>, Vec<_>) = self.subjects.iter_mut().map(look).unzip();
        let fds = meaning::explain(&holders, &court, &mut self.sockets);
        all.iter_mut().zip(fds).for_each(|(process, fds): (&mut ProcessInfo, _)| process.fds = fds);
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
    ) -> (ProcessInfo, Holder) {
        self.identify(region, launcher_pid);
        let worker = self.worker(region, now_ns);
        let is_ready = self.identity.is_ready;
        let gone = if is_ready { ProcessState::Gone } else { ProcessState::Starting };
        let (state, usage, fds) = match self.proc.as_ref().and_then(|proc| Some((proc, proc.stat().ok()?))) {
            None => (gone, None, Vec::new()),
            Some((proc, stat)) => {
                let threads = meter::threads(proc);
                let state = ProcessState::of(proc, stat.state, threads.worker(), worker);
                let is_dead = matches!(state, ProcessState::Zombie | ProcessState::Gone);
                let usage = (!is_dead).then(|| self.meter.read(proc, &stat, &threads, now_ns));
                let fds: Vec<RawFd> = if is_dead { Vec::new() } else { fds::list(proc) };
                (state, usage, fds)
            }
        };
        let Identity { pid, incarnation, .. } = self.identity;
        let role = self.role;
        let name = role.with_article(court).trim_start_matches("the ").to_owned();
        let incarnation = role.pane().map(|_| incarnation);
        let process = ProcessInfo { role, name, pid, incarnation, state, usage, fds: Vec::new() };
        (process, Holder { role, pid, fds })
    }

    /// Finds out which process it is now. Another one is counted from nothing.
    fn identify(&mut self, region: &Region<impl Rights>, launcher_pid: u32) {
        let others = |pid| Identity { pid, incarnation: 0, is_ready: true };
        let identity = match self.role {
            ProcessRole::Launcher => others(launcher_pid),
            ProcessRole::Inspector => others(std::process::id()),
            ProcessRole::Pane(pane) => Identity::on_status(region, pane),
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
            ProcessRole::Pane(pane) => pane,
            ProcessRole::Launcher => return Worker::Launcher,
            ProcessRole::Inspector => return Worker::Other,
        };
        let slot = region.pane(pane);
        let steps = slot.writes().wrapping_add(slot.status.heartbeats.load(Ordering::Relaxed));
        if steps != self.progress.steps || self.progress.since_ns == 0 {
            self.progress = Progress { steps, since_ns: now_ns };
        }
        Worker::Pane(Bearing {
            bell: region.bell(pane).state(),
            has_ball: region.baton.look().is_some_and(|ownership| ownership.holder == Owner::Pane(pane)),
            idle_ns: now_ns.saturating_sub(self.progress.since_ns),
        })
    }
}

impl Identity {
    /// As the process status of a pane has it.
    fn on_status(region: &Region<impl Rights>, pane: PaneId) -> Self {
        let status = &region.pane(pane).status;
        // Acquire: a process that is seen ready has written the rest before. A status that changes meanwhile is read
        // right at the next sample.
        let is_ready = status.ready.load(Ordering::Acquire) == 1;
        let pid = u32::try_from(status.pid.load(Ordering::Relaxed)).unwrap_or(0);
        Self { pid, incarnation: status.incarnation.load(Ordering::Relaxed), is_ready }
    }
}

/// Whether it is the process of this pane of this game, and not another one that was given its pid later.
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
