//! The bytes of a file or of a stream, with the place of each.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::Position;

/// Bytes that are read at once.
const BUFFER: usize = 64 * 1024;

/// Where reading begins.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Start {
    pub(super) at: u64,
    pub(super) skip: u64,
}

/// What is read a buffer at a time.
pub(super) struct Buffered {
    source: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    /// Which of them are still to be read.
    from: usize,
    /// Where the first of `bytes` is in the file.
    start: Start,
}

impl fmt::Debug for Buffered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffered").field("start", &self.start).finish_non_exhaustive()
    }
}

impl Buffered {
    pub(super) fn of(source: Box<dyn Read + Send>) -> io::Result<Self> {
        Ok(Self { source, bytes: Vec::new(), from: 0, start: Start::default() })
    }

    /// Of a file, from there on.
    pub(super) fn from(file: Arc<File>, start: Start, _is_compressed: bool) -> io::Result<Self> {
        (&*file).seek(SeekFrom::Start(start.at))?;
        Ok(Self { source: Box::new(file), bytes: Vec::new(), from: 0, start })
    }

    pub(super) fn is_compressed(&self) -> bool {
        false
    }

    /// What is there to be read; nothing at the end.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        while self.from == self.bytes.len() {
            self.start.at += self.bytes.len() as u64;
            self.from = 0;
            self.bytes.resize(BUFFER, 0);
            let read = self.source.read(&mut self.bytes);
            self.bytes.truncate(*read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => break,
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(&self.bytes[self.from..])
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.from = (self.from + count).min(self.bytes.len());
    }

    /// Where the next byte is.
    pub(super) fn position(&mut self, number: u64) -> io::Result<Position> {
        Ok(Position { at: self.start.at + self.from as u64, skip: self.start.skip, number })
    }

    /// Bytes of the file that were read.
    pub(super) fn consumed(&self) -> u64 {
        self.start.at + self.bytes.len() as u64
    }
}
