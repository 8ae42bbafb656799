//! Starting programs and ending them. They die with this one, however it ends.

use std::ffi::OsStr;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signal::SigSet;
use rustix::process::{
    Pid, PidfdFlags, Signal, getppid, pidfd_open, pidfd_send_signal, set_parent_process_death_signal,
};
use rustix::thread::{CpuSet, sched_setaffinity};

use crate::error::{Error, Result, failed};
use crate::watch::{PATIENCE, Watch};

/// For so long a program may end in order that is not needed any more.
const LAST_WISH_MS: u16 = 5_000;
/// The hidden subcommand that becomes another program.
pub(crate) const BECOME: &str = "become";

/// Where a program runs.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The X display, if it may have one.
    pub(crate) display: Option<&'a str>,
    /// The one CPU that it and its children may use; None: any.
    pub(crate) cpu: Option<usize>,
}

impl<'a> Place<'a> {
    /// On this display.
    pub(crate) fn on(display: &'a str) -> Self {
        Self { display: Some(display), cpu: None }
    }
}

/// A started program. Dropped, it is asked to end, killed if it does not, and reaped.
#[derive(Debug)]
pub(crate) struct StartedProgram {
    child: Child,
    pidfd: OwnedFd,
    name: String,
}

impl StartedProgram {
    /// Starts a program. Only for the main thread: a child dies with the thread that started it.
    ///
    /// # Errors
    /// At a limit of processes or fds.
    pub(crate) fn start(program: &Path, arguments: &[String], place: Place<'_>) -> Result<Self> {
        Self::start_with(program, arguments, place, &[])
    }

