//! What this machine is and what a process may use of it, from the kernel's files in /proc and /sys. `kernel` reads them; the
//! others know one kind of file each.

mod affinity;
mod cgroup;
mod cpu_list;
#[cfg(test)]
#[cfg(not(feature = "model"))]
pub(crate) mod fake;
mod frequency;
mod kernel;
mod ticks;

pub(crate) use affinity::{allowed_cpus, is_affinity_refused, is_still_on, run_on};
pub(crate) use cgroup::{Quota, Throttling, spent};
pub(crate) use cpu_list::{fmt_cpu_list, parse_cpu_list};
pub(crate) use kernel::{HERE, Kernel};
pub(crate) use ticks::{STAT, Ticks};
