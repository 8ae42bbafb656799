//! All carriers of one process, and the links that it is sent for them.

use std::time::Instant;

use super::endpoint::Seat;
use super::interface::{Carrier, PATIENCE};
use super::shared::Shared;
use super::stream::Stream;
use super::wire::{Came, Side, Wanted, Wire};
use crate::error::{self, Error};
use crate::platform::say;
use crate::protocol::CarrierKind;
use crate::protocol::doorbell::Wait;

/// All carriers of one process. Any of them may be needed at any time: the one in force can be swapped.
pub struct Carriers<'a> {
    pub(super) seat: Seat<'a>,
    wire: &'a Wire,
    links_taken: u64,
    /// Links for which there was no fd left.
    lost: [Option<Wanted>; 2],
    /// When a link to each neighbour was last asked for.
    asked: [Option<Instant>; 2],
    /// What keeps this process from having its links.
    failure: Option<Error>,
    shared: Shared<'a>,
    pub(super) pipe: Stream<'a>,
    pub(super) socket: Stream<'a>,
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
    pub(super) fn rewire(&mut self) {
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
        let neighbours = self.seat.court.neighbours(self.seat.me);
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
