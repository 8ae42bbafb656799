//! What a process is doing, out of the state that /proc tells of its worker, the system call in which that sleeps, and
//! what the pane's doorbell says about it.

use std::fmt;
use std::io::Read;

use nix::libc;
use procfs::process::{Process, Syscall, Task};
use serde::Serialize;

use crate::protocol::doorbell::{Bed, DoorbellState};

/// What a process is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum State {
    /// The pane has a new process, which has not attached to the Region yet.
    Starting,
    /// Its worker runs, or could if a CPU were free.
    Running,
    /// It has the ball, and sleeps until the next tick is due.
    Pacing,
    /// Its worker sleeps in the kernel.
    Blocked {
        /// In which system call; None if that cannot be read.
        call: Option<Call>,
        /// What it waits for; None if nothing says so.
        on: Option<On>,
    },
    /// It sleeps as if until the next tick, but no tick has come for a long time.
    Hangs,
    /// Stopped by a signal: frozen.
    Stopped,
    /// Stopped by a debugger, or by strace.
    Traced,
    /// Dead, and not reaped yet.
    Zombie,
    /// Dead and reaped. Its pid may be somebody else's by now.
    Gone,
}

/// A system call in which the processes of a game sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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

/// What somebody who sleeps waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum On {
    /// The word of its doorbell.
    Doorbell,
    /// Frames in its pipes, or its bell.
    Pipes,
    /// Packets in its sockets, or its bell.
    Sockets,
    /// Its bell only, or room in a link.
    Bell,
    /// The launcher: the ends of its children, its bell, a signal.
    Children,
}

/// What the Region tells of the process of a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bearing {
    /// The word of its doorbell.
    pub(super) bell: DoorbellState,
    /// The baton names its pane.
    pub(super) has_ball: bool,
    /// It has neither written a record nor looked at the baton for many ticks.
    pub(super) stands_still: bool,
}

/// Whose worker it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worker {
    /// That of a pane.
    Pane(Bearing),
    /// The launcher's only thread.
    Launcher,
    /// The inspector's.
    Other,
}

impl Call {
    /// By its number on this machine. The numbers are the C library's, which has them from the kernel's headers.
    fn from_number(number: i64) -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if number == libc::SYS_poll {
            return Some(Self::Poll);
        }
        #[cfg(target_arch = "x86_64")]
        if number == libc::SYS_epoll_wait {
            return Some(Self::EpollWait);
        }
        match number {
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
    fn from_kernel_function(name: &str) -> Option<Self> {
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

    /// As the manual has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Futex => "futex",
            Self::Poll => "poll",
            Self::Ppoll => "ppoll",
            Self::EpollWait => "epoll_wait",
            Self::ClockNanosleep => "clock_nanosleep",
            Self::Read => "read",
            Self::Recvmsg => "recvmsg",
        }
    }
}

impl On {
    /// What the one who sleeps in `call` waits for.
    fn of(call: Option<Call>, worker: Worker) -> Option<Self> {
        let is_poll = matches!(call, Some(Call::Poll | Call::Ppoll));
        match worker {
            Worker::Launcher => is_poll.then_some(Self::Children),
            Worker::Other => None,
            Worker::Pane(bearing) => {
                let DoorbellState::Asleep(sleeper) = bearing.bell else { return None };
                match sleeper.bed {
                    Bed::Futex => (call == Some(Call::Futex)).then_some(Self::Doorbell),
                    Bed::Pipe => is_poll.then_some(Self::Pipes),
                    Bed::Socket => is_poll.then_some(Self::Sockets),
                    Bed::Fds => is_poll.then_some(Self::Bell),
                }
            }
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Doorbell => "its doorbell",
            Self::Pipes => "its pipes",
            Self::Sockets => "its sockets",
            Self::Bell => "its bell",
            Self::Children => "its children, its bell and signals",
        }
    }
}

impl State {
    /// What a living process is doing whose own state is `letter`, and whose worker is `task`.
    pub(super) fn of(process: &Process, letter: char, task: Option<&Task>, worker: Worker) -> Self {
        match letter {
            'T' => return Self::Stopped,
            't' => return Self::Traced,
            'Z' => return Self::Zombie,
            'X' => return Self::Gone,
            _ => {}
        }
        let Some((task, stat)) = task.and_then(|task| Some((task, task.stat().ok()?))) else {
            return Self::Blocked { call: None, on: None };
        };
        match stat.state {
            'R' => Self::Running,
            'T' => Self::Stopped,
            't' => Self::Traced,
            _ => match task.syscall() {
                Ok(Syscall::Running) => Self::Running,
                Ok(Syscall::Blocked { syscall_number, .. }) => {
                    Self::asleep(Call::from_number(syscall_number), worker)
                }
                // Also a newer kernel's answer of a sleeper that is in no call at all.
                Ok(_) | Err(_) => {
                    let name = kernel_function(process, task.tid);
                    Self::asleep(name.and_then(|name| Call::from_kernel_function(&name)), worker)
                }
            },
        }
    }

