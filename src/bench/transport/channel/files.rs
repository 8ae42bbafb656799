//! What is written to and read from as a file, and has no boundaries between messages: pipes, FIFOs and stream sockets.

use std::fs::File;
use std::io::{self, Read, Write};

use super::Channel;
use crate::bench::key::{MAX_PROCESSES, RowKey};
use crate::bench::transport::links::fds_of_a_link;

/// The fds of a process's links.
pub(in crate::bench::transport) struct Files {
    /// By the number of the peer: the end to read from, and the one to write to if that is another.
    peers: [Option<(File, Option<File>)>; MAX_PROCESSES],
}

impl Files {
    /// `fds` are those of the peers in their order, of each the end to read from first.
    pub(in crate::bench::transport) fn new(key: &RowKey, me: usize, fds: Vec<File>) -> Self {
        let mut peers = [const { None }; MAX_PROCESSES];
        let has_two = fds_of_a_link(key.transport) == 2;
        let mut fds = fds.into_iter();
        for peer in key.peers(me) {
            peers[peer] = fds.next().map(|reader| (reader, if has_two { fds.next() } else { None }));
        }
        Self { peers }
    }

    /// All of them, by the number of the peer.
    pub(in crate::bench::transport) fn into_links(self) -> [Option<(File, Option<File>)>; MAX_PROCESSES] {
        self.peers
    }

    fn link(&self, peer: usize) -> io::Result<&(File, Option<File>)> {
        self.peers[peer].as_ref().ok_or(io::ErrorKind::NotConnected.into())
    }

    /// The end to read from.
    pub(in crate::bench::transport) fn reader(&self, from: usize) -> io::Result<&File> {
        Ok(&self.link(from)?.0)
    }

    /// The end to write to.
    pub(in crate::bench::transport) fn writer(&self, to: usize) -> io::Result<&File> {
        let (reader, writer) = self.link(to)?;
        Ok(writer.as_ref().unwrap_or(reader))
    }
}

impl Channel for Files {
    fn send(&mut self, to: usize, bytes: &[u8]) -> io::Result<()> {
        self.writer(to)?.write_all(bytes)
    }

    fn receive(&mut self, from: usize, bytes: &mut [u8]) -> io::Result<()> {
        // A pipe gives what there is; this asks until there is all.
        self.reader(from)?.read_exact(bytes)
    }
}
