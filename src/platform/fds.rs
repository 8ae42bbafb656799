//! What a process inherits: fds at fixed numbers and nothing else, and what signals do.

#![expect(unsafe_code, reason = "taking over what exists before any Rust code runs")]

use std::fs;
#[cfg(feature = "terminal")]
use std::os::fd::{FromRawFd, IntoRawFd};
use std::os::fd::{OwnedFd, RawFd};
use std::sync::OnceLock;

use command_fds::inherited::{init_inherited_fds, take_fd_ownership};
#[cfg(feature = "terminal")]
use nix::errno::Errno;
#[cfg(feature = "terminal")]
use nix::mqueue::MqdT;
#[cfg(feature = "terminal")]
use nix::sys::signal::SigSet;
use nix::sys::signal::{SigHandler, Signal, signal};

use crate::error::{Error, Refusal, Result};

/// The memfd of the Region.
pub const REGION: RawFd = 3;
/// The reading end of a pipe whose writing end only the launcher has: its end of file is the launcher's death.
pub const PARENT_DEATH_PIPE: RawFd = 4;
/// An eventfd: the supervisor's doorbell. It waits for deaths at the same time, so its bell must be an fd.
pub const WAKEUP_EVENTFD: RawFd = 5;
/// A socket over which the launcher sends the ends of pipes and sockets to the neighbours.
pub const CONTROL_SOCKET: RawFd = 6;
/// The first of as many eventfds as there are panes: the pollable halves of their doorbells.
pub const BELLS: RawFd = 7;

/// The inspector's request page, where a pane has its control socket.
pub const REQUEST_PAGE: RawFd = 6;

/// The first of the ends of the links of a process of the bench.
pub const LINKS: RawFd = 5;

/// Takes over these fds, which the launcher has passed on. Must be called before the process opens any fd: at the start of a
/// child.
///
/// # Errors
/// [`Refusal::NoFd`] if one is missing.
pub fn inherit<const N: usize>(numbers: [RawFd; N]) -> Result<[OwnedFd; N]> {
    list()?;
    let taken: Vec<_> = numbers.into_iter().map(take).collect::<Result<_>>()?;
    taken.try_into().map_err(|_| Refusal::NoFd(REGION).into())
}

fn take(fd: RawFd) -> Result<OwnedFd> {
    take_fd_ownership(fd).map_err(|_| Refusal::NoFd(fd).into())
}

/// Finds out what was inherited, so that it can be taken.
fn list() -> Result<()> {
    // SAFETY: a child calls this first of all, and once (a second call is an error): no code of
    // this process owns an fd above 2 yet.
    unsafe { init_inherited_fds() }
        .map_err(Error::system("list the inherited fds in /proc/self/fd (getdents64)"))
}

/// Takes over so many fds from this one on, a number from the shared memory or from the launcher, and closes all other
/// fds that came along from the process that started the launcher. Once, after [`inherit`].
///
/// # Errors
/// [`Refusal::NoFd`] if one is missing.
pub fn inherit_rest(first: RawFd, count: u8) -> Result<Vec<OwnedFd>> {
    let after_the_last = first + RawFd::from(count);
    let taken = (first..after_the_last).map(take).collect();
    let strangers = open_fds()?.into_iter().filter(|fd| *fd >= after_the_last);
    strangers.filter_map(|fd| take_fd_ownership(fd).ok()).for_each(drop);
    taken
}

/// By hand: procfs also reads where each of them leads, and leaves out those of which it cannot.
fn open_fds() -> Result<Vec<RawFd>> {
    let entries = fs::read_dir("/proc/self/fd").map_err(Error::system("list the fds in /proc/self/fd"))?;
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect())
}

/// Makes three signals do what they do by default, whatever was inherited. To be called first of all.
///
/// SIGCHLD: a program that ignores it hands that down, and then the kernel reaps the children itself, and how they died is
/// lost. SIGSEGV and SIGBUS: std installs a handler before main, which swallows the first of those that
/// another process sends, and dies of the second. What is lost with it is std's line about a stack that overflowed; the process
/// dies of that as before, by SIGSEGV in place of SIGABRT, and its launcher reports it.
pub fn set_signals_to_default() {
    set_to_default(&[Signal::SIGCHLD, Signal::SIGSEGV, Signal::SIGBUS]);
}

/// Makes these signals do what they do by default.
pub fn set_to_default(signals: &[Signal]) {
    for number in signals {
        // SAFETY: SIG_DFL names no function that could be called at a wrong time, and no code of ours, nor of std once it
        // has started, relies on another disposition of the signals that this is called for.
        let _before = unsafe { signal(*number, SigHandler::SigDfl) };
    }
}

/// The highest real-time signal: the C library has the lowest for itself, and programs count theirs from there.
#[cfg(feature = "terminal")]
pub(crate) fn real_time_signal() -> rustix::process::Signal {
    // SAFETY: a valid number, and one that the C library leaves to the program.
    unsafe { rustix::process::Signal::from_raw_unchecked(nix::libc::SIGRTMAX()) }
}

/// Waits until one of these signals is sent, which this thread has blocked, and takes it. May return early.
///
/// # Errors
/// [`Error::System`]
#[cfg(feature = "terminal")]
pub(crate) fn wait_for_signal(signals: &SigSet) -> Result<()> {
    // SAFETY: a live set, and no place for what else is known of the signal, which the call allows.
    let taken = unsafe { nix::libc::sigwaitinfo(signals.as_ref(), std::ptr::null_mut()) };
    match Errno::result(taken) {
        // The process was stopped, and continued.
        Err(Errno::EINTR) => Ok(()),
        taken => taken.map(drop).map_err(Error::system("wait for a signal (rt_sigtimedwait)")),
    }
}

/// A message queue that was inherited as an fd, which it is on Linux. It stays open until the process ends.
#[cfg(feature = "terminal")]
pub(crate) fn message_queue(fd: OwnedFd) -> MqdT {
    // SAFETY: an open fd, which nothing else owns from here on. If it is no message queue, the calls on it fail.
    unsafe { MqdT::from_raw_fd(fd.into_raw_fd()) }
}

static STDOUT_WAS_CLOSED: OnceLock<bool> = OnceLock::new();

/// Whether the process was started without a stdout (`>&-` in a shell). std opens /dev/null in its place before main, so that
/// what is written there seems to arrive.
pub fn stdout_was_closed() -> bool {
    STDOUT_WAS_CLOSED.get().is_some_and(|was_closed| *was_closed)
}

/// The C library calls what is in this section before main, and so before std.
// SAFETY: it calls each entry once, as a C function, with arguments that a function without any may ignore. This one makes
// a system call and sets a static: it needs nothing that is set up only in main.
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = look_at_stdout;

extern "C" fn look_at_stdout() {
    let flags = rustix::io::fcntl_getfd(rustix::stdio::stdout());
    // The C library calls it once.
    let _first = STDOUT_WAS_CLOSED.set(flags == Err(rustix::io::Errno::BADF));
}
