//! What outlives a process, as real processes have it.

use std::fs::File;
use std::io::{Read, Write};

use rustix::io::ioctl_fionread;

use super::left::Left;
use crate::error::{Error, Result};
use crate::lab::stage::LabMemory;
use crate::lab::steps::Words;

/// Words and pipes as a process has them: of each pipe the end that it uses.
pub(super) struct Wires<'a> {
    pub(super) memory: &'a LabMemory,
    pub(super) pipes: [Option<File>; 2],
}

impl Words for Wires<'_> {
    fn load(&self, at: usize) -> u64 {
        self.memory.load(at)
    }

    fn store(&self, at: usize, value: u64) {
        self.memory.store(at, value);
    }

    fn swap(&self, at: usize, from: u64, to: u64) -> bool {
        self.memory.swap(at, from, to)
    }
}

impl Wires<'_> {
    fn end(&self, pipe: usize) -> Result<&File> {
        let missing = || Error::failed("find a pipe of the lab")(std::io::ErrorKind::NotFound.into());
        self.pipes[pipe].as_ref().ok_or_else(missing)
    }
}

impl Left for Wires<'_> {
    fn put(&self, pipe: usize, bytes: &[u8]) -> Result<()> {
        self.end(pipe)?.write_all(bytes).map_err(Error::system("write the ball into a pipe"))
    }

    fn get(&self, pipe: usize, most: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; most];
        let read = self.end(pipe)?.read(&mut bytes);
        bytes.truncate(read.map_err(Error::system("read the ball from a pipe"))?);
        Ok(bytes)
    }

    fn waiting(&self, pipe: usize) -> Result<usize> {
        let count = ioctl_fionread(self.end(pipe)?);
        let count = count.map_err(Error::system("count the bytes in a pipe (FIONREAD)"))?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }
}
