//! What every mechanism must be able to do.

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::Result;

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
    /// Bytes of a message, header included.
    pub(crate) frame: usize,
    /// Hops that are not counted; even.
    pub(crate) warmup: u64,
    /// Hops that are; even.
    pub(crate) hops: u64,
    /// The hop whose message is to be spoiled.
    pub(crate) corrupt: Option<u64>,
}

impl Endpoint {
    /// The index of the other process.
    pub(crate) fn other(&self) -> usize {
        1 - self.index
    }
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
pub(crate) trait Line: Sized {
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
}

impl Wait {
    /// Its name in rows.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Adaptive => "adaptive",
            Self::Spin => "spin",
        }
    }
}
