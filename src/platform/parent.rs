//! A child's name, and its end with the launcher.

use std::ffi::CString;
use std::os::fd::OwnedFd;
use std::sync::OnceLock;
use std::thread;

use nix::sys::prctl::{set_name, set_pdeathsig};
use nix::sys::signal::{Signal, raise};
use nix::unistd::getppid;

use crate::error::{Error, Result};

/// Sets the name that `ps`, `top` and `pstree` show; re-executed, it would be "exe".
pub(crate) fn name_the_process(name: &str) {
    if let Ok(name) = CString::new(name) {
        // Fails for a bad address only; and a wrong name does no harm.
        let _named = set_name(&name);
    }
}

/// A child never outlives its launcher, not even one that was SIGKILLed. Two ways, because either alone has a
/// hole: the death signal is not sent if the launcher died before it was asked for (hence the look at the parent),
/// and a stopped child does not read the end of file.
pub(crate) fn follow_the_launcher(launcher_pid: u32, parent_death_pipe: OwnedFd) -> Result<()> {
    set_pdeathsig(Signal::SIGKILL)
        .map_err(Error::system("ask for a signal at the launcher's death (prctl)"))?;
    if getppid().as_raw().cast_unsigned() != launcher_pid {
        end_now();
    }
    let wait_for_the_end = move || {
        let mut byte = [0];
        while nix::unistd::read(&parent_death_pipe, &mut byte) == Err(nix::errno::Errno::EINTR) {}
        end_now();
    };
    thread::Builder::new()
        .name("parent-death".to_owned())
        .stack_size(64 * 1024)
        .spawn(wait_for_the_end)
        .map_err(Error::system("start the parent-death pipe thread (clone3)"))?;
    Ok(())
}

/// A launcher that a lab has started ends with the lab, however that ends.
///
/// # Errors
/// [`Error::System`]
pub(crate) fn end_with_the_parent() -> Result<()> {
    set_pdeathsig(Signal::SIGTERM).map_err(Error::system("ask for a signal at the end of the lab (prctl)"))
}

/// What this process still does at its launcher's end.
static FAREWELL: OnceLock<fn()> = OnceLock::new();

/// From now on this process does so before it ends with its launcher, since what it has changed outlives it. So it ends by the pipe
/// alone: the death signal leaves no time. If it is stopped, the kernel continues its group, which has lost its leader.
///
/// # Errors
/// [`Error::System`]
pub(crate) fn before_the_end(farewell: fn()) -> Result<()> {
    let _first = FAREWELL.set(farewell);
    set_pdeathsig(None).map_err(Error::system("ask for no signal at the launcher's death (prctl)"))
}

/// Ends this process at once, as the death signal would: nothing else that it could still do has a use.
fn end_now() {
    if let Some(farewell) = FAREWELL.get() {
        farewell();
    }
    // Cannot fail, and does not return.
    let _killed = raise(Signal::SIGKILL);
}
