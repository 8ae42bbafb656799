//! Whether a process sleeps in a call, by /proc.

use std::io::Read;
use std::time::Duration;

use nix::libc;
use procfs::process::Syscall;

use crate::lab::stage::LabProcess;
use crate::platform::fds;

/// By what it was seen that a process sleeps: the system call and its fd; the kernel's function; the state; only that it says
/// nothing.
pub(in crate::lab) const SEEN_BY: [&str; 4] =
    ["/proc/PID/syscall", "/proc/PID/wchan", "/proc/PID/stat", "no answer"];
/// Without any of /proc a process that has said nothing for so long sleeps.
pub(super) const SILENCE: Duration = Duration::from_millis(500);

/// By what it is seen that the process sleeps in this call on this link; None if it is not, or not yet.
pub(super) fn asleep_in(process: &LabProcess, call: &str, link: usize) -> Option<&'static str> {
    let proc = process.proc()?;
    if process.letter() != Some('S') {
        return None;
    }
    match proc.syscall() {
        Ok(Syscall::Blocked { syscall_number, argument_registers, .. }) if syscall_number >= 0 => {
            let fd = u64::try_from(fds::LINKS).ok()? + link as u64;
            (number_of(call) == Some(syscall_number) && argument_registers[0] == fd).then_some(SEEN_BY[0])
        }
        Ok(Syscall::Running) => None,
        // That takes the right to trace the process; and some kernels have no such file.
        _ => {
            let mut name = String::new();
            let read = proc.open_relative("wchan").map(|mut file| file.read_to_string(&mut name));
            let is_known = matches!(read, Ok(Ok(_))) && name.len() > 1;
            Some(if is_known { SEEN_BY[1] } else { SEEN_BY[2] })
        }
    }
}

fn number_of(call: &str) -> Option<i64> {
    let known = [
        ("read", libc::SYS_read),
        ("write", libc::SYS_write),
        ("recvmsg", libc::SYS_recvmsg),
        ("recvfrom", libc::SYS_recvfrom),
        ("sendto", libc::SYS_sendto),
    ];
    known.into_iter().find(|(name, _)| *name == call).map(|(_, number)| number)
}