    fn asleep(call: Option<Call>, worker: Worker) -> Self {
        let on = On::of(call, worker);
        match worker {
            // Who plays naps between two ticks, and nobody else ever does.
            Worker::Pane(bearing) if call == Some(Call::ClockNanosleep) => {
                if bearing.stands_still {
                    Self::Hangs
                } else if bearing.has_ball {
                    Self::Pacing
                } else {
                    Self::Blocked { call, on }
                }
            }
            Worker::Pane(_) | Worker::Launcher | Worker::Other => Self::Blocked { call, on },
        }
    }

    /// Whether there is a process to which something can be done.
    #[must_use]
    pub fn is_alive(self) -> bool {
        !matches!(self, Self::Starting | Self::Zombie | Self::Gone)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => f.write_str("starting"),
            Self::Running => f.write_str("running"),
            Self::Pacing => f.write_str("pacing: clock_nanosleep"),
            Self::Blocked { call: None, .. } => f.write_str("blocked"),
            Self::Blocked { call: Some(Call::Futex), on: Some(on) } => {
                write!(f, "blocked: futex ({})", on.in_words())
            }
            Self::Blocked { call: Some(call), on: Some(on) } => {
                write!(f, "blocked: {} on {}", call.name(), on.in_words())
            }
            Self::Blocked { call: Some(call), on: None } => write!(f, "blocked: {}", call.name()),
            Self::Hangs => f.write_str("hangs: no tick for long"),
            Self::Stopped => f.write_str("stopped: SIGSTOP"),
            Self::Traced => f.write_str("stopped: traced"),
            Self::Zombie => f.write_str("zombie: dead, not reaped"),
            Self::Gone => f.write_str("gone: dead and reaped"),
        }
    }
}

/// The kernel function in which a thread sleeps (`wchan`); 0 where a kernel does not tell.
fn kernel_function(process: &Process, tid: i32) -> Option<String> {
    let mut name = String::new();
    let mut file = process.open_relative(format!("task/{tid}/wchan")).ok()?;
    file.read_to_string(&mut name).ok()?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::doorbell::Sleeper;

    fn pane(bell: DoorbellState, has_ball: bool, stands_still: bool) -> Worker {
        Worker::Pane(Bearing { bell, has_ball, stands_still })
    }

    fn asleep_on(bed: Bed) -> DoorbellState {
        DoorbellState::Asleep(Sleeper { bed, incarnation: 1 })
    }

    #[test]
    fn a_sleeper_is_told_with_its_call_and_what_its_doorbell_says() {
        let words = |call, bell| State::asleep(call, pane(bell, false, false)).to_string();
        assert_eq!(words(Some(Call::Futex), asleep_on(Bed::Futex)), "blocked: futex (its doorbell)");
        assert_eq!(words(Some(Call::Ppoll), asleep_on(Bed::Pipe)), "blocked: ppoll on its pipes");
        assert_eq!(words(Some(Call::Poll), asleep_on(Bed::Socket)), "blocked: poll on its sockets");
        assert_eq!(words(Some(Call::Poll), asleep_on(Bed::Fds)), "blocked: poll on its bell");
        assert_eq!(words(None, asleep_on(Bed::Futex)), "blocked");
    }

    #[test]
    fn a_doorbell_that_does_not_fit_the_call_says_nothing() {
        let cases = [
            (Call::Futex, asleep_on(Bed::Pipe)),
            (Call::Ppoll, asleep_on(Bed::Futex)),
            (Call::Futex, DoorbellState::Awake),
            (Call::Futex, DoorbellState::Garbage(77)),
        ];
        for (call, bell) in cases {
            let state = State::asleep(Some(call), pane(bell, false, false));
            assert_eq!(state, State::Blocked { call: Some(call), on: None }, "{bell:?}");
        }
    }

    #[test]
    fn only_who_has_the_ball_paces_and_who_stands_still_hangs() {
        let nap = |has_ball, stands_still| {
            State::asleep(Some(Call::ClockNanosleep), pane(DoorbellState::Awake, has_ball, stands_still))
        };
        assert_eq!(nap(true, false), State::Pacing);
        assert_eq!((nap(true, true), nap(false, true)), (State::Hangs, State::Hangs));
        assert_eq!(nap(false, false), State::Blocked { call: Some(Call::ClockNanosleep), on: None });
    }

    #[test]
    fn this_kernels_function_says_the_same_as_the_call() {
        let (_sender, receiver) = std::sync::mpsc::channel::<()>();
        // Ends when the sender is dropped.
        std::thread::Builder::new().name("futex-sleeper".to_owned()).spawn(move || receiver.recv()).unwrap();
        let process = Process::myself().unwrap();
        let is_it = |task: &Task| task.status().is_ok_and(|status| status.name == "futex-sleeper");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while std::time::Instant::now() < deadline {
            let task = process.tasks().unwrap().flatten().find(is_it);
            let task = task.filter(|task| task.stat().is_ok_and(|stat| stat.state == 'S'));
            let Some(tid) = task.map(|task| task.tid) else { continue };
            let name = std::fs::read_to_string(format!("/proc/self/task/{tid}/wchan")).unwrap();
            assert_eq!(kernel_function(&process, tid).as_ref(), Some(&name));
            let expected = (name != "0").then_some(Call::Futex);
            return assert_eq!(Call::from_kernel_function(&name), expected, "{name}");
        }
        panic!("the thread never slept");
    }

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
