//! What every mechanism must be able to do.

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Result, failed};

/// What a process of a run gets when it starts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    /// The mechanism's name in [`crate::roster::ALL`].
    pub(crate) mechanism: String,
    /// 0 has the message first; 1 is the other one.
    pub(crate) index: usize,
    /// The process that started this one.
    pub(crate) parent: u32,
    /// A name that no other run has; no slashes.
    pub(crate) run: String,
    /// A folder in memory that belongs to the run and is removed after it.
    pub(crate) folder: PathBuf,
    /// What the mechanism's host wrote for this process.
    pub(crate) token: String,
    /// The CPU to run on.
    pub(crate) cpu: Option<usize>,
    /// The CPU of the other one.
    pub(crate) other_cpu: Option<usize>,
    /// Bytes of a message, header included.
    pub(crate) frame: usize,
    /// What to do over the line.
    pub(crate) work: Work,
    /// Whether one byte of one message is to be spoiled.
    pub(crate) corrupt: bool,
}

/// What the two processes do with each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Work {
    /// One message, there and back, for its latency.
    Rally {
        /// Hops that are not counted; even.
        warmup: u64,
        /// Hops that are; even.
        hops: u64,
    },
    /// Many messages one way, for their number.
    Flow(Flow),
}

/// How many messages go one way, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Flow {
    /// Messages that may be on their way at once, where the mechanism lets one choose.
    pub(crate) in_flight: usize,
    /// Messages that are handed to the mechanism at once.
    pub(crate) batch: usize,
    /// Whether messages are copied in and out, instead of being written and read in place.
    pub(crate) copy: bool,
    /// How long the counted part is, in nanoseconds, unless `messages` are given.
    pub(crate) time_ns: u64,
    /// Exactly as many counted messages.
    pub(crate) messages: Option<u64>,
}

impl Endpoint {
    /// The index of the other process.
    pub(crate) fn other(&self) -> usize {
        1 - self.index
    }

    /// How the messages flow, or `None` where there is one that goes there and back.
    pub(crate) fn flow(&self) -> Option<&Flow> {
        match &self.work {
            Work::Rally { .. } => None,
            Work::Flow(flow) => Some(flow),
        }
    }
}

/// What a mechanism's host needs to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// See [`Endpoint::run`].
    pub(crate) run: &'a str,
    /// See [`Endpoint::frame`].
    pub(crate) frame: usize,
    /// Messages that may be on their way at once.
    pub(crate) in_flight: usize,
}

/// What a process gets on its way: a word for its arguments, and fds.
#[derive(Debug, Default)]
pub(crate) struct Passport {
    /// See [`Endpoint::token`].
    pub(crate) token: String,
    /// They arrive at [`Line::open`], in this order.
    pub(crate) fds: Vec<OwnedFd>,
}

/// A mechanism's part in the process that starts the two. What it has made is gone when it is dropped.
pub(crate) trait Host {
    /// What process `index` needs to find the other one. Called once for each.
    ///
    /// # Errors
    /// What the mechanism says.
    fn passport(&mut self, index: usize) -> Result<Passport>;

    /// Called when both have opened their own ends, before they attach to each other's.
    ///
    /// # Errors
    /// What the mechanism says.
    fn introduce(&mut self) -> Result<()> {
        Ok(())
    }
}

/// A mechanism that needs no host: a name is enough.
#[derive(Debug)]
pub(crate) struct NoHost;

impl Host for NoHost {
    fn passport(&mut self, _index: usize) -> Result<Passport> {
        Ok(Passport::default())
    }
}

/// One process's end of the connection. No wait in it has a deadline of its own, where that would cost: the process that
/// started the two watches them, and ends both.
pub(crate) trait Line: Link + Sized {
    /// Makes this process's own end. The other process may not be there yet.
    ///
    /// # Errors
    /// What the mechanism says.
    fn open(endpoint: &Endpoint, fds: Vec<OwnedFd>) -> Result<Self>;

    /// Attaches to the other's end, which is there now.
    ///
    /// # Errors
    /// What the mechanism says.
    fn attach(&mut self, _endpoint: &Endpoint) -> Result<()> {
        Ok(())
    }
}

/// What messages go over, once it is there.
pub(crate) trait Link {
    /// Lets `fill` write a message, in place where the mechanism can do that, and hands it over.
    ///
    /// # Errors
    /// What the mechanism says.
    fn send(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()>;

    /// Waits for the next message and lets `read` see it, in place where the mechanism can do that.
    ///
    /// # Errors
    /// What the mechanism says.
    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T>;

    /// Hands `count` messages over at once, where the mechanism can do that. `fill` gets the number of each, from 0.
    ///
    /// # Errors
    /// What the mechanism says.
    fn send_batch(&mut self, count: usize, mut fill: impl FnMut(usize, &mut [u8])) -> Result<()> {
        (0..count).try_for_each(|number| self.send(|message| fill(number, message)))
    }

    /// Waits for messages and lets `read` see up to `most` of them, as many as there are.
    ///
    /// # Errors
    /// What the mechanism says, or `read`.
    fn receive_batch(&mut self, _most: usize, mut read: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.receive(&mut read)?
    }

    /// Hands a message over that is written already. One copy, if the mechanism can do that.
    ///
    /// # Errors
    /// What the mechanism says.
    fn send_copy(&mut self, message: &[u8]) -> Result<()> {
        let mut copied = Ok(());
        self.send(|place| copied = copy(place, message))?;
        copied
    }

    /// Waits for the next message and takes it out. One copy, if the mechanism can do that. `place` is as long as a message.
    ///
    /// # Errors
    /// What the mechanism says.
    fn receive_copy(&mut self, place: &mut Vec<u8>) -> Result<()> {
        self.receive(|message| copy(place, message))?
    }
}

/// Copies a message that must be as long as its place.
///
/// # Errors
/// When it is not.
pub(crate) fn copy(place: &mut [u8], message: &[u8]) -> Result<()> {
    if place.len() == message.len() {
        place.copy_from_slice(message);
        Ok(())
    } else {
        Err(failed("copy a message")(format_args!("{} bytes instead of {}", message.len(), place.len())))
    }
}

/// How a mechanism waits for the next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Asleep in the kernel, at once.
    Block,
    /// It looks for a while, then sleeps.
    Adaptive,
    /// It never sleeps.
    Spin,
    /// There is nothing to wait for.
    Nothing,
}

impl Wait {
    /// Its name in rows.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Adaptive => "adaptive",
            Self::Spin => "spin",
            Self::Nothing => "nothing",
        }
    }
}
