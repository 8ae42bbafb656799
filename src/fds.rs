//! The fds that a child inherits, at fixed numbers, and nothing else.

#![expect(unsafe_code, reason = "taking ownership of fds that exist before any Rust code runs")]

use std::fs;
use std::os::fd::{OwnedFd, RawFd};

use command_fds::inherited::{init_inherited_fds, take_fd_ownership};

use crate::error::{Error, Refusal, Result};

/// The memfd of the Region.
pub const REGION: RawFd = 3;
/// The reading end of a pipe whose writing end only the launcher has: its end of file is the launcher's death.
pub const LIFELINE: RawFd = 4;
/// An eventfd: the supervisor's doorbell. It waits for deaths at the same time, so its bell must be an fd.
pub const ATTENTION: RawFd = 5;

/// What a child has inherited.
#[derive(Debug)]
pub struct Inherited {
    /// See [`REGION`].
    pub region: OwnedFd,
    /// See [`LIFELINE`].
    pub lifeline: OwnedFd,
    /// See [`ATTENTION`].
    pub attention: OwnedFd,
}

impl Inherited {
    /// Takes over what the launcher has passed on, and closes whatever else came along from whoever started the
    /// launcher. Must be called before the process opens any fd: at the start of a child.
    ///
    /// # Errors
    /// [`Refusal::NoFd`] if one is missing.
    pub fn take() -> Result<Self> {
        // SAFETY: a child calls this first of all, and once (a second call is an error): no fd above 2 belongs to
        // anybody in this process yet.
        unsafe { init_inherited_fds() }.map_err(Error::system("list the inherited fds in /proc/self/fd"))?;
        let take = |fd| take_fd_ownership(fd).map_err(|_| Error::from(Refusal::NoFd(fd)));
        let own = Self { region: take(REGION)?, lifeline: take(LIFELINE)?, attention: take(ATTENTION)? };
        strangers()?.into_iter().filter_map(|fd| take_fd_ownership(fd).ok()).for_each(drop);
        Ok(own)
    }
}

/// The numbers of all fds above ours.
fn strangers() -> Result<Vec<RawFd>> {
    let entries = fs::read_dir("/proc/self/fd").map_err(Error::system("list the fds in /proc/self/fd"))?;
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    Ok(numbers.filter(|fd| *fd > ATTENTION).collect())
}
