//! How a hand-off travels from the giver to the taker: through shared memory, a pipe or a socket.
//!
//! The baton is the ledger with all three: who owns the ball is decided by its compare-and-swap, and every record is in
//! its owner's slot as well. So nothing is lost with a frame: not when it is late, doubled or garbled, and not when
//! the process that has read it dies. What differs is how the record gets to the taker, and what wakes it:
//!
//! | transport | before the swap | after the swap | the taker sleeps on |
//! | --- | --- | --- | --- |
//! | shared | – | futex wake, if it sleeps | its doorbell's word |
//! | pipe | the record as a frame: `write` | – | its pipes: `poll`, then `read` |
//! | socket | the record as a packet: `send` | – | its sockets: `poll`, then `recv` |
//!
//! A frame is sent before the swap, as the record is written before it. So a process that sees the baton finds the frame; and
//! a link that is full or broken leaves the ball where it is. The price: the taker may wake a moment too early. Then
//! it keeps the frame in hand and arms its doorbell so that it is notified.

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod conformance;
pub mod control_socket;
pub mod facts;
#[doc(hidden)]
pub mod frame;
mod interface;
mod link;
mod set;
mod shared;
mod stream;

pub use frame::FRAME_BYTES;
pub(crate) use interface::PATIENCE;
pub use interface::{Endpoint, Transport, Unsent};
pub use set::Transports;
