//! The lines of a file, one at a time: at most [`MAX_LINE`] bytes of it are held, however long it is and whatever is in it.

mod fault;
mod input;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use self::input::{Buffered, Start};
use crate::recording::MAX_LINE;
use crate::recording::line::{Check, Line};

pub use fault::Fault;
pub use input::Position;

/// Reads a recording, plain or compressed, from a file or a stream.
#[derive(Debug)]
pub struct Reader {
    input: Buffered,
    /// What can be read from anywhere.
    file: Option<Arc<File>>,
    /// The number of the last line.
    number: u64,
    line: Vec<u8>,
    /// What the lines so far add up to; None after a leap, which leaves some out.
    sum: Option<crc32fast::Hasher>,
    /// The last line of which a `check` line was right.
    checked: u64,
    cut: Option<Cut>,
}

/// A line, with its place in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    /// Which line it is, from 1 on.
    pub number: u64,
    /// Where it begins: a reader of the same file can go back to it.
    pub position: Position,
    /// What it says.
    pub line: Line,
}

/// The file ends within a line: its writer was killed, it was not copied to its end, or it is still being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The last line that is whole.
    pub after: u64,
    /// How many bytes of the next one are there.
    pub bytes: usize,
}

/// How the next line was read.
enum Next {
    Whole,
    End,
    TooLong,
}

/// Whether a file of this name is stdin.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What a recording of this name is called in lines for people.
pub fn name_of(path: &Path) -> String {
    if is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() }
}

impl Reader {
    /// Of this file, which may be a pipe.
    ///
    /// # Errors
    /// If it cannot be opened, or is a folder.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        Self::of_file(File::open(path)?)
    }

    /// Of a file that is open.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn of_file(file: File) -> Result<Self, Fault> {
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(Fault::Foreign("it is a folder".to_owned()));
        }
        if !metadata.is_file() {
            return Self::new(file);
        }
        let file = Arc::new(file);
        let mut reader = Self::new(Arc::clone(&file))?;
        reader.file = Some(file);
        Ok(reader)
    }

    /// Of a stream.
    ///
    /// # Errors
    /// Those of its first read.
    pub fn new(source: impl Read + Send + 'static) -> Result<Self, Fault> {
        let input = Buffered::of(Box::new(source))?;
        let (line, sum) = (Vec::new(), Some(crc32fast::Hasher::new()));
        Ok(Self { input, file: None, number: 0, line, sum, checked: 0, cut: None })
    }

    /// The next line; None at the end, where [`Reader::cut`] says whether it ends within a line.
    ///
    /// # Errors
    /// What is wrong with it, and which one it is.
    #[expect(clippy::should_implement_trait, reason = "after an error there is no next one")]
    pub fn next(&mut self) -> Result<Option<Numbered>, Fault> {
        let position = self.input.position(self.number + 1);
        match self.read_line()? {
            Next::End if self.line.is_empty() && self.number == 0 => {
                return Err(Fault::Foreign("it is empty".to_owned()));
            }
            Next::End => return self.end().map(|()| None),
            Next::TooLong if self.number == 0 => return Err(fault::foreign(&self.line)),
            Next::TooLong => {
                return Err(self.broken(format!("it is longer than {MAX_LINE} bytes")));
            }
            Next::Whole => {}
        }
        let line = if self.number == 0 { fault::header(&self.line)? } else { self.parse()? };
        self.number += 1;
        self.check(&line)?;
        Ok(Some(Numbered { number: self.number, position, line }))
    }

    /// Goes on with the line at this position of the same file. What is skipped is not checked.
    ///
    /// # Errors
    /// A stream has no positions; those of the system.
    pub fn seek(&mut self, position: Position) -> Result<(), Fault> {
        let Some(file) = &self.file else {
            return Err(io::Error::from(io::ErrorKind::NotSeekable).into());
        };
        let start = Start { at: position.at, skip: position.skip };
        self.input = Buffered::from(Arc::clone(file), start, self.input.is_compressed())?;
        self.number = position.number.saturating_sub(1);
        (self.sum, self.cut) = ((self.number == 0).then(crc32fast::Hasher::new), None);
        Ok(())
    }

    /// Where the file ends within a line, after [`Reader::next`] has returned None.
    pub fn cut(&self) -> Option<Cut> {
        self.cut
    }

    /// The last line that is covered by a `check` line which was right, itself included.
    pub fn checked(&self) -> u64 {
        self.checked
    }

    /// The last line that was read.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How far it has come, and how long the file is, if it is one: bytes on the disk.
    pub fn progress(&self) -> (u64, Option<u64>) {
        let length = self.file.as_ref().and_then(|file| file.metadata().ok());
        (self.input.consumed(), length.map(|metadata| metadata.len()))
    }

    fn read_line(&mut self) -> Result<Next, Fault> {
        self.line.clear();
        loop {
            let held = match self.input.fill() {
                Ok(held) => held,
                // A frame that was cut off is read as far as it goes.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    self.cut = Some(Cut { after: self.number, bytes: 0 });
                    return Ok(Next::End);
                }
                Err(error) => return Err(self.failed(error)),
            };
            if held.is_empty() {
                return Ok(Next::End);
            }
            let end = held.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(held.len(), |end| end + 1);
            let room = (MAX_LINE + 1).saturating_sub(self.line.len());
            let taken = length.min(room);
            self.line.extend_from_slice(&held[..taken]);
            self.input.consume(taken);
            if taken < length {
                return Ok(Next::TooLong);
            }
            if end.is_some() {
                return Ok(Next::Whole);
            }
        }
    }

    /// The end has come, perhaps within a line.
    fn end(&mut self) -> Result<(), Fault> {
        if self.number == 0 {
            return Err(fault::foreign(&self.line));
        }
        if !self.line.is_empty() || self.cut.is_some() {
            self.cut = Some(Cut { after: self.number, bytes: self.line.len() });
        }
        Ok(())
    }

    fn parse(&self) -> Result<Line, Fault> {
        serde_json::from_slice(&self.line).map_err(|error| self.broken(fault::why(&self.line, &error)))
    }

    fn broken(&self, why: String) -> Fault {
        Fault::Line { number: self.number + 1, why }
    }

    fn failed(&self, error: io::Error) -> Fault {
        if error.kind() == io::ErrorKind::InvalidData {
            return self.broken(error.to_string());
        }
        Fault::System(error)
    }

    /// Adds the line up, and checks what a `check` line says of those before it.
    fn check(&mut self, line: &Line) -> Result<(), Fault> {
        let Some(sum) = &mut self.sum else { return Ok(()) };
        if let Line::Check(check) = line {
            let expected = Check { lines: self.number - 1, crc32: sum.clone().finalize() };
            let is_written_so =
                || serde_json::to_vec(line).is_ok_and(|text| self.line.strip_suffix(b"\n") == Some(&text));
            if *check != expected || !is_written_so() {
                return Err(Fault::Changed {
                    first: self.checked + 1,
                    last: self.number - 1,
                    check: self.number,
                });
            }
            self.checked = self.number;
        }
        sum.update(&self.line);
        Ok(())
    }
}
