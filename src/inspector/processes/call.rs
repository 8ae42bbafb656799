//! The system calls in which the processes of a game sleep, and what they wait for there.

use nix::libc;
use serde::Serialize;

/// A system call in which the processes of a game sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Call {
    /// Until a word in memory changes.
    Futex,
    /// Until an fd is ready.
    Poll,
    /// The same, with a finer timeout.
    Ppoll,
    /// The same, for many fds.
    EpollWait,
    /// Until a time has come.
    ClockNanosleep,
    /// Until there is something to read.
    Read,
    /// Until a packet comes.
    Recvmsg,
}

/// What a sleeping process waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "lowercase")]
pub enum On {
    /// The word of its doorbell.
    #[strum(to_string = "its doorbell")]
    Doorbell,
    /// Frames in its pipes, or its bell.
    #[strum(to_string = "its pipes")]
    Pipes,
    /// Packets in its sockets, or its bell.
    #[strum(to_string = "its sockets")]
    Sockets,
    /// Its bell only, or room in a link.
    #[strum(to_string = "its bell")]
    #[serde(rename = "eventfd")]
    Bell,
    /// The launcher: the ends of its children, its bell, a signal.
    #[strum(to_string = "its children, its bell and signals")]
    Children,
}

impl Call {
    /// By its number on this machine. The numbers are the C library's, which has them from the kernel's headers.
    pub(super) fn from_number(number: i64) -> Option<Self> {
        match number {
            #[cfg(target_arch = "x86_64")]
            libc::SYS_poll => Some(Self::Poll),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_epoll_wait => Some(Self::EpollWait),
            libc::SYS_futex => Some(Self::Futex),
            libc::SYS_ppoll => Some(Self::Ppoll),
            libc::SYS_epoll_pwait => Some(Self::EpollWait),
            libc::SYS_clock_nanosleep => Some(Self::ClockNanosleep),
            libc::SYS_read => Some(Self::Read),
            libc::SYS_recvmsg => Some(Self::Recvmsg),
            _ => None,
        }
    }

    /// By the kernel function in which it sleeps (`wchan`), for where the call cannot be read: that takes the right to
    /// trace the process, which Yama gives to its parent only. The names are not the same in all kernels.
    pub(super) fn from_kernel_function(name: &str) -> Option<Self> {
        let known = [
            ("futex", Self::Futex),
            ("ep_poll", Self::EpollWait),
            ("poll", Self::Poll),
            ("nanosleep", Self::ClockNanosleep),
            ("pipe_read", Self::Read),
            ("wait_for_more_packets", Self::Recvmsg),
        ];
        known.into_iter().find(|(part, _)| name.contains(part)).map(|(_, call)| call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_functions_of_several_kernels_are_known() {
        let cases = [
            ("futex_wait_queue", Some(Call::Futex)),
            ("futex_wait_queue_me", Some(Call::Futex)),
            ("futex_do_wait", Some(Call::Futex)),
            ("poll_schedule_timeout.constprop.0", Some(Call::Poll)),
            ("do_sys_poll", Some(Call::Poll)),
            ("ep_poll", Some(Call::EpollWait)),
            ("hrtimer_nanosleep", Some(Call::ClockNanosleep)),
            ("do_nanosleep", Some(Call::ClockNanosleep)),
            ("anon_pipe_read", Some(Call::Read)),
            ("pipe_read", Some(Call::Read)),
            ("0", None),
            ("", None),
        ];
        for (name, call) in cases {
            assert_eq!(Call::from_kernel_function(name), call, "{name}");
        }
    }
}
