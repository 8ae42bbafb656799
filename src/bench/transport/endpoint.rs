//! What every mechanism can do for one process.

use super::message::Arrival;
use crate::error::Result;

/// One mechanism, as one process uses it. Messages between two processes, in one direction, have consecutive numbers.
pub(in crate::bench) trait Endpoint {
    /// Writes the whole message for process `to`: `head` is its number and its flags, `sent_ns` the time that it bears; None is
    /// the time of the hand-over. It may stay here until it is flushed.
    fn put(&mut self, to: usize, head: u64, sent_ns: Option<u64>) -> Result<()>;

    /// All that was put for process `to` is on its way, and wakes it if it sleeps.
    fn flush(&mut self, to: usize) -> Result<()>;

    /// Waits until the message of this number has come from process `from`, and reads all of it.
    fn take(&mut self, from: usize, number: u64) -> Result<Arrival>;
}

/// What is to be done with an endpoint, of whatever kind.
pub(in crate::bench) trait Play {
    /// What comes of it.
    type Seen;

    /// Does it.
    fn play(self, endpoint: &mut impl Endpoint) -> Result<Self::Seen>;
}
