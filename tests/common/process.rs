//! A process as /proc and its pidfd show it.

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use rustix::process::{Pid, PidfdFlags, pidfd_open, pidfd_send_signal};

use super::{Program, wait_for, wait_until};

/// A process that cannot be mistaken for another one that was given its pid later.
#[derive(Debug)]
pub(crate) struct TestProcess {
    /// Its process id.
    pub(crate) pid: u32,
    pidfd: OwnedFd,
}

impl TestProcess {
    /// The processes of a run of the bench, in their order, when so many are ready.
    pub(crate) fn of_the_bench(program: &Program, count: usize) -> Vec<Self> {
        let number = |process: &Self| {
            let line = fs::read_to_string(format!("/proc/{}/cmdline", process.pid)).ok()?;
            line.split('\0').find_map(|argument| argument.strip_prefix("bench:"))?.parse::<usize>().ok()
        };
        // The process has a second thread when it has done all it does before it plays.
        let is_ready = |process: &Self| process.status("Threads").as_deref() == Some("2");
        wait_for(&format!("{count} processes to be ready"), || {
            let mut processes = Self::children_of(program.launcher().pid);
            processes.retain(|process| number(process).is_some() && is_ready(process));
            processes.sort_by_key(number);
            (processes.len() == count).then_some(processes)
        })
    }

    /// None if there is no such process any more.
    pub(crate) fn open(pid: u32) -> Option<Self> {
        let pidfd = pidfd_open(Pid::from_raw(pid.cast_signed())?, PidfdFlags::empty()).ok()?;
        Some(Self { pid, pidfd })
    }

    /// The children that a process has now, zombies included.
    pub(crate) fn children_of(parent: u32) -> Vec<Self> {
        Self::all_with(|stat| stat.parent == parent)
    }

    fn all_with(is_wanted: impl Fn(&Stat) -> bool) -> Vec<Self> {
        let numbers =
            fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
        let pids = numbers.filter_map(|name| name.parse().ok());
        let is_one = |pid| Stat::of(pid).is_some_and(|stat| is_wanted(&stat));
        // Looked at again once its pidfd is open: now it is the one, and no stranger.
        pids.filter(|pid| is_one(*pid)).filter_map(|pid| Self::open(pid).filter(|_| is_one(pid))).collect()
    }

    /// All members of the process group of a leader that was not reaped yet, zombies and the leader itself included.
    pub(crate) fn group_of(leader: u32) -> Vec<Self> {
        Self::all_with(|stat| stat.group == leader)
    }

    /// A copy of one of its fds, for ourselves.
    pub(crate) fn copy_of_fd(&self, fd: i32) -> Option<OwnedFd> {
        rustix::process::pidfd_getfd(&self.pidfd, fd, rustix::process::PidfdGetfdFlags::empty()).ok()
    }

    /// Sends a signal; the process must not have been reaped yet.
    pub(crate) fn signal(&self, signal: Signal) {
        assert!(self.try_signal(signal), "{} was reaped", self.pid);
    }

    /// Sends a signal. False if the process was reaped before.
    pub(crate) fn try_signal(&self, signal: Signal) -> bool {
        let signal = rustix::process::Signal::from_named_raw(signal as i32).unwrap();
        pidfd_send_signal(&self.pidfd, signal).is_ok()
    }

