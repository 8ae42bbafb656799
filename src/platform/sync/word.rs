//! The words of shared memory: atomics whose type knows whether this process may store to them.

use std::fmt::Debug;
use std::marker::PhantomData;

use super::{AtomicU32, AtomicU64, Ordering, fence};

/// What a process may do with a mapping and its words.
pub trait Rights: Debug + 'static {
    /// Whether the words can only be loaded.
    const IS_READ_ONLY: bool;
}

/// Words that may be loaded, stored and swapped.
#[derive(Debug, Default, Clone, Copy)]
pub struct ReadWrite;

/// Words that may only be loaded: their pages are mapped without the right to write.
#[derive(Debug, Default, Clone, Copy)]
pub struct ReadOnly;

impl Rights for ReadWrite {
    const IS_READ_ONLY: bool = false;
}

impl Rights for ReadOnly {
    const IS_READ_ONLY: bool = true;
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $atomic:ident, $value:ty) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        #[repr(transparent)]
        pub struct $name<M: Rights = ReadWrite> {
            atomic: $atomic,
            rights: PhantomData<M>,
        }

        impl<M: Rights> $name<M> {
            /// Its value. Of read-only memory, std defines relaxed loads only; the fence after one makes it an acquire.
            #[inline(always)]
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                if !M::IS_READ_ONLY {
                    return self.atomic.load(order);
                }
                let value = self.atomic.load(Ordering::Relaxed);
                if order != Ordering::Relaxed {
                    fence(order);
                }
                value
            }
        }

        impl $name {
            /// A word that no other process has.
            pub fn new(value: $value) -> Self {
                Self { atomic: $atomic::new(value), rights: PhantomData }
            }

            /// Stores another value.
            #[inline(always)]
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                self.atomic.store(value, order);
            }

            /// Stores another value, and returns the one before.
            #[inline(always)]
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.atomic.swap(value, order)
            }

            /// Adds to the value, and returns the one before.
            #[inline(always)]
            #[track_caller]
            pub fn fetch_add(&self, more: $value, order: Ordering) -> $value {
                self.atomic.fetch_add(more, order)
            }

            /// Stores `new` if the value is `current`. Returns the value before.
            ///
            /// # Errors
            /// The value, if it is another one.
            #[inline(always)]
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.atomic.compare_exchange(current, new, success, failure)
            }
        }
    };
}

word!(
    /// Eight bytes of shared memory.
    Word, AtomicU64, u64
);
word!(
    /// Four bytes of shared memory.
    Word32, AtomicU32, u32
);

impl Word32 {
    /// What the kernel sleeps on.
    pub(crate) fn as_futex(&self) -> &AtomicU32 {
        &self.atomic
    }
}
