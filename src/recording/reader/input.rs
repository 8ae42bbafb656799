//! The bytes of a file or of a stream, with the place of each.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::recording::writer::zst::{self, Decoder, MAGIC};

/// Bytes that are read at once.
const BUFFER: usize = 64 * 1024;

/// Where a line begins in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Of the line itself, in bytes; in a compressed file, of the frame that it begins in.
    pub(super) at: u64,
    /// How many bytes of that frame's content come before it.
    pub(super) skip: u64,
    /// Which line it is.
    pub(super) number: u64,
}

/// Where reading begins.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Start {
    pub(super) at: u64,
    pub(super) skip: u64,
}

/// What is read a buffer at a time.
pub(super) struct Buffered {
    source: Source,
    bytes: Vec<u8>,
    /// Which of them are still to be read.
    from: usize,
    /// Where the first of `bytes` is in the file.
    start: Start,
}

type Stream = Box<dyn Read + Send>;

enum Source {
    Plain(Stream),
    Compressed(Box<Decoder<Stream>>),
}

impl fmt::Debug for Buffered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffered").field("start", &self.start).finish_non_exhaustive()
    }
}

impl Buffered {
    /// Of a stream, compressed or not.
    pub(super) fn of(mut source: Stream) -> io::Result<Self> {
        let mut first = Vec::new();
        source.by_ref().take(MAGIC.len() as u64).read_to_end(&mut first)?;
        let is_compressed = zst::is_zstd(&first);
        Ok(Self::new(Box::new(io::Cursor::new(first).chain(source)), Start::default(), is_compressed))
    }

    fn new(source: Stream, start: Start, is_compressed: bool) -> Self {
        let source = if is_compressed {
            Source::Compressed(Box::new(Decoder::within(source, start.at)))
        } else {
            Source::Plain(source)
        };
        Self { source, bytes: Vec::new(), from: 0, start }
    }

    /// Of a file, from there on.
    pub(super) fn from(file: Arc<File>, start: Start, is_compressed: bool) -> io::Result<Self> {
        (&*file).seek(SeekFrom::Start(start.at))?;
        let mut buffered = Self::new(Box::new(file), start, is_compressed);
        let mut skip = start.skip;
        while skip > 0 {
            let held = buffered.fill()?.len();
            let skipped = held.min(usize::try_from(skip).unwrap_or(held));
            if skipped == 0 {
                break;
            }
            buffered.consume(skipped);
            skip -= skipped as u64;
        }
        Ok(buffered)
    }

    pub(super) fn is_compressed(&self) -> bool {
        matches!(self.source, Source::Compressed(_))
    }

    /// What is there to be read; nothing at the end.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        while self.from == self.bytes.len() {
            let read_before = self.bytes.len() as u64;
            self.from = 0;
            self.bytes.resize(BUFFER, 0);
            let read = match &mut self.source {
                Source::Plain(source) => source.read(&mut self.bytes),
                Source::Compressed(source) => source.read(&mut self.bytes),
            };
            self.bytes.truncate(*read.as_ref().unwrap_or(&0));
            self.start = match &self.source {
                Source::Plain(_) => Start { at: self.start.at + read_before, skip: 0 },
                Source::Compressed(source) => {
                    let (at, so_far) = source.frame();
                    Start { at, skip: so_far - self.bytes.len() as u64 }
                }
            };
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

    /// Where the next byte is; as the line with this number.
    pub(super) fn position(&self, number: u64) -> Position {
        let Start { at, skip } = self.start;
        let from = self.from as u64;
        match self.source {
            Source::Plain(_) => Position { at: at + from, skip: 0, number },
            Source::Compressed(_) => Position { at, skip: skip + from, number },
        }
    }

    /// Bytes of the file that were read.
    pub(super) fn consumed(&self) -> u64 {
        match &self.source {
            Source::Plain(_) => self.start.at + self.bytes.len() as u64,
            Source::Compressed(source) => source.consumed(),
        }
    }
}
