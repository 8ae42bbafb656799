//! A running process that this one has started, until it is reaped; what it writes, and how it ends.

use std::cell::Cell;
use std::io::Read;
use std::iter;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::Signal;
use nix::sys::time::{TimeSpec, TimeValLike};
use rustix::process::{PidfdFlags, WaitId, WaitIdOptions, pidfd_open, pidfd_send_signal, waitid};

use crate::error::{Error, Result, exit};
use crate::platform::{clock, report_line};
use crate::protocol::End;

/// After this a process that was sent SIGKILL cannot die: it sits in a system call that nothing interrupts, or in a frozen
/// cgroup.
const KILL_PATIENCE: Duration = Duration::from_secs(5);
/// With this code Xlib ends a process whose connection to the display is broken; nothing else in ours does.
const BY_XLIB: u8 = 1;
/// How long the end of a dead process's output is waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A running process of ours. Signals go to the pidfd: a pid may be a stranger's by the time.
#[derive(Debug)]
pub struct ChildProcess {
    /// Its process id, for people.
    pub pid: u32,
    /// Readable when it has ended.
    pub pidfd: OwnedFd,
    /// What it is called in errors.
    name: String,
    /// When it was first sent SIGKILL.
    killed: Cell<Option<Instant>>,
    /// Whether it was stopped when [`Self::stops`] was asked last.
    stands_still: Cell<bool>,
}

impl End {
    /// Whether a process with a window has got no OpenGL, or has died as by a driver that crashes.
    pub(crate) fn may_be_the_driver(self) -> bool {
        use Signal::{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
        let crashes = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV].map(Self::by);
        crashes.contains(&self) || self == Self::Code(exit::TRY_SOFTWARE)
    }

    /// Whether a process with a window may have ended because its display is gone: it crashed, or was ended by the library
    /// that speaks with the display, or has noticed that its window is lost.
    pub(in crate::supervisor) fn may_be_the_display(self) -> bool {
        self.is_of_the_display() || self.may_be_the_driver()
    }

    /// Whether the window of a process, or its connection to the display, was taken from it.
    pub(crate) fn is_of_the_display(self) -> bool {
        self == Self::Code(exit::WINDOW_LOST) || self == Self::Code(BY_XLIB)
    }

    /// What has become of a process with a window.
    pub(crate) fn of_window(self) -> String {
        match self {
            Self::Code(exit::WINDOW_LOST) => "lost its window (another program has destroyed it)".to_owned(),
            Self::Code(BY_XLIB) => "was disconnected from the display".to_owned(),
            death => format!("died ({death})"),
        }
    }
}

impl ChildProcess {
    /// A child of this process, with its pidfd. After an error the child is gone.
    pub(crate) fn watched(mut child: std::process::Child, name: String) -> Result<Self> {
        let pid = rustix::process::Pid::from_child(&child);
        // The pid cannot be a stranger's: nobody has waited for the child yet.
        match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => Ok(Self {
                pid: child.id(),
                pidfd,
                name,
                killed: Cell::new(None),
                stands_still: Cell::new(false),
            }),
            Err(errno) => {
                let error = Error::system(format_args!("open a pidfd of {name} (pidfd_open)"))(errno);
                // A child that cannot be watched must not be left alone. Nobody has waited for it, so both can only succeed.
                let _killed = child.kill();
                let _ended = clock::within(KILL_PATIENCE, move || child.wait());
                Err(error)
            }
        }
    }

    /// How it ended, if it has; then it is no zombie any more. Never waits.
    ///
    /// One that was sent SIGKILL and has not ended for five seconds is as good as dead: the kernel ends it before it
    /// returns to its program. It is left to init, a line names it, and it counts as killed.
    ///
    /// # Errors
    /// [`Error::System`]
    pub fn reaped(&self) -> Result<Option<End>> {
        let ended = waitid(WaitId::PidFd(self.pidfd.as_fd()), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
        let ended = ended.map_err(Error::system(format_args!("wait for {} (waitid)", self.name)))?;
        let byte = |number| u8::try_from(number).unwrap_or(u8::MAX);
        // Numbers, not names: a real-time signal has none.
        let death = ended.and_then(|how| {
            let code = how.exit_status().map(|code| End::Code(byte(code)));
            code.or_else(|| how.terminating_signal().map(|number| End::Signal(byte(number))))
        });
        if death.is_none() && self.killed.get().is_some_and(|at| at.elapsed() >= KILL_PATIENCE) {
            self.leave_to_init();
            return Ok(Some(End::by(Signal::SIGKILL)));
        }
        Ok(death)
    }

    /// Whether it was stopped (true) or continued (false) since this was asked last, in their order. Never waits, and never
    /// reaps. The kernel forgets what another stop or another signal to go on has overtaken; both were there all the same.
    pub(in crate::supervisor) fn stops(&self) -> Vec<bool> {
        let mut seen = Vec::new();
        for (what, is_stop) in [(WaitIdOptions::STOPPED, true), (WaitIdOptions::CONTINUED, false)] {
            let found = waitid(WaitId::PidFd(self.pidfd.as_fd()), what | WaitIdOptions::NOHANG);
            // It fails where the process has ended and was reaped: then it neither stops nor goes on.
            if !matches!(found, Ok(Some(_))) {
                continue;
            }
            if self.stands_still.replace(is_stop) == is_stop {
                seen.push(!is_stop);
            }
            seen.push(is_stop);
        }
        seen
    }

    /// As [`ChildProcess::reaped`], but waits for its end until the deadline.
    pub(crate) fn ended_by(&self, deadline: Instant) -> Result<Option<End>> {
        while sleep_on(iter::once(self.pidfd.as_fd()), Some(deadline), "poll a pidfd (poll)")?.is_none() {}
        self.reaped()
    }

    fn leave_to_init(&self) {
        let Self { pid, name, .. } = self;
        let state = self.state().map(|state| format!(" (state {state})")).unwrap_or_default();
        report_line(&format!(
            "tripong: {name} (pid {pid}) does not die{state}: {KILL_PATIENCE:?} have passed since SIGKILL; it is left to \
             init; see whether its cgroup is frozen, or which device it waits for"
        ));
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        if signal == rustix::process::Signal::KILL {
            self.killed.set(self.killed.get().or_else(|| Some(Instant::now())));
        }
        // Fails only if it has ended, and then the news is already on its way.
        let sent = pidfd_send_signal(&self.pidfd, signal);
        debug_assert!(matches!(sent, Ok(()) | Err(rustix::io::Errno::SRCH)), "{}: {sent:?}", self.name);
    }

    /// Whether it stands still at a signal (SIGSTOP, ctrl-Z), or has ended: it cannot take a ball.
    pub fn is_stopped(&self) -> bool {
        self.state().is_none_or(|state| matches!(state, 'T' | 't' | 'Z' | 'X'))
    }

    /// Its state, as /proc abbreviates it.
    fn state(&self) -> Option<char> {
        let pid = i32::try_from(self.pid).ok()?;
        Some(procfs::process::Process::new(pid).ok()?.stat().ok()?.state)
    }
}

