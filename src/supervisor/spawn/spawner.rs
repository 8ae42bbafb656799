//! Starts the processes of a game.

use std::cell::Cell;
use std::fs::File;
use std::io::Write;
use std::iter;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::process::ChildProcess;
use super::start::{
    InspectorOutput, ParentDeathPipe, VERDICT, check_that_a_start_ends, named, ourselves, start,
};
use crate::error::{Error, Result};
use crate::game::{Court, PaneId, mix};
use crate::platform::display::{
    Display, draw_with_software, is_software_rendering, keep_drivers_quiet, load_less, prepare,
};
use crate::platform::fds;
use crate::protocol::doorbell::FdBell;
use crate::protocol::failpoint::Failpoint;
use crate::supervisor::policy::SupervisionPolicy;
use crate::transport::control_socket::ControlSocket;

/// All that a child needs from its parent.
#[derive(Debug)]
pub struct Spawner {
    parent_death_pipe: ParentDeathPipe,
    bell: Arc<FdBell>,
    /// The pollable halves of the panes' doorbells. They outlive the processes.
    pub(in crate::supervisor) bells: Vec<FdBell>,
    display: Option<Display>,
    /// Windows are drawn with software rendering from now on, whatever drivers there are.
    software_rendering: Cell<bool>,
    /// Where each child is to fail, for tests: after 1 to COUNT times, drawn anew for each.
    failpoint: Option<Failpoint>,
    /// Each child plays by the protocol of this code.
    flaw: Option<u64>,
    draw: Cell<u64>,
}

/// The running process of a pane.
#[derive(Debug)]
pub struct Child {
    /// Which pane it plays.
    pub pane: PaneId,
    /// It.
    pub process: ChildProcess,
    /// Over this it is sent its links.
    pub control_socket: OwnedFd,
    /// Its window is drawn with software rendering, whatever drivers there are.
    pub software_rendering: bool,
}

impl Spawner {
    /// Makes the parent-death pipe and the doorbells' pollable halves. `bell` is what the children notify.
    ///
    /// # Errors
    /// [`Error::System`] if there is no fd left.
    pub fn new(
        bell: Arc<FdBell>,
        display: Option<Display>,
        policy: &SupervisionPolicy,
        court: &Court,
    ) -> Result<Self> {
        let SupervisionPolicy { failpoint, flaw, .. } = *policy;
        let parent_death_pipe = ParentDeathPipe::new()?;
        let bells = court.all_panes().map(|_| FdBell::new()).collect::<Result<_>>()?;
        check_that_a_start_ends()?;
        let draw = Cell::new(court.seed);
        let software_rendering = Cell::new(is_software_rendering());
        Ok(Self { parent_death_pipe, bell, bells, display, software_rendering, failpoint, flaw, draw })
    }

    /// Starts the process of one pane: this same executable, with a role. It inherits exactly its fds, at exactly
    /// their numbers.
    ///
    /// Only for the main thread: a child dies with the *thread* that started it (`PR_SET_PDEATHSIG`).
    ///
    /// # Errors
    /// [`Error::System`], for example at a limit of processes or fds.
    pub fn start(&self, pane: PaneId, memfd: &OwnedFd) -> Result<Child> {
        let mut command = self.command(&format!("pane:{}", pane.number()));
        if let Some(display) = &self.display {
            load_less(&mut command, display);
        }
        if let Some(failpoint) = self.draw_failpoint() {
            command.args(["--fail", &failpoint.to_string()]);
        }
        if let Some(flaw) = self.flaw {
            command.args(["--flaw", &flaw.to_string()]);
        }
        let (control_socket, control_socket_end) = ControlSocket::pair()?;
        let own = [(memfd.as_fd(), fds::REGION), (control_socket_end.as_fd(), fds::CONTROL_SOCKET)];
        let bells = self.bells.iter().map(FdBell::as_fd).zip(fds::BELLS..);
        let process = self.spawn(command, own.into_iter().chain(bells), pane.to_string())?;
        Ok(Child { pane, process, control_socket, software_rendering: self.is_software_rendering() })
    }

    /// Starts the inspector. It inherits the Region as an fd open for reading only, and its request page; no bell of a pane, and
    /// nothing through which a ball goes.
    ///
    /// # Errors
    /// As [`Spawner::start`].
    pub fn start_inspector(
        &self,
        screen: InspectorOutput,
        memfd: &OwnedFd,
        request_page: &OwnedFd,
    ) -> Result<ChildProcess> {
        let read_only = File::open(format!("/proc/self/fd/{}", memfd.as_raw_fd()));
        let read_only =
            read_only.map_err(named).map_err(Error::system("open the Region for reading only"))?;
        let mut command = self.command(screen.into());
        if screen != InspectorOutput::Window {
            command.stdin(Stdio::inherit()).stdout(Stdio::inherit());
        }
        let own = [(read_only.as_fd(), fds::REGION), (request_page.as_fd(), fds::REQUEST_PAGE)];
        self.spawn(command, own.into_iter(), "the inspector".to_owned())
    }

    /// Starts the window that shows the verdict of a game, which comes on its stdin.
    ///
    /// # Errors
    /// [`Error::System`], for example at a limit of processes or fds.
    pub(in crate::supervisor) fn start_verdict(&self, verdict: &str) -> Result<ChildProcess> {
        let mut command = self.command(VERDICT);
        command.stdin(Stdio::piped());
        let (process, streams) = start(command, iter::empty(), "the window of the verdict".to_owned())?;
        // It fails only if the process has died, which its end shows.
        let _read = streams.stdin.map(|mut stdin| stdin.write_all(verdict.as_bytes()));
        Ok(process)
    }

    /// This same executable, with a role.
    fn command(&self, role: &str) -> Command {
        // stdout is the report's alone.
        let mut command = ourselves(&["--role", role]);
        if let Some(display) = &self.display {
            prepare(&mut command, display);
            keep_drivers_quiet(&mut command);
        }
        if self.is_software_rendering() {
            draw_with_software(&mut command);
        }
        command
    }

    /// Whether windows are drawn with software rendering, whatever drivers there are.
    pub(crate) fn is_software_rendering(&self) -> bool {
        self.software_rendering.get()
    }

    /// The display of the windows, if it is gone.
    pub(crate) fn gone_display(&self) -> Option<String> {
        self.display.as_ref().and_then(Display::gone)
    }

    /// From now on windows are drawn with software rendering. True for the first time.
    pub(crate) fn turn_to_software(&self) -> bool {
        !self.software_rendering.replace(true)
    }

    /// Starts it with these fds, each at its number, and with those that every process of a game has.
    fn spawn<'a>(
        &'a self,
        command: Command,
        own: impl Iterator<Item = (BorrowedFd<'a>, RawFd)>,
        name: String,
    ) -> Result<ChildProcess> {
        let all = [
            (self.parent_death_pipe.as_fd(), fds::PARENT_DEATH_PIPE),
            (self.bell.as_fd(), fds::WAKEUP_EVENTFD),
        ];
        start(command, own.chain(all), name).map(|(process, _no_streams)| process)
    }

    /// The failpoint of the next child.
    fn draw_failpoint(&self) -> Option<Failpoint> {
        let failpoint = self.failpoint?;
        self.draw.set(mix(self.draw.get(), 1));
        Some(Failpoint { count: self.draw.get() % failpoint.count + 1, ..failpoint })
    }
}
