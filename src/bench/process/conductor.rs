//! Which messages are counted, and which one is the last: process 0 decides it, and the others read it from the message.

use crate::bench::setup::RepetitionSetup;
use crate::bench::transport::{COUNTED, LAST};
use crate::platform::clock;

/// The warm-up takes at most this part of the time.
const WARMUP_SHARE: u64 = 10;
/// A sender that is behind its times stops after so many times the time that it has.
const LONGEST: u64 = 2;

/// What process 0 decides.
pub(super) struct Conductor<'a> {
    setup: &'a RepetitionSetup,
    time_ns: u64,
    /// The first counted message, and when it was given.
    counted_since: Option<(u64, u64)>,
    began_ns: u64,
}

impl<'a> Conductor<'a> {
    pub(super) fn new(setup: &'a RepetitionSetup) -> Self {
        Self { setup, time_ns: clock::ns(setup.time), counted_since: None, began_ns: clock::now_ns() }
    }

    /// The head of the hop that begins the next round of a line. The last one is not counted: it goes to the end of the line only.
    #[inline]
    pub(super) fn round(&mut self, hop: u64, now_ns: u64) -> u64 {
        match self.since(hop, now_ns) {
            None => hop,
            Some((first, since_ns)) if hop - first < self.setup.hops && now_ns - since_ns < self.time_ns => {
                hop | COUNTED
            }
            Some(_) => hop | LAST,
        }
    }

    /// The head of the next message to those who only receive, or who reply. The last one is counted.
    #[inline]
    pub(super) fn message(&mut self, number: u64, now_ns: u64) -> u64 {
        match self.since(number, now_ns) {
            None => number,
            Some((first, since_ns))
                if number - first + 1 < self.setup.hops && now_ns - since_ns < self.time_ns =>
            {
                number | COUNTED
            }
            Some(_) => number | COUNTED | LAST,
        }
    }

    /// The head of a message that was due at that time. It is also over when it is much too late by now.
    #[inline]
    pub(super) fn due(&mut self, number: u64, due_ns: u64, now_ns: u64) -> u64 {
        let head = self.message(number, due_ns);
        let since_ns = self.counted_since.map_or(now_ns, |(_, since_ns)| since_ns);
        let is_late = now_ns.saturating_sub(since_ns) >= self.time_ns.saturating_mul(LONGEST);
        if is_late { head | COUNTED | LAST } else { head }
    }

    /// Whether messages are counted by now.
    #[inline]
    pub(super) fn counts(&self) -> bool {
        self.counted_since.is_some()
    }

    /// The first counted message and its time, from there on.
    #[inline]
    fn since(&mut self, number: u64, now_ns: u64) -> Option<(u64, u64)> {
        if self.counted_since.is_none()
            && (number >= self.setup.warmup_hops
                || now_ns.saturating_sub(self.began_ns) >= self.time_ns / WARMUP_SHARE)
        {
            self.counted_since = Some((number, now_ns));
        }
        self.counted_since
    }
}
