//! The one door to the atomics, so that a model checker can stand in for the hardware.

pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
