//! Starts a process of this same executable, in one of its roles. No other file makes a [`Command`].

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, Stdio};

use command_fds::{CommandFdExt, FdMapping};
use rustix::io::Errno;
use rustix::net::RecvFlags;
use rustix::pipe::{PipeFlags, pipe_with};
use strum::{EnumString, IntoStaticStr};

use super::process::ChildProcess;
use crate::error::{Error, Result};
use crate::platform::fd_passing;

/// Where the inspector shows what it sees; as text, the role of an inspector that shows it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
pub enum InspectorOutput {
    /// In a window.
    #[strum(serialize = "inspector")]
    Window,
    /// On the terminal.
    #[strum(serialize = "watch:terminal")]
    Terminal,
    /// As lines of JSON on stdout.
    #[strum(serialize = "watch:json")]
    Json,
}

/// The role of the process that shows a text in a window.
pub const ERROR_DIALOG: &str = "error-dialog";
/// The role of the process that has the window of a lab.
pub const LAB_WINDOW: &str = "lab-window";
/// The role of the process that shows the verdict of a game in a window.
pub const VERDICT: &str = "verdict";

/// A pipe to which nothing is ever written. When the launcher dies, however it dies, every child reads its end of file.
#[derive(Debug)]
pub(crate) struct ParentDeathPipe {
    reader: OwnedFd,
    /// No other process has it.
    _writer: OwnedFd,
}

impl ParentDeathPipe {
    pub(crate) fn new() -> Result<Self> {
        let (reader, _writer) =
            pipe_with(PipeFlags::CLOEXEC).map_err(Error::system("create the parent-death pipe (pipe2)"))?;
        Ok(Self { reader, _writer })
    }
}

impl AsFd for ParentDeathPipe {
    /// The end that every child has.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}

/// This same executable with these arguments, without stdin and stdout.
pub(crate) fn ourselves(arguments: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "this is the place where processes are started")]
    let mut command = Command::new("/proc/self/exe");
    command.arg0("tripong").args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// The launcher's ends of the pipes that a command asks for.
#[derive(Debug)]
pub(crate) struct Streams {
    pub(crate) stdin: Option<ChildStdin>,
    pub(crate) stdout: Option<ChildStdout>,
    pub(crate) stderr: Option<ChildStderr>,
}

/// Starts it with these fds, each at its number, and no others. `name` is what it is called in errors.
///
/// Only for the main thread: a child dies with the *thread* that started it (`PR_SET_PDEATHSIG`).
pub(crate) fn start<'a>(
    mut command: Command,
    fds: impl Iterator<Item = (BorrowedFd<'a>, RawFd)>,
    name: String,
) -> Result<(ChildProcess, Streams)> {
    let duplicate = |(fd, child_fd): (BorrowedFd<'_>, RawFd)| {
        Ok(FdMapping { parent_fd: fd.try_clone_to_owned()?, child_fd })
    };
    let mappings: io::Result<Vec<_>> = fds.map(duplicate).collect();
    let mappings = mappings.map_err(Error::system(format_args!("duplicate the fds for {name}")))?;
    // Without any, std need not fork this process to start another.
    if !mappings.is_empty() {
        let mapped = command.fd_mappings(mappings).map_err(io::Error::other);
        mapped.map_err(Error::system(format_args!("pass fds to {name}")))?;
    }
    let started = command.spawn().map_err(named);
    let mut child = started.map_err(Error::system(format_args!("start {name} (clone, execve)")))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    Ok((ChildProcess::watched(child, name)?, Streams { stdin, stdout, stderr }))
}

/// What is not there when a process cannot be started: this executable is found in /proc, and a child's stdin is /dev/null.
pub(super) fn named(error: io::Error) -> io::Error {
    let missing = ["/proc/self/exe", "/dev/null"].into_iter().find(|path| !Path::new(path).exists());
    match missing.filter(|_| error.kind() == io::ErrorKind::NotFound) {
        Some(path) => io::Error::new(error.kind(), format!("there is no {path}; mount or make it")),
        None => error,
    }
}

/// std learns over a socket of this kind how the start of a child went. Where a sandbox refuses to receive from it, std waits
/// for the child for ever, whatever signal comes.
pub(super) fn check_that_a_start_ends() -> Result<()> {
    let (one, _other) = fd_passing::socket().map_err(Error::system("create a socket (socketpair)"))?;
    match rustix::net::recv(&one, &mut [0; 8], RecvFlags::DONTWAIT) {
        Ok(_) | Err(Errno::AGAIN | Errno::INTR) => Ok(()),
        Err(errno) => Err(Error::system("learn how the start of a process went (recvfrom)")(errno)),
    }
}
