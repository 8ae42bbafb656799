//! Starting and burying the processes of panes.

mod process;
#[cfg(feature = "terminal")]
mod question;

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use command_fds::{CommandFdExt, FdMapping};
use nix::fcntl::OFlag;
use rustix::io::Errno;
use rustix::net::RecvFlags;

use crate::carrier::wire::Wire;
use crate::error::{Error, Result};
use crate::game::{Court, PaneId, mix};
use crate::platform::clock;
use crate::platform::display::{BY_SOFTWARE, Display, is_by_software, tidy};
use crate::platform::fds;
use crate::protocol::doorbell::FdBell;
use crate::protocol::failpoint::Failpoint;

pub(crate) use process::end_all;
pub use process::{Death, Process};
#[cfg(feature = "terminal")]
pub(crate) use question::{Answer, Question};

/// All that a child needs from its parent.
#[derive(Debug)]
pub struct Spawner {
    lifeline: OwnedFd,
    /// Nobody ever writes to it. When the launcher dies, however it dies, every child reads its end of file.
    _lifeline_end: OwnedFd,
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

/// Where the inspector shows what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// In a window.
    Window,
    /// On the terminal.
    Terminal,
    /// As lines of JSON on stdout.
    Json,
}

/// The role of the process that shows a text in a window.
pub const NOTICE: &str = "notice";

impl Screen {
    /// The role of an inspector that shows it there.
    #[must_use]
    pub fn role(self) -> &'static str {
        match self {
            Self::Window => "inspector",
            Self::Terminal => "watch:terminal",
            Self::Json => "watch:json",
        }
    }
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
        let (lifeline, _lifeline_end) = nix::unistd::pipe2(OFlag::O_CLOEXEC)
            .map_err(Error::system("create the lifeline pipe (pipe2)"))?;
        let bells = court.all_panes().map(|_| FdBell::new()).collect::<Result<_>>()?;
        check_that_a_start_ends()?;
        let draw = Cell::new(court.seed);
        let by_software = Cell::new(is_by_software());
        Ok(Self { lifeline, _lifeline_end, bell, bells, display, by_software, failpoint, draw })
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
        let mut command = ourselves(role, self.display.as_ref());
        // stdout is the report's alone.
        command.stdin(Stdio::null()).stdout(Stdio::null());
        if self.is_by_software() {
            command.envs(BY_SOFTWARE);
        }
        if self.display.is_some() && std::env::var_os("LIBGL_DEBUG").is_none() {
            // What went wrong is told in our own line, as far as Mesa can be kept quiet; the doctor tells what it says.
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

    /// Starts it with these fds, each at its number, and with those that every process of ours has.
    fn spawn<'a>(
        &'a self,
        mut command: Command,
        own: impl Iterator<Item = (BorrowedFd<'a>, RawFd)>,
        name: String,
    ) -> Result<Process> {
        let failed = |what| format!("{what} the process of {name}");
        let all = [(self.lifeline.as_fd(), fds::LIFELINE), (self.bell.as_fd(), fds::ATTENTION)];
        let duplicate = |(fd, child_fd): (BorrowedFd<'_>, RawFd)| {
            Ok(FdMapping { parent_fd: fd.try_clone_to_owned()?, child_fd })
        };
        let mappings: io::Result<Vec<_>> = own.chain(all).map(duplicate).collect();
        let mappings = mappings.map_err(Error::system(failed("duplicate the fds for")))?;
        command
            .fd_mappings(mappings)
            .map_err(io::Error::other)
            .map_err(Error::system(failed("pass fds to")))?;
        let process =
            command.spawn().map_err(named).map_err(Error::system(failed("start") + " (clone, execve)"))?;
        Process::watched(process, name)
    }

    /// The failpoint of the next child.
    fn draw_failpoint(&self) -> Option<Failpoint> {
        let failpoint = self.failpoint?;
        self.draw.set(mix(self.draw.get(), 1));
        Some(Failpoint { count: self.draw.get() % failpoint.count + 1, ..failpoint })
    }
}

/// std learns over a socket of this kind how the start of a child went. Where a sandbox refuses to receive from it, std waits
/// for the child for ever, whatever signal comes.
fn check_that_a_start_ends() -> Result<()> {
    let (one, _other) = Wire::pair()?;
    match rustix::net::recv(&one, &mut [0; 8], RecvFlags::DONTWAIT) {
        Ok(_) | Err(Errno::AGAIN | Errno::INTR) => Ok(()),
        Err(errno) => Err(Error::system("learn how the start of a process went (recvfrom)")(errno)),
    }
}

/// This same executable, with a role, on this display.
fn ourselves(role: &str, display: Option<&Display>) -> Command {
    let mut command = this_executable();
    command.args(["--role", role]);
    if let Some(display) = display {
        tidy(&mut command, matches!(display, Display::X11 { .. }));
    }
    command
}

/// What is not there when a process cannot be started: this executable is found in /proc, and a child's stdin is /dev/null.
pub(crate) fn named(error: io::Error) -> io::Error {
    let missing = ["/proc/self/exe", "/dev/null"].into_iter().find(|path| !Path::new(path).exists());
    match missing.filter(|_| error.kind() == io::ErrorKind::NotFound) {
        Some(path) => io::Error::new(error.kind(), format!("there is no {path}; mount or make it")),
        None => error,
    }
}

fn this_executable() -> Command {
    #[expect(clippy::disallowed_methods, reason = "this is the place where processes are started")]
    let mut command = Command::new("/proc/self/exe");
    command.arg0("tripong");
    command
}

/// A notice that is not open after this will not be: the display or its driver hangs.
const NOTICE_PATIENCE: Duration = Duration::from_secs(20);

/// Shows the text in a window of a process of its own, so that a driver that crashes or hangs takes nobody along. Returns when
/// the window is closed, and tells whether there was one.
///
/// # Errors
/// What kept the process from being started, or from being told.
pub fn show_notice(text: &str) -> io::Result<bool> {
    let Ok(display) = Display::find() else { return Ok(false) };
    let mut command = ourselves(NOTICE, Some(&display));
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let told = process.stdin.take().map(|mut stdin| stdin.write_all(text.as_bytes()));
    // It says a word there when its window is open, and nothing at all if it ends before.
    let opened = process.stdout.take().and_then(|mut stdout| {
        clock::within(NOTICE_PATIENCE, move || stdout.read(&mut [0]).is_ok_and(|bytes| bytes > 0))
    });
    if opened != Some(true) {
        process.kill()?;
    }
    let ended = process.wait()?;
    told.unwrap_or(Ok(()))?;
    Ok(ended.success())
}
