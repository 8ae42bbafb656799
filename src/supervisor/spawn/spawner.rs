//! Starts the processes of a game.

use std::cell::Cell;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::lifeline::Lifeline;
use super::process::Process;
use super::screen::Screen;
use super::start::{check_that_a_start_ends, named, ourselves, start};
use crate::carrier::wire::Wire;
use crate::error::{Error, Result};
use crate::game::{Court, PaneId, mix};
use crate::platform::display::{BY_SOFTWARE, Display, is_by_software, tidy};
use crate::platform::fds;
use crate::protocol::doorbell::FdBell;
use crate::protocol::failpoint::Failpoint;

/// All that a child needs from its parent.
#[derive(Debug)]
pub struct Spawner {
    lifeline: Lifeline,
    bell: Arc<FdBell>,
    /// The pollable halves of the panes' doorbells. They outlive the processes.
    bells: Vec<FdBell>,
    display: Option<Display>,
    /// Windows are drawn by software from now on, whatever drivers there are.
    by_software: Cell<bool>,
    /// Where each child is to fail, for tests: after 1 to COUNT times, drawn anew for each.
    failpoint: Option<Failpoint>,
    draw: Cell<u64>,
}

/// The running process of a pane.
#[derive(Debug)]
pub struct Child {
    /// Which pane it plays.
    pub pane: PaneId,
    /// It.
    pub process: Process,
    /// Over this it is sent its links.
    pub wire: OwnedFd,
    /// Its window is drawn by software, whatever drivers there are.
    pub by_software: bool,
}

impl Spawner {
    /// Makes the lifeline and the doorbells' pollable halves. `bell` is what the children ring.
    ///
    /// # Errors
    /// [`Error::System`] if there is no fd left.
    pub fn new(
        bell: Arc<FdBell>,
        display: Option<Display>,
        failpoint: Option<Failpoint>,
        court: &Court,
    ) -> Result<Self> {
        let lifeline = Lifeline::new()?;
        let bells = court.all_panes().map(|_| FdBell::new()).collect::<Result<_>>()?;
        check_that_a_start_ends()?;
        let draw = Cell::new(court.seed);
        let by_software = Cell::new(is_by_software());
        Ok(Self { lifeline, bell, bells, display, by_software, failpoint, draw })
    }

    /// The pollable halves of the panes' doorbells.
    #[must_use]
    pub fn bells(&self) -> &[FdBell] {
        &self.bells
    }

    /// Starts the process of one pane: this same executable, with a role. It inherits exactly its fds, at exactly
    /// their numbers.
    ///
    /// Only for the main thread: a child dies with the *thread* that started it (`PR_SET_PDEATHSIG`).
    ///
    /// # Errors
    /// [`Error::System`], for example at a limit of processes or fds.
    pub fn start(&self, pane: PaneId, memfd: &OwnedFd) -> Result<Child> {
        let mut command = self.command(&format!("pane:{}", pane.0));
        if let Some(failpoint) = self.draw_failpoint() {
            command.args(["--fail", &failpoint.to_string()]);
        }
        let (wire, wire_end) = Wire::pair()?;
        let own = [(memfd.as_fd(), fds::REGION), (wire_end.as_fd(), fds::WIRE)];
        let bells = self.bells.iter().map(FdBell::as_fd).zip(fds::BELLS..);
        let process = self.spawn(command, own.into_iter().chain(bells), pane.to_string())?;
        Ok(Child { pane, process, wire, by_software: self.is_by_software() })
    }

    /// Starts the inspector. It inherits the Region as an fd open for reading only, and its desk; no bell of a pane, and
    /// nothing through which a ball goes.
    ///
    /// # Errors
    /// As [`Spawner::start`].
    pub fn start_inspector(&self, screen: Screen, memfd: &OwnedFd, desk: &OwnedFd) -> Result<Process> {
        let read_only = File::open(format!("/proc/self/fd/{}", memfd.as_raw_fd()));
        let read_only =
            read_only.map_err(named).map_err(Error::system("open the Region for reading only"))?;
        let mut command = self.command(screen.role());
        if screen != Screen::Window {
            command.stdin(Stdio::inherit()).stdout(Stdio::inherit());
        }
        let own = [(read_only.as_fd(), fds::REGION), (desk.as_fd(), fds::DESK)];
        self.spawn(command, own.into_iter(), "the inspector".to_owned())
    }

    /// This same executable, with a role.
    fn command(&self, role: &str) -> Command {
        // stdout is the report's alone.
        let mut command = ourselves(&["--role", role]);
        if let Some(display) = &self.display {
            tidy(&mut command, matches!(display, Display::X11 { .. }));
        }
        if self.is_by_software() {
            command.envs(BY_SOFTWARE);
        }
        if self.display.is_some() && std::env::var_os("LIBGL_DEBUG").is_none() {
            // What went wrong is in our own line, as far as Mesa can be kept quiet; the doctor prints what Mesa writes.
            command.env("LIBGL_DEBUG", "quiet");
        }
        command
    }

    /// Whether windows are drawn by software, whatever drivers there are.
    pub(crate) fn is_by_software(&self) -> bool {
        self.by_software.get()
    }

    /// From now on windows are drawn by software. True for the first time.
    pub(crate) fn turn_to_software(&self) -> bool {
        !self.by_software.replace(true)
    }

    /// Starts it with these fds, each at its number, and with those that every process of a game has.
    fn spawn<'a>(
        &'a self,
        command: Command,
        own: impl Iterator<Item = (BorrowedFd<'a>, RawFd)>,
        name: String,
    ) -> Result<Process> {
        let all = [(self.lifeline.as_fd(), fds::LIFELINE), (self.bell.as_fd(), fds::ATTENTION)];
        start(command, own.chain(all), name).map(|(process, _no_streams)| process)
    }

    /// The failpoint of the next child.
    fn draw_failpoint(&self) -> Option<Failpoint> {
        let failpoint = self.failpoint?;
        self.draw.set(mix(self.draw.get(), 1));
        Some(Failpoint { count: self.draw.get() % failpoint.count + 1, ..failpoint })
    }
}
