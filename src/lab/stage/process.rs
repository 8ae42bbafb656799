//! A process of a lab, from outside.

use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::process::{ChildStdin, ChildStdout};
use std::time::{Duration, Instant};

use procfs::process::{Process, Stat};
use rustix::process::Signal;

use crate::error::{Error, Result};
use crate::platform::clock;
use crate::protocol::End;
use crate::supervisor::spawn::{ChildProcess, end_all, sleep_on};

/// So long a process of a lab may take for anything. A machine under load takes seconds, one that hangs takes for ever.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often those are looked at for which a process may wait.
const LOOK_AT_OTHERS: Duration = Duration::from_millis(50);
/// How often a state is looked at that nothing announces.
const LOOK: Duration = Duration::from_micros(200);

/// A process of a lab. Dropped, it is killed and reaped.
pub struct LabProcess {
    /// Which part it plays.
    pub part: String,
    process: ChildProcess,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    end: Option<End>,
}

impl LabProcess {
    pub(super) fn new(
        part: &str,
        process: ChildProcess,
        stdin: Option<ChildStdin>,
        stdout: ChildStdout,
    ) -> Self {
        Self { part: part.to_owned(), process, stdin, stdout: BufReader::new(stdout), end: None }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.pid
    }

    fn failed(&self, what: &str, why: &str) -> Error {
        let action = format!("{what} process {} (pid {}) of the lab", self.part, self.pid());
        Error::failed(action)(std::io::Error::other(why.to_owned()))
    }

    /// Says a line to it. One that has died does not hear it: its end shows that.
    pub fn say(&mut self, line: &str) {
        let _heard = self.stdin.as_mut().map(|stdin| writeln!(stdin, "{line}"));
    }

    /// The next line that it says.
    ///
    /// # Errors
    /// [`Error::Failed`] if it says none within [`PATIENCE`], or has ended.
    pub fn hear(&mut self) -> Result<String> {
        let line = self.hear_within(PATIENCE)?;
        line.ok_or_else(|| self.failed("hear", "it says nothing"))
    }

    /// The next line that it says; it may wait for others, of which none may end before.
    ///
    /// # Errors
    /// As [`Self::hear`], or that another has ended.
    pub fn hear_beside<'p>(&mut self, others: impl IntoIterator<Item = &'p mut Self>) -> Result<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut others: Vec<_> = others.into_iter().collect();
        while Instant::now() < deadline {
            if let Some(line) = self.hear_within(LOOK_AT_OTHERS)? {
                return Ok(line);
            }
            for other in &mut others {
                if let Some(end) = other.look()? {
                    return Err(other.failed("go on with", &format!("it has ended ({end})")));
                }
            }
        }
        Err(self.failed("hear", "it says nothing"))
    }

    /// The next line that it says, or none within this time.
    ///
    /// # Errors
    /// [`Error::Failed`] if it has ended.
    pub fn hear_within(&mut self, time: Duration) -> Result<Option<String>> {
        let deadline = Instant::now() + time;
        loop {
            // A process writes a line in one piece.
            if !self.stdout.buffer().is_empty() || self.is_readable(deadline)? {
                let mut line = String::new();
                let read = self.stdout.read_line(&mut line);
                return match read.map_err(Error::system("read what a process of the lab says"))? {
                    0 => Err(self.failed("hear", "it has ended")),
                    _ => Ok(Some(line.trim_end().to_owned())),
                };
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
        }
    }

    fn is_readable(&self, deadline: Instant) -> Result<bool> {
        let fd = std::iter::once(self.stdout.get_ref().as_fd());
        Ok(sleep_on(fd, Some(deadline), "wait for a process of the lab (poll)")?.unwrap_or(false))
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Stops it (SIGSTOP), and waits until it stands still.
    ///
    /// # Errors
    /// As [`Self::wait_until_stopped`].
    pub fn stop(&mut self) -> Result<()> {
        self.signal(Signal::STOP);
        self.wait_until_stopped()
    }

    /// Lets it go on (SIGCONT).
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    /// Waits until it stands still at a step ([`super::Actor::stop_here`]).
    ///
    /// # Errors
    /// [`Error::Failed`] if it does not within [`PATIENCE`], or has ended.
    pub fn wait_until_stopped(&mut self) -> Result<()> {
        self.wait_until("stop", |process| process.letter() == Some('T'))
    }

    /// Waits until something is so that nothing announces, such as a state in /proc.
    ///
    /// # Errors
    /// [`Error::Failed`] if it is not within [`PATIENCE`], or the process has ended.
    pub fn wait_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            if let Some(end) = self.look()? {
                return Err(self.failed(what, &format!("it has ended ({end})")));
            }
            if Instant::now() >= deadline {
                return Err(self.failed(what, "it takes too long"));
            }
            clock::sleep_until(clock::now_ns() + clock::ns(LOOK))?;
        }
        Ok(())
    }

    /// How it has ended, if it has.
    ///
    /// # Errors
    /// [`Error::System`]
    pub fn look(&mut self) -> Result<Option<End>> {
        if self.end.is_none() {
            self.end = self.process.reaped()?;
        }
        Ok(self.end)
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// [`Error::Failed`] if it does not end within [`PATIENCE`].
    pub fn end(&mut self) -> Result<End> {
        if let Some(end) = self.end {
            return Ok(end);
        }
        // One that waits for a line gets none any more.
        self.stdin = None;
        self.end = self.process.ended_by(Instant::now() + PATIENCE)?;
        self.end.ok_or_else(|| self.failed("end", "it does not end"))
    }

    /// Kills it (SIGKILL), and waits for its end.
    ///
    /// # Errors
    /// As [`Self::end`].
    pub fn kill(&mut self) -> Result<End> {
        self.signal(Signal::KILL);
        self.end()
    }

    /// Its directory in /proc, for what this type does not read; None when it is gone.
    pub fn proc(&self) -> Option<Process> {
        Process::new(i32::try_from(self.pid()).ok()?).ok()
    }

    fn stat(&self) -> Option<Stat> {
        self.proc()?.stat().ok()
    }

    /// Its state, as /proc abbreviates it: R runs, S sleeps, T stopped, Z dead and not reaped.
    pub fn letter(&self) -> Option<char> {
        self.stat().map(|stat| stat.state)
    }

    /// Its CPU time, in nanoseconds; as exact as the kernel's ticks (10 ms).
    pub fn cpu_ns(&self) -> u64 {
        let ticks = self.stat().map_or(0, |stat| stat.utime + stat.stime);
        ticks * (1_000_000_000 / procfs::ticks_per_second().max(1))
    }

    /// How often it gave up its CPU of its own accord, because it had to wait.
    pub fn voluntary_switches(&self) -> u64 {
        let status = self.proc().and_then(|process| process.status().ok());
        status.and_then(|status| status.voluntary_ctxt_switches).unwrap_or(0)
    }
}

impl Drop for LabProcess {
    fn drop(&mut self) {
        if self.end.is_none() {
            // What ended the lab is worth more to know than what went wrong after it.
            let _ended = end_all([&self.process]);
        }
    }
}
