//! The pollable half of a doorbell.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::error::{Error, Result};

/// A doorbell that can be polled: an eventfd. The supervisor has one, because it waits for the deaths of its children
/// at the same time, and a futex cannot be polled; each pane has one beside its word, for when it waits for frames.
#[derive(Debug)]
pub struct FdBell(OwnedFd);

impl FdBell {
    /// A new bell without notifications.
    ///
    /// # Errors
    /// [`Error::System`] if there is no fd left.
    pub fn new() -> Result<Self> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let bell = EventFd::from_flags(flags)
            .map_err(Error::system("create the eventfd of a doorbell (eventfd2)"))?;
        Ok(Self(bell.into()))
    }

    /// Notifies. Never blocks.
    pub fn notify(&self) {
        // The one failure is EAGAIN: 2^64 - 2 notifications wait already.
        let notified = nix::unistd::write(&self.0, &1u64.to_ne_bytes());
        debug_assert!(
            matches!(notified, Ok(8) | Err(nix::errno::Errno::EAGAIN)),
            "eventfd write: {notified:?}"
        );
    }

    /// Drains it: forgets all notifications so far. To be called before looking at what they are about. Returns whether there
    /// were any.
    pub fn drain(&self) -> bool {
        // EAGAIN: there was none.
        let drained = nix::unistd::read(&self.0, &mut [0; 8]);
        debug_assert!(matches!(drained, Ok(8) | Err(nix::errno::Errno::EAGAIN)), "eventfd read: {drained:?}");
        drained.is_ok()
    }
}

impl From<OwnedFd> for FdBell {
    fn from(inherited: OwnedFd) -> Self {
        Self(inherited)
    }
}

impl AsFd for FdBell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
