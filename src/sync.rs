//! The one door to the atomics, so that a model checker can stand in for the hardware.
//!
//! It does so in one build only: the library's own unit tests under the feature `model` (`sync/model.rs`).

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
pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
