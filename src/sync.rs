//! The one door to the atomics, so that a model checker can stand in for the hardware.

#![expect(clippy::disallowed_types, reason = "this is the door that the lint points to")]

pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
