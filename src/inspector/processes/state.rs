//! What a process is doing, by the state of its worker in /proc, the system call in which that sleeps, and the
//! pane's doorbell.

use std::fmt;
use std::io::Read;

use procfs::process::{Process, Syscall, Task};
use serde::Serialize;

use super::call::{Call, On};
use crate::platform::units::fmt_ns;
use crate::protocol::doorbell::{Bed, DoorbellState};

/// What a process is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ProcessState {
    /// The pane has a new process, which has not attached to the Region yet.
    Starting,
    /// Its worker runs, or could if a CPU were free.
    Running,
    /// It has the ball, and sleeps until the next tick is due.
    Pacing,
    /// The ball was handed to it, but its worker has not run since: it is being woken.
    Waking,
    /// Its worker sleeps in the kernel.
    Blocked {
        /// In which system call; None if that cannot be read.
        call: Option<Call>,
        /// What it waits for; None if that is not known.
        #[serde(rename = "waits_for")]
        on: Option<On>,
    },
    /// It sleeps as if until the next tick, but no tick has come for a long time.
    Hangs {
        /// How long there was none, in nanoseconds.
        #[serde(skip)]
        for_ns: u64,
    },
    /// Stopped by a signal: frozen.
    Stopped,
    /// Stopped by a debugger, or by strace.
    Traced,
    /// Dead, and not reaped yet.
    Zombie,
    /// Dead and reaped. Its pid may be another process's by now.
    Gone,
}

/// A worker that has made no step for so long while a tick seemed to be due is not about to. 60 ticks.
const STANDSTILL_NS: u64 = 250_000_000;

/// What the Region shows of the process of a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bearing {
    /// The word of its doorbell.
    pub(super) bell: DoorbellState,
    /// The baton names its pane.
    pub(super) has_ball: bool,
    /// It had that ball in its hands before its state was read.
    pub(super) has_received: bool,
    /// For how long it has neither written a record nor looked at the baton, in nanoseconds.
    pub(super) idle_ns: u64,
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

/// What the worker that sleeps in `call` waits for.
fn waits_for(call: Option<Call>, worker: Worker) -> Option<On> {
    let is_poll = matches!(call, Some(Call::Poll | Call::Ppoll));
    match worker {
        Worker::Launcher => is_poll.then_some(On::Children),
        Worker::Other => None,
        Worker::Pane(bearing) => {
            let DoorbellState::Asleep(sleeper) = bearing.bell else { return None };
            match sleeper.bed {
                Bed::Futex => (call == Some(Call::Futex)).then_some(On::Doorbell),
                Bed::Pipe => is_poll.then_some(On::Pipes),
                Bed::Socket => is_poll.then_some(On::Sockets),
                Bed::Fds => is_poll.then_some(On::Bell),
            }
        }
    }
}

impl ProcessState {
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
                // Also what a newer kernel answers for a sleeper that is in no call at all.
                Ok(_) | Err(_) => {
                    let name = kernel_function(process, task.tid);
                    Self::asleep(name.and_then(|name| Call::from_kernel_function(&name)), worker)
                }
            },
        }
    }

    fn asleep(call: Option<Call>, worker: Worker) -> Self {
        let on = waits_for(call, worker);
        match worker {
            // The holder naps between two ticks, and no other pane ever does.
            Worker::Pane(bearing) if call == Some(Call::ClockNanosleep) => {
                if bearing.idle_ns >= STANDSTILL_NS {
                    Self::Hangs { for_ns: bearing.idle_ns }
                } else if bearing.has_ball {
                    Self::Pacing
                } else {
                    Self::Blocked { call, on }
                }
            }
            Worker::Pane(bearing) if bearing.has_ball && !bearing.has_received => Self::Waking,
            Worker::Pane(_) | Worker::Launcher | Worker::Other => Self::Blocked { call, on },
        }
    }

    /// Whether there is a process to which something can be done.
    pub fn is_alive(self) -> bool {
        !matches!(self, Self::Starting | Self::Zombie | Self::Gone)
    }
}

