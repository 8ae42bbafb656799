//! The programs of two processes, with each order of the language that the lab is about.

use strum::{Display, EnumString, VariantArray};

use crate::platform::sync::{Ordering, Word, fence};

/// Each stores to its own flag, then loads the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString)]
pub(super) enum Flags {
    /// Store and load relaxed.
    Relaxed,
    /// The store release, the load acquire.
    ReleaseAcquire,
    /// Both relaxed, with this fence between them.
    Fence(Fence),
}

/// A fence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Display, EnumString, VariantArray)]
pub(super) enum Fence {
    /// It keeps a store before a load.
    #[default]
    SeqCst,
    Acquire,
    Release,
    AcqRel,
}

/// The writer stores data, then a flag; the reader loads the flag, then the data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Display, EnumString, VariantArray)]
pub(super) enum Message {
    /// All relaxed.
    Relaxed,
    /// The flag is stored with release and loaded with acquire.
    #[default]
    Both,
    /// The flag is stored with release, all else is relaxed.
    StoreOnly,
    /// The flag is loaded with acquire, all else is relaxed.
    LoadOnly,
    /// The data are stored with release and loaded with acquire, the flag is relaxed.
    Data,
}

impl Flags {
    /// Stores, loads, and returns what was loaded. Each order stands here as it does in a program: a compiler, and so the
    /// processor, is to see just this.
    #[inline(always)]
    pub(super) fn act(self, own: &Word, other: &Word, round: u64) -> u64 {
        match self {
            Self::Relaxed => {
                own.store(round, Ordering::Relaxed);
                other.load(Ordering::Relaxed)
            }
            Self::ReleaseAcquire => {
                own.store(round, Ordering::Release);
                other.load(Ordering::Acquire)
            }
            Self::Fence(kind) => {
                own.store(round, Ordering::Relaxed);
                kind.act();
                other.load(Ordering::Relaxed)
            }
        }
    }
}

impl Fence {
    #[inline(always)]
    fn act(self) {
        match self {
            Self::SeqCst => fence(Ordering::SeqCst),
            Self::Acquire => fence(Ordering::Acquire),
            Self::Release => fence(Ordering::Release),
            Self::AcqRel => fence(Ordering::AcqRel),
        }
    }
}

impl Message {
    /// The writer's part.
    #[inline(always)]
    pub(super) fn write(self, data: &Word, flag: &Word, round: u64) {
        match self {
            Self::Relaxed | Self::LoadOnly => {
                data.store(round, Ordering::Relaxed);
                flag.store(round, Ordering::Relaxed);
            }
            Self::Both | Self::StoreOnly => {
                data.store(round, Ordering::Relaxed);
                flag.store(round, Ordering::Release);
            }
            Self::Data => {
                data.store(round, Ordering::Release);
                flag.store(round, Ordering::Relaxed);
            }
        }
    }

    /// The reader's part: the flag, and then the data.
    #[inline(always)]
    pub(super) fn read(self, data: &Word, flag: &Word) -> (u64, u64) {
        match self {
            Self::Relaxed | Self::StoreOnly => {
                let seen = flag.load(Ordering::Relaxed);
                (seen, data.load(Ordering::Relaxed))
            }
            Self::Both | Self::LoadOnly => {
                let seen = flag.load(Ordering::Acquire);
                (seen, data.load(Ordering::Relaxed))
            }
            Self::Data => {
                let seen = flag.load(Ordering::Relaxed);
                (seen, data.load(Ordering::Acquire))
            }
        }
    }

    /// Whether the language forbids that a reader sees the flag and old data.
    pub(super) fn is_safe(self) -> bool {
        self == Self::Both
    }
}