/// Kills them all and waits until they are gone, for all together no longer than [`KILL_PATIENCE`]; one that is not gone then is
/// left to init. The one way in which the launcher waits for processes that it has killed. The first error is returned after
/// all were killed and waited for.
pub(crate) fn end_all<'a>(processes: impl IntoIterator<Item = &'a ChildProcess> + Clone) -> Result<()> {
    processes.clone().into_iter().for_each(|process| process.signal(rustix::process::Signal::KILL));
    let deadline = Instant::now() + KILL_PATIENCE;
    let ends = processes.into_iter().map(|process| process.ended_by(deadline).map(drop));
    ends.fold(Ok(()), Result::and)
}

/// What a process writes to one of its streams, read by a thread of its own, so that a full pipe stops no one.
#[derive(Debug)]
pub(crate) struct Output(Receiver<Vec<u8>>);

impl Output {
    /// Reads it from now on.
    pub(crate) fn of(stream: Option<impl Read + Send + 'static>) -> Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let read = move || {
            let mut bytes = Vec::new();
            // What came before an error is better than nothing.
            let _read = stream.map(|mut stream| stream.read_to_end(&mut bytes));
            let _unwanted = sender.send(bytes);
        };
        let started = thread::Builder::new().name("listener".to_owned()).spawn(read);
        started.map_err(Error::system("start a thread that reads a pipe (clone3)"))?;
        Ok(Self(receiver))
    }

    /// All of it, when the process has ended. No other process has its end of the pipe; and if one does, that is not waited for.
    pub(crate) fn all(&self) -> Vec<u8> {
        self.0.recv_timeout(LAST_WORDS).unwrap_or_default()
    }
}

/// Sleeps until one of the fds is readable, or the time has come. Whether the first one is readable; None if a signal came.
/// An error says that this `action` failed.
pub(crate) fn sleep_on<'a>(
    fds: impl IntoIterator<Item = BorrowedFd<'a>>,
    until: Option<Instant>,
    action: &str,
) -> Result<Option<bool>> {
    let mut fds: Vec<_> = fds.into_iter().map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
    let left = until.map(|until| until.saturating_duration_since(Instant::now()));
    match ppoll(&mut fds, left.map(TimeSpec::from), None) {
        Ok(_) => Ok(Some(fds[0].any() == Some(true))),
        Err(Errno::EINTR) => Ok(None),
        Err(errno) => Err(Error::system(action)(errno)),
    }
}

/// User and system time of all children that have been waited for, in nanoseconds.
pub(in crate::supervisor) fn children_cpu_ns() -> u64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0, |usage| {
        (usage.user_time() + usage.system_time()).num_microseconds().cast_unsigned() * 1000
    })
}
