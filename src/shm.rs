//! The mapping: the anonymous, sealed memfd that holds the Region (or the bench's Yard), and each process's handle on it.
//!
//! Rules of this file, which has one of the program's few unsafe blocks:
//! 1. The file is created with its full size allocated and then sealed against shrinking and growing. A mapping
//!    of it is valid to its last byte for as long as it lasts: no SIGBUS.
//! 2. Nobody maps it before its seals and its size were checked.
//! 3. The bytes are only ever seen as a [`Shared`] type, whose fields are all atomics: no `&[u8]`, no `&mut`. Which
//!    types those are is decided in this file.

#![expect(unsafe_code, reason = "turning the mapping's address into a reference")]

use std::ffi::CStr;
use std::marker::PhantomData;
use std::mem::align_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use memmap2::{MmapOptions, MmapRaw};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SealFlag, fcntl, posix_fallocate};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::stat::fstat;

#[cfg(feature = "terminal")]
use crate::bench::Yard;
use crate::error::{Error, Refusal, Result};
use crate::protocol::{Desk, Region, Setup};

/// `MFD_NOEXEC_SEAL`, since Linux 6.3: nobody can ever execute it. nix has no name for it yet.
const NOEXEC_SEAL: u32 = 8;

/// What a mapping can hold.
///
/// # Safety
/// The type is `#[repr(C)]` and consists of atomic integers and padding only, so every bit pattern is valid and may change
/// under a shared reference; it is aligned to no more than a page, and dropping it does nothing.
pub unsafe trait Shared: Sized {
    /// What it is called in errors.
    const NAME: &'static str;
    /// What its memfd is called in /proc.
    const MEMFD: &'static CStr = c"tripong";
}

// SAFETY: `Region` is `#[repr(C)]`; its parts are arrays and structs, `#[repr(C)]` too, of AtomicU32 and AtomicU64, aligned
// to 128 bytes at most, and nothing in it implements Drop.
unsafe impl Shared for Region {
    const NAME: &'static str = "the Region";
}

// SAFETY: `Yard` is `#[repr(C)]`; its header, berths, logs and holds are `#[repr(C)]` structs and arrays of AtomicU32 and
// AtomicU64, aligned to 128 bytes at most, and nothing in it implements Drop.
#[cfg(feature = "terminal")]
unsafe impl Shared for Yard {
    const NAME: &'static str = "the Yard";
}

// SAFETY: `Desk` is `#[repr(C)]`, one AtomicU64 and padding, aligned to 4096 bytes: a page. It does not implement Drop.
unsafe impl Shared for Desk {
    const NAME: &'static str = "the desk";
    const MEMFD: &'static CStr = c"tripong-desk";
}

/// One process's handle on the shared bytes.
#[derive(Debug)]
pub struct Mapping<T = Region> {
    raw: MmapRaw,
    holds: PhantomData<T>,
}

impl<T: Shared> Mapping<T> {
    /// Creates the memfd: all of its bytes are there, zero, and sealed. The fd is closed on exec; children get theirs
    /// explicitly.
    ///
    /// # Errors
    /// [`Error::System`], for example when there is not enough memory: here, and never later as a SIGBUS.
    pub fn create_zeroed() -> Result<(OwnedFd, Self)> {
        let memfd = create_memfd(T::MEMFD)
            .map_err(Error::system(format_args!("create the memfd of {} (memfd_create)", T::NAME)))?;
        // A limit on the size of files comes as a signal that kills, unless it is blocked; then it is an error.
        SigSet::from(Signal::SIGXFSZ)
            .thread_block()
            .map_err(Error::system("block SIGXFSZ (rt_sigprocmask)"))?;
        allocate(&memfd, size::<T>()).map_err(Error::system(format_args!(
            "allocate {} bytes for {} (fallocate; is there memory left, and is `ulimit -f` large enough?)",
            size_of::<T>(),
            T::NAME
        )))?;
        let seals = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
        fcntl(&memfd, FcntlArg::F_ADD_SEALS(seals))
            .map_err(Error::system(format_args!("seal {} (fcntl)", T::NAME)))?;
        let mapping = Self::map(memfd.as_fd())?;
        Ok((memfd, mapping))
    }

    /// Maps what was passed on, after its seals and its size were checked.
    ///
    /// # Errors
    /// [`Error::Refused`] says what is wrong with it.
    pub fn attach_unread(memfd: BorrowedFd<'_>) -> Result<Self> {
        Self::check(memfd)?;
        Self::map(memfd)
    }

    fn check(memfd: BorrowedFd<'_>) -> Result<()> {
        let number = memfd.as_raw_fd();
        let seals = fcntl(memfd, FcntlArg::F_GET_SEALS).map_err(|_| Refusal::NotAMemfd(number))?;
        let wanted = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW;
        if !SealFlag::from_bits_retain(seals).contains(wanted) {
            return Err(Refusal::Unsealed(seals).into());
        }
        let found =
            fstat(memfd).map_err(Error::system("look at the fd of the shared memory (fstat)"))?.st_size;
        if found != size::<T>() {
            let (found, expected) = (found.cast_unsigned(), size::<T>().cast_unsigned());
            return Err(Refusal::Size { found, expected }.into());
        }
        Ok(())
    }

    fn map(memfd: BorrowedFd<'_>) -> Result<Self> {
        Self::mapped(MmapOptions::new().len(size_of::<T>()).map_raw(memfd.as_raw_fd()))
    }

