//! How the message is handed over: in shared memory, through a pipe, through a socket. With each of them by the fewest
//! system calls with which the taker may sleep:
//!
//! | transport | the giver's | the taker's |
//! | --- | --- | --- |
//! | shared | `futex` wake, only if the taker sleeps | `futex` wait, only if it does not find the message by watching |
//! | pipe | `write` | a blocking `read` |
//! | socket | `write` of one packet | a blocking `read` of one packet |
//!
//! The game's pipes and sockets cost one more, a `poll`: there a pane must disarm its doorbell at the same time. Here nobody
//! notifies one, so the read itself may block.

use std::fs::File;
use std::io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
use std::io::{self, Read, Write};
use std::time::Duration;

use super::arena::Arena;
use super::message::{self, Arrival, HEADER_BYTES, Sum};
use super::position::Position;
use super::setup::Spoil;
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::doorbell::Wait;
use crate::transport::control_socket::NeighbourSide;

/// One way of handing over, as one process uses it.
pub(super) trait BenchTransport {
    /// Writes the whole message and hands it over.
    fn give(&mut self, side: NeighbourSide, head: u64) -> Result<()>;

    /// Waits until this hop's message has come, and reads all of it.
    fn take(&mut self, side: NeighbourSide, hop: u64) -> Result<Arrival>;
}

/// Through shared memory, with a doorbell.
pub(super) struct Shared<'a> {
    pub(super) arena: &'a Arena,
    pub(super) position: Position,
    pub(super) wait: Wait,
    pub(super) words: usize,
    pub(super) spoil: Spoil,
}

impl BenchTransport for Shared<'_> {
    fn give(&mut self, side: NeighbourSide, head: u64) -> Result<()> {
        let to = self.position.neighbour(side);
        let (mailbox, hop) = (&self.arena.mailboxes[to], message::hop(head));
        let payload = self.arena.payload(to, self.words);
        let mut sum = Sum::of(head);
        // Relaxed, this and what follows: the head releases them. Nobody reads them meanwhile: the message is here, so its
        // next taker waits for the head.
        for (cell, word) in payload.iter().zip(message::words(hop)) {
            sum.add(word);
            cell.store(word, Ordering::Relaxed);
        }
        self.spoil.corrupt(hop, || {
            let cell = &payload[payload.len() / 2];
            cell.store(cell.load(Ordering::Relaxed) ^ 0x10, Ordering::Relaxed);
        });
        let message = &mailbox.beside;
        message.sum.store(sum.get(), Ordering::Relaxed);
        message.sent_ns.store(clock::now_ns(), Ordering::Relaxed);
        self.spoil.delay(hop);
        // Release: a process that sees this head sees the message that was written before it. From here on it is the taker's.
        message.head.store(head, Ordering::Release);
        mailbox.notify_word();
        Ok(())
    }

    fn take(&mut self, side: NeighbourSide, hop: u64) -> Result<Arrival> {
        let mine = &self.arena.mailboxes[self.position.me];
        let giver = &self.arena.mailboxes[self.position.neighbour(side)];
        let message = &mine.beside;
        // Acquire: with the head comes the message.
        let has_come =
            || Some(message.head.load(Ordering::Acquire)).filter(|head| message::hop(*head) == hop);
        // The bell before the head: a notification in between is not slept through.
        mine.disarm();
        let head = loop {
            if let Some(head) = has_come() {
                break head;
            }
            // The launcher has the deadline: a timer of its own for each sleep would cost every hand-off a twentieth.
            mine.wait(self.wait, giver, Duration::MAX);
            // Looked at before the bell is disarmed again, which can be done while the message is away. Where the notification was seen
            // and the head is not, disarming the bell makes sure of it.
            if let Some(head) = has_come() {
                break head;
            }
            mine.disarm();
        };
        let mut found = Sum::of(head);
        let payload = self.arena.payload(self.position.me, self.words);
        payload.iter().for_each(|cell| found.add(cell.load(Ordering::Relaxed)));
        let (sent_ns, sum) = (message.sent_ns.load(Ordering::Relaxed), message.sum.load(Ordering::Relaxed));
        Ok(Arrival { head, sent_ns, sum, found_sum: found.get() })
    }
}

/// Ends of a pipe each way, or of a socket.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) reader: File,
    /// None: the reader is a socket, and written to as well.
    pub(super) writer: Option<File>,
}

/// Through the kernel.
pub(super) struct Stream {
    /// To the left and to the right; None at the ends of the line.
    pub(super) links: [Option<Ends>; 2],
    pub(super) message: Vec<u8>,
    pub(super) spoil: Spoil,
}

impl Stream {
    pub(super) fn new(links: [Option<Ends>; 2], bytes: usize, spoil: Spoil) -> Self {
        Self { links, message: vec![0; HEADER_BYTES + bytes], spoil }
    }
}

impl BenchTransport for Stream {
    fn give(&mut self, side: NeighbourSide, head: u64) -> Result<()> {
        let hop = message::hop(head);
        let mut sum = Sum::of(head);
        let (header, payload) = self.message.split_at_mut(HEADER_BYTES);
        for (bytes, word) in payload.as_chunks_mut::<8>().0.iter_mut().zip(message::words(hop)) {
            sum.add(word);
            *bytes = word.to_ne_bytes();
        }
        let middle = payload.len() / 2;
        self.spoil.corrupt(hop, || payload[middle] ^= 0x10);
        let words = [head, clock::now_ns(), sum.get()];
        header.as_chunks_mut().0.iter_mut().zip(words).for_each(|(bytes, word)| *bytes = word.to_ne_bytes());
        self.spoil.delay(hop);
        let ends = link(&self.links, side)?;
        let mut writer = ends.writer.as_ref().unwrap_or(&ends.reader);
        done(writer.write_all(&self.message), "hand the message over")
    }

    fn take(&mut self, side: NeighbourSide, _hop: u64) -> Result<Arrival> {
        // A pipe gives what there is; this asks until there is all.
        done((&link(&self.links, side)?.reader).read_exact(&mut self.message), "take the message")?;
        let (words, _) = self.message.as_chunks();
        let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
        let [head, sent_ns, sum] = [0, 1, 2].map(|index| word(&words[index]));
        let mut found = Sum::of(head);
        words[HEADER_BYTES / 8..].iter().for_each(|bytes| found.add(word(bytes)));
        Ok(Arrival { head, sent_ns, sum, found_sum: found.get() })
    }
}

fn link(links: &[Option<Ends>; 2], side: NeighbourSide) -> Result<&Ends> {
    let missing =
        || Error::system("find the link to a neighbour")(io::Error::from(io::ErrorKind::NotConnected));
    links[side.index()].as_ref().ok_or_else(missing)
}

/// What a write or a read of a whole message comes to. std goes on where a signal came, or only a part went.
fn done(done: io::Result<()>, action: &str) -> Result<()> {
    match done {
        Err(error) if matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof) => {
            wait_for_the_launcher()
        }
        done => done.map_err(Error::system(action)),
    }
}

/// The neighbour has ended before its time. The launcher knows by now, reports why, and ends this process too.
fn wait_for_the_launcher() -> ! {
    clock::stand_still()
}
