//! What every mechanism can do for one process.

use std::ops::Range;

use super::message::Arrival;
use crate::error::Result;

/// One mechanism, as one process uses it. Messages between two processes, in one direction, have consecutive numbers.
pub(in crate::bench) trait Endpoint {
    /// Writes the whole message for process `to`: `head` is its number and its flags, `sent_ns` the time that it bears; None is
    /// the time of the hand-over. It may stay here until it is flushed. Waits for room first, where messages are sent ahead.
    fn put(&mut self, to: usize, head: u64, sent_ns: Option<u64>) -> Result<()>;

    /// All that was put for process `to` is on its way, and wakes it if it sleeps.
    fn flush(&mut self, to: usize) -> Result<()>;

    /// Waits until the message of this number has come from process `from`, and reads all of it.
    fn take(&mut self, from: usize, number: u64) -> Result<Arrival>;

    /// One message for all of these processes, on its way at once: waits until they have taken the one before, writes it, and
    /// hands it over. It bears the time of its first hand-over.
    fn put_to_all(&mut self, receivers: Range<usize>, head: u64) -> Result<()> {
        receivers.into_iter().try_for_each(|to| {
            self.put(to, head, None)?;
            self.flush(to)
        })
    }

    /// For how long [`Self::put`] has waited for room since this was asked last, in nanoseconds.
    fn waited_ns(&mut self) -> u64 {
        0
    }
}

/// What is to be done with an endpoint, of whatever kind.
pub(in crate::bench) trait Play {
    /// What comes of it.
    type Seen;

    /// Does it.
    fn play(self, endpoint: &mut impl Endpoint) -> Result<Self::Seen>;
}
