//! Two plain pipes, one each way, by read(2) and write(2).

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use rustix::pipe::{PipeFlags, pipe_with};

use crate::error::{Result, failed};
use crate::mechanism::{Endpoint, Host, Line, Link, Passport, Wanted};

/// Holds the ends until the processes have them.
#[derive(Debug)]
struct Ends([Option<(OwnedFd, OwnedFd)>; 2]);

/// Makes the pipes.
pub(crate) fn host(_wanted: &Wanted<'_>) -> Result<Box<dyn Host>> {
    let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(failed("make a pipe"));
    let (there, back) = (pipe()?, pipe()?);
    Ok(Box::new(Ends([Some((back.0, there.1)), Some((there.0, back.1))])))
}

impl Host for Ends {
    fn passport(&mut self, index: usize) -> Result<Passport> {
        let ends = self.0.get_mut(index).and_then(Option::take);
        Ok(Passport {
            fds: ends.map(|(reading, writing)| vec![reading, writing]).unwrap_or_default(),
            ..Passport::default()
        })
    }
}

/// A process's end of each.
#[derive(Debug)]
pub(crate) struct Pipes {
    reading: File,
    writing: File,
    frame: Vec<u8>,
}

impl Line for Pipes {
    fn open(endpoint: &Endpoint, fds: Vec<OwnedFd>) -> Result<Self> {
        let [reading, writing] = <[OwnedFd; 2]>::try_from(fds)
            .map_err(|fds| failed("take the pipes")(format_args!("{} fds instead of 2", fds.len())))?;
        Ok(Self { reading: reading.into(), writing: writing.into(), frame: vec![0; endpoint.frame] })
    }
}

impl Link for Pipes {
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        fill(&mut self.frame);
        self.writing.write_all(&self.frame).map_err(failed("write into the pipe"))
    }

    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        self.reading.read_exact(&mut self.frame).map_err(failed("read from the pipe"))?;
        Ok(read(&self.frame))
    }

    fn send_copy(&mut self, message: &[u8]) -> Result<()> {
        self.writing.write_all(message).map_err(failed("write into the pipe"))
    }

    fn receive_copy(&mut self, place: &mut Vec<u8>) -> Result<()> {
        self.reading.read_exact(place).map_err(failed("read from the pipe"))
    }
}
