//! The whole message through the kernel.

use std::io;
use std::io::ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, UnexpectedEof};
use std::ops::Range;

use super::channel::Channel;
use super::endpoint::Endpoint;
use super::message::{self, Arrival, HEADER_BYTES};
use super::payload::Extent;
use crate::bench::setup::{RepetitionSetup, Spoil};
use crate::error::{Error, Result};
use crate::platform::clock;

/// An endpoint through the kernel.
pub(super) struct Kernel<C> {
    channel: C,
    message: Vec<u8>,
    extent: Extent,
    spoil: Spoil,
}

impl<C: Channel> Kernel<C> {
    pub(super) fn new(channel: C, setup: &RepetitionSetup) -> Self {
        let message = vec![0; HEADER_BYTES + setup.key.bytes];
        Self { channel, message, extent: Extent::of(setup), spoil: setup.spoil }
    }

    /// Writes the message, as it is sent afterwards.
    fn write(&mut self, head: u64, sent_ns: Option<u64>) {
        let number = message::number(head);
        let (header, payload) = self.message.split_at_mut(HEADER_BYTES);
        let sum = self.extent.write(payload.as_chunks_mut::<8>().0, head);
        let spoiled = self.extent.spoiled(payload.len() / 8, head) * 8;
        self.spoil.corrupt(number, || payload[spoiled] ^= 0x10);
        let words = [head, sent_ns.unwrap_or_else(clock::now_ns), sum];
        header.as_chunks_mut().0.iter_mut().zip(words).for_each(|(bytes, word)| *bytes = word.to_ne_bytes());
        self.spoil.delay(number);
    }
}

impl<C: Channel> Endpoint for Kernel<C> {
    fn put(&mut self, to: usize, head: u64, sent_ns: Option<u64>) -> Result<()> {
        self.write(head, sent_ns);
        if self.spoil.loses(message::number(head)) {
            return Ok(());
        }
        done(self.channel.send(to, &self.message), "hand the message over")
    }

    fn flush(&mut self, to: usize) -> Result<()> {
        done(self.channel.flush(to), "hand the messages over")
    }

    fn take(&mut self, from: usize, _number: u64) -> Result<Arrival> {
        done(self.channel.receive(from, &mut self.message), "take the message")?;
        let (header, payload) = self.message.split_at(HEADER_BYTES);
        let word = |index: usize| u64::from_ne_bytes(header.as_chunks().0[index]);
        let [head, sent_ns, sum] = [0, 1, 2].map(word);
        let found_sum = self.extent.read(payload.as_chunks::<8>().0, head);
        Ok(Arrival { head, sent_ns, sum, found_sum })
    }

    /// It is written once, and sent to each of them.
    fn put_to_all(&mut self, mut receivers: Range<usize>, head: u64) -> Result<()> {
        self.write(head, None);
        receivers.try_for_each(|to| {
            done(self.channel.send(to, &self.message), "hand the message over")?;
            self.flush(to)
        })
    }
}

/// What a write or a read of a whole message comes to. std goes on where a signal came, or only a part went.
fn done(done: io::Result<()>, action: &str) -> Result<()> {
    match done {
        // The peer has ended before its time. The launcher knows by now, reports why, and ends this process too.
        Err(error) if has_ended(&error) => clock::stand_still(),
        done => done.map_err(Error::system(action)),
    }
}

/// Whether the other end of a link is gone. ConnectionRefused is what UDP has for it.
fn has_ended(error: &io::Error) -> bool {
    matches!(error.kind(), BrokenPipe | ConnectionRefused | ConnectionReset | UnexpectedEof)
}
