//! The manifest: on what a run was made. Figures of two machines, or of two hours of one, are not comparable.

use std::fs;

use crate::proc::field;

/// One line about the machine, and how busy it is now.
pub(crate) fn manifest() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = field(&info, "model name").unwrap_or("unknown CPU");
    let is_virtual =
        field(&info, "flags").is_some_and(|flags| flags.split(' ').any(|flag| flag == "hypervisor"));
    let cpus = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let kernel = nix::sys::utsname::uname()
        .map_or_else(|_| "unknown".to_owned(), |name| name.release().to_string_lossy().into_owned());
    let machine = if is_virtual { ", a virtual machine" } else { "" };
    format!("{cpu}, {cpus} CPUs{machine}, Linux {kernel}, load {}", load())
}

/// How many processes wanted to run: over the last minute, five minutes, a quarter of an hour.
pub(crate) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
