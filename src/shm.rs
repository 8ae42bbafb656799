//! Shared memory: what may lie in it, and each process's handle on the sealed memfd that holds it.
//!
//! Rules of this file, which has one of the program's few unsafe blocks, and decides which types that may hand out:
//! 1. The file is created with its full size allocated and then sealed against shrinking and growing. A mapping
//!    of it is valid to its last byte for as long as it lasts: no SIGBUS. (A file without a name cannot be sealed: [`Backing`].)
//! 2. No process maps it before it has checked its seals and its size.
//! 3. The bytes are only ever seen as a [`Shared`] type: atomic words, nothing else, no `&[u8]`, no `&mut`. The compiler
//!    checks each field of each such struct, which [`shared!`] declares.
//! 4. What is mapped to be read only is seen as a type without stores.
//! 5. Labs map pages at addresses of their choice, and follow pointers, in [`LAB_ADDRESSES`] only, where nothing else lies.

#![expect(
    unsafe_code,
    reason = "turning the mapping's address into a reference, to a type that may lie there; and, for labs, what follows a pointer"
)]

use std::ffi::CStr;
use std::marker::PhantomData;
use std::mem::{align_of, needs_drop};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use memmap2::{MmapOptions, MmapRaw};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SealFlag, fcntl, posix_fallocate};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, mmap_anonymous};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::stat::{SFlag, fstat};

use crate::error::{Error, Refusal, Result};
use crate::platform::sync::{Ordering, ReadWrite, Rights, Word, Word32};

/// `MFD_NOEXEC_SEAL`, since Linux 6.3: no process can ever execute it. nix has no name for it yet.
const NOEXEC_SEAL: MFdFlags = MFdFlags::from_bits_retain(8);
/// Closed on exec, and sealed once it has its size.
const SEALABLE: MFdFlags = MFdFlags::MFD_CLOEXEC.union(MFdFlags::MFD_ALLOW_SEALING);
/// Every mapping begins on a page, and no page is smaller.
const PAGE: usize = 4096;

/// What may lie in memory that other processes write: words with the rights `M`, and arrays and structs of them. Structs are
/// declared by [`shared!`], which implements this; it is implemented by hand in this file only.
///
/// # Safety
/// The type has a defined layout (`repr(C)` or `repr(transparent)`). It consists of atomic integers and padding only, so
/// every bit pattern is valid and may change under a shared reference. Where `M` is `ReadOnly`, its safe functions store
/// nothing.
pub unsafe trait Shared<M> {}

// SAFETY: a transparent wrapper of an AtomicU64 that stores only where M is ReadWrite. The model's words are larger than
// that; a model maps no memory.
unsafe impl<M: Rights> Shared<M> for Word<M> {}
// SAFETY: the same of an AtomicU32.
unsafe impl<M: Rights> Shared<M> for Word32<M> {}
// SAFETY: an array is its elements, one behind the other.
unsafe impl<M, T: Shared<M>, const N: usize> Shared<M> for [T; N] {}
// SAFETY: it has no bytes.
unsafe impl<M> Shared<M> for () {}

