//! A process that sends and receives, by itself, by a rule.

use std::os::fd::{AsFd, OwnedFd};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rustix::io::{self, Errno};

use super::call::{Reply, Rule};
use super::reply::{filled, name_of};
use crate::platform::sync::{Ordering, Word};

/// It writes in pieces of so many bytes (`PIPE_BUF`): a pipe takes such a piece whole or not at all.
pub(in crate::lab) const PIECE: usize = 4096;
/// A write that is refused so often is not about to be taken: nobody reads.
const TRIES: u64 = 20_000;

/// A process that sends and receives.
pub(super) struct Exchange<'a> {
    /// None as soon as all is written: then the reader gets its end of file.
    pub(super) output: Option<OwnedFd>,
    /// Where it reads.
    pub(super) input: &'a OwnedFd,
    /// Bytes still to be written.
    pub(super) send: usize,
    /// Bytes still to be read.
    pub(super) expect: usize,
    /// Counts bytes that were written, for the stage to see.
    pub(super) written: &'a Word,
    /// Counts bytes that were read.
    pub(super) read: &'a Word,
}

impl Exchange<'_> {
    /// What came of it: bytes that were read; how many writes were refused.
    pub(super) fn run(mut self, rule: Rule) -> Reply {
        // Relaxed, here and below: counts that the stage looks at, and nothing else.
        for word in [self.written, self.read] {
            word.store(0, Ordering::Relaxed);
        }
        let mut refused = 0;
        let ended = match rule {
            Rule::WriteFirst => self.write_all().and_then(|()| self.read_all()),
            Rule::ReadFirst => self.read_all().and_then(|()| self.write_all()),
            Rule::TryAgain => self.try_again(&mut refused).and_then(|()| self.read_all()),
            Rule::Both => self.whatever_is_possible(),
        };
        let error = ended.err().map(name_of).unwrap_or_default();
        Reply { bytes: self.read.load(Ordering::Relaxed), calls: refused, error, ..Reply::default() }
    }

    /// Writes a piece; closes its end after the last.
    fn write(&mut self) -> io::Result<()> {
        let Some(output) = &self.output else { return Ok(()) };
        let taken = io::write(output, &filled('x', self.send.min(PIECE)))?;
        self.send -= taken;
        self.written.fetch_add(taken as u64, Ordering::Relaxed);
        if self.send == 0 {
            self.output = None;
        }
        Ok(())
    }

    /// Reads what is there; nothing more is expected after the end of the file.
    fn read(&mut self) -> io::Result<()> {
        let mut bytes = [0; PIECE];
        let room = self.expect.min(PIECE);
        match io::read(self.input, &mut bytes[..room])? {
            0 => self.expect = 0,
            got => {
                self.expect -= got;
                self.read.fetch_add(got as u64, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    fn write_all(&mut self) -> io::Result<()> {
        while self.output.is_some() {
            self.write()?;
        }
        Ok(())
    }

    fn read_all(&mut self) -> io::Result<()> {
        while self.expect > 0 {
            self.read()?;
        }
        Ok(())
    }

    /// Never waits in write: tries again and again.
    fn try_again(&mut self, refused: &mut u64) -> io::Result<()> {
        if let Some(output) = &self.output {
            io::ioctl_fionbio(output, true)?;
        }
        let mut in_a_row = 0;
        while self.output.is_some() {
            match self.write() {
                Err(Errno::AGAIN) if in_a_row < TRIES => (*refused, in_a_row) = (*refused + 1, in_a_row + 1),
                written => {
                    written?;
                    in_a_row = 0;
                }
            }
        }
        Ok(())
    }

    /// Reads while it writes: poll says what does not wait.
    fn whatever_is_possible(&mut self) -> io::Result<()> {
        while self.output.is_some() || self.expect > 0 {
            let (can_read, can_write) = self.poll()?;
            if can_read {
                self.read()?;
            }
            if can_write {
                self.write()?;
            }
        }
        Ok(())
    }

    fn poll(&self) -> io::Result<(bool, bool)> {
        let (reads, writes) = (self.expect > 0, self.output.is_some());
        let input = reads.then(|| PollFd::new(self.input.as_fd(), PollFlags::POLLIN));
        let output = self.output.as_ref().map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLOUT));
        let mut fds: Vec<_> = input.into_iter().chain(output).collect();
        poll(&mut fds, PollTimeout::NONE).map_err(|error| Errno::from_raw_os_error(error as i32))?;
        // An end that the other process has closed is ready too: then read or write says so.
        let mut ready = fds.iter().map(|fd| fd.any().unwrap_or(false));
        let can_read = reads && ready.next().unwrap_or(false);
        Ok((can_read, writes && ready.next().unwrap_or(false)))
    }
}
