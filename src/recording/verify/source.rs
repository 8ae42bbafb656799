//! Where a recording is read from: a file, or a stream that may be slow, and whose reader can be interrupted.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::platform::signals::Signals;
use crate::recording::reader::{Fault, Reader, is_stdin};

/// Opens a file, a pipe that has a name, or stdin (`-`). Neither opening nor reading waits beyond a signal.
pub(super) fn open(path: &Path, signals: &Arc<Signals>) -> Result<Reader, Fault> {
    let file = if is_stdin(path) {
        File::from(io::stdin().as_fd().try_clone_to_owned()?)
    } else {
        // A pipe that has no writer yet is open at once, and has something to be read when one comes.
        OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path)?
    };
    let kind = file.metadata()?.file_type();
    if kind.is_file() || kind.is_dir() {
        return Reader::of_file(file);
    }
    Reader::new(Patient { file, signals: Arc::clone(signals) })
}

/// A stream that is waited for, but not when a signal has come.
struct Patient {
    file: File,
    signals: Arc<Signals>,
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let signals = PollFd::new(self.signals.as_fd(), PollFlags::POLLIN);
            let mut fds = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN), signals];
            match poll(&mut fds, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            if fds[1].any() == Some(true) {
                // Which one it is stays to be taken.
                return Err(io::Error::other("a signal has come"));
            }
            match self.file.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }
}
