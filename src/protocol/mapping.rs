//! Each process's handle on the Region.

use std::os::fd::{BorrowedFd, OwnedFd};

use super::header::Setup;
use super::region::Region;
use crate::error::Result;
use crate::platform::sync::{ReadOnly, Rights};
use crate::shm::{Mapped, Mapping};

impl<M: Rights> Mapped for Region<M> {
    type Rights = M;
    const NAME: &'static str = "the Region";
}

impl Mapping<Region> {
    /// Creates the memfd and the Region in it.
    ///
    /// # Errors
    /// [`Error::System`](crate::error::Error::System), as [`Mapping::create_zeroed`].
    pub fn create(setup: &Setup) -> Result<(OwnedFd, Self)> {
        let (memfd, mapping) = Self::create_zeroed()?;
        mapping.region().initialize(setup);
        Ok((memfd, mapping))
    }

    /// Maps a Region that was passed on, after its seals, its size and its header were checked.
    ///
    /// # Errors
    /// [`Error::Refused`](crate::error::Error::Refused) says what is wrong with it.
    pub fn attach(memfd: BorrowedFd<'_>) -> Result<(Self, Setup)> {
        Self::attach_checked(memfd)
    }
}

impl Mapping<Region<ReadOnly>> {
    /// Maps a Region for a process that only reads it, and that may have an fd open for reading only.
    ///
    /// Its words can be read:
    ///
    /// ```
    /// use tripong::game::PaneId;
    /// use tripong::platform::sync::{Ordering, ReadOnly};
    /// use tripong::protocol::Region;
    ///
    /// fn hops(region: &Region<ReadOnly>) -> u64 {
    ///     region.pane(PaneId(0)).status.hops.load(Ordering::Acquire)
    /// }
    /// ```
    ///
    /// They can be stored to only in a Region that is mapped to be written:
    ///
    /// ```
    /// use tripong::game::PaneId;
    /// use tripong::platform::sync::{Ordering, ReadWrite};
    /// use tripong::protocol::Region;
    ///
    /// fn reset(region: &Region<ReadWrite>) {
    ///     region.pane(PaneId(0)).status.hops.store(0, Ordering::Release);
    /// }
    /// ```
    ///
    /// ```compile_fail,E0599
    /// use tripong::game::PaneId;
    /// use tripong::platform::sync::{Ordering, ReadOnly};
    /// use tripong::protocol::Region;
    ///
    /// fn reset(region: &Region<ReadOnly>) {
    ///     region.pane(PaneId(0)).status.hops.store(0, Ordering::Release);
    /// }
    /// ```
    ///
    /// The same holds of what is done by a method of the Region:
    ///
    /// ```
    /// use tripong::platform::sync::ReadWrite;
    /// use tripong::protocol::Region;
    ///
    /// fn pause(region: &Region<ReadWrite>) {
    ///     region.set_paused(true);
    /// }
    /// ```
    ///
    /// ```compile_fail,E0599
    /// use tripong::platform::sync::ReadOnly;
    /// use tripong::protocol::Region;
    ///
    /// fn pause(region: &Region<ReadOnly>) {
    ///     region.set_paused(true);
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`Mapping::attach`].
    pub fn attach_read_only(memfd: BorrowedFd<'_>) -> Result<(Self, Setup)> {
        Self::attach_checked(memfd)
    }
}

impl<M: Rights> Mapping<Region<M>> {
    fn attach_checked(memfd: BorrowedFd<'_>) -> Result<(Self, Setup)> {
        let mapping = Self::attach_unread(memfd)?;
        let setup = mapping.region().header.setup()?;
        Ok((mapping, setup))
    }

    /// The shared bytes.
    pub fn region(&self) -> &Region<M> {
        self.shared()
    }
}

// Miri has no memfd.
#[cfg(test)]
#[cfg(not(any(feature = "model", miri)))]
mod tests {
    use std::os::fd::{AsFd, AsRawFd};
    use std::time::Duration;

    use nix::errno::Errno;
    use nix::fcntl::{FcntlArg, SealFlag, fcntl};

    use super::*;
    use crate::game::Court;
    use crate::protocol::{Supervision, TransportKind};

    fn setup() -> Setup {
        let court = Court { panes: 4, seed: 11 };
        let supervision = Supervision {
            stall: Some(Duration::from_millis(5)),
            restarts: Some((3, Duration::from_secs(5))),
        };
        let (goal_hops, transport) = (Some(9), TransportKind::Pipe);
        Setup { goal_hops, transport, supervision, ..Setup::headless(court, 1) }
    }

    #[test]
    fn what_was_created_can_be_attached_and_is_the_same_memory() {
        let (memfd, parent) = Mapping::create(&setup()).unwrap();
        let (child, found) = Mapping::attach(memfd.as_fd()).unwrap();
        assert_eq!(found, setup());
        parent.region().stop();
        assert_eq!(child.region().header.phase(), crate::protocol::Phase::Stopping);
    }

    #[test]
    fn a_read_only_mapping_is_the_same_memory_through_an_fd_that_cannot_be_written() {
        let (memfd, parent) = Mapping::create(&setup()).unwrap();
        let read_only = std::fs::File::open(format!("/proc/self/fd/{}", memfd.as_raw_fd())).unwrap();
        assert!(
            Mapping::<Region>::attach_unread(read_only.as_fd()).is_err(),
            "it cannot be mapped to be written"
        );
        let (reader, found) = Mapping::attach_read_only(read_only.as_fd()).unwrap();
        assert_eq!(found, setup());
        parent.region().stop();
        assert_eq!(reader.region().header.phase(), crate::protocol::Phase::Stopping);
    }

    #[test]
    fn a_created_region_can_neither_shrink_nor_grow_nor_lose_its_seals() {
        let (memfd, _mapping) = Mapping::create(&setup()).unwrap();
        let whole = i64::try_from(Region::SIZE).unwrap();
        for size in [0, whole - 1, whole + 1] {
            assert_eq!(nix::unistd::ftruncate(&memfd, size), Err(Errno::EPERM), "to {size} bytes");
        }
        let more = fcntl(&memfd, FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_WRITE));
        assert_eq!(more, Err(Errno::EPERM));
    }
}
