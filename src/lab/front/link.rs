//! The process that has the window of a lab, and the two pipes to it. Nothing here waits for a window that is dead, closed or frozen.

use std::io::{ErrorKind, Read, Write};
use std::iter;
use std::os::fd::AsFd;
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::view::{FromWindow, ToWindow};
use crate::error::{Error, Result};
use crate::platform::display::{Display, draw_with_software, keep_drivers_quiet, prepare};
use crate::platform::terminal::StopRequests;
use crate::protocol::End;
use crate::supervisor::spawn::{ChildProcess, LAB_WINDOW, end_all, ourselves, start};

/// While so much waits for a window that does not read, it gets no further pictures, in bytes.
const MOST_UNSENT: usize = 1 << 20;
/// A line of a window is no longer than this, in bytes.
const LONGEST_LINE: usize = 1 << 16;
/// So long a window may take to close when it has nothing more to show.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was heard of the window.
#[derive(Debug)]
pub(super) enum Heard {
    /// It says something.
    Said(FromWindow),
    /// It has ended.
    Ended(End),
    /// Nothing: this process was stopped and goes on.
    Continued,
}

/// The process that has the window. Dropped, it is gone.
#[derive(Debug)]
pub(super) struct Link {
    process: ChildProcess,
    /// None when it is to close, or reads nothing more.
    stdin: Option<ChildStdin>,
    unsent: Vec<u8>,
    stdout: ChildStdout,
    heard: Vec<u8>,
    end: Option<End>,
}

impl Link {
    /// Starts the process on this display.
    ///
    /// Only for the main thread: it ends with the *thread* that started it.
    ///
    /// # Errors
    /// [`Error::System`]
    pub(super) fn start(display: &Display, by_software: bool) -> Result<Self> {
        let mut command = ourselves(&["--role", LAB_WINDOW]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        prepare(&mut command, display);
        keep_drivers_quiet(&mut command);
        if by_software {
            draw_with_software(&mut command);
        }
        let (process, streams) = start(command, iter::empty(), "the window of the lab".to_owned())?;
        let (Some(stdin), Some(stdout)) = (streams.stdin, streams.stdout) else {
            return Err(Error::failed("speak with the window of the lab")(ErrorKind::BrokenPipe.into()));
        };
        for fd in [stdin.as_fd(), stdout.as_fd()] {
            // No other process has these ends.
            let set = fcntl(fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK));
            set.map_err(Error::system("make a pipe to the window of the lab non-blocking (fcntl)"))?;
        }
        let (unsent, heard, end) = Default::default();
        Ok(Self { process, stdin: Some(stdin), unsent, stdout, heard, end })
    }

    /// Says it to the window. Never waits: what the pipe has no space for is sent later.
    pub(super) fn say(&mut self, news: &ToWindow) {
        if self.unsent.len() > MOST_UNSENT && matches!(news, ToWindow::Picture(_)) {
            return;
        }
        // What a lab shows is text and numbers: there is no value that JSON lacks.
        if let Ok(line) = serde_json::to_vec(news) {
            self.unsent.extend(line);
            self.unsent.push(b'\n');
        }
        self.send();
    }

    fn send(&mut self) {
        while let Some(stdin) = self.stdin.as_mut().filter(|_| !self.unsent.is_empty()) {
            match stdin.write(&self.unsent) {
                Ok(count) => drop(self.unsent.drain(..count)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // It has closed its end; that it has ended is noticed where that is waited for.
                Err(_) => self.stdin = None,
            }
        }
    }

    /// Waits until the window says something or ends. ctrl-Z stops this process meanwhile.
    ///
    /// # Errors
    /// [`Error::System`]
    pub(super) fn hear(&mut self, jobs: &StopRequests) -> Result<Heard> {
        loop {
            self.send();
            self.read();
            if let Some(said) = self.next_line() {
                return Ok(Heard::Said(said));
            }
            if let Some(end) = self.end {
                return Ok(Heard::Ended(end));
            }
            self.sleep(jobs)?;
            self.end = self.process.reaped()?;
            if jobs.stop_if_asked() {
                return Ok(Heard::Continued);
            }
        }
    }

    /// Sleeps until there is something to read or to write, the process has ended, or this one is to stop.
    fn sleep(&self, jobs: &StopRequests) -> Result<()> {
        let input = |fd| PollFd::new(fd, PollFlags::POLLIN);
        // A pipe whose other end is closed would wake this again and again: the end of the process is what counts then.
        let mut fds = vec![input(self.process.pidfd.as_fd()), input(jobs.as_fd())];
        fds.extend(self.is_open().then(|| input(self.stdout.as_fd())));
        let writes = self.stdin.as_ref().filter(|_| !self.unsent.is_empty());
        fds.extend(writes.map(|stdin| PollFd::new(stdin.as_fd(), PollFlags::POLLOUT)));
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(Error::system("wait for the window of the lab (poll)")(errno)),
        }
    }

    /// Whether the window can still say something.
    fn is_open(&self) -> bool {
        let mut fds = [PollFd::new(self.stdout.as_fd(), PollFlags::POLLIN)];
        // Without an answer it counts as open.
        let _count = poll(&mut fds, PollTimeout::ZERO);
        let seen = fds[0].revents().unwrap_or(PollFlags::empty());
        !seen.contains(PollFlags::POLLHUP) || seen.contains(PollFlags::POLLIN)
    }

    /// Reads what there is.
    fn read(&mut self) {
        let mut bytes = [0; 4096];
        loop {
            match self.stdout.read(&mut bytes) {
                Ok(count) if count > 0 => self.heard.extend_from_slice(&bytes[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The end; or nothing more for now.
                Ok(_) | Err(_) => return,
            }
        }
    }

    /// The next line that means something: libraries of windows may write there as well.
    fn next_line(&mut self) -> Option<FromWindow> {
        while let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.heard.drain(..=end).collect();
            if let Ok(said) = serde_json::from_slice(&line) {
                return Some(said);
            }
        }
        if self.heard.len() > LONGEST_LINE {
            self.heard.clear();
        }
        None
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // The end of its input closes the window.
        self.stdin = None;
        let ended = self.end.or_else(|| self.process.ended_by(Instant::now() + PATIENCE).ok().flatten());
        if ended.is_none() {
            let _ended = end_all([&self.process]);
        }
    }
}