    fn mapped(raw: std::io::Result<MmapRaw>) -> Result<Self> {
        let raw = raw.map_err(Error::system(format_args!(
            "map the {} bytes of {} (mmap)",
            size_of::<T>(),
            T::NAME
        )))?;
        Ok(Self { raw, holds: PhantomData })
    }

    /// The shared bytes.
    #[must_use]
    pub fn shared(&self) -> &T {
        debug_assert_eq!(self.raw.as_ptr().align_offset(align_of::<T>()), 0, "mmap gives whole pages");
        // SAFETY: the mapping is as many bytes as a T, page-aligned, readable, and lives as long as `self`.
        // The file behind it can neither shrink (sealed, and checked before mapping) nor be unmapped by others. Every
        // bit pattern is a valid T and may change under a shared reference, whoever changes it: that is what `Shared`
        // asks for. Where it is not writable, a store is a signal that kills, and never anything else.
        unsafe { &*self.raw.as_ptr().cast::<T>() }
    }
}

impl Mapping {
    /// Creates the memfd and the Region in it.
    ///
    /// # Errors
    /// [`Error::System`], as [`Mapping::create_zeroed`].
    pub fn create(setup: &Setup) -> Result<(OwnedFd, Self)> {
        let (memfd, mapping) = Self::create_zeroed()?;
        mapping.region().initialize(setup);
        Ok((memfd, mapping))
    }

    /// Maps a Region that was passed on, after its seals, its size and its header were checked.
    ///
    /// # Errors
    /// [`Error::Refused`] says what is wrong with it.
    pub fn attach(memfd: BorrowedFd<'_>) -> Result<(Self, Setup)> {
        let mapping = Self::attach_unread(memfd)?;
        let setup = mapping.region().header.setup()?;
        Ok((mapping, setup))
    }

    /// Maps a Region for who only looks, and who may have an fd that can only be read: whoever stores into it, or
    /// exchanges a word, is killed by a signal. Loads of up to a word are all that reading needs.
    ///
    /// # Errors
    /// As [`Mapping::attach`].
    pub fn attach_read_only(memfd: BorrowedFd<'_>) -> Result<(Self, Setup)> {
        Self::check(memfd)?;
        let mapping =
            Self::mapped(MmapOptions::new().len(Region::SIZE).map_raw_read_only(memfd.as_raw_fd()))?;
        let setup = mapping.region().header.setup()?;
        Ok((mapping, setup))
    }

    /// The shared bytes.
    #[must_use]
    pub fn region(&self) -> &Region {
        self.shared()
    }
}

fn size<T>() -> i64 {
    size_of::<T>().cast_signed() as i64
}

/// All of the file is there afterwards. The call begins anew when a signal interrupts it.
fn allocate(memfd: &OwnedFd, size: i64) -> nix::Result<()> {
    loop {
        match posix_fallocate(memfd, 0, size) {
            Err(Errno::EINTR) => {}
            allocated => return allocated,
        }
    }
}

fn create_memfd(name: &CStr) -> nix::Result<OwnedFd> {
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    match memfd_create(name, flags | MFdFlags::from_bits_retain(NOEXEC_SEAL)) {
        // Kernels before 6.3 do not know the flag.
        Err(Errno::EINVAL) => memfd_create(name, flags),
        created => created,
    }
}

/// Whether this kernel knows [`NOEXEC_SEAL`].
///
/// # Errors
/// Why no memfd can be created at all.
pub fn knows_noexec_seal() -> nix::Result<bool> {
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    match memfd_create(c"tripong-noexec", flags | MFdFlags::from_bits_retain(NOEXEC_SEAL)) {
        Ok(_closed) => Ok(true),
        Err(Errno::EINVAL) => Ok(false),
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::game::Court;
    use crate::protocol::{CarrierKind, Supervision};

    fn setup() -> Setup {
        let court = Court { panes: 4, seed: 11 };
        let supervision = Supervision {
            stall: Some(Duration::from_millis(5)),
            restarts: Some((3, Duration::from_secs(5))),
        };
        let (goal_hops, carrier) = (Some(9), CarrierKind::Pipe);
        Setup { goal_hops, carrier, supervision, ..Setup::headless(court, 1) }
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
    fn who_only_looks_sees_the_same_memory_through_an_fd_that_cannot_be_written() {
        let (memfd, parent) = Mapping::create(&setup()).unwrap();
        let read_only = std::fs::File::open(format!("/proc/self/fd/{}", memfd.as_raw_fd())).unwrap();
        assert!(
            Mapping::<Region>::attach_unread(read_only.as_fd()).is_err(),
            "it cannot be mapped to be written"
        );
        let (looker, found) = Mapping::attach_read_only(read_only.as_fd()).unwrap();
        assert_eq!(found, setup());
        parent.region().stop();
        assert_eq!(looker.region().header.phase(), crate::protocol::Phase::Stopping);
    }

    #[test]
    fn a_created_region_can_neither_shrink_nor_grow_nor_lose_its_seals() {
        let (memfd, _mapping) = Mapping::create(&setup()).unwrap();
        let whole = size::<Region>();
        for size in [0, whole - 1, whole + 1] {
            assert_eq!(nix::unistd::ftruncate(&memfd, size), Err(Errno::EPERM), "to {size} bytes");
        }
        let more = fcntl(&memfd, FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_WRITE));
        assert_eq!(more, Err(Errno::EPERM));
    }
}
