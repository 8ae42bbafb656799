//! Looks at the processes again and again.

use procfs::process::Process as Proc;

use super::fds::{self, SocketTypes};
use super::meaning::{self, Holder};
use super::meter::{self, Meter};
use super::process::{ProcessInfo, ProcessRole, Processes};
use super::state::{Bearing, ProcessState, Worker};
use crate::game::{Court, PaneId};
use crate::inspector::moment::Moment;
use crate::platform::sync::{Ordering, Rights};
use crate::protocol::{Owner, Ownership, Region, Setup};

/// Looks at the processes of a game again and again. Five of them, with windows, cost about 2 ms of CPU a sample, and every
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
    /// Its thread that manages the ball, once that was found.
    worker: Option<i32>,
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
            Subject { role, identity, proc: None, worker: None, meter, progress }
        };
        Self { court, launcher_pid, subjects: roles.map(subject).collect(), sockets: SocketTypes::default() }
    }

    /// Measures all of them, and looks at what they are doing. `now_ns` is a clock in nanoseconds that only goes forward; rates are
    /// over the time since the last sample.
    pub fn sample(&mut self, region: &Region<impl Rights>, now_ns: u64) -> Processes {
        let mut processes = self.measure(region, now_ns);
        self.look(region, now_ns, &mut processes);
        processes
    }

    /// What the processes cost and what they have open, but not yet what they are doing.
    pub(in crate::inspector) fn measure(&mut self, region: &Region<impl Rights>, now_ns: u64) -> Processes {
        let (court, launcher_pid) = (self.court, self.launcher_pid);
        let measure = |subject: &mut Subject| {
            subject.identify(region, launcher_pid);
            subject.measure(&court, now_ns)
        };
        let (mut all, holders): (Vec<_>, Vec<_>) = self.subjects.iter_mut().map(measure).unzip();
        let fds = meaning::explain(&holders, &court, &mut self.sockets);
        all.iter_mut().zip(fds).for_each(|(process, fds): (&mut ProcessInfo, _)| process.fds = fds);
        Processes { at_ns: now_ns, moment: Moment::default(), all }
    }

    /// What the processes are doing, and who has the ball then. What they cost stays as it was measured. Cheap enough to be done
    /// after every hop, and again where the ball was handed over meanwhile: two or three files of /proc each.
    pub(in crate::inspector) fn look(
        &mut self,
        region: &Region<impl Rights>,
        now_ns: u64,
        processes: &mut Processes,
    ) {
        let ownership = region.baton.look();
        for (subject, process) in self.subjects.iter_mut().zip(&mut processes.all) {
            if subject.identify(region, self.launcher_pid) {
                (process.usage, process.fds) = (None, Vec::new());
            }
            process.state = subject.state(region, ownership, now_ns);
            subject.name(process);
            if !process.state.is_alive() {
                (process.usage, process.fds) = (None, Vec::new());
            }
        }
        let moment = Moment::read(region, &self.court, ownership);
        // Epochs are never used twice: if it is the same, nothing has changed in between.
        processes.moment = Moment { is_one_moment: region.baton.look() == ownership, ..moment };
    }
}

impl Subject {
    /// What the process costs and has open. It is the one that was identified.
    fn measure(&mut self, court: &Court, now_ns: u64) -> (ProcessInfo, Holder) {
        let (mut usage, mut fds) = (None, Vec::new());
        let proc = self.proc.as_ref();
        if let Some((proc, stat)) = proc.and_then(|proc| Some((proc, proc.stat().ok()?)))
            && !is_dead(stat.state)
        {
            let threads = meter::threads(proc);
            self.worker = threads.worker().map(|task| task.tid);
            usage = Some(self.meter.read(proc, &stat, &threads, now_ns));
            fds = fds::list(proc);
        }
        let (role, state) = (self.role, ProcessState::Starting);
        let name = role.with_article(court).trim_start_matches("the ").to_owned();
        let mut process =
            ProcessInfo { role, name, pid: 0, incarnation: None, state, usage, fds: Vec::new() };
        self.name(&mut process);
        (process, Holder { role, pid: self.identity.pid, fds })
    }

    /// Which process it is.
    fn name(&self, process: &mut ProcessInfo) {
        process.pid = self.identity.pid;
        process.incarnation = self.role.pane().map(|_| self.identity.incarnation);
    }

    /// What it is doing, while this ownership lasts.
    fn state(
        &mut self,
        region: &Region<impl Rights>,
        ownership: Option<Ownership>,
        now_ns: u64,
    ) -> ProcessState {
        // Before its state: what has the ball in its hands now, no longer waits for it then.
        let worker = self.worker(region, ownership, now_ns);
        let gone = if self.identity.is_ready { ProcessState::Gone } else { ProcessState::Starting };
        let Some((proc, stat)) = self.proc.as_ref().and_then(|proc| Some((proc, proc.stat().ok()?))) else {
            return gone;
        };
        let task = self.worker.and_then(|tid| proc.task_from_tid(tid).ok());
        let task = task.or_else(|| {
            let task = meter::threads(proc).into_worker()?;
            self.worker = Some(task.tid);
            Some(task)
        });
        ProcessState::of(proc, stat.state, task.as_ref(), worker)
    }

    /// Finds out which process it is now. Another one is counted from nothing: then it is true.
    fn identify(&mut self, region: &Region<impl Rights>, launcher_pid: u32) -> bool {
        let others = |pid| Identity { pid, incarnation: 0, is_ready: true };
        let identity = match self.role {
            ProcessRole::Launcher => others(launcher_pid),
            ProcessRole::Inspector => others(std::process::id()),
            ProcessRole::Pane(pane) => Identity::on_status(region, pane),
        };
        let is_another = identity != self.identity;
        if is_another {
            (self.identity, self.proc, self.worker) = (identity, None, None);
            (self.meter, self.progress) = (Meter::default(), Progress::default());
        }
        if self.proc.is_none() {
            let proc = Proc::new(self.identity.pid.cast_signed()).ok();
            self.proc =
                proc.filter(|proc| self.role.pane().is_none_or(|pane| is_of(proc, pane, launcher_pid)));
        }
        is_another
    }

    fn worker(&mut self, region: &Region<impl Rights>, ownership: Option<Ownership>, now_ns: u64) -> Worker {
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
            has_ball: ownership.is_some_and(|ownership| ownership.holder == Owner::Pane(pane)),
            has_received: ownership.is_some_and(|ownership| region.has_received(ownership)),
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

/// A zombie, or less.
fn is_dead(letter: char) -> bool {
    matches!(letter, 'Z' | 'X')
}

/// Whether it is the process of this pane of this game, and not another one that was given its pid later.
fn is_of(proc: &Proc, pane: PaneId, launcher_pid: u32) -> bool {
    let Ok(stat) = proc.stat() else { return false };
    if u32::try_from(stat.ppid) != Ok(launcher_pid) {
        return false;
    }
    if stat.state == 'Z' {
        // A zombie has no command line any more. It has kept its name.
        return stat.comm == format!("tripong:{}", pane.number());
    }
    let role = format!("pane:{}", pane.number());
    proc.cmdline().is_ok_and(|arguments| arguments.contains(&role))
}