/// Declares a struct that may lie in shared memory: adds `repr(C)`, and implements [`Shared`] if each of its fields does. Its
/// last parameter, `M`, is the rights of this process.
///
/// ```
/// # use tripong::platform::sync::{ReadWrite, Rights, Word};
/// # use tripong::shm::shared;
/// shared! {
///     struct Lamp<M: Rights = ReadWrite> {
///         is_lit: Word<M>,
///         watts: Word<M>,
///     }
/// }
/// ```
///
/// A struct without parameters may be stored to:
///
/// ```
/// # use tripong::platform::sync::{Word, Word32};
/// # use tripong::shm::shared;
/// shared! { struct Lamps([Word; 8], [Word32; 2]); }
/// ```
///
/// A number that is no atomic must not change under a reference:
///
/// ```compile_fail,E0277
/// # use tripong::platform::sync::{ReadWrite, Rights, Word};
/// # use tripong::shm::shared;
/// shared! {
///     struct Lamp<M: Rights = ReadWrite> {
///         is_lit: Word<M>,
///         watts: u64,
///     }
/// }
/// ```
///
/// What a cell holds changes without an atomic store:
///
/// ```compile_fail,E0277
/// # use tripong::platform::sync::{ReadWrite, Rights, Word};
/// # use tripong::shm::shared;
/// shared! {
///     struct Lamp<M: Rights = ReadWrite> {
///         is_lit: Word<M>,
///         watts: std::cell::Cell<u64>,
///     }
/// }
/// ```
///
/// A flag has bytes that are neither true nor false:
///
/// ```compile_fail,E0277
/// # use tripong::platform::sync::{ReadWrite, Rights, Word};
/// # use tripong::shm::shared;
/// shared! {
///     struct Lamp<M: Rights = ReadWrite> {
///         is_lit: Word<M>,
///         watts: bool,
///     }
/// }
/// ```
///
/// And a word that can be stored to must not lie in what is mapped to be read only (those of `Word` are `ReadWrite`):
///
/// ```compile_fail,E0277
/// # use tripong::platform::sync::{ReadWrite, Rights, Word};
/// # use tripong::shm::shared;
/// shared! {
///     struct Lamp<M: Rights = ReadWrite> {
///         is_lit: Word<M>,
///         watts: Word,
///     }
/// }
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! __shared {
    ($(#[$about:meta])* $visible:vis struct $name:ident<
        $(const $size:ident: usize $(= $usual:ident)?,)+ M: Rights = ReadWrite
    > $fields:tt $($end:tt)?) => {
        $crate::__shared! {
            @declare [$(const $size: usize $(= $usual)?,)+ M: Rights = ReadWrite]
            [$(const $size: usize,)+ M: Rights] [$($size,)+ M] M,
            $(#[$about])* $visible struct $name $fields $($end)?
        }
    };
    ($(#[$about:meta])* $visible:vis struct $name:ident<
        $($kind:ident: $bound:path = $usual:ty),+
    > $fields:tt $($end:tt)?) => {
        $crate::__shared! {
            @declare [$($kind: $bound = $usual),+] [$($kind: $bound),+] [$($kind),+] M,
            $(#[$about])* $visible struct $name $fields $($end)?
        }
    };
    ($(#[$about:meta])* $visible:vis struct $name:ident $fields:tt $($end:tt)?) => {
        $crate::__shared! {
            @declare [] [] [] $crate::platform::sync::ReadWrite,
            $(#[$about])* $visible struct $name $fields $($end)?
        }
    };
    (@declare [$($declared:tt)*] [$($parameters:tt)*] [$($arguments:tt)*] $rights:ty,
        $(#[$about:meta])* $visible:vis struct $name:ident $fields:tt $($end:tt)?) => {
        $(#[$about])*
        #[repr(C)]
        $visible struct $name<$($declared)*> $fields $($end)?

        // SAFETY: repr(C), and the function below does not compile unless each field is Shared.
        #[allow(unsafe_code, reason = "each field is checked")]
        unsafe impl<$($parameters)*> $crate::shm::Shared<$rights> for $name<$($arguments)*> {}

        const _: () = {
            fn _each_field_is_shared<$($parameters)*>() {
                $crate::__shared!(@each $rights, $fields);
            }
        };
    };
    (@each $rights:ty, { $($(#[$about:meta])* $visible:vis $field:ident: $type:ty),* $(,)? }) => {
        $($crate::shm::is_shared::<$rights, $type>();)*
    };
    (@each $rights:ty, ($($visible:vis $type:ty),* $(,)?)) => {
        $($crate::shm::is_shared::<$rights, $type>();)*
    };
}

#[doc(inline)]
pub use __shared as shared;

/// Compiles for a type that may lie in shared memory.
#[doc(hidden)]
pub fn is_shared<M, T: Shared<M>>() {}

/// What a memfd holds as a whole.
pub trait Mapped: Shared<<Self as Mapped>::Rights> + Sized {
    /// What this process may do with it: the mapping is made so, and so are its words.
    type Rights: Rights;
    /// Its name in errors.
    const NAME: &'static str;
    /// The name of its memfd in /proc.
    const MEMFD: &'static CStr = c"tripong";
}

/// One process's handle on the shared bytes.
#[derive(Debug)]
pub struct Mapping<T> {
    raw: MmapRaw,
    holds: PhantomData<T>,
}

impl<T: Mapped<Rights = ReadWrite>> Mapping<T> {
    /// Creates the memfd: all of its bytes are there, zero, and sealed. The fd is closed on exec; children get theirs
    /// explicitly.
    ///
    /// # Errors
    /// [`Error::System`], for example when there is not enough memory: here, and never later as a SIGBUS.
    pub fn create_zeroed() -> Result<(OwnedFd, Self)> {
        let memfd = sealed_memfd(T::MEMFD, T::NAME, size::<T>())?;
        let mapping = Self::map(memfd.as_fd())?;
        Ok((memfd, mapping))
    }

    /// The same in a file that the caller has opened, empty and without a name.
    ///
    /// # Errors
    /// [`Error::System`], for example when the disk is full.
    pub fn create_in(file: OwnedFd) -> Result<(OwnedFd, Self)> {
        allocate_all(&file, T::NAME, size::<T>())?;
        let mapping = Self::attach_from(file.as_fd(), Backing::File)?;
        Ok((file, mapping))
    }
}

impl<T: Mapped> Mapping<T> {
    /// Maps what was passed on, after its seals and its size were checked.
    ///
    /// # Errors
    /// [`Error::Refused`] names what is wrong with it.
    pub fn attach_unread(memfd: BorrowedFd<'_>) -> Result<Self> {
        Self::attach_from(memfd, Backing::Memfd)
    }

    /// The same of either kind.
    ///
    /// # Errors
    /// [`Error::Refused`] names what is wrong with it.
    pub fn attach_from(fd: BorrowedFd<'_>, backing: Backing) -> Result<Self> {
        backing.check(fd, size::<T>())?;
        Self::map(fd)
    }

    fn map(memfd: BorrowedFd<'_>) -> Result<Self> {
        const { assert_can_be_mapped::<T>() };
        let (fd, mut options) = (memfd.as_raw_fd(), MmapOptions::new());
        options.len(size_of::<T>());
        let raw = if T::Rights::IS_READ_ONLY { options.map_raw_read_only(fd) } else { options.map_raw(fd) };
        let raw = raw.map_err(Error::system(format_args!(
            "map the {} bytes of {} (mmap)",
            size_of::<T>(),
            T::NAME
        )))?;
        Ok(Self { raw, holds: PhantomData })
    }

    /// The shared bytes.
    pub fn shared(&self) -> &T {
        // SAFETY: the mapping is as many bytes as a T, page-aligned, readable, and lives as long as `self`; `map` has
        // checked that T needs no more than a page's alignment. The file behind it can neither shrink (sealed, and checked
        // before mapping) nor be unmapped by others. T is `Shared<T::Rights>`: every bit pattern is valid and may change
        // under a shared reference, whatever process changes it; and where the mapping is not writable, T has no store, and
        // loads only as std allows it of read-only memory.
        unsafe { &*self.raw.as_ptr().cast::<T>() }
    }
}

/// What holds shared bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backing {
    /// A memfd, sealed against shrinking and growing.
    Memfd,
    /// A file without a name (`O_TMPFILE`) and without rights (mode 0), which cannot be sealed. Nobody can open it by a path, nor
    /// by its link in /proc, for which one needs the rights (root alone does not). So only the processes that have inherited its
    /// fd could shrink it, and none of them does.
    File,
}

impl Backing {
    /// Before it is mapped: that it is what it should be, of so many bytes.
    fn check(self, fd: BorrowedFd<'_>, expected: i64) -> Result<()> {
        if self == Self::Memfd {
            let seals = fcntl(fd, FcntlArg::F_GET_SEALS).map_err(|_| Refusal::NotAMemfd(fd.as_raw_fd()))?;
            let wanted = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW;
            if !SealFlag::from_bits_retain(seals).contains(wanted) {
                return Err(Refusal::Unsealed(seals).into());
            }
        }
        let found = fstat(fd).map_err(Error::system("look at the fd of the shared memory (fstat)"))?;
        let is_regular = SFlag::from_bits_truncate(found.st_mode & SFlag::S_IFMT.bits()) == SFlag::S_IFREG;
        if self == Self::File && (!is_regular || found.st_nlink != 0 || found.st_mode & 0o7777 != 0) {
            return Err(Refusal::NotPrivate(fd.as_raw_fd()).into());
        }
        if found.st_size != expected {
            let (found, expected) = (found.st_size.cast_unsigned(), expected.cast_unsigned());
            return Err(Refusal::Size { found, expected }.into());
        }
        Ok(())
    }
}

/// One process's handle on as many shared words as were asked for.
#[derive(Debug)]
pub struct WordsMapping {
    /// None of no words.
    raw: Option<MmapRaw>,
    words: usize,
}

impl WordsMapping {
    /// A memfd of so many words: all of its bytes are there, zero, and sealed. `name` is for errors.
    ///
    /// # Errors
    /// [`Error::System`], for example when there is not enough memory.
    pub fn create(name: &str, words: usize) -> Result<OwnedFd> {
        sealed_memfd(c"tripong", name, bytes_of(words)?)
    }

    /// The same in a file that the caller has opened, empty and without a name.
    ///
    /// # Errors
    /// [`Error::System`], for example when the disk is full.
    pub fn create_in(file: OwnedFd, name: &str, words: usize) -> Result<OwnedFd> {
        allocate_all(&file, name, bytes_of(words)?)?;
        Ok(file)
    }

    /// No words at all.
    pub fn none() -> Self {
        Self { raw: None, words: 0 }
    }

    /// Maps the first `words` of what has `all` words, after its size and, of a memfd, its seals were checked. Their pages are in
    /// this process's page table afterwards.
    ///
    /// # Errors
    /// [`Error::Refused`] names what is wrong with it; [`Error::System`] where the address space has not so much room.
    pub fn attach(fd: BorrowedFd<'_>, backing: Backing, all: usize, words: usize) -> Result<Self> {
        backing.check(fd, bytes_of(all)?)?;
        let words = words.min(all);
        let bytes = words * size_of::<u64>();
        let raw = MmapOptions::new().len(bytes).populate().map_raw(fd.as_raw_fd());
        let raw = raw.map_err(Error::system(format_args!("map {bytes} bytes (mmap)")))?;
        Ok(Self { raw: Some(raw), words })
    }

    /// The words.
    pub fn words(&self) -> &[Word] {
        self.raw.as_ref().map_or(&[], |raw| {
            const { assert_can_be_mapped::<Word>() };
            // SAFETY: the mapping is page-aligned, readable and writable, lives as long as `self`, and is `words` times 8 bytes
            // long: `attach` has mapped so many of a file that has no fewer, and cannot shrink (`Backing`; if a file without
            // a name could, the kernel would kill this process by SIGBUS, which is no undefined behaviour). A Word is `Shared`:
            // every bit pattern is valid, and may change under a shared reference.
            unsafe { std::slice::from_raw_parts(raw.as_ptr().cast::<Word>(), self.words) }
        })
    }
}

/// From here on a copy by one instruction is faster than word by word.
#[cfg(all(target_arch = "x86_64", not(miri), not(all(test, feature = "model"))))]
const LARGE: usize = 64;

/// Copies to shared memory: as many words as both have. They are this process's alone meanwhile, by the protocol of both sides.
#[inline]
pub fn copy_in(from: &[u64], to: &[Word]) {
    let words = from.len().min(to.len());
    let (from, to) = (&from[..words], &to[..words]);
    #[cfg(all(target_arch = "x86_64", not(miri), not(all(test, feature = "model"))))]
    if words >= LARGE {
        // SAFETY: `words` words can be read from the one and written to the other, as their references say.
        return unsafe { copy(from.as_ptr(), to.as_ptr().cast_mut().cast(), words) };
    }
    // Relaxed: what publishes them releases them.
    to.iter().zip(from).for_each(|(cell, word)| cell.store(*word, Ordering::Relaxed));
}

/// Copies from shared memory: as many words as both have.
#[inline]
pub fn copy_out(from: &[Word], to: &mut [u64]) {
    let words = from.len().min(to.len());
    let (from, to) = (&from[..words], &mut to[..words]);
    #[cfg(all(target_arch = "x86_64", not(miri), not(all(test, feature = "model"))))]
    if words >= LARGE {
        // SAFETY: `words` words can be read from the one and written to the other, as their references say.
        return unsafe { copy(from.as_ptr().cast(), to.as_mut_ptr(), words) };
    }
    // Relaxed: what published them was acquired.
    from.iter().zip(to).for_each(|(cell, word)| *word = cell.load(Ordering::Relaxed));
}

/// `rep movsb`, which the processor does by whole cache lines.
///
/// In assembly, since one side is shared: Rust's own copy would take for granted that no other process touches it, and its
/// atomics are word by word.
///
/// # Safety
/// So many words are readable at the one and writable at the other, which do not overlap.
#[cfg(all(target_arch = "x86_64", not(miri), not(all(test, feature = "model"))))]
#[inline]
unsafe fn copy(from: *const u64, to: *mut u64, words: usize) {
    // SAFETY: the caller's. To the compiler this is code that it does not know, which may read and write that memory in any way in
    // which Rust code may: as relaxed loads and stores of its bytes, which is what the processor does. Bytes of which another
    // process writes meanwhile, against the protocol, come out old or new; both are valid words. The direction flag is clear at
    // every call, by the ABI.
    unsafe {
        std::arch::asm!(
            "rep movsb",
            inout("rcx") words * size_of::<u64>() => _,
            inout("rsi") from => _,
            inout("rdi") to => _,
            options(nostack, preserves_flags),
        );
    }
}

fn bytes_of(words: usize) -> Result<i64> {
    let bytes = words.checked_mul(size_of::<u64>()).and_then(|bytes| i64::try_from(bytes).ok());
    bytes.ok_or(Errno::EFBIG).map_err(Error::system(format_args!("share {words} words")))
}

const fn assert_can_be_mapped<T>() {
    assert!(align_of::<T>() <= PAGE, "a mapping begins on a page");
    // The model's words do. It maps none.
    assert!(!needs_drop::<T>() || cfg!(all(test, feature = "model")), "what is shared is never dropped");
}

/// The addresses that labs choose from: no kernel puts anything here unasked (on machines of 64 bits, however small their
/// address space), so the only bytes here are those that [`map_at`] has mapped.
pub const LAB_ADDRESSES: Range<u64> = 0x10_0000_0000..0x18_0000_0000;

/// What a mapping at a chosen address shows.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// Zeros, of this process alone.
    Nothing,
    /// The memfd itself: what is stored, all that map it see.
    Shared(BorrowedFd<'a>),
    /// A copy of the memfd, page by page, made when this process first stores there.
    Copied(BorrowedFd<'a>),
}

/// Maps a `T` at this very address, for as long as the process lives.
///
/// # Errors
/// [`Error::System`] for an address that is taken, is no page's or is none of [`LAB_ADDRESSES`]; [`Error::Refused`] as of
/// [`Mapping::attach_unread`].
pub fn map_at<T: Mapped<Rights = ReadWrite>>(address: u64, source: Source<'_>) -> Result<&'static T> {
    const { assert_can_be_mapped::<T>() };
    let failed = |errno: Errno| {
        let (size, name) = (size_of::<T>(), T::NAME);
        Error::system(format_args!("map the {size} bytes of {name} at {address:#x} (mmap)"))(errno)
    };
    let chosen = lab_address(address, size_of::<T>()).ok_or_else(|| failed(Errno::EINVAL))?;
    let length = NonZeroUsize::new(size_of::<T>()).ok_or_else(|| failed(Errno::EINVAL))?;
    let rights = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    let flags = MapFlags::MAP_FIXED_NOREPLACE;
    let (flags, memfd) = match source {
        Source::Nothing => (flags | MapFlags::MAP_PRIVATE, None),
        Source::Shared(memfd) => (flags | MapFlags::MAP_SHARED, Some(memfd)),
        Source::Copied(memfd) => (flags | MapFlags::MAP_PRIVATE, Some(memfd)),
    };
    let mapped = match memfd {
        // SAFETY: a mapping that replaces none changes no memory that exists.
        None => unsafe { mmap_anonymous(Some(chosen), length, rights, flags) },
        Some(memfd) => {
            Backing::Memfd.check(memfd, size::<T>())?;
            // SAFETY: as above.
            unsafe { mmap(Some(chosen), length, rights, flags, memfd, 0) }
        }
    };
    let mapped = mapped.map_err(failed)?;
    if mapped.addr() != chosen {
        // A kernel before 4.17 takes the address for a hint. What it mapped elsewhere stays, unused.
        return Err(failed(Errno::EEXIST));
    }
    // SAFETY: as in `Mapping::shared`: as many bytes as a T, on a page, readable and writable, zero or of a memfd that cannot
    // shrink; T is `Shared<ReadWrite>`. Nothing unmaps them: this process has no name for the mapping but this reference.
    Ok(unsafe { mapped.cast::<T>().as_ref() })
}

/// The word at this address of [`LAB_ADDRESSES`]. If nothing is mapped there, the processor faults, and the kernel kills this
/// process with SIGSEGV: for a lab's process that is to see just that.
///
/// # Errors
/// [`Error::System`] for an address that is no word's or is none of [`LAB_ADDRESSES`], and on processors whose load this does
/// not know.
pub fn follow(address: u64) -> Result<u64> {
    let failed = |errno| Error::system(format_args!("follow a pointer to {address:#x}"))(errno);
    let address = lab_address(address, size_of::<u64>()).ok_or_else(|| failed(Errno::EINVAL))?;
    load(address).ok_or_else(|| failed(Errno::ENOSYS))
}

/// One load by the processor. In assembly, since a load of Rust from where nothing is mapped means nothing.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
fn load(address: NonZeroUsize) -> Option<u64> {
    #[cfg(target_arch = "x86_64")]
    macro_rules! instruction {
        () => {
            "mov {word}, qword ptr [{address}]"
        };
    }
    #[cfg(target_arch = "aarch64")]
    macro_rules! instruction {
        () => {
            "ldr {word}, [{address}]"
        };
    }
    #[cfg(target_arch = "riscv64")]
    macro_rules! instruction {
        () => {
            "ld {word}, 0({address})"
        };
    }
    let word: u64;
    // SAFETY: the address is one of LAB_ADDRESSES and a multiple of 8 (`lab_address`). Either `map_at` has mapped it: then its
    // bytes are atomic words, of which this is a relaxed load. Or nothing is mapped there: then the instruction does not end,
    // and neither does the process go on, whose SIGSEGV does what it does by default.
    unsafe {
        std::arch::asm!(
            instruction!(),
            address = in(reg) address.get(),
            word = lateout(reg) word,
            options(nostack, preserves_flags, readonly),
        );
    }
    Some(word)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
fn load(_: NonZeroUsize) -> Option<u64> {
    None
}

/// An address from which so many bytes, and its whole word, are among those of labs.
fn lab_address(address: u64, size: usize) -> Option<NonZeroUsize> {
    let end = address.checked_add(size as u64)?;
    let is_allowed =
        LAB_ADDRESSES.contains(&address) && end <= LAB_ADDRESSES.end && address.is_multiple_of(8);
    NonZeroUsize::new(usize::try_from(address).ok().filter(|_| is_allowed)?)
}

fn size<T>() -> i64 {
    size_of::<T>().cast_signed() as i64
}

/// A memfd of so many bytes: all of them are there, zero, and sealed.
fn sealed_memfd(memfd: &CStr, name: &str, size: i64) -> Result<OwnedFd> {
    let memfd = create_memfd(memfd)
        .map_err(Error::system(format_args!("create the memfd of {name} (memfd_create)")))?;
    allocate_all(&memfd, name, size)?;
    let seals = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
    fcntl(&memfd, FcntlArg::F_ADD_SEALS(seals))
        .map_err(Error::system(format_args!("seal {name} (fcntl)")))?;
    Ok(memfd)
}

/// All of the file is there afterwards, or an error says why not.
fn allocate_all(file: &OwnedFd, name: &str, size: i64) -> Result<()> {
    // A limit on the size of files comes as a signal that kills, unless it is blocked; then it is an error.
    SigSet::from(Signal::SIGXFSZ).thread_block().map_err(Error::system("block SIGXFSZ (rt_sigprocmask)"))?;
    allocate(file, size).map_err(Error::system(format_args!(
        "allocate {size} bytes for {name} (fallocate; is there memory left, and is `ulimit -f` large enough?)"
    )))
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
    match memfd_create(name, SEALABLE | NOEXEC_SEAL) {
        // Kernels before 6.3 do not know the flag.
        Err(Errno::EINVAL) => memfd_create(name, SEALABLE),
        created => created,
    }
}

/// Whether this kernel knows `MFD_NOEXEC_SEAL`.
///
/// # Errors
/// Why no memfd can be created at all.
pub fn knows_noexec_seal() -> nix::Result<bool> {
    match memfd_create(c"tripong-noexec", SEALABLE | NOEXEC_SEAL) {
        Ok(_closed) => Ok(true),
        Err(Errno::EINVAL) => Ok(false),
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use nix::fcntl::OFlag;

    use super::*;

    shared! {
        struct Page([Word; 512]);
    }

    impl Mapped for Page {
        type Rights = ReadWrite;
        const NAME: &'static str = "a page";
    }

    const HERE: u64 = LAB_ADDRESSES.start + 0x7_0001_0000;

    #[test]
    fn a_page_is_mapped_where_it_is_wanted_and_a_pointer_to_it_is_followed() {
        let (memfd, mapping) = Mapping::<Page>::create_zeroed().unwrap();
        let shared = map_at::<Page>(HERE, Source::Shared(memfd.as_fd())).unwrap();
        let copied = map_at::<Page>(HERE + 0x1_0000, Source::Copied(memfd.as_fd())).unwrap();
        let alone = map_at::<Page>(HERE + 0x2_0000, Source::Nothing).unwrap();
        mapping.shared().0[1].store(7, Ordering::Relaxed);
        let read = || [0, 0x1_0000, 0x2_0000].map(|distance| follow(HERE + distance + 8).unwrap());
        assert_eq!(read(), [7, 7, 0]);
        copied.0[1].store(8, Ordering::Relaxed);
        alone.0[1].store(9, Ordering::Relaxed);
        assert_eq!((read(), shared.0[1].load(Ordering::Relaxed)), ([7, 8, 9], 7));
    }

    #[test]
    fn as_many_words_as_were_asked_for_are_shared_and_no_others() {
        let words = WordsMapping::create("a few words", 1000).unwrap();
        let attach = |all, words_of_it| WordsMapping::attach(words.as_fd(), Backing::Memfd, all, words_of_it);
        let [one, other] = [1000, 10].map(|count| attach(1000, count).unwrap());
        assert_eq!(
            (one.words().len(), other.words().len(), WordsMapping::none().words().len()),
            (1000, 10, 0)
        );
        one.words()[9].store(7, Ordering::Relaxed);
        assert_eq!(other.words()[9].load(Ordering::Relaxed), 7);
        assert_eq!(attach(1000, 2000).unwrap().words().len(), 1000, "no more than there are");
        for all in [999, 1001] {
            assert!(matches!(attach(all, 1), Err(Error::Refused(Refusal::Size { .. }))), "{all}");
        }
        assert!(WordsMapping::create("more than there can be", usize::MAX).is_err());
    }

    #[test]
    fn a_copy_has_all_words_and_no_others() {
        for words in [0, 1, 7, 8, 63, 64, 65, 1000] {
            let shared: Vec<_> = (0..words + 1).map(|_| Word::new(7)).collect();
            let own: Vec<_> = (100..).take(words).collect();
            copy_in(&own, &shared);
            assert_eq!(shared[words].load(Ordering::Relaxed), 7);
            let mut copied = vec![9_u64; words + 2];
            copy_out(&shared, &mut copied);
            assert_eq!(copied[..words], own);
            assert_eq!(copied[words..], [7, 9]);
        }
    }

    #[test]
    fn a_file_without_a_name_is_shared_and_one_with_a_name_is_refused() {
        let flags = OFlag::O_TMPFILE | OFlag::O_RDWR | OFlag::O_CLOEXEC;
        let unnamed = nix::fcntl::open(&std::env::temp_dir(), flags, nix::sys::stat::Mode::empty());
        // Not every file system has such files.
        let Ok(unnamed) = unnamed else { return };
        let file = WordsMapping::create_in(unnamed, "a few words", 512).unwrap();
        let map = |backing| WordsMapping::attach(file.as_fd(), backing, 512, 512);
        let [one, other] = [(); 2].map(|()| map(Backing::File).unwrap());
        one.words()[511].store(7, Ordering::Relaxed);
        assert_eq!(other.words()[511].load(Ordering::Relaxed), 7);
        assert!(map(Backing::Memfd).is_err(), "it is not sealed");
        let named = OwnedFd::from(std::fs::File::open("/proc/self/exe").unwrap());
        let size = fstat(&named).unwrap().st_size.cast_unsigned();
        let words = usize::try_from(size / 8).unwrap();
        assert!(WordsMapping::attach(named.as_fd(), Backing::File, words, 1).is_err(), "it has a name");
    }

    #[test]
    fn no_mapping_is_replaced_and_only_addresses_of_labs_are_used() {
        let taken = HERE + 0x10_0000;
        map_at::<Page>(taken, Source::Nothing).unwrap();
        let wrong = [
            taken,
            taken + 8,
            LAB_ADDRESSES.start - 0x1_0000,
            LAB_ADDRESSES.end,
            LAB_ADDRESSES.end - 8,
            0,
            u64::MAX - 7,
        ];
        for address in wrong {
            assert!(map_at::<Page>(address, Source::Nothing).is_err(), "{address:#x}");
        }
        for address in [0, 8, taken + 1, LAB_ADDRESSES.end - 4, LAB_ADDRESSES.end, u64::MAX] {
            assert!(follow(address).is_err(), "{address:#x}");
        }
        let local = 7_u64;
        assert!(follow((&raw const local).addr() as u64).is_err(), "the stack is none of a lab's");
    }
}