    /// As [`Self::start`], with these variables in its environment.
    ///
    /// # Errors
    /// At a limit of processes or fds.
    pub(crate) fn start_with(
        program: &Path,
        arguments: &[String],
        place: Place<'_>,
        variables: &[(&str, &OsStr)],
    ) -> Result<Self> {
        let name = program.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        #[expect(clippy::disallowed_methods, reason = "this is the one place where processes are started")]
        let mut command = Command::new("/proc/self/exe");
        command.arg0("tripong-end-to-end").args([BECOME, &std::process::id().to_string()]);
        command.args(place.cpu.map(|cpu| format!("--cpu={cpu}"))).arg(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        // Frames are counted on X11, so all windows go there.
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
            command.env_remove(name);
        }
        command.envs(place.display.map(|name| ("DISPLAY", name)));
        // Nobody's own settings: what the windows show is what they show at first. Nothing is ever written there, since
        // nothing is changed.
        command.env("XDG_CONFIG_HOME", "/dev/null/none").envs(variables.iter().copied());
        let mut child = command.spawn().map_err(failed(format_args!("start {name}")))?;
        match pidfd_open(Pid::from_child(&child), PidfdFlags::empty()) {
            Ok(pidfd) => Ok(Self { child, pidfd, name }),
            Err(errno) => {
                reap(&mut child);
                Err(failed(format_args!("watch {name}"))(errno))
            }
        }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// # Errors
    /// When it has ended, which is too early.
    pub(crate) fn must_live(&mut self) -> Result<()> {
        match self.child.try_wait().map_err(failed(format_args!("look after {}", self.name)))? {
            None => Ok(()),
            // It has said why on stderr.
            Some(status) => {
                Err(failed(format_args!("run {}", self.name))(format_args!("it ended: {status}")))
            }
        }
    }

    /// The first line that it writes.
    ///
    /// # Errors
    /// [`Error::Deadline`]; when it ends without a line.
    pub(crate) fn first_line(&mut self, watch: &Watch) -> Result<String> {
        let (mut line, deadline) = (Vec::new(), Instant::now() + PATIENCE);
        while line.last() != Some(&b'\n') {
            let mut byte = [0];
            if self.read(&mut byte, watch, deadline, PATIENCE)? == 0 {
                return Err(failed(format_args!("run {}", self.name))("it ended without a word"));
            }
            line.extend(byte);
        }
        Ok(String::from_utf8_lossy(&line).trim().to_owned())
    }

    /// Asks it to end, and returns all that it writes until then.
    ///
    /// # Errors
    /// [`Error::Deadline`]; when it failed.
    pub(crate) fn stop(self, watch: &Watch) -> Result<String> {
        // It may have ended by itself.
        let _sent = pidfd_send_signal(&self.pidfd, Signal::TERM);
        self.finish(watch, PATIENCE)
    }

    /// Returns all that it writes until it ends.
    ///
    /// # Errors
    /// [`Error::Deadline`] when it takes longer than that; when it failed.
    pub(crate) fn finish(mut self, watch: &Watch, limit: Duration) -> Result<String> {
        let (mut all, mut part) = (Vec::new(), [0; 8192]);
        let deadline = Instant::now() + limit;
        loop {
            match self.read(&mut part, watch, deadline, limit)? {
                0 => break,
                bytes => all.extend_from_slice(&part[..bytes]),
            }
        }
        if !watch.readable(Some(self.pidfd.as_fd()), deadline)? {
            return Err(self.is_late(limit));
        }
        let status = self.child.wait().map_err(failed(format_args!("reap {}", self.name)))?;
        let term = Signal::TERM.as_raw();
        if status.success() || status.code() == Some(128 + term) || status.signal() == Some(term) {
            Ok(String::from_utf8_lossy(&all).into_owned())
        } else {
            Err(failed(format_args!("run {}", self.name))(status))
        }
    }

    fn read(&mut self, part: &mut [u8], watch: &Watch, deadline: Instant, limit: Duration) -> Result<usize> {
        let late = self.is_late(limit);
        let Some(stdout) = &mut self.child.stdout else { return Ok(0) };
        if !watch.readable(Some(stdout.as_fd()), deadline)? {
            return Err(late);
        }
        stdout.read(part).map_err(failed(format_args!("read from {}", self.name)))
    }

    fn is_late(&self, limit: Duration) -> Error {
        Error::Deadline { what: format!("{} to end", self.name), limit }
    }
}

impl Drop for StartedProgram {
    /// An X server that is asked to end leaves no socket behind, one that is killed does.
    fn drop(&mut self) {
        let _sent = pidfd_send_signal(&self.pidfd, Signal::TERM);
        let mut polled = [PollFd::new(self.pidfd.as_fd(), PollFlags::POLLIN)];
        let _ended = poll(&mut polled, LAST_WISH_MS);
        reap(&mut self.child);
    }
}

fn reap(child: &mut Child) {
    // Both fail only if it is reaped already.
    let _killed = child.kill();
    let _reaped = child.wait();
}

/// Becomes another program, which dies with the parent. Returns only if that cannot be.
pub(crate) fn become_program(parent: u32, cpu: Option<usize>, program: &Path, arguments: &[String]) -> Error {
    if let Some(cpu) = cpu {
        let mut set = CpuSet::new();
        set.set(cpu);
        if let Err(errno) = sched_setaffinity(None, &set) {
            return failed(format_args!("pin to CPU {cpu}"))(errno);
        }
    }
    let dies_too = set_parent_process_death_signal(Some(Signal::KILL));
    if let Err(errno) = dies_too {
        return failed("die with the parent")(errno);
    }
    if getppid().and_then(|pid| u32::try_from(pid.as_raw_nonzero().get()).ok()) != Some(parent) {
        return failed("die with the parent")("it is gone already");
    }
    if let Err(errno) = SigSet::all().thread_unblock() {
        return failed("unblock the signals")(errno);
    }
    #[expect(clippy::disallowed_methods, reason = "it starts nothing: the program takes this one's place")]
    let error = Command::new(program).args(arguments).exec();
    failed(format_args!("run {}", program.display()))(error)
}
