//! The CPU time of children that have ended.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// User and system time of all children that have been waited for, in nanoseconds.
pub(super) fn children_cpu_ns() -> u64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0, |usage| {
        (usage.user_time() + usage.system_time()).num_microseconds().cast_unsigned() * 1000
    })
}
