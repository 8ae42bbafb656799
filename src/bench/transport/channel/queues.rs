//! POSIX message queues: one call is one message.

use std::fs::File;
use std::io;

use nix::errno::Errno;
use nix::mqueue::{MqdT, mq_receive, mq_send};

use super::{Channel, Files, whole};
use crate::bench::key::MAX_PROCESSES;
use crate::platform::fds;

/// The queues of a process's links.
pub(in crate::bench::transport) struct Queues {
    /// By the number of the peer: the queue that messages come from, and the one that they go to.
    peers: [Option<(MqdT, MqdT)>; MAX_PROCESSES],
}

impl Queues {
    pub(in crate::bench::transport) fn new(files: Files) -> Self {
        let queue = |file: File| fds::message_queue(file.into());
        let queues = |(reader, writer): (File, Option<File>)| Some((queue(reader), queue(writer?)));
        Self { peers: files.into_links().map(|link| link.and_then(queues)) }
    }

    fn link(&self, peer: usize) -> io::Result<&(MqdT, MqdT)> {
        self.peers[peer].as_ref().ok_or(io::ErrorKind::NotConnected.into())
    }
}

impl Channel for Queues {
    fn send(&mut self, to: usize, bytes: &[u8]) -> io::Result<()> {
        let (_, queue) = self.link(to)?;
        Ok(again(|| mq_send(queue, bytes, 0))?)
    }

    fn receive(&mut self, from: usize, bytes: &mut [u8]) -> io::Result<()> {
        let (queue, _) = self.link(from)?;
        whole(again(|| mq_receive(queue, bytes, &mut 0))?, bytes.len())
    }
}

fn again<T>(mut call: impl FnMut() -> nix::Result<T>) -> nix::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            done => return done,
        }
    }
}
