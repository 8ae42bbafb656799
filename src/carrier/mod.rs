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

use std::time::{Duration, Instant};

use crate::error::{self, Error};
use crate::game::{Court, PaneId};
use crate::platform::say;
use crate::protocol::doorbell::{Doorbell, FdBell, Wait};
use crate::protocol::{Card, CarrierKind, Record, Region, Tenure};

pub use frame::FRAME_BYTES;
use shared::Shared;
use stream::Stream;
use wire::{Came, Side, Wanted, Wire};

/// A pane that nobody rings looks by itself after this, in case a ring was lost with its process.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
/// After this a link that is of no use is not so because of a death: the supervisor has new ones by then.
const GRACE: Duration = Duration::from_millis(500);

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
    /// Links for which there was no fd left.
    lost: [Option<Wanted>; 2],
    /// When a link to each neighbour was last asked for.
    asked: [Option<Instant>; 2],
    /// What keeps this process from having its links.
    failure: Option<Error>,
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
            lost: [None; 2],
            asked: [None; 2],
            failure: None,
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

    /// Whether this process cannot have its links, nor ever will.
    #[must_use]
    pub fn have_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Why not.
    pub fn take_failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    /// Takes the links that the launcher has sent since, and asks for others in place of those that are of no use.
    fn rewire(&mut self) {
        if let Err(error) = self.take_links().and_then(|()| self.look_for_refusals()) {
            self.failure = Some(error);
            // Nothing is worth sleeping for any more.
            self.seat.ring(self.seat.me);
        }
        Side::BOTH.into_iter().for_each(|side| self.ask_for_a_link(side));
    }

    fn take_links(&mut self) -> error::Result<()> {
        let sent = self.seat.region.links_sent(self.seat.me);
        // The count only says when to look. Where a link is missing or of no use, another may be there, whatever it says.
        let mut may_be_there = sent != self.links_taken || self.is_short_of_links();
        while may_be_there {
            match self.wire.take()? {
                Came::Link(link) => {
                    self.lost[link.side.index()] = None;
                    self.pipe.replace(link.side, link.pipe, link.incarnation);
                    self.socket.replace(link.side, link.socket, link.incarnation);
                }
                Came::Lost(wanted) => {
                    let before = self.lost[wanted.side.index()].replace(wanted);
                    if before.is_none() {
                        let me = self.seat.me;
                        say(&format!(
                            "tripong: {me} has no fd left for a link to its neighbour; raise `ulimit -n`"
                        ));
                    }
                }
                Came::Later => break,
                // Only now: whatever stopped it before, all that is in the wire is taken in the end.
                Came::Nothing => {
                    self.links_taken = sent;
                    may_be_there = false;
                }
            }
        }
        Ok(())
    }

    /// Whether there is a neighbour to whom there is no link, or none of use.
    fn is_short_of_links(&self) -> bool {
        let all_panes = self.seat.court.all_panes();
        let neighbours = all_panes.filter(|pane| pane.0.abs_diff(self.seat.me.0) == 1);
        let mut sides = neighbours.map(|pane| Side::towards(self.seat.me, pane));
        sides.any(|side| !self.pipe.is_of_use(side) || !self.socket.is_of_use(side))
    }

    fn look_for_refusals(&self) -> error::Result<()> {
        let refusal = self.pipe.refusal().or_else(|| self.socket.refusal());
        let error = |(call, errno)| Error::system(format_args!("pass the ball by a link ({call})"))(errno);
        refusal.map_or(Ok(()), |refusal| Err(error(refusal)))
    }

    /// Once a second at most.
    fn ask_for_a_link(&mut self, side: Side) {
        let wanted =
            self.lost[side.index()].or_else(|| self.pipe.wanted(side)).or_else(|| self.socket.wanted(side));
        let Some(wanted) = wanted else { return };
        let asked = &mut self.asked[side.index()];
        if asked.is_none_or(|at| at.elapsed() >= PATIENCE) {
            *asked = Some(Instant::now());
            self.wire.ask(wanted);
        }
    }
}
