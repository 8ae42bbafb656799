//! A process of the line, as the launcher sees it.

use std::io::{self, PipeReader, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use command_fds::{CommandFdExt, FdMapping};

use crate::error::{Error, Result};
use crate::platform::fds;
use crate::supervisor::spawn::{Death, Process, end_all, named};

/// What a process is given, beside its number.
pub(super) struct Given<'a> {
    pub(super) memfd: &'a OwnedFd,
    pub(super) lifeline: &'a OwnedFd,
    /// Its ends of the links to its neighbours, from the left.
    pub(super) links: Vec<OwnedFd>,
}

/// All processes of a repetition. Dropped, those that still run are killed and reaped.
#[derive(Default)]
pub(super) struct Line(pub(super) Vec<Player>);

/// A process, and what it has told so far.
pub(super) struct Player {
    me: usize,
    process: Process,
    /// Here it tells its latencies.
    stdout: PipeReader,
    told: Vec<u8>,
    has_told_all: bool,
    ended: Option<Death>,
}

impl Player {
    /// Starts it: this same executable, with a role. It inherits exactly its fds, at exactly their numbers.
    ///
    /// # Errors
    /// [`Error::System`], for example at a limit of processes or fds.
    pub(super) fn start(me: usize, given: Given<'_>) -> Result<Self> {
        let failed = |what| format!("{what} process {me} of the bench");
        #[expect(clippy::disallowed_methods, reason = "this is the place where the bench starts processes")]
        let mut command = Command::new("/proc/self/exe");
        let (stdout, their_stdout) = io::pipe().map_err(Error::system("create a pipe for the latencies"))?;
        rustix::io::ioctl_fionbio(&stdout, true).map_err(Error::system("make a pipe that does not block"))?;
        command.arg0("tripong").args(["--role", &format!("bench:{me}")]);
        command.stdin(Stdio::null()).stdout(their_stdout);
        let mappings = given.mappings().map_err(Error::system(failed("duplicate the fds for")))?;
        command
            .fd_mappings(mappings)
            .map_err(io::Error::other)
            .map_err(Error::system(failed("pass fds to")))?;
        let process =
            command.spawn().map_err(named).map_err(Error::system(failed("start") + " (clone, execve)"))?;
        let process = Process::watched(process, format!("process {me} of the bench"))?;
        let (told, has_told_all, ended) = Default::default();
        Ok(Self { me, process, stdout, told, has_told_all, ended })
    }

    /// Takes what it has told since, and how it ended, if it has.
    ///
    /// # Errors
    /// [`Error::System`]
    pub(super) fn look(&mut self) -> Result<Option<Death>> {
        let mut bytes = [0; 16 * 1024];
        while !self.has_told_all {
            match self.stdout.read(&mut bytes) {
                Ok(0) => self.has_told_all = true,
                Ok(read) => self.told.extend_from_slice(&bytes[..read]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::system(format_args!("read from {}", self.name()))(error)),
            }
        }
        if self.ended.is_none() {
            self.ended = self.process.buried()?;
        }
        Ok(self.ended)
    }

    /// Whether it has ended, and all it told was read.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_some() && self.has_told_all
    }

    /// All that it has told.
    pub(super) fn told(&self) -> &[u8] {
        &self.told
    }

    /// For people.
    pub(super) fn name(&self) -> String {
        format!("process {} (pid {})", self.me, self.process.pid)
    }

    /// Readable when there is something to look at.
    pub(super) fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let pidfd = self.ended.is_none().then(|| self.process.pidfd.as_fd());
        pidfd.into_iter().chain((!self.has_told_all).then(|| self.stdout.as_fd()))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let running = self.0.iter().filter(|player| player.ended.is_none());
        // What ended the repetition is worth more to know than what went wrong after it.
        let _ended = end_all(running.map(|player| &player.process));
    }
}

impl Given<'_> {
    fn mappings(self) -> io::Result<Vec<FdMapping>> {
        let own = [(self.memfd, fds::REGION), (self.lifeline, fds::LIFELINE)];
        let own = own.map(|(fd, child_fd)| Ok(FdMapping { parent_fd: fd.try_clone()?, child_fd }));
        let links = self.links.into_iter().zip(fds::LINKS..);
        let links = links.map(|(parent_fd, child_fd)| Ok(FdMapping { parent_fd, child_fd }));
        own.into_iter().chain(links).collect()
    }
}
