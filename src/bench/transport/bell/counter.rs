//! An eventfd: a number in the kernel. To notify is to add 1, to wait is to read it, which sets it to 0 again.

use std::io::{ErrorKind, Read, Write};

use crate::bench::transport::channel::Files;
use crate::bench::transport::memory::Bell;
use crate::error::{Error, Result};

/// The eventfds of a process's links.
pub(in crate::bench::transport) struct CounterBell(pub(in crate::bench::transport) Files);

impl Bell for CounterBell {
    fn wait(&mut self, from: usize) -> Result<()> {
        match self.0.reader(from).and_then(|mut bell| bell.read(&mut [0; 8])) {
            // It may return early.
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            read => read.map(drop).map_err(Error::system("wait for an eventfd (read)")),
        }
    }

    fn notify(&mut self, to: usize) -> Result<()> {
        let one = 1_u64.to_ne_bytes();
        let written = self.0.writer(to).and_then(|mut bell| bell.write_all(&one));
        written.map_err(Error::system("notify by an eventfd (write)"))
    }
}
