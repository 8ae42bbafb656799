//! How a child learns that the launcher is dead.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::pipe::{PipeFlags, pipe_with};

use crate::error::{Error, Result};

/// A pipe to which nothing is ever written. When the launcher dies, however it dies, every child reads its end of file.
#[derive(Debug)]
pub(crate) struct ParentDeathPipe {
    reader: OwnedFd,
    /// No other process has it.
    _writer: OwnedFd,
}

impl ParentDeathPipe {
    /// # Errors
    /// [`Error::System`] if there is no fd left.
    pub(crate) fn new() -> Result<Self> {
        let (reader, _writer) =
            pipe_with(PipeFlags::CLOEXEC).map_err(Error::system("create the parent-death pipe (pipe2)"))?;
        Ok(Self { reader, _writer })
    }
}

impl AsFd for ParentDeathPipe {
    /// The end that every child has.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}
