//! Rings of io_uring of two processes that wake each other: the operation `MSG_RING` puts an entry into the other's ring.
//!
//! A ring's fd cannot be sent over a socket. So one process creates the rings, and others inherit their fds.

#![cfg_attr(
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    expect(unsafe_code, reason = "a ring that was inherited, and what is put into a ring")
)]

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
pub(crate) use self::here::{Ring, create};
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
pub(crate) use self::nowhere::{Ring, create};

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
mod here {
    use std::fs;
    use std::io::{self, ErrorKind};
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};

    use io_uring::{IoUring, opcode, squeue, types};

    /// Operations that one ring takes at a time. It has room for twice as many entries; the kernel keeps those that come beyond.
    const OPERATIONS: u32 = 8;
    /// What marks an entry of another ring, and of an operation of this one.
    const NOTIFICATION: u64 = 1;
    const OPERATION: u64 = 2;

    /// A ring that this process waits on.
    pub(crate) struct Ring {
        ring: IoUring,
        /// An entry of another ring was taken that nothing has waited for yet.
        has_come: bool,
    }

    /// Creates a ring for one process to wait on, and any number to notify.
    ///
    /// # Errors
    /// Where the kernel is too old, or the administrator or a sandbox refuses.
    pub(crate) fn create() -> io::Result<OwnedFd> {
        let ring = IoUring::new(OPERATIONS)?;
        ring.as_fd().try_clone_to_owned()
    }

    impl Ring {
        /// Takes over a ring that [`create`] has made, here or in the process that passed it on.
        ///
        /// # Errors
        /// If the fd is none; as [`create`].
        pub(crate) fn attach(fd: OwnedFd) -> io::Result<Self> {
            let link = fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd()))?;
            if link.as_os_str() != "anon_inode:[io_uring]" {
                let what = format!("fd {} is not a ring but {}", fd.as_raw_fd(), link.display());
                return Err(io::Error::new(ErrorKind::InvalidInput, what));
            }
            // The kernel has described the ring to the process that made it. It describes one made alike alike.
            let alike = IoUring::new(OPERATIONS)?.params().clone();
            // SAFETY: the fd is owned, and a ring's; `create` has made it by the same call as the one that `alike` is of, under
            // the same kernel: nothing else makes rings in this program, and it re-executes only itself.
            let ring = unsafe { IoUring::from_fd(fd.into_raw_fd(), alike) }?;
            Ok(Self { ring, has_come: false })
        }

        /// Puts an entry into another ring, and wakes the process that waits on it: one system call.
        ///
        /// # Errors
        /// What the kernel says.
        pub(crate) fn notify(&mut self, other: BorrowedFd<'_>) -> io::Result<()> {
            let operation = opcode::MsgRingData::new(types::Fd(other.as_raw_fd()), 0, NOTIFICATION, None)
                .build()
                .user_data(OPERATION)
                // It leaves an entry here only if it fails.
                .flags(squeue::Flags::SKIP_SUCCESS);
            // SAFETY: the operation refers to no memory, and `other` is open until the call below has returned, which has
            // carried it out.
            unsafe { self.ring.submission().push(&operation) }.map_err(io::Error::other)?;
            self.ring.submit()?;
            self.drain()
        }

        /// Waits for an entry of another ring: one system call, or none if there is one. May return early.
        ///
        /// # Errors
        /// What the kernel says.
        pub(crate) fn wait(&mut self) -> io::Result<()> {
            self.drain()?;
            if !self.has_come {
                match self.ring.submit_and_wait(1) {
                    Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                    _ => self.drain()?,
                }
            }
            self.has_come = false;
            Ok(())
        }

        /// Takes all entries that there are.
        fn drain(&mut self) -> io::Result<()> {
            for entry in self.ring.completion() {
                match entry.user_data() {
                    NOTIFICATION => self.has_come = true,
                    // Of an operation that failed.
                    _ => return Err(io::Error::from_raw_os_error(-entry.result())),
                }
            }
            Ok(())
        }
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
mod nowhere {
    use std::io;
    use std::os::fd::{BorrowedFd, OwnedFd};

    /// There is none on this processor.
    pub(crate) enum Ring {}

    /// Refuses: the crate io-uring does not know this processor.
    pub(crate) fn create() -> io::Result<OwnedFd> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "the crate io-uring does not know this processor"))
    }

    impl Ring {
        pub(crate) fn attach(_fd: OwnedFd) -> io::Result<Self> {
            create().map(|never| match never {})
        }

        pub(crate) fn notify(&mut self, _other: BorrowedFd<'_>) -> io::Result<()> {
            match *self {}
        }

        pub(crate) fn wait(&mut self) -> io::Result<()> {
            match *self {}
        }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::thread;

    use super::*;

    #[test]
    fn a_ring_wakes_another_as_often_as_it_notifies() {
        // Where the kernel refuses, there is nothing to be tried.
        let (Ok(one), Ok(two)) = (create(), create()) else { return };
        let fds = [one, two];
        let others = fds.each_ref().map(|fd| fd.try_clone().unwrap());
        let [mut one, mut two] = fds.map(|fd| Ring::attach(fd).unwrap());
        let [to_one, to_two] = others;
        let answers = thread::spawn(move || {
            for _ in 0..100 {
                two.wait().unwrap();
                two.notify(to_one.as_fd()).unwrap();
            }
        });
        for _ in 0..100 {
            one.notify(to_two.as_fd()).unwrap();
            one.wait().unwrap();
        }
        answers.join().unwrap();
    }

    #[test]
    fn more_notifications_than_a_ring_has_room_for_are_not_lost() {
        let (Ok(fd), Ok(other)) = (create(), create()) else { return };
        let to_it = fd.try_clone().unwrap();
        let (mut waits, mut notifies) = (Ring::attach(fd).unwrap(), Ring::attach(other).unwrap());
        (0..1000).for_each(|_| notifies.notify(to_it.as_fd()).unwrap());
        waits.wait().unwrap();
    }

    #[test]
    fn what_is_no_ring_is_refused() {
        let fd = File::open("/dev/null").unwrap().into();
        let refused = Ring::attach(fd).err().unwrap();
        assert!(refused.to_string().contains("/dev/null"), "{refused}");
    }
}
