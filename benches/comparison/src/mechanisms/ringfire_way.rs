//! What both of ringfire's rings have: its ways to wait, and where a ring lies.

use std::path::PathBuf;

use ringfire::{BusySpin, FutexWait, WaitStrategy};

use crate::mechanism::Endpoint;

/// Where the ring of a writer is.
pub(super) fn ring_path(endpoint: &Endpoint, writer: usize) -> PathBuf {
    endpoint.folder.join(format!("ring-{writer}"))
}

/// A way to wait.
pub(crate) trait Way: WaitStrategy {
    /// Looks at a blob that has not come yet, before it gives the CPU away; `None`: there is no way to wait for blobs.
    const LOOKS: Option<u32>;

    /// As the package's documentation recommends it for this way.
    fn new() -> Self;
}

/// Asleep at once: ringfire's "zero-spin futex", as in its own comparison.
pub(crate) struct NoSpin(FutexWait);

/// Ringfire's default: it spins 32 times before it sleeps.
pub(crate) struct Adaptive(FutexWait);

/// Never asleep: the README's "low-latency consumer (dedicated cores)".
pub(crate) struct Spin(BusySpin);

macro_rules! way {
    ($name:ident, $looks:expr, $new:expr) => {
        impl Way for $name {
            const LOOKS: Option<u32> = $looks;

            fn new() -> Self {
                Self($new)
            }
        }

        impl WaitStrategy for $name {
            #[inline(always)]
            fn wait(&mut self, header: &ringfire::RingHeader, cursor: u64) {
                self.0.wait(header, cursor);
            }

            #[inline(always)]
            fn reset(&mut self) {
                self.0.reset();
            }
        }
    };
}

way!(NoSpin, None, FutexWait::new(0, None));
way!(Adaptive, Some(32), FutexWait::default());
way!(Spin, Some(u32::MAX), BusySpin::new());