impl fmt::Display for ProcessState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => f.write_str("starting"),
            Self::Running => f.write_str("running"),
            Self::Pacing => f.write_str("pacing: clock_nanosleep"),
            Self::Waking => f.write_str("waking: the ball has come"),
            Self::Blocked { call: None, .. } => f.write_str("blocked"),
            Self::Blocked { call: Some(Call::Futex), on: Some(on) } => write!(f, "blocked: futex ({on})"),
            Self::Blocked { call: Some(call), on: Some(on) } => write!(f, "blocked: {call} on {on}"),
            Self::Blocked { call: Some(call), on: None } => write!(f, "blocked: {call}"),
            Self::Hangs { for_ns } => write!(f, "hangs: no tick for {}", fmt_ns(*for_ns)),
            Self::Stopped => f.write_str("stopped: SIGSTOP"),
            Self::Traced => f.write_str("stopped: traced"),
            Self::Zombie => f.write_str("zombie: dead, not reaped"),
            Self::Gone => f.write_str("gone: dead and reaped"),
        }
    }
}

/// The kernel function in which a thread sleeps (`wchan`); 0 where a kernel hides it.
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
        let idle_ns = if stands_still { 2_100_000_000 } else { STANDSTILL_NS - 1 };
        Worker::Pane(Bearing { bell, has_ball, has_received: has_ball, idle_ns })
    }

    fn asleep_on(bed: Bed) -> DoorbellState {
        DoorbellState::Asleep(Sleeper { bed, incarnation: 1 })
    }

    #[test]
    fn a_sleeper_is_shown_with_its_call_and_what_its_doorbell_names() {
        let words = |call, bell| ProcessState::asleep(call, pane(bell, false, false)).to_string();
        assert_eq!(words(Some(Call::Futex), asleep_on(Bed::Futex)), "blocked: futex (its doorbell)");
        assert_eq!(words(Some(Call::Ppoll), asleep_on(Bed::Pipe)), "blocked: ppoll on its pipes");
        assert_eq!(words(Some(Call::Poll), asleep_on(Bed::Socket)), "blocked: poll on its sockets");
        assert_eq!(words(Some(Call::Poll), asleep_on(Bed::Fds)), "blocked: poll on its bell");
        assert_eq!(words(None, asleep_on(Bed::Futex)), "blocked");
    }

    #[test]
    fn a_doorbell_that_does_not_fit_the_call_is_ignored() {
        let cases = [
            (Call::Futex, asleep_on(Bed::Pipe)),
            (Call::Ppoll, asleep_on(Bed::Futex)),
            (Call::Futex, DoorbellState::Awake),
            (Call::Futex, DoorbellState::Corrupt(77)),
        ];
        for (call, bell) in cases {
            let state = ProcessState::asleep(Some(call), pane(bell, false, false));
            assert_eq!(state, ProcessState::Blocked { call: Some(call), on: None }, "{bell:?}");
        }
    }

    #[test]
    fn the_owner_is_waking_until_it_has_the_ball_in_its_hands_and_waits_for_something_else_afterwards() {
        let asleep = |has_received| {
            let bearing = Bearing { bell: asleep_on(Bed::Pipe), has_ball: true, has_received, idle_ns: 0 };
            ProcessState::asleep(Some(Call::Ppoll), Worker::Pane(bearing))
        };
        assert_eq!(asleep(false), ProcessState::Waking);
        assert_eq!(asleep(true).to_string(), "blocked: ppoll on its pipes");
    }

    #[test]
    fn only_the_holder_paces_and_a_worker_that_stands_still_hangs() {
        let nap = |has_ball, stands_still| {
            ProcessState::asleep(
                Some(Call::ClockNanosleep),
                pane(DoorbellState::Awake, has_ball, stands_still),
            )
        };
        assert_eq!(nap(true, false), ProcessState::Pacing);
        let hangs = ProcessState::Hangs { for_ns: 2_100_000_000 };
        assert_eq!((nap(true, true), nap(false, true)), (hangs, hangs));
        assert_eq!(hangs.to_string(), "hangs: no tick for 2.10 s");
        assert_eq!(nap(false, false), ProcessState::Blocked { call: Some(Call::ClockNanosleep), on: None });
    }

    #[test]
    fn this_kernels_function_names_the_same_call() {
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
}
