//! The payload in shared memory, and a bell that wakes its taker.

use std::time::Duration;

use super::arena::{Arena, SharedMemory};
use super::endpoint::Endpoint;
use super::message::{self, Arrival};
use super::payload::Payloads;
use crate::bench::setup::{RepetitionSetup, Spoil};
use crate::error::Result;
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::doorbell::Wait;

/// What wakes a process whose message lies in shared memory.
pub(super) trait Bell {
    /// From now on a notification is not slept through. Before the taker looks for its message.
    fn disarm(&mut self) {}

    /// Whether a taker never sleeps but looks at the number of its message all the time. Nobody need notify it.
    #[inline]
    fn spins(&self) -> bool {
        false
    }

    /// Waits until process `from` notifies. May return early.
    fn wait(&mut self, from: usize) -> Result<()>;

    /// Wakes process `to` if it sleeps. After the message was written. A process that has notifications enough waiting for it need not
    /// get one more: it looks for messages until there are none.
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

    fn spins(&self) -> bool {
        self.wait == Wait::Spin
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

/// An endpoint in shared memory: one message at a time.
pub(super) struct Memory<'a, B> {
    memory: SharedMemory<'a>,
    me: usize,
    words: usize,
    payloads: Payloads,
    spoil: Spoil,
    bell: B,
}

impl<'a, B: Bell> Memory<'a, B> {
    pub(super) fn new(setup: &RepetitionSetup, me: usize, memory: SharedMemory<'a>, bell: B) -> Self {
        let words = setup.key.bytes / 8;
        Self { memory, me, words, payloads: Payloads::of(setup), spoil: setup.spoil, bell }
    }
}

impl<B: Bell> Endpoint for Memory<'_, B> {
    #[inline]
    fn put(&mut self, to: usize, head: u64, sent_ns: Option<u64>) -> Result<()> {
        let number = message::number(head);
        let payload = self.memory.payload(to, self.words);
        // Relaxed, this and what follows: the head releases them. Nobody reads them meanwhile: the message is here, so its
        // next taker waits for the head.
        let sum = self.payloads.write(payload, head);
        let message = &self.memory.arena.mailboxes[to].beside;
        message.sum.store(sum, Ordering::Relaxed);
        message.sent_ns.store(sent_ns.unwrap_or_else(clock::now_ns), Ordering::Relaxed);
        self.payloads.hand_over(payload);
        self.spoil.corrupt(number, || self.payloads.spoil(payload, head));
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
        let found_sum = self.payloads.read(self.memory.payload(self.me, self.words), head);
        let (sent_ns, sum) = (message.sent_ns.load(Ordering::Relaxed), message.sum.load(Ordering::Relaxed));
        Ok(Arrival { head, sent_ns, sum, found_sum })
    }
}
