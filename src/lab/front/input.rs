//! Lines that are typed, or come through a pipe: of any length, with any bytes, while ctrl-Z still stops this process.

use std::collections::VecDeque;
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::error::{Error, Result};
use crate::platform::terminal::StopRequests;

/// A longer line is no answer; its rest is not kept, in bytes.
const LONGEST: usize = 16_384;

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    /// A line, without its end. What was no UTF-8 is marked.
    Line(String),
    /// There are no more for now; at a terminal, by ctrl-D.
    End,
    /// This process was stopped and goes on: what was asked should be asked again.
    Continued,
}

/// Lines that came and were not yet taken.
#[derive(Debug, Default)]
pub(super) struct Lines {
    whole: VecDeque<String>,
    /// The beginning of the next one.
    part: Vec<u8>,
}

impl Lines {
    /// The next line of stdin. Waits for it.
    ///
    /// # Errors
    /// [`Error::System`]
    pub(super) fn next(&mut self, jobs: &StopRequests) -> Result<Input> {
        let stdin = std::io::stdin();
        loop {
            if let Some(line) = self.whole.pop_front() {
                return Ok(Input::Line(line));
            }
            let mut fds = [stdin.as_fd(), jobs.as_fd()].map(|fd| PollFd::new(fd, PollFlags::POLLIN));
            match poll(&mut fds, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(Error::system("wait for a line on stdin (poll)")(errno)),
            }
            let is_readable = fds[0].any() == Some(true);
            if jobs.stop_if_asked() {
                return Ok(Input::Continued);
            }
            if is_readable && !self.read(&stdin) && self.whole.is_empty() {
                return Ok(Input::End);
            }
        }
    }

    /// Reads once what there is. False at the end.
    fn read(&mut self, stdin: &impl AsFd) -> bool {
        let mut bytes = [0; 4096];
        match nix::unistd::read(stdin, &mut bytes) {
            Ok(count) if count > 0 => {
                self.add(&bytes[..count]);
                true
            }
            Err(Errno::EINTR | Errno::EAGAIN) => true,
            // The end; or EIO: the terminal is gone.
            Ok(_) | Err(_) => {
                // What stands before the end needs no end of its own.
                if !self.part.is_empty() {
                    self.add(b"\n");
                }
                false
            }
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.part);
                self.whole.push_back(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned());
            } else if self.part.len() < LONGEST {
                self.part.push(*byte);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn lines(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::default();
        let (reader, mut writer) = std::io::pipe().unwrap();
        let all = bytes.to_vec();
        let writing = std::thread::spawn(move || writer.write_all(&all).unwrap());
        while lines.read(&reader) {}
        writing.join().unwrap();
        lines.whole.into()
    }

    #[test]
    fn every_line_is_read_whatever_its_bytes_and_a_long_one_is_cut() {
        assert_eq!(lines(b"one\r\n\ntwo"), ["one", "", "two"]);
        assert_eq!(lines(b""), [""; 0]);
        assert_eq!(lines(b"\xf0\x9f\n\xff\n"), ["\u{fffd}", "\u{fffd}"], "cut, and no UTF-8");
        let mut long = vec![b'x'; 1 << 20];
        long.extend(b"\n2\n");
        let read = lines(&long);
        assert_eq!((read[0].len(), &*read[1], read.len()), (LONGEST, "2", 2));
    }
}
