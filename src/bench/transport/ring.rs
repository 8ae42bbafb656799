//! Many messages in shared memory at a time, in a ring of slots; or one that all receivers read in place.
//!
//! The sender fills slots, and publishes them together: the number of the last one lies beside each receiver's bell, in the cache line
//! that a notification changes anyway. So neither side touches a line of the other's for every message: the receiver looks at that
//! number only when all that it knew of is taken, and the sender at the receiver's counter ([`Room`]) only when the ring seems full.

use std::ops::Range;

use super::arena::{SharedMemory, SlotShape};
use super::endpoint::Endpoint;
use super::memory::Bell;
use super::message::{self, Arrival};
use super::payload::Payloads;
use super::room::Room;
use crate::bench::setup::{RepetitionSetup, Spoil};
use crate::error::Result;
use crate::platform::clock;
use crate::platform::sync::{Ordering, Word, spin_loop};

/// One process's end of a ring.
pub(super) struct Ring<'a, B> {
    memory: SharedMemory<'a>,
    me: usize,
    shape: SlotShape,
    payloads: Payloads,
    room: Room<'a>,
    spoil: Spoil,
    bell: B,
    /// Where the next slot begins, of the sender to be written, of a receiver to be read.
    place: usize,
    /// Of the sender: how many messages it has put. Of a receiver: how many it knows to be published.
    known: u64,
}

impl<'a, B: Bell> Ring<'a, B> {
    pub(super) fn new(setup: &RepetitionSetup, me: usize, memory: SharedMemory<'a>, bell: B) -> Self {
        Self {
            memory,
            me,
            shape: SlotShape::of(setup.key.bytes / 8),
            payloads: Payloads::of(setup),
            room: Room::new(setup, me, memory.arena),
            spoil: setup.spoil,
            bell,
            place: 0,
            known: 0,
        }
    }

    /// The next slot: its head, time and checksum, and its payload.
    #[inline]
    fn slot(&mut self) -> ([&'a Word; 3], &'a [Word]) {
        let SlotShape { payload, words, stride } = self.shape;
        let slot = &self.memory.buffers[self.place..][..payload + words];
        self.place += stride;
        if self.place >= self.memory.buffers.len() {
            self.place = 0;
        }
        ([&slot[0], &slot[1], &slot[2]], &slot[payload..])
    }

    /// Fills the next slot.
    #[inline]
    fn fill(&mut self, head: u64, sent_ns: Option<u64>) {
        let number = message::number(head);
        let ([head_word, sent_word, sum_word], payload) = self.slot();
        let sum = self.payloads.write(payload, head);
        let sent_ns = sent_ns.unwrap_or_else(clock::now_ns);
        self.payloads.hand_over(payload);
        self.spoil.corrupt(number, || self.payloads.spoil(payload, head));
        // Relaxed: publishing them releases them. The receivers have given this slot back before (Acquire, in `Room`).
        sum_word.store(sum, Ordering::Relaxed);
        sent_word.store(sent_ns, Ordering::Relaxed);
        self.spoil.delay(number);
        head_word.store(head, Ordering::Relaxed);
        self.known = number + 1;
    }

    /// Publishes all that was put, for one receiver.
    #[inline]
    fn publish(&mut self, to: usize) -> Result<()> {
        // Release: a receiver that sees this number sees all messages up to it.
        self.memory.arena.mailboxes[to].beside.head.store(self.known.wrapping_sub(1), Ordering::Release);
        if self.bell.spins() { Ok(()) } else { self.bell.notify(to) }
    }

    /// Of a receiver: whether this message is published.
    #[inline]
    fn sees(&mut self, number: u64) -> bool {
        // Acquire: with the number come the messages. Before the first one it is the highest number.
        let last = self.memory.arena.mailboxes[self.me].beside.head.load(Ordering::Acquire);
        self.known = last.wrapping_add(1);
        number < self.known
    }

    /// Of a receiver: waits until this message is published.
    #[cold]
    fn wait_for(&mut self, from: usize, number: u64) -> Result<()> {
        if self.sees(number) {
            return Ok(());
        }
        // All of it: a sender that waits for room must not wait for a receiver that waits.
        self.room.give_back();
        if self.bell.spins() {
            while !self.sees(number) {
                spin_loop();
            }
            return Ok(());
        }
        loop {
            // The bell before the number: a notification in between is not slept through.
            self.bell.disarm();
            if self.sees(number) {
                return Ok(());
            }
            self.bell.wait(from)?;
            if self.sees(number) {
                return Ok(());
            }
        }
    }
}

impl<B: Bell> Endpoint for Ring<'_, B> {
    #[inline]
    fn put(&mut self, to: usize, head: u64, sent_ns: Option<u64>) -> Result<()> {
        let number = message::number(head);
        if !self.room.is_sure_for(number) {
            // Nobody takes what is not published.
            self.publish(to)?;
            self.room.wait_for(number);
        }
        self.fill(head, sent_ns);
        Ok(())
    }

    #[inline]
    fn flush(&mut self, to: usize) -> Result<()> {
        self.publish(to)
    }

    #[inline]
    fn take(&mut self, from: usize, number: u64) -> Result<Arrival> {
        if number >= self.known {
            self.wait_for(from, number)?;
        }
        let (header, payload) = self.slot();
        let [head, sent_ns, sum] = header.map(|word| word.load(Ordering::Relaxed));
        let found_sum = self.payloads.read(payload, head);
        self.room.take();
        Ok(Arrival { head, sent_ns, sum, found_sum })
    }

    /// It is written once, and published for each of them.
    fn put_to_all(&mut self, mut receivers: Range<usize>, head: u64) -> Result<()> {
        let number = message::number(head);
        if !self.room.is_sure_for(number) {
            self.room.wait_for(number);
        }
        self.fill(head, None);
        receivers.try_for_each(|to| self.publish(to))
    }

    fn waited_ns(&mut self) -> u64 {
        self.room.take_waited_ns()
    }
}
