//! The one facade of the atomics, so that a model checker can replace the hardware.
//!
//! It does so in one build only: the library's own unit tests under the feature `model` (`sync/model.rs`). `clippy.toml` forbids
//! the atomics of std everywhere else; to clippy the types of this facade are other types.

#[cfg(not(all(test, feature = "model")))]
mod hardware;
#[cfg(test)]
#[cfg(feature = "model")]
pub(crate) mod model;
mod word;

pub use word::{ReadOnly, ReadWrite, Rights, Word, Word32};

#[cfg(test)]
#[cfg(feature = "model")]
pub use model::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence, futex, spin_loop};

#[cfg(not(all(test, feature = "model")))]
pub use rustix::thread::futex;
#[cfg(not(all(test, feature = "model")))]
pub use std::hint::spin_loop;
#[cfg(not(all(test, feature = "model")))]
pub use {hardware::*, std::sync::atomic::Ordering};
