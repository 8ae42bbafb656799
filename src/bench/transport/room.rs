//! How a sender learns how many of its messages have been taken, so that no more are on their way than may be.
//!
//! Each receiver has a counter, in a pair of cache lines that nobody else writes. It raises it when it has taken a quarter of what
//! may be on its way, and before it waits. The sender keeps a copy of it, and looks again only when that is used up.
//!
//! The order is that of all bells: the receiver raises its counter and then notifies; the sender disarms its bell, looks at
//! the counters, and sleeps only if it was not notified in between.

use std::ops::Range;
use std::time::Duration;

use super::arena::Arena;
use crate::bench::key::Mode;
use crate::bench::setup::RepetitionSetup;
use crate::platform::clock;
use crate::platform::sync::spin_loop;
use crate::protocol::doorbell::Wait;

/// A receiver gives room back when it has taken this part of what may be on its way.
const QUARTER: u64 = 4;
/// How often the sender, which spins, looks at the counters before it looks at the clock.
const LOOKS: u32 = 64;

/// One process's end of it: the sender is process 0, all others receive.
#[derive(Debug)]
pub(super) struct Room<'a> {
    arena: &'a Arena,
    me: usize,
    wait: Wait,
    receivers: Range<usize>,
    in_flight: u64,
    /// Of the sender: the first number for which there is no room yet, as of the last look.
    limit: u64,
    waited_ns: u64,
    /// Of a receiver: how many messages it has taken, and how many of these it has given back.
    taken: u64,
    given_back: u64,
}

impl<'a> Room<'a> {
    pub(super) fn new(setup: &RepetitionSetup, me: usize, arena: &'a Arena) -> Self {
        let key = &setup.key;
        let in_flight = key.in_flight as u64;
        let receivers = if key.mode == Mode::FanOut { 1..key.processes } else { 1..2 };
        Self {
            arena,
            me,
            wait: key.wait,
            receivers,
            in_flight,
            limit: in_flight,
            waited_ns: 0,
            taken: 0,
            given_back: 0,
        }
    }

    /// Of the sender: whether there is room for this message, without a look at shared memory.
    #[inline]
    pub(super) fn is_sure_for(&self, number: u64) -> bool {
        number < self.limit
    }

    /// Of the sender: waits until there is room for this message. All before it must be on their way.
    #[cold]
    pub(super) fn wait_for(&mut self, number: u64) {
        if self.sees_room(number) {
            return;
        }
        let begin_ns = clock::now_ns();
        if self.wait == Wait::Spin {
            while !self.sees_room(number) {
                (0..LOOKS).for_each(|_| spin_loop());
            }
        } else {
            self.sleep_for(number);
        }
        self.waited_ns += clock::now_ns() - begin_ns;
    }

    fn sleep_for(&mut self, number: u64) {
        let mine = &self.arena.mailboxes[self.me];
        loop {
            mine.disarm();
            if self.sees_room(number) {
                return;
            }
            // The receiver that is the furthest behind is the one to wait for.
            let slowest = self.receivers.clone().min_by_key(|receiver| self.arena.counters[*receiver].get());
            mine.wait(self.wait, &self.arena.mailboxes[slowest.unwrap_or(1)], Duration::MAX);
        }
    }

    fn sees_room(&mut self, number: u64) -> bool {
        let taken = self.receivers.clone().map(|receiver| self.arena.counters[receiver].get()).min();
        self.limit = taken.unwrap_or(0).saturating_add(self.in_flight);
        number < self.limit
    }

    /// For how long the sender has waited since this was asked last, in nanoseconds.
    pub(super) fn take_waited_ns(&mut self) -> u64 {
        std::mem::take(&mut self.waited_ns)
    }

    /// Of a receiver: it has taken a message, and no longer reads it.
    #[inline]
    pub(super) fn take(&mut self) {
        self.taken += 1;
        if self.taken - self.given_back >= (self.in_flight / QUARTER).max(1) {
            self.give_back();
        }
    }

    /// Of a receiver: gives back what it has taken. Before it waits.
    #[inline]
    pub(super) fn give_back(&mut self) {
        if self.taken == self.given_back {
            return;
        }
        self.given_back = self.taken;
        self.arena.counters[self.me].set(self.taken);
        // A sender that spins reads the counter itself.
        if self.wait != Wait::Spin {
            self.arena.mailboxes[0].notify_word();
        }
    }
}
