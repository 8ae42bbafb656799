//! Rings of io_uring: to notify puts an entry into the other's, to wait is to wait for one.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use crate::bench::key::MAX_PROCESSES;
use crate::bench::transport::channel::Files;
use crate::bench::transport::memory::Bell;
use crate::error::{Error, Result};
use crate::platform::uring::Ring;

/// The rings of a process's links.
pub(in crate::bench::transport) struct RingBell {
    /// By the number of the peer: the ring on which this process waits for it, and the peer's own.
    peers: [Option<(Ring, File)>; MAX_PROCESSES],
}

impl RingBell {
    pub(in crate::bench::transport) fn new(files: Files) -> Result<Self> {
        let mut peers = [const { None }; MAX_PROCESSES];
        for (peer, link) in peers.iter_mut().zip(files.into_links()) {
            if let Some((mine, Some(theirs))) = link {
                let ring =
                    Ring::attach(mine.into()).map_err(Error::system("take over a ring of io_uring"))?;
                *peer = Some((ring, theirs));
            }
        }
        Ok(Self { peers })
    }

    fn link(&mut self, peer: usize) -> io::Result<&mut (Ring, File)> {
        self.peers[peer].as_mut().ok_or(io::ErrorKind::NotConnected.into())
    }
}

impl Bell for RingBell {
    fn wait(&mut self, from: usize) -> Result<()> {
        let waited = self.link(from).and_then(|(ring, _)| ring.wait());
        waited.map_err(Error::system("wait on a ring (io_uring_enter)"))
    }

    fn notify(&mut self, to: usize) -> Result<()> {
        let notified = self.link(to).and_then(|(ring, theirs)| ring.notify(theirs.as_fd()));
        notified.map_err(Error::system("put an entry into a ring (io_uring_enter with MSG_RING)"))
    }
}
