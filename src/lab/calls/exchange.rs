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

#[cfg(test)]
mod tests {
    use rustix::pipe::{fcntl_setpipe_size, pipe};

    use super::*;

    /// Both ends of an exchange, with pipes of a page; what each has read, and its error.
    fn exchange(rules: [Rule; 2], send: [usize; 2]) -> [(u64, String); 2] {
        let (to_b, to_a) = (pipe().unwrap(), pipe().unwrap());
        fcntl_setpipe_size(&to_b.0, PIECE).unwrap();
        fcntl_setpipe_size(&to_a.0, PIECE).unwrap();
        let run = |rule, output, input: OwnedFd, send, expect| {
            let (written, read) = (Word::new(7), Word::new(7));
            let exchange = Exchange {
                output: Some(output),
                input: &input,
                send,
                expect,
                written: &written,
                read: &read,
            };
            let reply = exchange.run(rule);
            assert!(written.load(Ordering::Relaxed) <= send as u64);
            (reply.bytes, reply.error)
        };
        std::thread::scope(|scope| {
            let a = scope.spawn(move || run(rules[0], to_b.1, to_a.0, send[0], send[1]));
            let b = run(rules[1], to_a.1, to_b.0, send[1], send[0]);
            [a.join().unwrap(), b]
        })
    }

    #[test]
    fn who_reads_while_it_writes_comes_to_its_end_with_any_sizes() {
        for send in [[300_000, 250_001], [1, 500_000], [500_000, 1], [4_096, 4_097]] {
            let whole = |bytes: usize| (bytes as u64, String::new());
            assert_eq!(exchange([Rule::Both; 2], send), [whole(send[1]), whole(send[0])]);
            let mixed = [Rule::Both, Rule::WriteFirst];
            assert_eq!(exchange(mixed, send), [whole(send[1]), whole(send[0])], "one of the two is enough");
        }
    }

    #[test]
    fn who_never_reads_tries_again_in_vain_and_gives_up() {
        // More than such a pipe holds, also where pages have 64 KiB.
        let ended = exchange([Rule::TryAgain; 2], [200_000; 2]);
        assert!(ended.iter().any(|(_, error)| error == "EAGAIN"), "{ended:?}");
    }
}
