//! The payload in shared memory, and a bell that wakes its taker.

use std::time::Duration;

use super::arena::{Arena, SharedMemory};
use super::endpoint::Endpoint;
use super::message::{self, Arrival, Sum};
use crate::bench::setup::Spoil;
use crate::error::Result;
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::doorbell::Wait;

/// What wakes a process whose message lies in shared memory.
pub(super) trait Bell {
    /// From now on a notification is not slept through. Before the taker looks for its message.
    fn disarm(&mut self) {}

    /// Waits until process `from` notifies. May return early.
    fn wait(&mut self, from: usize) -> Result<()>;

    /// Wakes process `to` if it sleeps. After the message was written.
    fn notify(&mut self, to: usize) -> Result<()>;
}

/// A doorbell in the arena itself: asleep on a futex, or awake.
pub(super) struct WordBell<'a> {
    pub(super) arena: &'a Arena,
    pub(super) me: usize,
    pub(super) wait: Wait,
}

impl Bell for WordBell<'_> {
    #[inline]
    fn disarm(&mut self) {
        self.arena.mailboxes[self.me].disarm();
    }

    #[inline]
    fn wait(&mut self, from: usize) -> Result<()> {
        let [mine, giver] = [self.me, from].map(|process| &self.arena.mailboxes[process]);
        // The launcher has the deadline: a timer of its own for each sleep would cost every hand-off a twentieth.
        mine.wait(self.wait, giver, Duration::MAX);
        Ok(())
    }

    #[inline]
    fn notify(&mut self, to: usize) -> Result<()> {
        self.arena.mailboxes[to].notify_word();
        Ok(())
    }
}

/// An endpoint in shared memory.
pub(super) struct Memory<'a, B> {
    pub(super) memory: SharedMemory<'a>,
    pub(super) me: usize,
    pub(super) words: usize,
    pub(super) spoil: Spoil,
    pub(super) bell: B,
}

impl<B: Bell> Endpoint for Memory<'_, B> {
    #[inline]
    fn put(&mut self, to: usize, head: u64, sent_ns: Option<u64>) -> Result<()> {
        let number = message::number(head);
        let payload = self.memory.payload(to, self.words);
        let mut sum = Sum::of(head);
        // Relaxed, this and what follows: the head releases them. Nobody reads them meanwhile: the message is here, so its
        // next taker waits for the head.
        for (cell, word) in payload.iter().zip(message::words(number)) {
            sum.add(word);
            cell.store(word, Ordering::Relaxed);
        }
        self.spoil.corrupt(number, || {
            let cell = &payload[payload.len() / 2];
            cell.store(cell.load(Ordering::Relaxed) ^ 0x10, Ordering::Relaxed);
        });
        let message = &self.memory.arena.mailboxes[to].beside;
        message.sum.store(sum.get(), Ordering::Relaxed);
        message.sent_ns.store(sent_ns.unwrap_or_else(clock::now_ns), Ordering::Relaxed);
        self.spoil.delay(number);
        // Release: a process that sees this head sees the message that was written before it. From here on it is the taker's.
        message.head.store(head, Ordering::Release);
        Ok(())
    }

    #[inline]
    fn flush(&mut self, to: usize) -> Result<()> {
        self.bell.notify(to)
    }

    #[inline]
    fn take(&mut self, from: usize, number: u64) -> Result<Arrival> {
        let message = &self.memory.arena.mailboxes[self.me].beside;
        // Acquire: with the head comes the message.
        let has_come =
            || Some(message.head.load(Ordering::Acquire)).filter(|head| message::number(*head) == number);
        // The bell before the head: a notification in between is not slept through.
        self.bell.disarm();
        let head = loop {
            if let Some(head) = has_come() {
                break head;
            }
            self.bell.wait(from)?;
            // Looked at before the bell is disarmed again, which can be done while the message is away. Where the notification was seen
            // and the head is not, disarming the bell makes sure of it.
            if let Some(head) = has_come() {
                break head;
            }
            self.bell.disarm();
        };
        let mut found = Sum::of(head);
        let payload = self.memory.payload(self.me, self.words);
        payload.iter().for_each(|cell| found.add(cell.load(Ordering::Relaxed)));
        let (sent_ns, sum) = (message.sent_ns.load(Ordering::Relaxed), message.sum.load(Ordering::Relaxed));
        Ok(Arrival { head, sent_ns, sum, found_sum: found.get() })
    }
}
