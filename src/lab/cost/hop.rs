//! Two processes of this lab that hand a message to and fro, by the fewest system calls of each transport.

use std::fs::File;
use std::io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
use std::io::{self, Read, Write};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::lab::stage::{Actor, LabMemory};
use crate::platform::clock;
use crate::platform::sync::{Ordering, Word};
use crate::protocol::doorbell::Doorbell;

/// What is to be done, in a line: so many hops, with so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Plan {
    /// Of both processes together: an even number.
    pub(super) hops: u64,
    /// Of the message: a multiple of 8.
    pub(super) bytes: usize,
}

/// It is about to stop before its first hop.
pub(super) const READY: u64 = 1;
/// It is about to stop after its last hop.
pub(super) const DONE: u64 = 2;

/// One of the two processes; the part is `first` or `second`. It has no link, or one that it reads and one that it writes, which
/// is the same for a socket. It stops before its first hop, and after its last.
pub(super) fn act(actor: &mut Actor) -> Result<()> {
    let mut links = std::mem::take(&mut actor.links).into_iter().map(File::from);
    let plan: Plan = serde_json::from_str(&actor.hear()?)
        .map_err(std::io::Error::from)
        .map_err(Error::failed("read what the process of the lab is to do"))?;
    let (reader, writer) = (links.next(), links.next());
    let me = usize::from(actor.part != "first");
    let mut channel: Box<dyn Channel> = match reader {
        None => Box::new(Memory { memory: actor.memory(), me, words: plan.bytes / 8 }),
        Some(reader) => Box::new(Stream { reader, writer, message: vec![b'm'; plan.bytes] }),
    };
    progress(actor.memory(), me).store(READY, Ordering::Release);
    actor.stop_here()?;
    for hop in 1..=plan.hops {
        // The first gives hop 1, the second hop 2.
        if hop % 2 == u64::from(me == 0) { channel.give(hop)? } else { channel.take(hop)? }
    }
    progress(actor.memory(), me).store(DONE, Ordering::Release);
    actor.stop_here()
}

/// How far a process has come: 0, [`READY`] or [`DONE`].
pub(super) fn progress(memory: &LabMemory, process: usize) -> &Word {
    &memory.lonely[4 + process].0
}

trait Channel {
    fn give(&mut self, hop: u64) -> Result<()>;
    fn take(&mut self, hop: u64) -> Result<()>;
}

/// A pipe each way, or a socket.
struct Stream {
    reader: File,
    /// None: the reader is a socket, and written to as well.
    writer: Option<File>,
    message: Vec<u8>,
}

impl Channel for Stream {
    fn give(&mut self, _: u64) -> Result<()> {
        let mut writer = self.writer.as_ref().unwrap_or(&self.reader);
        done(writer.write_all(&self.message), "write a message of the lab")
    }

    fn take(&mut self, _: u64) -> Result<()> {
        done(self.reader.read_exact(&mut self.message), "read a message of the lab")
    }
}

/// What came of a read or a write. If the other process has ended before its time, so has the lab: this one waits for its own end.
fn done(done: io::Result<()>, action: &str) -> Result<()> {
    match done {
        Err(error) if matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof) => {
            clock::stand_still()
        }
        done => done.map_err(Error::system(action)),
    }
}

/// The words of the lab's memory, and a doorbell for each.
struct Memory<'a> {
    memory: &'a LabMemory,
    me: usize,
    words: usize,
}

impl Memory<'_> {
    fn bell(&self, process: usize) -> &Doorbell<()> {
        &self.memory.bells[process].0
    }

    fn number(&self) -> &Word {
        &self.memory.lonely[0].0
    }
}

impl Channel for Memory<'_> {
    fn give(&mut self, hop: u64) -> Result<()> {
        // Relaxed: the number releases them.
        self.memory.words[..self.words].iter().for_each(|word| word.store(hop, Ordering::Relaxed));
        self.number().store(hop, Ordering::Release);
        self.bell(1 - self.me).notify_word();
        Ok(())
    }

    fn take(&mut self, hop: u64) -> Result<()> {
        let bell = self.bell(self.me);
        loop {
            bell.disarm();
            // Acquire: with the number comes the message.
            if self.number().load(Ordering::Acquire) >= hop {
                break;
            }
            bell.sleep(Duration::MAX);
        }
        let words = &self.memory.words[..self.words];
        if words.iter().all(|word| word.load(Ordering::Relaxed) == hop) {
            Ok(())
        } else {
            Err(Error::Corrupt("a message of the lab is not as it was written".into()))
        }
    }
}
