//! The atomics of the processor, under the names that the rest of the program uses.

#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the facade itself")]

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
