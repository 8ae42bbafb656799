//! `CLOCK_MONOTONIC`: one clock for every process.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// Now, in nanoseconds.
pub(crate) fn now_ns() -> u64 {
    // Fails for an unknown clock or a bad pointer only; neither can be here.
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC).map_or(Duration::ZERO, Duration::from);
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}
