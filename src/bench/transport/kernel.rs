//! The whole message through the kernel.

use std::fs::File;
use std::io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
use std::io::{self, Read, Write};

use super::endpoint::Endpoint;
use super::message::{self, Arrival, HEADER_BYTES, Sum};
use crate::bench::key::MAX_PROCESSES;
use crate::bench::setup::{RepetitionSetup, Spoil};
use crate::error::{Error, Result};
use crate::platform::clock;

/// What carries bytes from process to process. Both calls block until all of them are gone, or there.
pub(super) trait Channel {
    fn send(&mut self, to: usize, bytes: &[u8]) -> io::Result<()>;

    fn receive(&mut self, from: usize, bytes: &mut [u8]) -> io::Result<()>;
}

/// An endpoint through the kernel.
pub(super) struct Kernel<C> {
    channel: C,
    message: Vec<u8>,
    spoil: Spoil,
}

impl<C: Channel> Kernel<C> {
    pub(super) fn new(channel: C, bytes: usize, spoil: Spoil) -> Self {
        Self { channel, message: vec![0; HEADER_BYTES + bytes], spoil }
    }
}

impl<C: Channel> Endpoint for Kernel<C> {
    fn put(&mut self, to: usize, head: u64, sent_ns: Option<u64>) -> Result<()> {
        let number = message::number(head);
        let mut sum = Sum::of(head);
        let (header, payload) = self.message.split_at_mut(HEADER_BYTES);
        for (bytes, word) in payload.as_chunks_mut::<8>().0.iter_mut().zip(message::words(number)) {
            sum.add(word);
            *bytes = word.to_ne_bytes();
        }
        let middle = payload.len() / 2;
        self.spoil.corrupt(number, || payload[middle] ^= 0x10);
        let words = [head, sent_ns.unwrap_or_else(clock::now_ns), sum.get()];
        header.as_chunks_mut().0.iter_mut().zip(words).for_each(|(bytes, word)| *bytes = word.to_ne_bytes());
        self.spoil.delay(number);
        done(self.channel.send(to, &self.message), "hand the message over")
    }

    fn flush(&mut self, _to: usize) -> Result<()> {
        Ok(())
    }

    fn take(&mut self, from: usize, _number: u64) -> Result<Arrival> {
        done(self.channel.receive(from, &mut self.message), "take the message")?;
        let (words, _) = self.message.as_chunks();
        let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
        let [head, sent_ns, sum] = [0, 1, 2].map(|index| word(&words[index]));
        let mut found = Sum::of(head);
        words[HEADER_BYTES / 8..].iter().for_each(|bytes| found.add(word(bytes)));
        Ok(Arrival { head, sent_ns, sum, found_sum: found.get() })
    }
}

/// What a write or a read of a whole message comes to. std goes on where a signal came, or only a part went.
fn done(done: io::Result<()>, action: &str) -> Result<()> {
    match done {
        // The peer has ended before its time. The launcher knows by now, reports why, and ends this process too.
        Err(error) if matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof) => {
            clock::stand_still()
        }
        done => done.map_err(Error::system(action)),
    }
}

/// What is written to and read from as a file: pipes and sockets.
pub(super) struct Files {
    /// By the number of the peer: the end to read from, and the one to write to if that is another.
    peers: [Option<(File, Option<File>)>; MAX_PROCESSES],
}

impl Files {
    /// `fds` are those of the peers in their order, of each the end to read from first.
    pub(super) fn new(setup: &RepetitionSetup, me: usize, fds: Vec<File>) -> Self {
        let mut peers = [const { None }; MAX_PROCESSES];
        let has_two = super::links::fds_of_a_link(setup.key.transport) == 2;
        let mut fds = fds.into_iter();
        for peer in setup.key.peers(me) {
            peers[peer] = fds.next().map(|reader| (reader, if has_two { fds.next() } else { None }));
        }
        Self { peers }
    }

    fn link(&self, peer: usize) -> io::Result<&(File, Option<File>)> {
        self.peers[peer].as_ref().ok_or(io::ErrorKind::NotConnected.into())
    }
}

impl Channel for Files {
    fn send(&mut self, to: usize, bytes: &[u8]) -> io::Result<()> {
        let (reader, writer) = self.link(to)?;
        writer.as_ref().unwrap_or(reader).write_all(bytes)
    }

    fn receive(&mut self, from: usize, bytes: &mut [u8]) -> io::Result<()> {
        // A pipe gives what there is; this asks until there is all.
        (&self.link(from)?.0).read_exact(bytes)
    }
}