    /// Freezes the process, and waits until all of its threads stand still.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::SIGSTOP);
        let is_stopped = |task: PathBuf| {
            fs::read_to_string(task.join("status"))
                .is_ok_and(|status| field(&status, "State").is_some_and(|state| state.starts_with('T')))
        };
        wait_until("a process to be stopped", || {
            let tasks = self.tasks();
            !tasks.is_empty() && tasks.into_iter().all(is_stopped)
        });
    }

    /// Whether it has ended; a zombie has.
    pub(crate) fn has_ended(&self) -> bool {
        self.ends_within(Duration::ZERO)
    }

    /// Whether it ends in this time.
    pub(crate) fn ends_within(&self, time: Duration) -> bool {
        is_ready_within(&self.pidfd, time)
    }

    /// Whether it does nothing at all about a signal.
    pub(crate) fn ignores(&self, signal: Signal) -> bool {
        let ignored = u64::from_str_radix(&self.status("SigIgn").unwrap(), 16).unwrap();
        ignored >> (signal as i32 - 1) & 1 == 1
    }

    /// Whether it has ended and was reaped: not even a zombie is left.
    pub(crate) fn is_gone(&self) -> bool {
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", self.pidfd.as_raw_fd())).unwrap();
        field(&info, "Pid").unwrap() == "-1"
    }

    /// Whether it is the process of a pane that has done all it does before it plays.
    pub(crate) fn has_attached(&self) -> bool {
        let is_parent_death_pipe =
            |task: PathBuf| fs::read_to_string(task.join("comm")).is_ok_and(|name| name == "parent-death\n");
        self.pane().is_some() && self.tasks().into_iter().any(is_parent_death_pipe)
    }

    /// Which pane it plays, from 0; its role counts from 1.
    pub(crate) fn pane(&self) -> Option<u8> {
        let line = fs::read_to_string(format!("/proc/{}/cmdline", self.pid)).ok()?;
        let number: u8 =
            line.split('\0').find_map(|argument| argument.strip_prefix("pane:"))?.parse().ok()?;
        number.checked_sub(1)
    }

    /// A line of its /proc status.
    pub(crate) fn status(&self, name: &str) -> Option<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        field(&status, name).map(str::to_owned)
    }

    /// How often its threads have gone to sleep by themselves.
    pub(crate) fn naps(&self) -> u64 {
        let naps = |task: PathBuf| {
            let status = fs::read_to_string(task.join("status")).unwrap();
            field(&status, "voluntary_ctxt_switches").unwrap().parse::<u64>().unwrap()
        };
        self.tasks().into_iter().map(naps).sum()
    }

    /// How often its threads were switched: by their own sleep, and against their will.
    pub(crate) fn switches(&self) -> [u64; 2] {
        ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"].map(|name| {
            let of = |task: PathBuf| {
                let status = fs::read_to_string(task.join("status")).unwrap();
                field(&status, name).unwrap().parse::<u64>().unwrap()
            };
            self.tasks().into_iter().map(of).sum()
        })
    }

    /// How many threads it has.
    pub(crate) fn threads(&self) -> usize {
        self.tasks().len()
    }

    /// CPU time so far, in the kernel's ticks of a hundredth of a second.
    pub(crate) fn cpu_ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        let field = |number: usize| rest.split(' ').nth(number - 3).unwrap().parse::<u64>().unwrap();
        field(14) + field(15)
    }

    /// Its proportional set size, in bytes.
    pub(crate) fn pss_bytes(&self) -> u64 {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid)).unwrap();
        let kilobytes = field(&rollup, "Pss").unwrap().strip_suffix(" kB").unwrap();
        kilobytes.trim().parse::<u64>().unwrap() * 1024
    }

    /// The number of the system call in which its main thread sleeps; None while it runs, or is in none.
    pub(crate) fn call(&self) -> Option<u64> {
        let line = fs::read_to_string(format!("/proc/{}/syscall", self.pid)).ok()?;
        line.split(' ').next()?.parse().ok()
    }

    /// Which of reading and writing an fd can be used for.
    pub(crate) fn can_read_and_write(&self, fd: i32) -> [bool; 2] {
        let link = fs::symlink_metadata(format!("/proc/{}/fd/{fd}", self.pid)).unwrap();
        [0o400, 0o200].map(|bit| link.mode() & bit != 0)
    }

    /// Its open fds, and what each is.
    pub(crate) fn fds(&self) -> BTreeMap<i32, String> {
        let entries = fs::read_dir(format!("/proc/{}/fd", self.pid)).unwrap().map(|entry| entry.unwrap());
        let fd = |entry: fs::DirEntry| {
            let number = entry.file_name().into_string().unwrap().parse().unwrap();
            // What has been closed meanwhile is not open.
            Some((number, fs::read_link(entry.path()).ok()?.to_string_lossy().into_owned()))
        };
        entries.filter_map(fd).collect()
    }

    /// The lines of its /proc maps that name `file`, each as (permissions, inode).
    pub(crate) fn mappings_of(&self, file: &str) -> Vec<(String, String)> {
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.pid)).unwrap();
        let mapping = |line: &str| {
            let words: Vec<_> = line.split_whitespace().collect();
            (words[1].to_owned(), words[4].to_owned())
        };
        maps.lines().filter(|line| line.contains(file)).map(mapping).collect()
    }

    fn tasks(&self) -> Vec<PathBuf> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid));
        tasks.into_iter().flatten().filter_map(|task| Some(task.ok()?.path())).collect()
    }
}

/// Waits until none of them is left, not even as a zombie.
pub(crate) fn wait_until_gone(processes: &[TestProcess]) {
    wait_until("all children to be reaped", || processes.iter().all(TestProcess::is_gone));
}

/// Whether there is something to read from an fd, or its end, in this time.
pub(crate) fn is_ready_within(fd: &impl AsFd, time: Duration) -> bool {
    let mut fds = [PollFd::new(fd.as_fd(), PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::try_from(time).unwrap()).unwrap() == 1
}

/// Whose child a process is, and of which group.
struct Stat {
    parent: u32,
    group: u32,
}

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in parentheses may contain anything; state, parent and group follow it.
        let (_, rest) = stat.rsplit_once(')')?;
        let mut words = rest.split_whitespace().skip(1).map(str::parse);
        Some(Self { parent: words.next()?.ok()?, group: words.next()?.ok()? })
    }
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(value.trim())
}
