//! The whole message through the kernel.

use std::io;
use std::io::ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, UnexpectedEof};

use super::channel::Channel;
use super::endpoint::Endpoint;
use super::message::{self, Arrival, HEADER_BYTES, Sum};
use crate::bench::setup::Spoil;
use crate::error::{Error, Result};
use crate::platform::clock;

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
        if self.spoil.loses(number) {
            return Ok(());
        }
        done(self.channel.send(to, &self.message), "hand the message over")
    }

    fn flush(&mut self, to: usize) -> Result<()> {
        done(self.channel.flush(to), "hand the messages over")
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
        Err(error) if has_ended(&error) => clock::stand_still(),
        done => done.map_err(Error::system(action)),
    }
}

/// Whether the other end of a link is gone. ConnectionRefused is what UDP has for it.
fn has_ended(error: &io::Error) -> bool {
    matches!(error.kind(), BrokenPipe | ConnectionRefused | ConnectionReset | UnexpectedEof)
}
