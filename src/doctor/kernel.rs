//! What the processes share and how they wake each other, tried with the program's own means.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rustix::io::Errno;

use super::check::{Check, Finding, cause};
use crate::error::{Error, Result, exit};
use crate::game::PaneId;
use crate::platform::{clock, fd_passing};
use crate::protocol::Region;
use crate::protocol::doorbell::{DoorbellState, FdBell};
use crate::shm::{self, Mapping};

/// After this a wake-up will not come.
const PATIENCE: Duration = Duration::from_secs(5);
/// As long as a tick at the highest speed, in whole milliseconds.
const TICK: Duration = Duration::from_millis(2);

/// Memory, what it is shared by, and the bells.
pub(super) fn checks() -> Vec<Check> {
    let (memory, passed_fd, futex) = match Mapping::<Region>::create_zeroed() {
        Ok((memfd, mapping)) => {
            let (passed_fd, futex) = passed_fd_and_futex(&memfd, mapping);
            (memory(&memfd), passed_fd, futex)
        }
        Err(error) => {
            let advice = "the game cannot do without; see the checks file-size and ram";
            let untried = "not tried: there is no shared memory to try it with";
            let untried = Finding::fails(exit::SYSTEM, untried, "see memory");
            (Finding::fails(exit::SYSTEM, cause(&error), advice), untried.clone(), untried)
        }
    };
    vec![
        memory.of("memory"),
        no_exec().of("no-exec"),
        passed_fd.of("passed-fd"),
        futex.of("futex"),
        finding(sleeps()).of("clock"),
        finding(eventfd()).of("eventfd"),
        finding(pidfd()).of("pidfd"),
    ]
}

/// Of something that works, or fails because the kernel refuses it.
fn finding(tried: Result<String>) -> Finding {
    tried.map_or_else(|error| fails(cause(&error)), Finding::ok)
}

fn fails(found: impl Into<String>) -> Finding {
    Finding::fails(
        exit::SYSTEM,
        found,
        "Linux 5.4 or newer is needed, without a sandbox that forbids this call",
    )
}

/// The seals were set when it was created; here somebody breaks them.
fn memory(memfd: &OwnedFd) -> Finding {
    let size = i64::try_from(Region::SIZE).unwrap_or(i64::MAX);
    let refused = |size| nix::unistd::ftruncate(memfd, size) == Err(nix::errno::Errno::EPERM);
    if refused(size + 1) && refused(size - 1) {
        Finding::ok(format!("a memfd of {size} bytes is allocated and sealed: it neither grows nor shrinks"))
    } else {
        let found = "the seals of a memfd do not hold: its size can be changed";
        fails(found)
    }
}

fn no_exec() -> Finding {
    match shm::knows_noexec_seal() {
        Ok(true) => Finding::ok("MFD_NOEXEC_SEAL is known: shared memory can never be executed"),
        Ok(false) => Finding::ok("MFD_NOEXEC_SEAL is not known (since Linux 6.3); the game goes without it"),
        Err(errno) => fails(format!("failed to create a memfd: {errno}")),
    }
}

/// A second mapping, of an fd that came over a socket; and a sleeper on it, which is woken through the first one.
fn passed_fd_and_futex(memfd: &OwnedFd, mapping: Mapping<Region>) -> (Finding, Finding) {
    match pass(memfd.as_fd()).and_then(|passed| Mapping::<Region>::attach_unread(passed.as_fd())) {
        Ok(other) => {
            mapping.region().bell(PaneId(1)).notify_word();
            let is_the_same = other.region().bell(PaneId(1)).state() == DoorbellState::Notified;
            let passed = if is_the_same {
                Finding::ok("a memfd sent over a socket was mapped: both mappings are the same memory")
            } else {
                let found = "a memfd sent over a socket was mapped, and is other memory";
                fails(found)
            };
            (passed, futex(&mapping, other))
        }
        Err(error) => {
            let untried = "not tried: there is no second mapping";
            (fails(cause(&error)), Finding::fails(exit::SYSTEM, untried, "see passed-fd"))
        }
    }
}

