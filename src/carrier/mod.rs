//! How a hand-off travels from the giver to the taker: through shared memory, a pipe or a socket.
//!
//! The baton is the ledger with all three: who owns the ball is decided by its compare-and-swap, and every record is in
//! its owner's slot as well. So nothing is lost with a frame: not when it is late, doubled or garbled, and not when
//! whoever has read it dies. What differs is how the record gets to the taker, and what wakes it:
//!
//! | carrier | before the swap | after the swap | the taker sleeps on |
//! | --- | --- | --- | --- |
//! | shared | – | futex wake, if it sleeps | its doorbell's word |
//! | pipe | the record as a frame: `write` | – | its pipes: `poll`, then `read` |
//! | socket | the record as a packet: `send` | – | its sockets: `poll`, then `recv` |
//!
//! A frame is sent before the swap, as the record is written before it. So whoever sees the baton finds the frame; and
//! a link that is full or broken leaves the ball where it is. The price: the taker may wake a moment too early. Then
//! it keeps the frame in hand and says on its doorbell that it must be rung.

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod conformance;
pub mod facts;
pub(crate) mod frame;
mod link;
mod shared;
mod stream;
pub mod wire;

use std::time::Duration;

use crate::court::{Court, PaneId};
use crate::doorbell::{Doorbell, FdBell, Wait};
use crate::protocol::{Card, CarrierKind, Record, Region, Tenure};

pub use frame::FRAME_BYTES;
use shared::Shared;
use stream::Stream;
use wire::Wire;

/// Why a record could not be sent. The ball stays with its giver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsent {
    /// There is no room: the taker has not read for a long time.
    Full,
    /// There is nobody at the other end, or no link yet.
    Broken,
}

/// One kind of IPC, as the process of one pane uses it.
pub trait Carrier {
    /// Sends a record to the holder of `next`, before the swap that makes it the holder.
    ///
    /// # Errors
    /// [`Unsent`] if it could not be sent without waiting.
    fn send(&mut self, next: Tenure, record: &Record) -> Result<(), Unsent>;

    /// Waits until [`Self::send`] may succeed, something rings, or `timeout` is over.
    fn wait_to_send(&mut self, to: PaneId, timeout: Duration);

    /// After the swap: wakes the taker, unless what was sent does.
    fn announce(&self, to: PaneId);

    /// Takes what was sent along with `tenure`, and checks it against the ledger, which has the last word.
    fn receive(&mut self, tenure: Tenure, ledger: &Record);

    /// Sleeps until something comes by this carrier, something rings, or `timeout` is over. May return early.
    fn sleep(&mut self, timeout: Duration);
}

/// Where a carrier works: one pane's process.
#[derive(Debug, Clone, Copy)]
pub struct Seat<'a> {
    /// The shared bytes.
    pub region: &'a Region,
    /// The court.
    pub court: &'a Court,
    /// The pane that this process plays.
    pub me: PaneId,
    /// Which process of that pane this is.
    pub incarnation: u64,
    /// The pollable halves of all panes' doorbells.
    pub bells: &'a [FdBell],
}

impl<'a> Seat<'a> {
    fn bell(&self) -> (&'a Doorbell, &'a FdBell) {
        (self.region.bell(self.me), &self.bells[self.me.index()])
    }

    fn card(&self) -> &'a Card {
        &self.region.pane(self.me).card
    }

    /// Rings a pane.
    pub fn ring(&self, pane: PaneId) {
        self.region.bell(pane).ring(&self.bells[pane.index()]);
    }
}

/// All carriers of one process. Any of them may be needed at any time: the one in force can be swapped.
pub struct Carriers<'a> {
    seat: Seat<'a>,
    wire: &'a Wire,
    links_taken: u64,
    shared: Shared<'a>,
    pipe: Stream<'a>,
    socket: Stream<'a>,
}

impl<'a> Carriers<'a> {
    /// The carriers of the process at `seat`, which is sent its links over `wire`. `wait` is how it waits in
    /// shared memory.
    #[must_use]
    pub fn new(seat: Seat<'a>, wire: &'a Wire, wait: Wait) -> Self {
        Self {
            seat,
            wire,
            links_taken: 0,
            shared: Shared::new(seat, wait),
            pipe: Stream::of_pipes(seat),
            socket: Stream::of_sockets(seat),
        }
    }

    /// The carrier of this kind, with the links that there are now.
    pub fn by(&mut self, kind: CarrierKind) -> &mut dyn Carrier {
        self.rewire();
        match kind {
            CarrierKind::Shared => &mut self.shared,
            CarrierKind::Pipe => &mut self.pipe,
            CarrierKind::Socket => &mut self.socket,
        }
    }

    /// Takes the links that the launcher has sent since: to a neighbour that has a new process.
    fn rewire(&mut self) {
        let sent = self.seat.region.links_sent(self.seat.me);
        if sent == self.links_taken {
            return;
        }
        self.links_taken = sent;
        while let Some(link) = self.wire.take() {
            self.pipe.replace(link.side, link.pipe, link.incarnation);
            self.socket.replace(link.side, link.socket, link.incarnation);
        }
    }
}
