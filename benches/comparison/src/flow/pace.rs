//! Which messages a sender sends: first those that warm up, then those that count.

use crate::clock::now_ns;
use crate::flow::frame::{COUNTED, LAST};
use crate::mechanism::Flow;

/// The clock is read after so many messages, unless they are large.
const LOOK_EVERY: u64 = 64;
/// Messages of warm-up, as often as the ring is long: every page and every path is in place then.
const ROUNDS: u64 = 2;
/// Fewer are no warm-up.
const LEAST_WARM_UP: u64 = 64;

/// The messages to send next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Burst {
    /// Sequence number of the first.
    first: u64,
    /// How many.
    pub(crate) count: usize,
    is_counted: bool,
    /// Whether none follows.
    pub(crate) is_last: bool,
}

impl Burst {
    /// The head of a message, by its place from 0.
    #[inline]
    pub(crate) fn head(&self, place: usize) -> u64 {
        let counted = if self.is_counted { COUNTED } else { 0 };
        let last = if self.is_last && place + 1 == self.count { LAST } else { 0 };
        (self.first + place as u64) | counted | last
    }
}

/// A sender's plan.
#[derive(Debug)]
pub(crate) struct Pace<'a> {
    flow: &'a Flow,
    sent: u64,
    counted: u64,
    begun_ns: u64,
    /// When the first counted message was begun, in nanoseconds; 0 before.
    pub(crate) start_ns: u64,
    looked: u64,
}

impl<'a> Pace<'a> {
    /// From now on.
    pub(crate) fn new(flow: &'a Flow) -> Self {
        Self { flow, sent: 0, counted: 0, begun_ns: now_ns(), start_ns: 0, looked: 0 }
    }

    /// Counted messages so far.
    pub(crate) fn counted(&self) -> u64 {
        self.counted
    }

    /// The next messages.
    #[inline]
    pub(crate) fn next(&mut self) -> Burst {
        if self.start_ns == 0 && self.is_warm() {
            self.start_ns = now_ns();
            self.looked = self.sent;
        }
        let is_counted = self.start_ns != 0;
        let mut count = self.flow.batch as u64;
        let mut is_last = false;
        if is_counted {
            match self.flow.messages {
                Some(messages) => {
                    count = count.min(messages - self.counted);
                    is_last = self.counted + count == messages;
                }
                None => is_last = self.is_over(),
            }
            self.counted += count;
        }
        let burst = Burst {
            first: self.sent,
            count: usize::try_from(count).unwrap_or(usize::MAX),
            is_counted,
            is_last,
        };
        self.sent += count;
        burst
    }

    fn is_warm(&self) -> bool {
        let enough = (self.flow.in_flight as u64 * ROUNDS).max(LEAST_WARM_UP);
        let time_ns = if self.flow.messages.is_some() { 0 } else { self.flow.time_ns / 10 };
        self.sent >= enough && now_ns() - self.begun_ns >= time_ns
    }

    fn is_over(&mut self) -> bool {
        let is_due = self.flow.copy || self.sent - self.looked >= LOOK_EVERY;
        if is_due {
            self.looked = self.sent;
        }
        is_due && now_ns() - self.start_ns >= self.flow.time_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(batch: usize, messages: Option<u64>) -> Flow {
        Flow { in_flight: 8, batch, copy: false, time_ns: 1_000_000, messages }
    }

    #[test]
    fn exactly_as_many_messages_count_as_were_asked_for_and_the_last_one_says_so() {
        for batch in [1, 3, 16] {
            let flow = flow(batch, Some(100));
            let mut pace = Pace::new(&flow);
            let mut heads = Vec::new();
            loop {
                let burst = pace.next();
                heads.extend((0..burst.count).map(|place| burst.head(place)));
                if burst.is_last {
                    break;
                }
            }
            assert_eq!(heads.iter().filter(|head| **head & COUNTED != 0).count(), 100, "{batch}");
            assert_eq!(pace.counted(), 100);
            let lasts: Vec<_> = heads.iter().map(|head| head & LAST != 0).collect();
            assert_eq!(lasts.iter().position(|last| *last), Some(heads.len() - 1));
            let numbers: Vec<_> = heads.iter().map(|head| super::super::frame::sequence(*head)).collect();
            assert!(numbers.iter().copied().eq(0..heads.len() as u64));
        }
    }

    #[test]
    fn a_flow_by_time_takes_as_long_as_was_asked_for() {
        let flow = flow(4, None);
        let mut pace = Pace::new(&flow);
        while !pace.next().is_last {}
        assert!(now_ns() - pace.start_ns >= 1_000_000);
        assert!(pace.counted() >= LOOK_EVERY);
    }
}