/// The fd as another process gets it.
fn pass(memfd: BorrowedFd<'_>) -> Result<OwnedFd> {
    let pass = || {
        let (ours, theirs) = fd_passing::socket()?;
        fd_passing::send(&ours, b"x", &[memfd])?;
        let (_, mut fds) = fd_passing::receive(&theirs, &mut [0])?;
        // At a limit of fds the message comes without it.
        fds.pop().ok_or(Errno::MFILE)
    };
    pass().map_err(Error::system("send an fd over a socket (socketpair, sendmsg, recvmsg)"))
}

fn futex(mapping: &Mapping<Region>, other: Mapping<Region>) -> Finding {
    let other = Arc::new(other);
    let sleeps = Arc::clone(&other);
    let sleeper = thread::Builder::new().name("sleeper".to_owned()).spawn(move || {
        let begin = Instant::now();
        sleeps.region().bell(PaneId(0)).sleep(PATIENCE);
        begin.elapsed()
    });
    let Ok(sleeper) = sleeper else {
        return Finding::fails(exit::SYSTEM, "failed to start a thread", "see processes");
    };
    let bell = mapping.region().bell(PaneId(0));
    let is_asleep = || matches!(bell.state(), DoorbellState::Asleep(_));
    let begin = Instant::now();
    while !is_asleep() && begin.elapsed() < PATIENCE {
        nap();
    }
    // It arms its doorbell just before it sleeps.
    nap();
    bell.notify_word();
    match sleeper.join() {
        Ok(slept) if slept < PATIENCE => {
            Finding::ok("a thread asleep on one mapping was woken through the other one")
        }
        Ok(_) | Err(_) => {
            let found = format!("a sleeper on a shared futex was not woken within {PATIENCE:?}");
            fails(found)
        }
    }
}

fn nap() {
    // Where this is refused the check clock fails, and the word is looked at all the more often.
    let _slept = sleep();
}

/// As a pane sleeps until its next tick. Returns for how long.
fn sleep() -> Result<Duration> {
    let begin = Instant::now();
    clock::sleep_until(clock::now_ns() + clock::ns(TICK))?;
    Ok(begin.elapsed())
}

fn sleeps() -> Result<String> {
    let slept = sleep()?;
    if slept >= TICK {
        Ok(format!("a sleep of {TICK:?} took {slept:.1?}"))
    } else {
        Err(Error::system("sleep until a time")(Errno::IO))
    }
}

/// The supervisor's doorbell, polled as the supervisor polls it.
fn eventfd() -> Result<String> {
    let bell = FdBell::new()?;
    bell.notify();
    let mut fds = [PollFd::new(bell.as_fd(), PollFlags::POLLIN)];
    let ready =
        poll(&mut fds, PollTimeout::from(1000u16)).map_err(Error::system("poll an eventfd (poll)"))?;
    if ready == 1 && bell.drain() {
        Ok("an eventfd was notified, polled and read".to_owned())
    } else {
        Err(Error::system("poll and read an eventfd")(Errno::IO))
    }
}

/// A signal to ourselves that does nothing to a process that is not stopped.
fn pidfd() -> Result<String> {
    let own = rustix::process::getpid();
    let flags = rustix::process::PidfdFlags::empty();
    let pidfd =
        rustix::process::pidfd_open(own, flags).map_err(Error::system("open a pidfd (pidfd_open)"))?;
    let signal = rustix::process::Signal::CONT;
    rustix::process::pidfd_send_signal(&pidfd, signal)
        .map_err(Error::system("send a signal to a pidfd (pidfd_send_signal)"))?;
    Ok("a pidfd was opened and sent a signal; the check game waits for one".to_owned())
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::doctor::check::CheckState;

    #[test]
    fn where_the_tests_run_the_game_has_what_its_processes_share() {
        let checks = checks();
        let names: Vec<_> = checks.iter().map(|check| check.name).collect();
        assert_eq!(names, ["memory", "no-exec", "passed-fd", "futex", "clock", "eventfd", "pidfd"]);
        assert!(checks.iter().all(|check| check.finding.state == CheckState::Ok), "{checks:?}");
    }
}
