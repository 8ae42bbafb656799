//! The supervisor: watches the children, serves the ball when a pane asks for it, and stops all in order.

use std::fmt;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};

use crate::clock;
use crate::court::{Paddle, PaneId};
use crate::doorbell::SupervisorBell;
use crate::error::{Error, Result, exit};
use crate::protocol::{Garbage, Owner, Phase, Record, Region, Setup, Tenure};
use crate::signals::Signals;
use crate::sync::Ordering;

/// A child that has not attached after this will not.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// A child that was told to leave and has not after this is killed.
const LEAVE_PATIENCE: Duration = Duration::from_secs(3);
/// A take that meets a hand-off is run again; so often that only a broken Region makes it fail.
const TAKE_ATTEMPTS: usize = 10_000;

/// A running child. Signals go to the pidfd: a pid may be a stranger's by the time.
#[derive(Debug)]
pub struct Child {
    /// Which pane it plays.
    pub pane: PaneId,
    /// Its process id, for people.
    pub pid: u32,
    /// Readable when it has ended.
    pub pidfd: OwnedFd,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// By itself, with this exit code.
    Exited(i32),
    /// By this signal.
    Killed(Signal),
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit code {code}"),
            Self::Killed(signal) => write!(f, "killed by {signal}"),
        }
    }
}

/// Why a game is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The hops or the time that were asked for are done.
    Done,
    /// A user has closed a window.
    Left,
    /// A signal has asked for it.
    Signal(Signal),
}

/// The launcher's part of the game.
#[derive(Debug)]
pub struct Supervisor<'a> {
    region: &'a Region,
    setup: &'a Setup,
    bell: Arc<SupervisorBell>,
    signals: Signals,
    children: Vec<Child>,
    /// Per pane, how many presses of Start were served.
    serves_done: Vec<u64>,
    /// How often the ball was taken from a pane that was playing it.
    recalls: u64,
}

impl<'a> Supervisor<'a> {
    /// A supervisor without children.
    ///
    /// # Errors
    /// [`Error::System`] if the signals cannot be had.
    pub fn new(region: &'a Region, setup: &'a Setup, bell: Arc<SupervisorBell>) -> Result<Self> {
        let signals = Signals::listen(Arc::clone(&bell))?;
        let serves_done = vec![0; usize::from(setup.court.panes)];
        Ok(Self { region, setup, bell, signals, children: Vec::new(), serves_done, recalls: 0 })
    }

    /// From now on this child is watched.
    pub fn adopt(&mut self, child: Child) {
        self.children.push(child);
    }

    /// How often the ball was taken from a pane that was playing it.
    #[must_use]
    pub fn recalls(&self) -> u64 {
        self.recalls
    }

    /// Watches until the game is over. `beat`, if given, is called so often.
    ///
    /// # Errors
    /// A child died or could not start; or the Region is garbage.
    pub fn watch(
        &mut self,
        duration: Option<Duration>,
        mut beat: Option<(Duration, &mut dyn FnMut())>,
    ) -> Result<Ending> {
        let start_by = Instant::now() + START_PATIENCE;
        let mut end_by = None;
        loop {
            let wake_at = [end_by, (!self.all_ready()).then_some(start_by)].into_iter().flatten().min();
            let nap = wake_at.map(|at| at.saturating_duration_since(Instant::now()));
            let nap = [nap, beat.as_ref().map(|(period, _)| *period)].into_iter().flatten().min();
            self.sleep(nap)?;
            self.bell.hush();
            if let Some((_, beat)) = &mut beat {
                beat();
            }
            if let Some(signal) = self.signals.take() {
                return Ok(Ending::Signal(signal));
            }
            if let Some(ending) = self.reap()? {
                return Ok(ending);
            }
            if end_by.is_none() && self.all_ready() {
                end_by = duration.map(|duration| Instant::now() + duration);
                self.begin()?;
            }
            self.answer_requests()?;
            if self.goal_is_reached() || end_by.is_some_and(|end| Instant::now() >= end) {
                return Ok(Ending::Done);
            }
            if !self.all_ready() && Instant::now() >= start_by {
                let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
                return Err(Error::system("see all panes attached within 30 s")(late));
            }
        }
    }

    fn all_ready(&self) -> bool {
        let is_ready = |pane| self.region.pane(pane).card.ready.load(Ordering::Acquire) == 1;
        self.setup.court.all_panes().all(is_ready)
    }

    /// Without windows there is nobody to press Start.
    fn begin(&mut self) -> Result<()> {
        let rests = self.region.baton.look() == Some(Tenure::REST);
        if rests && !self.setup.windows { self.serve(self.setup.court.middle()) } else { Ok(()) }
    }

    /// Serves from every pane whose user has pressed Start since.
    fn answer_requests(&mut self) -> Result<()> {
        for pane in self.setup.court.all_panes() {
            let asked = self.region.pane(pane).card.serves_asked.load(Ordering::Acquire);
            if asked != self.serves_done[pane.index()] {
                self.serves_done[pane.index()] = asked;
                self.serve(pane)?;
            }
        }
        Ok(())
    }

    /// Puts the ball to the start of `to`, wherever it is now.
    fn serve(&mut self, to: PaneId) -> Result<()> {
        let tenure = self.take(to, |tenure, old| {
            let first = tenure == Tenure::REST;
            let ball = self.setup.court.serve(to, (!first).then_some(old.ball));
            let rally = tenure.epoch + 1;
            Record { ball, paddle: Paddle::MIDDLE, rally, due_ns: clock::now_ns(), handed_ns: 0 }
        })?;
        if tenure != Tenure::REST {
            self.recalls += 1;
        }
        Ok(())
    }

