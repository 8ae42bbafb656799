//! The one door to the atomics, so that a model checker can stand in for the hardware.
//!
//! It does so in one build only: the library's own unit tests under the feature `model` (`sync/model.rs`). That nobody goes
//! past it is held by `clippy.toml`, for which a type of ours is another one than the one that it stands for.

#[cfg(test)]
#[cfg(feature = "model")]
pub(crate) mod model;

#[cfg(test)]
#[cfg(feature = "model")]
pub use model::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence, futex, spin_loop};

#[cfg(not(all(test, feature = "model")))]
pub use rustix::thread::futex;
#[cfg(not(all(test, feature = "model")))]
pub use std::hint::spin_loop;
#[cfg(not(all(test, feature = "model")))]
pub use {hardware::*, std::sync::atomic::Ordering};

#[cfg(not(all(test, feature = "model")))]
mod hardware {
    #![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the door itself")]

    use std::sync::atomic;

    /// A flag.
    pub type AtomicBool = atomic::AtomicBool;
    /// A word of four bytes.
    pub type AtomicU32 = atomic::AtomicU32;
    /// A word of eight bytes.
    pub type AtomicU64 = atomic::AtomicU64;

    /// Keeps what is before it and what is after it apart, as the order says.
    #[inline(always)]
    pub fn fence(order: atomic::Ordering) {
        atomic::fence(order);
    }
}