    /// Takes the ball out of whatever tenure is current, changes it, gives it to `to`, and tells which tenure that
    /// ended.
    fn take(&self, to: PaneId, change: impl Fn(Tenure, Record) -> Record) -> Result<Tenure> {
        let mut problem = Garbage::Unstable;
        for _ in 0..TAKE_ATTEMPTS {
            let Some(tenure) = self.region.baton.look() else { continue };
            let record = match self.region.ball(tenure, &self.setup.court) {
                Ok(record) => record,
                Err(garbage) => {
                    problem = garbage;
                    continue;
                }
            };
            self.region.slot(Owner::Supervisor).write(tenure.epoch, &change(tenure, record));
            if self.region.baton.take(tenure, to).is_ok() {
                self.region.ring_all();
                return Ok(tenure);
            }
        }
        Err(Error::RuleViolated(format!("the ball cannot be taken for {to}: {problem}")))
    }

    fn goal_is_reached(&self) -> bool {
        let Some(goal) = self.setup.goal_hops else { return false };
        let ball = self.region.baton.look().map(|tenure| self.region.ball(tenure, &self.setup.court));
        ball.is_some_and(|ball| ball.is_ok_and(|record| record.ball.hop >= goal))
    }

    /// Sleeps until a child ends, a pane or a signal rings, or the time is over.
    fn sleep(&self, nap: Option<Duration>) -> Result<()> {
        let fds = [self.bell.as_fd(), self.signals.as_fd()].into_iter();
        let fds = fds.chain(self.children.iter().map(|child| child.pidfd.as_fd()));
        let mut fds: Vec<_> = fds.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
        // Rounded up to a millisecond, so that a short rest is not polled away.
        let nap = nap.map(|nap| nap + Duration::from_micros(999));
        let timeout = nap.map_or(PollTimeout::NONE, |nap| nap.try_into().unwrap_or(PollTimeout::MAX));
        match poll(&mut fds, timeout) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(Error::system("wait for the children")(errno)),
        }
    }

    /// Buries the children that have ended. A closed window ends the game; any other end is an error.
    fn reap(&mut self) -> Result<Option<Ending>> {
        let mut index = 0;
        while index < self.children.len() {
            let Some(death) = buried(&self.children[index])? else {
                index += 1;
                continue;
            };
            let child = self.children.swap_remove(index);
            if self.region.pane(child.pane).card.leaving.load(Ordering::Acquire) == 1 {
                return Ok(Some(Ending::Left));
            }
            return Err(self.obituary(&child, death));
        }
        Ok(None)
    }

    fn obituary(&self, child: &Child, death: Death) -> Error {
        match death {
            Death::Exited(code @ (3..=5)) => Error::ChildFailed(code.try_into().unwrap_or(exit::SYSTEM)),
            _ => Error::PaneDied {
                pane: format!("{} (pid {})", child.pane, child.pid),
                how: death.to_string(),
            },
        }
    }

    /// Tells every child to leave, and waits until all have. Who does not leave in time, or when a signal asks
    /// again, is killed. Nobody is left behind.
    ///
    /// # Errors
    /// [`Error::System`] if a child can be neither waited for nor killed.
    pub fn stop(&mut self) -> Result<()> {
        debug_assert_eq!(self.region.header.phase(), Phase::Running);
        self.region.stop();
        let leave_by = Instant::now() + LEAVE_PATIENCE;
        loop {
            self.bury_all()?;
            if self.children.is_empty() {
                return Ok(());
            }
            if self.signals.take().is_some() || Instant::now() >= leave_by {
                self.children.iter().for_each(kill);
            }
            let left = leave_by.saturating_duration_since(Instant::now()).max(Duration::from_millis(10));
            self.sleep(Some(left))?;
            self.bell.hush();
        }
    }

    fn bury_all(&mut self) -> Result<()> {
        for index in (0..self.children.len()).rev() {
            if buried(&self.children[index])?.is_some() {
                self.children.swap_remove(index);
            }
        }
        Ok(())
    }
}

impl Drop for Supervisor<'_> {
    /// Whatever went wrong: no child outlives its supervisor, and none stays as a zombie.
    fn drop(&mut self) {
        self.children.iter().for_each(kill);
        for child in &self.children {
            let reaped = waitid(Id::PIDFd(child.pidfd.as_fd()), WaitPidFlag::WEXITED);
            debug_assert!(reaped.is_ok(), "{}: {reaped:?}", child.pane);
        }
    }
}

/// How the child ended, if it has; then it is no zombie any more.
fn buried(child: &Child) -> Result<Option<Death>> {
    match waitid(Id::PIDFd(child.pidfd.as_fd()), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG) {
        Ok(WaitStatus::Exited(_, code)) => Ok(Some(Death::Exited(code))),
        Ok(WaitStatus::Signaled(_, signal, _)) => Ok(Some(Death::Killed(signal))),
        Ok(_) => Ok(None),
        Err(errno) => Err(Error::system(format_args!("wait for {}", child.pane))(errno)),
    }
}

fn kill(child: &Child) {
    // Fails only if it has ended already, which is what is wanted.
    let sent = rustix::process::pidfd_send_signal(&child.pidfd, rustix::process::Signal::KILL);
    debug_assert!(matches!(sent, Ok(()) | Err(rustix::io::Errno::SRCH)), "{}: {sent:?}", child.pane);
}
